/* Modules, tariffs, enumerations and prices: what is sold. */
#include "generator.h"

enum { ITEMS = 5 };
static const struct text item_ids[ITEMS] = {{"free", 4}, {"win", 3}, {"pro", 3}, {"cpl", 3}, {"ubu", 3}};

struct module some_module(struct generator *gen, uint32_t number)
{
    static const struct text names[MODULES] = {{"m1", 2}, {"m2", 2}};

    return (struct module){
        .module_id = names[number],
        .title = TEXT("module"),
        .auto_connect = (enum auto_connect)(pick(gen, 2) ? 0 : pick(gen, AUTO_CONNECT_COUNT)),
        .strict = often(gen, 200),
    };
}

/* The first item is the default; the others are named as templates are. */
struct enumeration some_enumeration(struct generator *gen, uint32_t number)
{
    struct enumeration_item *items = take(&gen->history->memory, ITEMS, sizeof *items);
    uint32_t count = 0;

    for (uint32_t i = 0; i < ITEMS; i++)
        if (i < 2 || !often(gen, 150))
            items[count++] = (struct enumeration_item){
                .item_id = item_ids[i],
                .internal_name = i == 0 && pick(gen, 2) ? TEXT("") : template_number(i),
                .title = item_ids[i],
                .sort = (int32_t)i,
            };
    if (often(gen, 10))
        items[count - 1].internal_name = items[0].internal_name;
    return (struct enumeration){number ? TEXT("e2") : TEXT("e1"), {items, count}};
}

static struct text_array some_modules(struct generator *gen)
{
    struct text *ids = take(&gen->history->memory, MODULES, sizeof *ids);
    uint32_t which = pick(gen, 3) ? 3 : 1 + pick(gen, 2);
    struct text_array array = {ids, 0};

    if (which & 1)
        ids[array.count++] = TEXT("m1");
    if (which & 2)
        ids[array.count++] = TEXT("m2");
    if (often(gen, 10))
        ids[0] = TEXT("m9");
    return array;
}

struct tariff some_tariff(struct generator *gen, uint32_t number)
{
    static const struct text names[TARIFFS] = {{"t1", 2}, {"t2", 2}, {"t3", 2}, {"t4", 2}};
    static const int64_t roundings[] = {1, 1, 10000, 1000000};
    const struct tariff *before = book_get(&gen->run->world.book, BOOK_TARIFF, TEXT(""), names[number]);
    bool addon = !often(gen, 150);
    struct text currency = number == 3 && pick(gen, 2) ? TEXT("EUR") : TEXT("USD");

    return (struct tariff){
        .tariff_id = names[number],
        .title = TEXT("tariff"),
        .currency = before && !often(gen, 30) ? before->currency : currency,
        .module_ids = some_modules(gen),
        .os_param = TEXT("ostempl"),
        .enumeration_id = !addon         ? TEXT("")
                          : pick(gen, 3) ? TEXT("e1")
                                         : TEXT("e2"),
        .default_item = addon ? item_ids[often(gen, 30)] : TEXT(""),
        .refund = pick(gen, 3) ? REFUND_PRORATA : REFUND_NONE,
        .rounding_micros = before && pick(gen, 3) ? before->rounding_micros : roundings[pick(gen, 4)],
        .disk_mib = often(gen, 300) ? 20000 : 0,
        .enabled = !often(gen, 80),
    };
}

struct price price_of(struct generator *gen, const struct tariff *tariff, struct text item_id, int32_t months)
{
    int64_t unit = tariff->rounding_micros;
    struct price price = {
        .tariff_id = tariff->tariff_id,
        .item_id = item_id,
        .period_months = months,
        .currency = tariff->currency,
        .amount_micros = (int64_t)pick(gen, 40) * UNIT,
        .effective_from = pick(gen, 3) ? 0 : gen->now + chance_between(&gen->chance, -20 * DAY, 20 * DAY),
    };

    if (unit < UNIT && pick(gen, 2))
        price.amount_micros += (int64_t)pick(gen, (uint32_t)(UNIT / unit)) * unit;
    if (gen->huge && often(gen, 50))
        price.amount_micros = INT64_MAX / unit * unit;
    if (item_id.size && (text_equal(item_id, item_ids[0]) ? pick(gen, 4) : often(gen, 100)))
        price.amount_micros = 0;
    return price;
}

struct price some_price(struct generator *gen, struct text tariff_id)
{
    const struct tariff *tariff = book_get(&gen->run->world.book, BOOK_TARIFF, TEXT(""), tariff_id);
    const struct tariff unknown = {.tariff_id = tariff_id, .currency = TEXT("USD"), .rounding_micros = 1};
    struct text item_id = pick(gen, 4) ? item_ids[pick(gen, ITEMS)] : TEXT("");
    struct price price = price_of(gen, tariff ? tariff : &unknown, item_id, some_months(gen));

    if (often(gen, 20))
        price.amount_micros = -price.amount_micros - 1;
    if (often(gen, 20))
        price.amount_micros++;
    if (often(gen, 20))
        price.currency = TEXT("GBP");
    if (often(gen, 10))
        price.period_months = 121;
    return price;
}
