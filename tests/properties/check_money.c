/* Promise 2, counted from what is published alone. */
#include "property.h"

#include <inttypes.h>

enum { WALLETS_MAX = 16 };

struct wallet {
    struct text account_id;
    int64_t balance;
};

struct count {
    struct trial *trial;
    uint32_t step;
    struct wallet wallets[WALLETS_MAX];
    uint32_t wallet_count;
    uint32_t charges; /* of the step, accounted for */
};

static struct wallet *wallet_of(struct count *count, struct text account_id)
{
    for (uint32_t i = 0; i < count->wallet_count; i++)
        if (text_equal(count->wallets[i].account_id, account_id))
            return &count->wallets[i];
    if (count->wallet_count == WALLETS_MAX)
        give_up("too many accounts");
    count->wallets[count->wallet_count] = (struct wallet){account_id, 0};
    return &count->wallets[count->wallet_count++];
}

static bool take_charge(struct count *count, struct wallet *wallet, struct text charge_id)
{
    const struct outcome *outcome = &count->trial->run->outcomes[count->step];
    int64_t sum = 0;

    if (count->charges == outcome->charges.count)
        return fail(count->trial, count->step, wallet->account_id, "charge %.*s is named, but not published",
                    TEXT_ARGUMENTS(charge_id));
    const struct charge *charge = &outcome->charges.items[count->charges++];
    if (!text_equal(charge->charge_id, charge_id))
        return fail(count->trial, count->step, wallet->account_id,
                    "the decision names charge %.*s, the next one published is %.*s", TEXT_ARGUMENTS(charge_id),
                    TEXT_ARGUMENTS(charge->charge_id));
    for (uint32_t i = 0; i < charge->lines.count; i++)
        sum += charge->lines.items[i].amount_micros;
    if (sum != charge->amount_micros)
        return fail(count->trial, count->step, wallet->account_id,
                    "charge %.*s is %" PRId64 ", its lines make %" PRId64, TEXT_ARGUMENTS(charge_id),
                    charge->amount_micros, sum);
    wallet->balance -= charge->amount_micros;
    if (wallet->balance != charge->balance_after_micros)
        return fail(count->trial, count->step, wallet->account_id,
                    "charge %.*s leaves %" PRId64 ", it should leave %" PRId64, TEXT_ARGUMENTS(charge_id),
                    charge->balance_after_micros, wallet->balance);
    return true;
}

/* A decision's own part or one of its effects. */
static bool take_part(struct count *count, struct wallet *wallet, struct text rule, int64_t amount,
                      struct text charge_id)
{
    if (text_equal(rule, TEXT("account.deposit")))
        wallet->balance += amount;
    if (text_equal(rule, TEXT("account.withdrawal")))
        wallet->balance -= amount;
    return charge_id.size == 0 || take_charge(count, wallet, charge_id);
}

static bool take_decision(struct count *count, const struct decision *decision)
{
    struct wallet *wallet = wallet_of(count, decision->account_id);

    if (!take_part(count, wallet, decision->rule, decision->amount_micros, decision->charge_id))
        return false;
    for (uint32_t i = 0; i < decision->effects.count; i++) {
        const struct effect *effect = &decision->effects.items[i];
        if (!take_part(count, wallet, effect->rule, effect->amount_micros, effect->charge_id))
            return false;
    }
    return true;
}

bool check_money(struct trial *trial)
{
    struct count count = {.trial = trial};

    for (; count.step < trial->run->count; count.step++) {
        const struct outcome *outcome = &trial->run->outcomes[count.step];
        count.charges = 0;
        for (uint32_t i = 0; i < outcome->decisions.count; i++)
            if (outcome->decisions.items[i].account_id.size && !take_decision(&count, &outcome->decisions.items[i]))
                return false;
        if (count.charges != outcome->charges.count)
            return fail(trial, count.step, outcome->charges.items[count.charges].account_id,
                        "charge %.*s is published, but no decision names it",
                        TEXT_ARGUMENTS(outcome->charges.items[count.charges].charge_id));
    }
    for (uint32_t i = 0; i < count.wallet_count; i++) {
        const struct account_state *account = world_account(&trial->run->world, count.wallets[i].account_id);
        if (account && account->balance_micros != count.wallets[i].balance)
            return fail(trial, trial->run->count - 1, count.wallets[i].account_id,
                        "the balance is %" PRId64 ", deposits - withdrawals - charges are %" PRId64,
                        account->balance_micros, count.wallets[i].balance);
    }
    return true;
}
