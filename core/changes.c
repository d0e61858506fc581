#include "core/changes.h"

#include "core/record_walk.h"

static const struct {
    struct text name;
    const struct record_type *record;
} kinds[CATALOGUE_CHANGE_CHANGE_COUNT] = {
    [CATALOGUE_CHANGE_CHANGE_MODULE] = {{"module", 6}, &module_record},
    [CATALOGUE_CHANGE_CHANGE_TARIFF] = {{"tariff", 6}, &tariff_record},
    [CATALOGUE_CHANGE_CHANGE_ENUMERATION] = {{"enumeration", 11}, &enumeration_record},
    [CATALOGUE_CHANGE_CHANGE_PRICE] = {{"price", 5}, &price_record},
    [CATALOGUE_CHANGE_CHANGE_OVERRIDE] = {{"override", 8}, &override_record},
    [CATALOGUE_CHANGE_CHANGE_ALIAS] = {{"alias", 5}, &alias_record},
    [CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS] = {{"settings", 8}, &template_settings_record},
    [CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL] = {{"approval", 8}, &scan_approval_record},
};

struct text change_name(const struct catalogue_change *part)
{
    return kinds[part->change.kind].name;
}

bool change_equal(const struct catalogue_change *a, const struct catalogue_change *b)
{
    return a->change.kind == b->change.kind && record_equal(kinds[a->change.kind].record, &a->change.as, &b->change.as);
}

void change_hash(struct lane_work *work, const struct catalogue_change *part, char ret_bytes[8])
{
    const struct record_type *type = kinds[part->change.kind].record;
    size_t size = record_bytes(type, &part->change.as, NULL);
    uint8_t *bytes = lane_alloc(work, size + 1, 1);

    memset(ret_bytes, 0, 8);
    if (!bytes)
        return;
    bytes[0] = (uint8_t)part->change.kind;
    record_bytes(type, &part->change.as, bytes + 1);
    struct hash hash = work->lane->hashes->hash128(bytes, size + 1);
    memcpy(ret_bytes, hash.bytes, 8);
}

/* --- applying --- */

/* Where a row of this key is among rows in order of period_months and effective_from, or belongs. */
static uint32_t place_of(const struct price_row_array *rows, const struct price *price)
{
    uint32_t low = 0, high = rows->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct price_row *row = &rows->items[middle];
        if (row->period_months < price->period_months ||
            (row->period_months == price->period_months && row->effective_from < price->effective_from))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool same_key(const struct price_row *row, const struct price *price)
{
    return row->period_months == price->period_months && row->effective_from == price->effective_from;
}

/* rules.md 2.3: the same key again replaces the amount for later decisions. */
static void apply_price(struct lane_work *work, const struct price *price)
{
    const struct price_state *known = book_get(work->book, BOOK_PRICE, price->tariff_id, price->item_id);
    struct price_row_array rows = {NULL, known ? known->rows.count : 0};

    rows.items = lane_alloc(work, rows.count + 1, sizeof *rows.items);
    if (!rows.items)
        return;
    if (rows.count)
        memcpy(rows.items, known->rows.items, rows.count * sizeof *rows.items);
    uint32_t at = place_of(&rows, price);
    if (at == rows.count || !same_key(&rows.items[at], price)) {
        memmove(&rows.items[at + 1], &rows.items[at], (rows.count - at) * sizeof *rows.items);
        rows.count++;
    }
    rows.items[at] = (struct price_row){price->period_months, price->amount_micros, price->effective_from};
    struct price_state state = {rows};
    book_put(work->book, BOOK_PRICE, price->tariff_id, price->item_id, &state);
}

/* template.override: kept with actor, reason and time until AUTO. */
static void apply_override(struct lane_work *work, const struct catalogue_change *part)
{
    const struct override *override = &part->change.as.override;
    enum book_kind kind = override->scope == OVERRIDE_SCOPE_MODULE ? BOOK_MODULE_OVERRIDE : BOOK_TARIFF_OVERRIDE;
    struct override_state state = {override->setting, part->actor, part->reason, part->occurred_at};

    book_put(work->book, kind, override->scope_id, override->template,
             override->setting == OVERRIDE_SETTING_AUTO ? NULL : &state);
}

static struct text apply_tariff(struct lane_work *work, const struct tariff *tariff)
{
    const struct tariff *known = book_get(work->book, BOOK_TARIFF, TEXT(""), tariff->tariff_id);

    if (known && !text_equal(known->currency, tariff->currency))
        return SAY(work, TEXT("the currency of tariff "), lane_quoted(work, tariff->tariff_id), TEXT(" is "),
                   known->currency, TEXT(" and cannot become "), tariff->currency, TEXT(": make a new tariff for it"));
    book_put(work->book, BOOK_TARIFF, TEXT(""), tariff->tariff_id, tariff);
    return TEXT("");
}

struct text change_apply(struct lane_work *work, const struct catalogue_change *part)
{
    const struct text none = TEXT("");
    struct catalogue_book *book = work->book;

    switch (part->change.kind) {
    case CATALOGUE_CHANGE_CHANGE_MODULE:
        book_put(book, BOOK_MODULE, none, part->change.as.module.module_id, &part->change.as.module);
        break;
    case CATALOGUE_CHANGE_CHANGE_TARIFF: return apply_tariff(work, &part->change.as.tariff);
    case CATALOGUE_CHANGE_CHANGE_ENUMERATION:
        book_put(book, BOOK_ENUMERATION, none, part->change.as.enumeration.enumeration_id,
                 &part->change.as.enumeration);
        break;
    case CATALOGUE_CHANGE_CHANGE_PRICE: apply_price(work, &part->change.as.price); break;
    case CATALOGUE_CHANGE_CHANGE_OVERRIDE: apply_override(work, part); break;
    case CATALOGUE_CHANGE_CHANGE_ALIAS:
        book_put(book, BOOK_ALIAS, none, part->change.as.alias.template,
                 text_empty(part->change.as.alias.same_as) ? NULL : &part->change.as.alias);
        break;
    case CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS:
        book_put(book, BOOK_SETTINGS, none, part->change.as.template_settings.template,
                 &part->change.as.template_settings);
        break;
    default: /* an approval writes nothing before the set is known to be in order */ break;
    }
    return none;
}
