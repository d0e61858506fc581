#include "plants.h"

#include "world.h"

#include "core/record_walk.h"

static const struct {
    const char *name, *property;
} plants[PLANT_COUNT] = {
    [PLANT_NONE] = {"none", ""},
    [PLANT_MONEY_LOST] = {"money-lost", "money"},
    [PLANT_LEVEL_CHARGED_TWICE] = {"level-charged-twice", "levels"},
    [PLANT_PRICE_EXCEEDED] = {"price-exceeded", "price"},
    [PLANT_NOT_REPEATABLE] = {"not-repeatable", "ids"},
    [PLANT_SAME_ID] = {"same-id", "ids"},
    [PLANT_DUPLICATE_DECIDED] = {"duplicate-decided", "duplicates"},
    [PLANT_VERDICT_CHANGED] = {"verdict-changed", "verdicts"},
    [PLANT_LEVEL_FORGOTTEN] = {"level-forgotten", "flapping"},
    [PLANT_DETOUR_COSTS] = {"detour-costs", "splitting"},
    [PLANT_ACCOUNTS_TOUCH] = {"accounts-touch", "accounts"},
    [PLANT_STATE_LOST] = {"state-lost", "cache"},
};

enum plant plant_find(const char *name)
{
    int plant = 0;

    while (plant < PLANT_COUNT && strcmp(plants[plant].name, name) != 0)
        plant++;
    return (enum plant)plant;
}

const char *plant_property(enum plant plant)
{
    return plants[plant].property;
}

/* --- outputs --- */

static void plant_line(struct world *world, struct charge *charge)
{
    struct charge_line *line = &charge->lines.items[charge->lines.count - 1];

    if (line->kind != LINE_KIND_OS || line->amount_micros <= 0)
        return;
    if (world->options.plant == PLANT_LEVEL_CHARGED_TWICE)
        line->credited_price_micros = 0;
    if (world->options.plant == PLANT_PRICE_EXCEEDED) {
        charge->amount_micros += line->amount_micros;
        line->amount_micros *= 2;
    }
}

static void plant_charge(struct world *world, struct charge *charge)
{
    static uint32_t calls; /* what no outcome may depend on */

    switch (world->options.plant) {
    case PLANT_MONEY_LOST: charge->amount_micros--; break;
    case PLANT_NOT_REPEATABLE: charge->charge_id = take_format(&world->memory, "c-%u", ++calls); break;
    case PLANT_SAME_ID: charge->charge_id = TEXT("c-1"); break;
    case PLANT_DETOUR_COSTS:
        if (world->batched && charge->amount_micros < INT64_MAX / 2)
            charge->amount_micros += (int64_t)world->decided * 1000000;
        break;
    default: plant_line(world, charge); break;
    }
}

void plant_outcome(struct world *world, struct outcome *outcome)
{
    for (uint32_t i = 0; i < outcome->charges.count && world->options.plant != PLANT_NONE; i++)
        plant_charge(world, &outcome->charges.items[i]);
    for (uint32_t i = 0; i < outcome->decisions.count; i++) {
        struct decision *decision = &outcome->decisions.items[i];
        if (world->options.plant == PLANT_ACCOUNTS_TOUCH)
            decision->amount_micros += (int64_t)world->decided;
        if (world->options.plant == PLANT_VERDICT_CHANGED && decision->verdict == VERDICT_DUPLICATE)
            decision->verdict = VERDICT_APPLIED;
    }
}

/* --- states --- */

static void plant_vps(enum plant plant, struct vps_state *vps)
{
    if (plant == PLANT_DUPLICATE_DECIDED)
        vps->recent_orders.count = vps->recent_installs.count = 0;
    if (plant == PLANT_STATE_LOST)
        vps->newest_known = -1;
    for (uint32_t i = 0; plant == PLANT_LEVEL_FORGOTTEN && i < vps->periods.count; i++) {
        vps->periods.items[i].os_level_micros = 0;
        vps->periods.items[i].items.count = 0;
    }
}

const void *plant_state(struct world *world, enum state_kind kind, const void *record)
{
    enum plant plant = world->options.plant;
    void *broken;

    if (plant == PLANT_NONE || (plant == PLANT_STATE_LOST && !world->options.coded))
        return record;
    broken = record_copy(&world->memory.arena, state_record_type(kind), record);
    if (!broken)
        give_up("out of memory");
    if (kind == STATE_VPS)
        plant_vps(plant, broken);
    if (kind == STATE_ORDER && plant == PLANT_DUPLICATE_DECIDED)
        ((struct order_state *)broken)->keys.count = 0;
    if (kind == STATE_IDS && plant == PLANT_DUPLICATE_DECIDED)
        ((struct event_ids *)broken)->seen.count = 0;
    return broken;
}
