/* Catalogue changes: the first ones, then all kinds, also such as must be refused. */
#include "generator.h"

typedef struct catalogue_change_change change;

enum { PARTS_MAX = 128 };

static struct text set_name(struct generator *gen)
{
    return take_format(&gen->history->memory, "set%u", ++gen->sets);
}

static void send_part(struct generator *gen, struct text set, int32_t index, int32_t count, const change *what)
{
    struct catalogue_change event = {
        .event_id = new_id(gen),
        .occurred_at = gen->now,
        .actor = TEXT("admin"),
        .reason = TEXT("chance"),
        .change_set = set,
        .index = index,
        .count = count,
        .change = *what,
    };

    if (often(gen, 3))
        event.occurred_at = gen->now + HOUR_MS + 1;
    gen_input(gen, TOPIC_CATALOGUE, &event);
}

static void send_set(struct generator *gen, const change *parts, uint32_t count)
{
    struct text set = set_name(gen);
    bool backwards = often(gen, 200);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = backwards ? count - 1 - i : i;
        send_part(gen, set, (int32_t)index, (int32_t)count, &parts[index]);
    }
}

/* --- the first catalogue --- */

static void first_prices(struct generator *gen)
{
    static const struct text tariffs[TARIFFS] = {{"t1", 2}, {"t2", 2}, {"t3", 2}, {"t4", 2}};
    static const int32_t months[] = {1, 0, 3, 12, 120};
    change parts[PARTS_MAX];
    uint32_t count = 0;

    for (uint32_t t = 0; t < TARIFFS; t++) {
        const struct tariff *tariff = book_get(&gen->run->world.book, BOOK_TARIFF, TEXT(""), tariffs[t]);
        const struct enumeration *items =
            tariff ? book_get(&gen->run->world.book, BOOK_ENUMERATION, TEXT(""), tariff->enumeration_id) : NULL;
        for (uint32_t m = 0; tariff && m < 5; m++)
            for (uint32_t i = 0; i <= (items ? items->items.count : 0) && count < PARTS_MAX; i++)
                if (!often(gen, m == 0 ? 100 : 500))
                    parts[count++] = (change){
                        .kind = CATALOGUE_CHANGE_CHANGE_PRICE,
                        .as.price = price_of(gen, tariff, i ? items->items.items[i - 1].item_id : TEXT(""), months[m])};
    }
    for (uint32_t i = 0; i < count; i++)
        if (pick(gen, 4))
            parts[i].as.price.effective_from = 0;
    send_set(gen, parts, count);
}

void gen_first_catalogue(struct generator *gen)
{
    change parts[8];
    uint32_t count = 0;

    for (uint32_t i = 0; i < MODULES; i++)
        parts[count++] = (change){.kind = CATALOGUE_CHANGE_CHANGE_MODULE, .as.module = some_module(gen, i)};
    for (uint32_t i = 0; i < 2; i++)
        parts[count++] =
            (change){.kind = CATALOGUE_CHANGE_CHANGE_ENUMERATION, .as.enumeration = some_enumeration(gen, i)};
    send_set(gen, parts, count);
    for (uint32_t i = 0; i < TARIFFS; i++) {
        parts[0] = (change){.kind = CATALOGUE_CHANGE_CHANGE_TARIFF, .as.tariff = some_tariff(gen, i)};
        if (!often(gen, 50)) /* else orders come before it */
            send_set(gen, parts, 1);
    }
    first_prices(gen);
    for (uint32_t i = 0; i < 30; i++)
        gen_scan_message(gen);
}

/* --- later changes --- */

static change some_override(struct generator *gen)
{
    bool module = pick(gen, 2) == 0;

    return (change){.kind = CATALOGUE_CHANGE_CHANGE_OVERRIDE,
                    .as.override = {module ? OVERRIDE_SCOPE_MODULE : OVERRIDE_SCOPE_TARIFF,
                                    module ? module_name(gen) : tariff_name(gen), template_number(pick(gen, TEMPLATES)),
                                    (enum override_setting)pick(gen, OVERRIDE_SETTING_COUNT)}};
}

/* Chains and circles happen. */
static change some_alias(struct generator *gen)
{
    struct text same_as = often(gen, 250) ? TEXT("") : template_number(pick(gen, TEMPLATES));

    return (change){.kind = CATALOGUE_CHANGE_CHANGE_ALIAS,
                    .as.alias = {template_number(pick(gen, TEMPLATES)), same_as}};
}

static change some_settings(struct generator *gen)
{
    return (change){.kind = CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS,
                    .as.template_settings = {.template = template_number(pick(gen, TEMPLATES)),
                                             .title = TEXT("title"),
                                             .sort = (int32_t)pick(gen, 3)}};
}

static change some_approval(struct generator *gen)
{
    uint32_t module = pick(gen, MODULES);
    const struct scan_state *scans =
        book_get(&gen->run->world.book, BOOK_SCAN, TEXT(""), module ? TEXT("m2") : TEXT("m1"));
    struct text scan_id = scans && scans->held_scan.size && pick(gen, 4) ? scans->held_scan : TEXT("s-1");

    if (scans && scans->recent.count && often(gen, 100))
        scan_id = scans->recent.items[pick(gen, scans->recent.count)].scan_id;
    return (change){.kind = CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL,
                    .as.scan_approval = {often(gen, 20) ? TEXT("m9")
                                         : module       ? TEXT("m2")
                                                        : TEXT("m1"),
                                         scan_id}};
}

static change some_change(struct generator *gen)
{
    static const uint32_t weights[CATALOGUE_CHANGE_CHANGE_COUNT] = {40, 100, 60, 500, 80, 60, 30, 60};
    enum catalogue_change_change_kind kind = pick_weighted(gen, weights, CATALOGUE_CHANGE_CHANGE_COUNT);
    change what = {.kind = kind};

    switch (kind) {
    case CATALOGUE_CHANGE_CHANGE_MODULE: what.as.module = some_module(gen, pick(gen, MODULES)); break;
    case CATALOGUE_CHANGE_CHANGE_TARIFF: what.as.tariff = some_tariff(gen, pick(gen, TARIFFS)); break;
    case CATALOGUE_CHANGE_CHANGE_ENUMERATION: what.as.enumeration = some_enumeration(gen, pick(gen, 2)); break;
    case CATALOGUE_CHANGE_CHANGE_PRICE: what.as.price = some_price(gen, tariff_name(gen)); break;
    case CATALOGUE_CHANGE_CHANGE_OVERRIDE: return some_override(gen);
    case CATALOGUE_CHANGE_CHANGE_ALIAS: return some_alias(gen);
    case CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS: return some_settings(gen);
    default: return some_approval(gen);
    }
    return what;
}

/* A part of a set that is known already, of one that never ends, or that says something else. */
static void send_odd_part(struct generator *gen)
{
    struct text set = take_format(&gen->history->memory, "set%u", 1 + pick(gen, gen->sets + 1));
    change what = some_change(gen);
    int32_t count = 1 + (int32_t)pick(gen, 3);

    send_part(gen, set, (int32_t)pick(gen, (uint32_t)count + often(gen, 100)), count, &what);
}

void gen_lane_event(struct generator *gen)
{
    change parts[3];
    uint32_t count = 1 + (often(gen, 150) ? pick(gen, 3) : 0);

    if (pick(gen, 2)) {
        gen_scan_message(gen);
    } else if (often(gen, 60)) {
        send_odd_part(gen);
    } else {
        for (uint32_t i = 0; i < count; i++)
            parts[i] = some_change(gen);
        send_set(gen, parts, count);
    }
}
