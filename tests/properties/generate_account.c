/* Money, freezes, closes, waivers. */
#include "generator.h"

static struct text currency_of(struct generator *gen, const struct account_state *account)
{
    if (account && account->currency.size && !often(gen, 10))
        return account->currency;
    return often(gen, 900) ? TEXT("USD") : TEXT("EUR");
}

static void send(struct generator *gen, uint32_t number, enum account_kind kind, int64_t amount, struct text case_id)
{
    const struct account_state *account = world_account(&gen->run->world, account_name(number));
    struct account_event event = {
        .event_id = new_id(gen),
        .occurred_at = some_moment(gen),
        .account_id = account_name(number),
        .kind = kind,
        .amount_micros = amount,
        .currency = currency_of(gen, account),
        .case_id = case_id,
    };

    gen_input(gen, TOPIC_ACCOUNT, &event);
}

void gen_money(struct generator *gen, uint32_t account, enum account_kind kind, int64_t amount)
{
    send(gen, account, kind, amount, TEXT(""));
}

static int64_t available(const struct account_state *account)
{
    int64_t sum;

    return __builtin_add_overflow(account->balance_micros, account->credit_limit_micros, &sum) ? INT64_MAX : sum;
}

/* What an open case lacks, or all of them together; 0: nothing. */
static int64_t some_deficit(struct generator *gen, const struct account_state *account)
{
    int64_t owed = 0;

    if (!account || account->cases.count == 0 || account->balance_micros > INT64_MAX / 4)
        return 0;
    bool all = pick(gen, 3) == 0;
    uint32_t only = pick(gen, account->cases.count);
    for (uint32_t i = 0; i < account->cases.count; i++)
        if (all || i == only)
            owed = __builtin_add_overflow(owed, account->cases.items[i].amount_micros, &owed) ? INT64_MAX / 4 : owed;
    if (owed > INT64_MAX / 4 || available(account) < INT64_MIN / 4)
        return 0;
    return owed > available(account) ? owed - available(account) : 0;
}

static int64_t some_amount(struct generator *gen, const struct account_state *account)
{
    int64_t deficit = some_deficit(gen, account);

    if (often(gen, 10))
        return (int64_t)pick(gen, 3) - 2; /* none of them is allowed */
    if (gen->huge && often(gen, 30))
        return INT64_MAX - (int64_t)pick(gen, 3);
    if (deficit > 0 && pick(gen, 3))
        return deficit + (int64_t)pick(gen, 3) - 1;
    if (pick(gen, 6) == 0)
        return chance_between(&gen->chance, 1, 5 * UNIT);
    return (int64_t)(1 + pick(gen, 60)) * UNIT;
}

static struct text some_case(struct generator *gen, const struct account_state *account)
{
    if (!account || account->cases.count == 0 || often(gen, 50))
        return often(gen, 100) ? TEXT("") : TEXT("k-0");
    return account->cases.items[pick(gen, account->cases.count)].case_id;
}

void gen_account_event(struct generator *gen, uint32_t number)
{
    static const uint32_t active[ACCOUNT_KIND_COUNT] = {10, 400, 120, 120, 40, 10, 6, 100};
    static const uint32_t frozen[ACCOUNT_KIND_COUNT] = {10, 200, 100, 50, 10, 400, 10, 100};
    static const uint32_t closed[ACCOUNT_KIND_COUNT] = {400, 100, 50, 50, 20, 20, 5, 50};
    const struct account_state *account = world_account(&gen->run->world, account_name(number));
    enum account_status status = account ? account->status : ACCOUNT_STATUS_UNKNOWN;
    bool is_open = status == ACCOUNT_STATUS_ACTIVE || status == ACCOUNT_STATUS_FROZEN;
    enum account_kind kind = (enum account_kind)pick_weighted(gen,
                                                              status == ACCOUNT_STATUS_ACTIVE   ? active
                                                              : status == ACCOUNT_STATUS_FROZEN ? frozen
                                                                                                : closed,
                                                              ACCOUNT_KIND_COUNT);

    if (kind == ACCOUNT_KIND_CASE_WAIVED)
        send(gen, number, kind, 0, some_case(gen, account));
    else if (kind == ACCOUNT_KIND_CREDIT_LIMIT)
        send(gen, number, kind, pick(gen, 2) ? 0 : some_amount(gen, account), TEXT(""));
    else if (kind == ACCOUNT_KIND_DEPOSIT || kind == ACCOUNT_KIND_WITHDRAWAL)
        send(gen, number, kind, some_amount(gen, account), TEXT(""));
    else
        send(gen, number, is_open && often(gen, 50) ? ACCOUNT_KIND_OPENED : kind, 0, TEXT(""));
}

/* What it would cost if there were money: asked of a copy of the world. */
static int64_t cost_of(struct generator *gen, const struct input *input, struct text account_id)
{
    struct step step = {.kind = STEP_INPUT, .now = gen->now, .input = *input, .account_id = account_id};
    struct world fork;
    struct outcome outcome;
    int64_t cost = 0;

    world_fork(&gen->run->world, &fork);
    fork.options.batch = 1;
    if (!world_step(&fork, &step, &outcome) && outcome.decisions.count) {
        const struct decision *decision = &outcome.decisions.items[outcome.decisions.count - 1];
        if (decision->verdict == VERDICT_CHARGED || decision->verdict == VERDICT_INSUFFICIENT_FUNDS)
            cost = decision->amount_micros;
    }
    world_clear(&fork);
    return cost;
}

void gen_just_funds(struct generator *gen, const struct input *input)
{
    struct text account_id =
        input->topic == TOPIC_ORDER ? input->as.order.account_id : input->as.os_installed.account_id;
    const struct account_state *account = world_account(&gen->run->world, account_id);
    uint32_t number = 0;

    if (!account || account->status != ACCOUNT_STATUS_ACTIVE)
        return;
    while (!text_equal(account_name(number), account_id))
        number++;
    int64_t cost = cost_of(gen, input, account_id);
    if (cost <= 0 || cost > INT64_MAX / 4 || available(account) > INT64_MAX / 4 || available(account) < -INT64_MAX / 4)
        return;
    int64_t change = cost - (int64_t)pick(gen, 2) - available(account);
    if (change > 0)
        send(gen, number, ACCOUNT_KIND_DEPOSIT, change, TEXT(""));
    else if (change < 0)
        send(gen, number, ACCOUNT_KIND_WITHDRAWAL, -change, TEXT(""));
}
