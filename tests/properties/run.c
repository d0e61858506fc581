#include "run.h"

#include "core/record_walk.h"

void run_init(struct run *run, struct history *history, const struct world_options *options)
{
    *run = (struct run){.history = history};
    world_init(&run->world, history->codec, options);
}

void run_clear(struct run *run)
{
    world_clear(&run->world);
}

static struct outcome *next_outcome(struct run *run)
{
    if (run->count == run->room) {
        uint32_t room = run->room ? 2 * run->room : 512;
        struct outcome *grown = take(&run->world.memory, room, sizeof *grown);
        if (run->count)
            memcpy(grown, run->outcomes, run->count * sizeof *grown);
        run->outcomes = grown;
        run->room = room;
    }
    return &run->outcomes[run->count++];
}

bool run_step(struct run *run)
{
    const struct step *step = &run->history->steps[run->count];

    run->problem = world_step(&run->world, step, next_outcome(run));
    return !run->problem;
}

bool run_all(struct run *run)
{
    while (run->count < run->history->count)
        if (!run_step(run))
            return false;
    run->problem = world_finish(&run->world);
    return !run->problem;
}

/* --- comparing --- */

#define SAME(a, b, list, type) lists_equal((a)->list.items, (a)->list.count, (b)->list.items, (b)->list.count, type)

static bool lists_equal(const void *a, uint32_t a_count, const void *b, uint32_t b_count,
                        const struct record_type *type)
{
    const char *left = a, *right = b;

    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (!record_equal(type, left + i * type->size, right + i * type->size))
            return false;
    return true;
}

static bool same_dead_letters(const struct outcome *a, const struct outcome *b)
{
    if (a->dead_letters.count != b->dead_letters.count)
        return false;
    for (uint32_t i = 0; i < a->dead_letters.count; i++) {
        const struct dead_letter *left = &a->dead_letters.items[i], *right = &b->dead_letters.items[i];
        if (left->topic != right->topic || left->offset != right->offset || strcmp(left->code, right->code) != 0)
            return false;
    }
    return true;
}

const char *outcome_difference(const struct outcome *a, const struct outcome *b)
{
    if (!SAME(a, b, charges, &charge_record))
        return "other charges";
    if (!SAME(a, b, notifications, &notification_record))
        return "other notifications";
    if (!SAME(a, b, decisions, &decision_record))
        return "other decisions";
    return same_dead_letters(a, b) ? NULL : "other dead letters";
}

const char *states_difference(struct world *a, struct world *b, struct text *ret_key)
{
    const struct stored *left = a->first;

    for (; left; left = left->next) {
        const struct record_type *type = state_record_type(left->kind);
        const struct stored *right = b->buckets[left->hash % WORLD_BUCKETS];
        while (right && !text_equal(right->key, left->key))
            right = right->next_in_bucket;
        const void *mine = stored_record(a, left), *other = right ? stored_record(b, right) : NULL;
        *ret_key = left->key;
        if (!mine != !other)
            return "a state that the other does not have";
        if (mine && !record_equal(type, mine, other))
            return "another state";
    }
    return NULL;
}
