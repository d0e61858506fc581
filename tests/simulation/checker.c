/* At rest: are the promises kept? Looks at what Kafka and Redis hold, not at the engines. */
#include "tests/simulation/sim.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MAX_ACCOUNTS = 64 };

static bool decode(struct sim *sim, const struct record_type *type, struct text value, void *ret_record)
{
    struct decode_answer answer = sim_decode(type, value, &sim->memory.arena, ret_record);

    if (answer.status != DECODE_OK)
        violate(sim, "an output of type %s cannot be decoded: %s", type->name, answer.message);
    return answer.status == DECODE_OK;
}

/* --- P --- */

/* The chain of position records has no gap and no fork; returns the last. */
static bool check_positions(struct sim *sim, enum topic topic, int32_t n, struct text key, struct position *ret_last)
{
    const struct topic_log *log = &sim->kafka.logs[log_number(topic, n)];
    int64_t seq = 0, now = 0, version = 0;

    for (uint32_t i = 0; i < log->count; i++) {
        if (!kafka_committed(&sim->kafka, &log->items[i]) || !text_equal(log->items[i].key, key))
            continue;
        if (!decode(sim, &position_record, log->items[i].value, ret_last))
            return false;
        if (ret_last->seq != seq + 1)
            violate(sim, "%.*s %d: P has seq %" PRId64 " after %" PRId64, (int)topic_name(topic).size,
                    topic_name(topic).data, (int)n, ret_last->seq, seq);
        if (ret_last->now < now || ret_last->catalogue_version < version)
            violate(sim, "partition %d: time or catalogue version of P goes back", (int)n);
        seq = ret_last->seq;
        now = ret_last->now;
        version = ret_last->catalogue_version;
    }
    if (seq == 0)
        *ret_last = (struct position){.seq = 0};
    return true;
}

/* --- [promise 1] one outcome per input --- */

struct progress {
    uint32_t next[TOPIC_INPUTS]; /* offset to look for the next decided one from */
    int64_t seq;
};

static void check_input(struct sim *sim, int32_t n, struct progress *progress, const struct decision *decision)
{
    enum topic topic = topic_find(decision->caused_by.topic);

    if (topic >= TOPIC_INPUTS || decision->caused_by.partition != n) {
        violate(sim, "partition %d: a decision names no input", (int)n);
        return;
    }
    const struct topic_log *log = &sim->kafka.logs[log_number(topic, n)];
    uint32_t *next = &progress->next[topic];
    while (*next < log->count && !kafka_committed(&sim->kafka, &log->items[*next]))
        (*next)++;
    if (decision->caused_by.offset != *next)
        violate(sim, "partition %d: decision for %.*s offset %" PRId64 ", expected %u of %u", (int)n,
                (int)topic_name(topic).size, topic_name(topic).data, decision->caused_by.offset, *next, log->count);
    (*next)++;
}

static void check_batch(struct sim *sim, int32_t n, bool lane, struct progress *progress,
                        const struct decision_batch *batch)
{
    if (batch->seq < progress->seq)
        violate(sim, "partition %d: decisions of seq %" PRId64 " after %" PRId64, (int)n, batch->seq, progress->seq);
    progress->seq = batch->seq;
    for (uint32_t i = 0; i < batch->decisions.count && !sim->violation[0]; i++)
        if (batch->decisions.items[i].origin == ORIGIN_INPUT)
            check_input(sim, lane ? 0 : n, progress, &batch->decisions.items[i]);
}

static bool is_lane(int topic)
{
    return topic == TOPIC_CATALOGUE || topic == TOPIC_TEMPLATE_DISCOVERED;
}

static void check_decisions(struct sim *sim, int32_t n, bool lane)
{
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_DECISION, n)];
    struct progress progress = {{0}, 0};

    for (uint32_t i = 0; i < log->count && !sim->violation[0]; i++) {
        struct decision_batch batch;
        if (!kafka_committed(&sim->kafka, &log->items[i]))
            continue;
        if (!decode(sim, &decision_batch_record, log->items[i].value, &batch))
            return;
        if ((batch.partition == -1) == lane)
            check_batch(sim, n, lane, &progress, &batch);
    }
    for (int topic = 0; topic < TOPIC_INPUTS && !sim->violation[0]; topic++) {
        const struct topic_log *input = &sim->kafka.logs[log_number((enum topic)topic, n)];
        if (is_lane(topic) != lane)
            continue;
        for (uint32_t i = progress.next[topic]; i < input->count; i++)
            if (kafka_committed(&sim->kafka, &input->items[i]))
                violate(sim, "partition %d: %.*s offset %u has no decision", (int)n,
                        (int)topic_name((enum topic)topic).size, topic_name((enum topic)topic).data, i);
    }
}

/* Each dead letter is what some input's Decision says. */
static void check_dead_letters(struct sim *sim)
{
    uint32_t decided = 0, written = 0;

    for (int32_t n = 0; n < sim->options.parts; n++) {
        const struct topic_log *decisions = &sim->kafka.logs[log_number(TOPIC_DECISION, n)];
        const struct topic_log *dead = &sim->kafka.logs[log_number(TOPIC_DEAD_LETTER, n)];
        for (uint32_t i = 0; i < dead->count; i++)
            written += kafka_committed(&sim->kafka, &dead->items[i]);
        for (uint32_t i = 0; i < decisions->count; i++) {
            struct decision_batch batch;
            if (!kafka_committed(&sim->kafka, &decisions->items[i]) ||
                !decode(sim, &decision_batch_record, decisions->items[i].value, &batch))
                continue;
            for (uint32_t k = 0; k < batch.decisions.count; k++) {
                const struct decision *decision = &batch.decisions.items[k];
                decided += decision->verdict == VERDICT_DEAD_LETTER || decision->verdict == VERDICT_CONFLICT;
                for (uint32_t e = 0; e < decision->effects.count; e++)
                    decided += decision->effects.items[e].verdict == VERDICT_DEAD_LETTER ||
                               decision->effects.items[e].verdict == VERDICT_CONFLICT;
            }
        }
    }
    if (decided != written)
        violate(sim, "%u dead letters were decided, %u written", decided, written);
}

/* --- [promise 2] money --- */

struct ledger {
    struct text accounts[MAX_ACCOUNTS];
    int64_t sums[MAX_ACCOUNTS];
    uint32_t count;
};

static int64_t *entry(struct ledger *ledger, struct text account)
{
    for (uint32_t i = 0; i < ledger->count; i++)
        if (text_equal(ledger->accounts[i], account))
            return &ledger->sums[i];
    if (ledger->count == MAX_ACCOUNTS)
        abort();
    ledger->accounts[ledger->count] = account;
    return &ledger->sums[ledger->count++];
}

static int64_t moved(struct text rule, int64_t amount)
{
    if (text_equal(rule, TEXT("account.deposit")))
        return amount;
    return text_equal(rule, TEXT("account.withdrawal")) ? -amount : 0;
}

static void add_decisions(struct sim *sim, int32_t n, struct ledger *ledger)
{
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_DECISION, n)];

    for (uint32_t i = 0; i < log->count; i++) {
        struct decision_batch batch;
        if (!kafka_committed(&sim->kafka, &log->items[i]) ||
            !decode(sim, &decision_batch_record, log->items[i].value, &batch))
            continue;
        for (uint32_t k = 0; k < batch.decisions.count; k++) {
            const struct decision *decision = &batch.decisions.items[k];
            int64_t sum = moved(decision->rule, decision->amount_micros);
            for (uint32_t e = 0; e < decision->effects.count; e++)
                sum += moved(decision->effects.items[e].rule, decision->effects.items[e].amount_micros);
            if (sum)
                *entry(ledger, decision->account_id) += sum;
        }
    }
}

static void add_charges(struct sim *sim, int32_t n, struct ledger *ledger)
{
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_CHARGE, n)];

    for (uint32_t i = 0; i < log->count; i++) {
        struct charge charge;
        if (kafka_committed(&sim->kafka, &log->items[i]) && decode(sim, &charge_record, log->items[i].value, &charge))
            *entry(ledger, charge.account_id) -= charge.amount_micros;
    }
}

static bool is_last(const struct sim *sim, const struct topic_log *log, uint32_t number)
{
    for (uint32_t i = number + 1; i < log->count; i++)
        if (kafka_committed(&sim->kafka, &log->items[i]) && text_equal(log->items[i].key, log->items[number].key))
            return false;
    return true;
}

static void check_money(struct sim *sim, int32_t n, const struct position *last)
{
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_ACCOUNT_STATE, n)];
    struct ledger ledger = {.count = 0};
    int64_t balances = 0, totals = 0;

    add_decisions(sim, n, &ledger);
    add_charges(sim, n, &ledger);
    for (uint32_t i = 0; i < log->count && !sim->violation[0]; i++) {
        const struct record *record = &log->items[i];
        struct account_state account;
        if (!kafka_committed(&sim->kafka, record) || !record->has_value ||
            state_key_kind(record->key) != STATE_ACCOUNT || !is_last(sim, log, i))
            continue;
        if (!decode(sim, &account_state_record, record->value, &account))
            return;
        struct text id = {record->key.data + 2, record->key.size - 2};
        if (account.balance_micros != *entry(&ledger, id))
            violate(sim, "account %.*s has %" PRId64 ", its decisions and charges sum to %" PRId64, (int)id.size,
                    id.data, account.balance_micros, *entry(&ledger, id));
        balances += account.balance_micros;
    }
    for (uint32_t i = 0; i < last->totals.count; i++) {
        const struct currency_total *total = &last->totals.items[i];
        totals += total->balance_micros;
        if (total->deposited_micros - total->withdrawn_micros - total->charged_micros != total->balance_micros)
            violate(sim, "partition %d: P's totals do not add up", (int)n);
    }
    if (totals != balances)
        violate(sim, "partition %d: balances %" PRId64 ", P says %" PRId64, (int)n, balances, totals);
}

/* --- [promise 4] Redis holds what account-state holds --- */

static const struct stored *stored_of(const struct redis_part *part, struct text key)
{
    for (uint32_t i = 0; i < part->keys.count; i++)
        if (text_equal(part->keys.items[i].key, key))
            return &part->keys.items[i];
    return NULL;
}

static void check_stored(struct sim *sim, int32_t n, const struct record *record)
{
    const struct stored *stored = stored_of(&sim->redis.parts[n], record->key);
    bool same = stored ? record->has_value && text_equal(stored->value, record->value) : !record->has_value;

    if (!same)
        violate(sim, "Redis, partition %d: %.*s is %s account-state", (int)n, (int)record->key.size, record->key.data,
                !stored             ? "missing, unlike"
                : record->has_value ? "other than in"
                                    : "there, deleted in");
    if (!stored || state_key_kind(record->key) != STATE_ACCOUNT)
        return;
    struct account_state account;
    if (!decode(sim, &account_state_record, record->value, &account))
        return;
    struct account_filing filing = account_filing(&account);
    if (stored->due_at != filing.due_at || stored->held != filing.held)
        violate(sim, "Redis, partition %d: %.*s is filed wrongly", (int)n, (int)record->key.size, record->key.data);
}

static void check_store(struct sim *sim, int32_t n, const struct position *last)
{
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_ACCOUNT_STATE, n)];
    const struct redis_part *part = &sim->redis.parts[n];
    uint32_t live = 0;

    for (uint32_t i = 0; i < log->count && !sim->violation[0]; i++) {
        const struct record *record = &log->items[i];
        if (!kafka_committed(&sim->kafka, record) || state_key_kind(record->key) == STATE_KINDS ||
            !is_last(sim, log, i))
            continue;
        live += record->has_value;
        check_stored(sim, n, record);
    }
    if (part->keys.count != live)
        violate(sim, "Redis, partition %d: %u keys, account-state has %u", (int)n, part->keys.count, live);
    if (!part->has || (last->seq && !hash_equal(&part->nonce, &last->nonce)))
        violate(sim, "Redis, partition %d: its position is not P", (int)n);
}

/* --- group --- */

static void check_offsets(struct sim *sim, int32_t n, bool lane, const struct position *last)
{
    for (uint32_t i = 0; i < last->inputs.count; i++) {
        enum topic topic = topic_find(last->inputs.items[i].topic);
        const struct group_offset *offset = &sim->kafka.group.offsets[topic][n];
        int64_t end = sim->kafka.logs[log_number(topic, n)].count;
        if (last->inputs.items[i].next_offset != end)
            violate(sim, "partition %d%s: P stands at %" PRId64 " of %" PRId64 " in %.*s", (int)n,
                    lane ? " (lane)" : "", last->inputs.items[i].next_offset, end, (int)topic_name(topic).size,
                    topic_name(topic).data);
        if (offset->set && offset->offset > end)
            violate(sim, "the group's offset is beyond the end");
    }
}

void check(struct sim *sim)
{
    struct position last;

    for (int32_t n = 0; n < sim->options.parts && !sim->violation[0]; n++) {
        char buffer[POSITION_KEY_MAX];
        if (!check_positions(sim, TOPIC_ACCOUNT_STATE, n, position_key(n, buffer), &last))
            return;
        check_decisions(sim, n, false);
        if (!sim->violation[0])
            check_money(sim, n, &last);
        if (!sim->violation[0])
            check_store(sim, n, &last);
        check_offsets(sim, n, false, &last);
    }
    if (check_positions(sim, TOPIC_CATALOGUE_STATE, 0, TEXT("p:lane"), &last)) {
        check_decisions(sim, 0, true);
        check_offsets(sim, 0, true, &last);
    }
    if (!sim->violation[0])
        check_dead_letters(sim);
}
