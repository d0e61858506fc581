/* Pairs that a change set makes: a module that tariffs gained brings its templates (rules.md 1). */
#include "core/changes.h"
#include "core/name_index.h"
#include "core/switches.h"

/* Modules that tariffs gained, and the tariffs, in the order of the set. */
struct gains {
    struct gain {
        uint32_t module; /* of modules */
        const struct catalogue_tariff *tariff;
    } * items;
    uint32_t count;
    struct name_index modules;
};

static uint32_t count_modules(const struct change_parts *parts)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->items[i]->change.kind == CATALOGUE_CHANGE_CHANGE_TARIFF)
            count += parts->items[i]->change.as.tariff.module_ids.count;
    return count;
}

/* The modules that the tariff had before the set. */
static bool index_before(struct lane_work *work, struct text tariff_id, struct name_index *ret_index)
{
    const struct tariff *before = book_before(work->book, BOOK_TARIFF, TEXT(""), tariff_id);
    uint32_t count = before ? before->module_ids.count : 0;

    if (!name_index_init(ret_index, work->arena, count)) {
        work->no_memory = true;
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        name_add(ret_index, before->module_ids.items[i]);
    return true;
}

static void add_gains(struct lane_work *work, const struct catalogue *offers, const struct tariff *tariff,
                      struct gains *gains)
{
    struct name_index before;

    if (!index_before(work, tariff->tariff_id, &before))
        return;
    for (uint32_t i = 0; i < tariff->module_ids.count; i++) {
        struct text module_id = tariff->module_ids.items[i];
        const struct catalogue_tariff *after = catalogue_tariff(offers, tariff->tariff_id);
        bool gained = name_find(&before, module_id) == NAME_NONE && tariff_has_module(after, module_id);
        if (gained && book_group_first(work->book, BOOK_LINK, module_id))
            gains->items[gains->count++] = (struct gain){name_add(&gains->modules, module_id), after};
    }
}

static bool find_gains(struct lane_work *work, const struct change_parts *parts, struct gains *gains)
{
    uint32_t room = count_modules(parts);
    const struct catalogue *offers = room ? lane_offers(work) : NULL;

    if (!offers)
        return false;
    gains->items = lane_alloc(work, room, sizeof *gains->items);
    if (!gains->items || !name_index_init(&gains->modules, work->arena, room)) {
        work->no_memory = true;
        return false;
    }
    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->items[i]->change.kind == CATALOGUE_CHANGE_CHANGE_TARIFF)
            add_gains(work, offers, &parts->items[i]->change.as.tariff, gains);
    return true;
}

void change_switches(struct lane_work *work, const struct change_parts *parts)
{
    struct gains gains = {0};

    if (!find_gains(work, parts, &gains))
        return;
    const struct catalogue_tariff **tariffs = lane_alloc(work, gains.count, sizeof *tariffs);
    for (uint32_t module = 0; tariffs && module < gains.modules.count; module++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < gains.count; i++)
            if (gains.items[i].module == module)
                tariffs[count++] = gains.items[i].tariff;
        switches_for_module(work, gains.modules.names[module], tariffs, count);
    }
}
