/* The same history decided again, in other ways: nothing may differ. */
#include "property.h"

#include "core/hash.h"

/* --- ids --- */

struct id_table {
    struct text *ids;
    uint32_t size; /* a power of two */
};

/* False: it was there before. */
static bool add_id(struct id_table *table, struct text id)
{
    uint32_t at = (uint32_t)text_hash(id) & (table->size - 1);

    for (; table->ids[at].size; at = (at + 1) & (table->size - 1))
        if (text_equal(table->ids[at], id))
            return false;
    table->ids[at] = id;
    return true;
}

static bool unique_ids(struct trial *trial)
{
    struct id_table table = {.size = 1024};
    uint32_t outputs = 0;

    for (uint32_t step = 0; step < trial->run->count; step++)
        outputs += trial->run->outcomes[step].charges.count + trial->run->outcomes[step].notifications.count;
    while (table.size < 2 * outputs)
        table.size *= 2;
    table.ids = take(&trial->run->world.memory, table.size, sizeof *table.ids);
    for (uint32_t step = 0; step < trial->run->count; step++) {
        const struct outcome *outcome = &trial->run->outcomes[step];
        for (uint32_t i = 0; i < outcome->charges.count; i++)
            if (!add_id(&table, outcome->charges.items[i].charge_id))
                return fail(trial, step, outcome->charges.items[i].account_id, "charge id %.*s was used before",
                            TEXT_ARGUMENTS(outcome->charges.items[i].charge_id));
        for (uint32_t i = 0; i < outcome->notifications.count; i++)
            if (!add_id(&table, outcome->notifications.items[i].notification_id))
                return fail(trial, step, outcome->notifications.items[i].account_id,
                            "notification id %.*s was used before",
                            TEXT_ARGUMENTS(outcome->notifications.items[i].notification_id));
    }
    return true;
}

/* --- deciding again --- */

static bool same_states(struct trial *trial, struct run *again)
{
    struct text key;
    const char *difference = states_difference(&trial->run->world, &again->world, &key);

    if (!difference)
        difference = states_difference(&again->world, &trial->run->world, &key);
    return !difference ||
           fail(trial, again->count - 1, TEXT(""), "%s at the end: %.*s", difference, TEXT_ARGUMENTS(key));
}

/* `order`: the run's step that each step of `again` is; NULL: the same. */
static bool same_outcomes(struct trial *trial, struct run *again, const uint32_t *order)
{
    if (again->problem)
        return fail(trial, again->count - 1, TEXT(""), "decided again: %s", again->problem);
    for (uint32_t i = 0; i < again->count; i++) {
        uint32_t step = order ? order[i] : i;
        const char *difference = outcome_difference(&trial->run->outcomes[step], &again->outcomes[i]);
        if (difference)
            return fail(trial, step, trial->history->steps[step].account_id, "decided again: %s", difference);
    }
    return same_states(trial, again);
}

static bool decide_again(struct trial *trial, struct history *history, struct world_options options,
                         const uint32_t *order)
{
    struct run again;

    options.plant = trial->run->world.options.plant;
    run_init(&again, history, &options);
    (void)run_all(&again);
    trial->decided += again.world.decided;
    bool holds = same_outcomes(trial, &again, order);
    run_clear(&again);
    return holds;
}

bool check_ids(struct trial *trial)
{
    return unique_ids(trial) && decide_again(trial, trial->history, (struct world_options){.batch = 1}, NULL);
}

bool check_cache(struct trial *trial)
{
    return decide_again(trial, trial->history, (struct world_options){.batch = 1, .coded = true}, NULL);
}

/* --- the order of accounts --- */

/* Moves each step by chance before those of other accounts, as far as the catalogue does not change between. */
static void mix(struct trial *trial, uint32_t *order)
{
    const struct step *steps = trial->history->steps;

    for (uint32_t i = 0; i < trial->history->count; i++) {
        uint32_t at = i, moves = chance_below(&trial->chance, 4) * chance_below(&trial->chance, 8);
        order[i] = i;
        if (is_lane_step(&steps[i]))
            continue;
        for (; at > 0 && moves > 0; at--, moves--) {
            const struct step *before = &steps[order[at - 1]];
            if (is_lane_step(before) || text_equal(before->account_id, steps[i].account_id))
                break;
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}

bool check_accounts(struct trial *trial)
{
    uint32_t *order = take(&trial->run->world.memory, trial->history->count, sizeof *order);
    struct history mixed;

    mix(trial, order);
    history_init(&mixed, trial->history->codec);
    for (uint32_t i = 0; i < trial->history->count; i++)
        history_add_step(&mixed, &trial->history->steps[order[i]]);
    bool holds =
        decide_again(trial, &mixed, (struct world_options){.batch = 1 + chance_below(&trial->chance, 20)}, order);
    history_clear(&mixed);
    return holds;
}
