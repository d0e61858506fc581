/* The decision log of a unit: each input once and in order, each charge named once, each balance as it ran. */
#include <string.h>

#include "core/text.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/verify/verify.h"

/* --- charges --- */

static bool take_charge(void *context, const struct kafka_record *record)
{
    struct unit *unit = context;
    struct verify *verify = unit->verify;
    struct charge charge;

    verify->counts.charges++;
    if (!record->has_value || !verify_decode(verify, TOPIC_CHARGE, record, &charge_record, &charge))
        return verify->code == EXIT_DONE;
    uint32_t before = unit->charge_ids.count, number = text_map_add(&unit->charge_ids, charge.charge_id);
    uint32_t account = unit_account(unit, charge.account_id);
    if (number == MAP_NONE || account == MAP_NONE || (number == before && !item_list_add(&unit->charges)))
        return no_memory(verify);
    struct charge_entry *entry = unit_charge(unit, number);
    if (number != before) {
        violation(verify, "charge-once", TOPIC_CHARGE, record->partition, record->offset,
                  "charge %.*s is there already, at offset %lld", (int)charge.charge_id.size, charge.charge_id.data,
                  (long long)entry->offset);
        return true;
    }
    *entry = (struct charge_entry){.account = account,
                                   .amount = charge.amount_micros,
                                   .balance_after = charge.balance_after_micros,
                                   .offset = record->offset};
    return true;
}

bool unit_read_charges(struct unit *unit)
{
    return unit->lane || verify_read(unit->verify, TOPIC_CHARGE, unit->partition, take_charge, unit);
}

/* --- decisions --- */

/* What one decision moves. */
struct moving {
    struct unit *unit;
    const struct kafka_record *record;
    uint32_t account;
    uint64_t number; /* of the decision */
};

static void move(struct moving *moving, int64_t amount, bool deposit)
{
    struct account_entry *account = unit_account_entry(moving->unit, moving->account);

    account->running = (int64_t)((uint64_t)account->running + (uint64_t)(deposit ? amount : -amount));
    if (account->currency == MAP_NONE)
        return;
    struct currency_sum *sum = unit_sum(moving->unit, account->currency);
    *(deposit ? &sum->deposited : &sum->withdrawn) += amount;
}

/* balance_after runs along (rules.md 8). */
static void check_balance(const struct moving *moving, const struct charge_entry *charge, struct text charge_id)
{
    struct account_entry *account = unit_account_entry(moving->unit, moving->account);
    char expected[DECIMAL_TEXT], got[DECIMAL_TEXT];

    if (!moving->unit->whole || account->running == charge->balance_after || account->wrong++)
        return;
    violation(moving->unit->verify, "balance-chain", TOPIC_CHARGE, moving->unit->partition, charge->offset,
              "charge %.*s leaves %s, but the decisions before it %s", (int)charge_id.size, charge_id.data,
              decimal_from_micros(charge->balance_after, got), decimal_from_micros(account->running, expected));
}

static void take_charge_id(struct moving *moving, struct text charge_id)
{
    struct unit *unit = moving->unit;
    uint32_t number = text_map_find(&unit->charge_ids, charge_id);

    if (number == MAP_NONE) {
        violation(unit->verify, "charge-kept", TOPIC_DECISION, moving->record->partition, moving->record->offset,
                  "charge %.*s was decided, but is not in the charge topic", (int)charge_id.size, charge_id.data);
        return;
    }
    struct charge_entry *charge = unit_charge(unit, number);
    if (charge->named_by == moving->number)
        return; /* the decision and one of its effects may name the same */
    if (charge->named_by) {
        violation(unit->verify, "charge-once", TOPIC_DECISION, moving->record->partition, moving->record->offset,
                  "charge %.*s is named by an earlier decision, too", (int)charge_id.size, charge_id.data);
        return;
    }
    charge->named_by = moving->number;
    struct account_entry *account = unit_account_entry(unit, moving->account);
    account->running = (int64_t)((uint64_t)account->running - (uint64_t)charge->amount);
    if (account->currency != MAP_NONE)
        unit_sum(unit, account->currency)->charged += charge->amount;
    if (charge->account != moving->account)
        violation(unit->verify, "charge-once", TOPIC_CHARGE, unit->partition, charge->offset,
                  "charge %.*s names another account than its decision", (int)charge_id.size, charge_id.data);
    check_balance(moving, charge, charge_id);
}

/* One line of a decision, its own or an effect's: money first, as it is decided first. */
static void take_line(struct moving *moving, struct text rule, enum verdict verdict, int64_t amount,
                      struct text charge_id)
{
    if (verdict == VERDICT_APPLIED && text_equal(rule, TEXT("account.deposit")))
        move(moving, amount, true);
    if (verdict == VERDICT_APPLIED && text_equal(rule, TEXT("account.withdrawal")))
        move(moving, amount, false);
    if (charge_id.size)
        take_charge_id(moving, charge_id);
}

static bool take_money(struct unit *unit, const struct kafka_record *record, const struct decision *decision)
{
    struct moving moving = {unit, record, MAP_NONE, unit->verify->counts.decisions};

    if (unit->lane || !decision->account_id.size)
        return true;
    moving.account = unit_account(unit, decision->account_id);
    if (moving.account == MAP_NONE)
        return false;
    take_line(&moving, decision->rule, decision->verdict, decision->amount_micros, decision->charge_id);
    for (uint32_t i = 0; i < decision->effects.count; i++) {
        const struct effect *effect = &decision->effects.items[i];
        take_line(&moving, effect->rule, effect->verdict, effect->amount_micros, effect->charge_id);
    }
    return true;
}

static uint32_t input_number(const struct unit *unit, struct text topic)
{
    for (uint32_t i = 0; i < unit->input_count; i++)
        if (text_equal(topic_name(unit->inputs[i]), topic))
            return i;
    return MAP_NONE;
}

/* Promise 1: one INPUT decision for each offset, in order. */
static bool take_input(struct unit *unit, const struct kafka_record *record, const struct decision *decision)
{
    const struct caused_by *cause = &decision->caused_by;
    uint32_t number = input_number(unit, cause->topic);

    unit->verify->counts.input_decisions++;
    if (number == MAP_NONE || cause->partition != unit->partition) {
        violation(unit->verify, "one-decision", TOPIC_DECISION, record->partition, record->offset,
                  "an INPUT decision about %.*s/%d, which does not belong here", (int)cause->topic.size,
                  cause->topic.size ? cause->topic.data : "", cause->partition);
        return true;
    }
    struct offset_set *set = &unit->decided[number];
    if (offset_set_has(set, cause->offset))
        violation(unit->verify, "one-decision", unit->inputs[number], unit->partition, cause->offset,
                  "decided twice, again at decision offset %lld", (long long)record->offset);
    else if (set->words && cause->offset < set->last)
        violation(unit->verify, "one-decision", unit->inputs[number], unit->partition, cause->offset,
                  "decided after offset %lld", (long long)set->last);
    return offset_set_add(set, cause->offset) || no_memory(unit->verify);
}

/* Behind P: made while this ran. */
static void leave_out(struct unit *unit, const struct decision_batch *batch)
{
    for (uint32_t i = 0; i < batch->decisions.count; i++) {
        const struct decision *decision = &batch->decisions.items[i];
        unit->verify->counts.later++;
        uint32_t number = text_map_find(&unit->charge_ids, decision->charge_id);
        if (number != MAP_NONE)
            unit_charge(unit, number)->later = true;
        for (uint32_t k = 0; k < decision->effects.count; k++) {
            number = text_map_find(&unit->charge_ids, decision->effects.items[k].charge_id);
            if (number != MAP_NONE)
                unit_charge(unit, number)->later = true;
        }
    }
}

static void check_seq(struct unit *unit, const struct kafka_record *record, const struct decision_batch *batch)
{
    if (batch->seq < unit->last_seq)
        violation(unit->verify, "decision-order", TOPIC_DECISION, record->partition, record->offset,
                  "seq %lld follows seq %lld", (long long)batch->seq, (long long)unit->last_seq);
    unit->last_seq = batch->seq;
}

static bool take(void *context, const struct kafka_record *record)
{
    struct unit *unit = context;
    struct verify *verify = unit->verify;
    struct decision_batch batch;

    if (!record->has_value || !verify_decode(verify, TOPIC_DECISION, record, &decision_batch_record, &batch))
        return verify->code == EXIT_DONE;
    if ((batch.partition == -1) != unit->lane)
        return true;
    verify->counts.decision_records++;
    unit->batches = true;
    check_seq(unit, record, &batch);
    if (!unit->has_position || batch.seq > unit->position.seq) {
        leave_out(unit, &batch);
        return true;
    }
    for (uint32_t i = 0; i < batch.decisions.count; i++) {
        const struct decision *decision = &batch.decisions.items[i];
        verify->counts.decisions++;
        if (decision->origin == ORIGIN_INPUT && !take_input(unit, record, decision))
            return false;
        if (!take_money(unit, record, decision))
            return false;
    }
    return true;
}

static void find_unnamed_charges(const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->charges.count && unit->whole; i++)
        if (!unit_charge(unit, i)->named_by && !unit_charge(unit, i)->later)
            violation(unit->verify, "charge-once", TOPIC_CHARGE, unit->partition, unit_charge(unit, i)->offset,
                      "charge %.*s is named by no decision", (int)unit->charge_ids.keys[i].size,
                      unit->charge_ids.keys[i].data);
}

/* A transaction writes its decisions and P: what was decided at the first look has its P at the second. */
static void check_caught_up(const struct unit *unit)
{
    if (unit->has_position && unit->position.seq < unit->verify->seen_seq)
        violation(unit->verify, "position", TOPIC_DECISION, unit->partition, -1,
                  "decisions were made up to seq %lld, but the last position is seq %lld",
                  (long long)unit->verify->seen_seq, (long long)unit->position.seq);
}

bool unit_read_decisions(struct unit *unit)
{
    if (!verify_read(unit->verify, TOPIC_DECISION, unit->partition, take, unit))
        return false;
    find_unnamed_charges(unit);
    check_caught_up(unit);
    if (unit->batches && !unit->has_position)
        violation(unit->verify, "position", TOPIC_DECISION, unit->partition, -1, "decisions were made, but %s",
                  unit->lane ? "catalogue-state holds no position" : "account-state holds no position");
    return true;
}
