#include "core/switches.h"

/* Where an id is in a list in order of bytes, or belongs. */
static uint32_t place_of(const struct text_array *ids, struct text id)
{
    uint32_t low = 0, high = ids->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (text_compare(ids->items[middle], id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has(const struct text_array *ids, struct text id)
{
    uint32_t at = place_of(ids, id);

    return at < ids->count && text_equal(ids->items[at], id);
}

/* There is room for one more. */
static void insert(struct text_array *ids, struct text id)
{
    uint32_t at = place_of(ids, id);

    memmove(&ids->items[at + 1], &ids->items[at], (ids->count - at) * sizeof *ids->items);
    ids->items[at] = id;
    ids->count++;
}

static struct text_array roomy_copy(struct lane_work *work, const struct text_array *ids, uint32_t more)
{
    struct text_array copy = {lane_alloc(work, ids->count + more, sizeof *copy.items), 0};

    if (!copy.items)
        return copy;
    if (ids->count)
        memcpy(copy.items, ids->items, ids->count * sizeof *copy.items);
    copy.count = ids->count;
    return copy;
}

/* ALL: on; FREE_ONLY: on unless its item has a positive price in that tariff; NONE: off. */
static bool begins_on(const struct catalogue *offers, enum auto_connect auto_connect,
                      const struct catalogue_tariff *tariff, struct text template_name)
{
    switch (auto_connect) {
    case AUTO_CONNECT_FREE_ONLY: return !catalogue_template_priced(offers, tariff, template_name);
    case AUTO_CONNECT_NONE: return false;
    default: return true;
    }
}

/* A template's switches while pairs are added. */
struct switching {
    const struct catalogue *offers;
    const struct module *module;
    struct text template;
    struct switch_state state;
    struct switch_counts added;
};

static bool begin_switching(struct lane_work *work, struct text module_id, struct text template_name, uint32_t more,
                            struct switching *ret_switching)
{
    static const struct switch_state none;
    const struct switch_state *known = book_get(work->book, BOOK_SWITCHES, TEXT(""), template_name);

    if (!known)
        known = &none;
    *ret_switching = (struct switching){
        .offers = lane_offers(work),
        .module = book_get(work->book, BOOK_MODULE, TEXT(""), module_id),
        .template = template_name,
        .state = {roomy_copy(work, &known->on, more), roomy_copy(work, &known->off, more)},
    };
    return ret_switching->offers && ret_switching->module && ret_switching->state.on.items &&
           ret_switching->state.off.items;
}

/* A pair that exists already stays as it is: later changes of auto_connect or prices do not flip it. */
static void add_pair(struct switching *switching, const struct catalogue_tariff *tariff)
{
    struct text tariff_id = tariff_terms(tariff)->tariff_id;

    if (has(&switching->state.on, tariff_id) || has(&switching->state.off, tariff_id))
        return;
    if (begins_on(switching->offers, switching->module->auto_connect, tariff, switching->template)) {
        insert(&switching->state.on, tariff_id);
        switching->added.on++;
    } else {
        insert(&switching->state.off, tariff_id);
        switching->added.off++;
    }
}

static void end_switching(struct lane_work *work, const struct switching *switching)
{
    if (switching->added.on || switching->added.off)
        book_put(work->book, BOOK_SWITCHES, TEXT(""), switching->template, &switching->state);
}

struct switch_counts switches_for_template(struct lane_work *work, struct text module_id, struct text template_name)
{
    struct switching switching;
    const struct catalogue_tariff *tariff;

    if (!begin_switching(work, module_id, template_name, book_live(work->book, BOOK_TARIFF), &switching))
        return (struct switch_counts){0, 0};
    for (uint32_t i = 0; (tariff = catalogue_tariff_number(switching.offers, i)); i++)
        if (tariff_has_module(tariff, module_id))
            add_pair(&switching, tariff);
    end_switching(work, &switching);
    return switching.added;
}

void switches_for_module(struct lane_work *work, struct text module_id, const struct catalogue_tariff *const *tariffs,
                         uint32_t count)
{
    for (const struct book_entry *entry = book_group_first(work->book, BOOK_LINK, module_id); entry;
         entry = book_group_next(entry)) {
        struct switching switching;
        if (!begin_switching(work, module_id, entry->name, count, &switching))
            return;
        for (uint32_t i = 0; i < count; i++)
            add_pair(&switching, tariffs[i]);
        end_switching(work, &switching);
    }
}
