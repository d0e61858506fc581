#include "core/outcome.h"

#include "core/text.h"

static const struct text names[TOPIC_COUNT + 1] = {
    [TOPIC_TEMPLATE_DISCOVERED] = {"template-discovered", 19},
    [TOPIC_CATALOGUE] = {"catalogue", 9},
    [TOPIC_ACCOUNT] = {"account", 7},
    [TOPIC_ORDER] = {"order", 5},
    [TOPIC_OS_INSTALLED] = {"os-installed", 12},
    [TOPIC_CHARGE] = {"charge", 6},
    [TOPIC_NOTIFICATION] = {"notification", 12},
    [TOPIC_DECISION] = {"decision", 8},
    [TOPIC_ACCOUNT_STATE] = {"account-state", 13},
    [TOPIC_CATALOGUE_STATE] = {"catalogue-state", 15},
    [TOPIC_DEAD_LETTER] = {"dead-letter", 11},
    [TOPIC_COUNT] = {"", 0},
};

struct text topic_name(enum topic topic)
{
    return names[topic];
}

enum topic topic_find(struct text name)
{
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        if (text_equal(names[topic], name))
            return (enum topic)topic;
    return TOPIC_COUNT;
}

void outcome_init(struct outcome *outcome, struct arena *arena)
{
    *outcome = (struct outcome){.arena = arena};
}

/* Room for one more item of `size` bytes; NULL: out of memory. */
static void *more(struct outcome *outcome, void *items, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return items;
    uint32_t wanted = *room ? *room * 2 : 16;
    void *grown = arena_alloc(outcome->arena, wanted * size, 16);
    if (!grown) {
        outcome->out_of_memory = true;
        return NULL;
    }
    if (count)
        memcpy(grown, items, count * size);
    *room = wanted;
    return grown;
}

/* Without memory the outcome is void: the last item, or the first of a list that has none, is no use to anybody, but
 * the caller needs an address to write to. A list that never grew keeps `spare`. */
#define DEFINE_ADD(type, list)                                                                                 \
    struct type *outcome_##type(struct outcome *outcome)                                                       \
    {                                                                                                          \
        struct type *items =                                                                                   \
            more(outcome, outcome->list.items, outcome->list.count, &outcome->list.room, sizeof *items);       \
        if (!items)                                                                                            \
            return outcome->list.count ? &outcome->list.items[outcome->list.count - 1] : &outcome->spare.type; \
        outcome->list.items = items;                                                                           \
        struct type *item = &items[outcome->list.count++];                                                     \
        memset(item, 0, sizeof *item);                                                                         \
        return item;                                                                                           \
    }

DEFINE_ADD(decision, decisions)
DEFINE_ADD(charge, charges)
DEFINE_ADD(notification, notifications)
DEFINE_ADD(dead_letter, dead_letters)
DEFINE_ADD(move, moves)

struct outcome_mark outcome_mark(const struct outcome *outcome)
{
    return (struct outcome_mark){
        outcome->decisions.count,    outcome->charges.count, outcome->notifications.count,
        outcome->dead_letters.count, outcome->moves.count,
    };
}

void outcome_reset(struct outcome *outcome, struct outcome_mark mark)
{
    outcome->decisions.count = mark.decisions;
    outcome->charges.count = mark.charges;
    outcome->notifications.count = mark.notifications;
    outcome->dead_letters.count = mark.dead_letters;
    outcome->moves.count = mark.moves;
}
