#include "worker/cli/catalogue/catalogue_diff.h"

#include "core/name_index.h"
#include "core/record_walk.h"
#include "core/text.h"

static const struct text no_group = {NULL, 0};

static void *copy(struct differences *differences, const void *bytes, size_t size)
{
    void *kept = arena_alloc(differences->arena, size, 16);

    if (kept)
        memcpy(kept, bytes, size);
    else
        differences->out_of_memory = true;
    return kept;
}

static void add(struct differences *differences, enum difference_kind kind,
                const struct catalogue_change_change *change, const void *before)
{
    const struct difference found = {.kind = kind, .change = *change, .before = before};
    struct difference *kept = copy(differences, &found, sizeof found);

    if (!kept)
        return;
    *(differences->last ? &differences->last->next : &differences->first) = kept;
    differences->last = kept;
    if (kind == DIFFERENCE_KEPT)
        differences->kept++;
    else
        differences->changes++;
}

/* --- what the book says of a change's subject --- */

static const struct price_row *find_row(const struct catalogue_book *book, const struct price *price)
{
    const struct price_state *state = book_get(book, BOOK_PRICE, price->tariff_id, price->item_id);

    for (uint32_t i = 0; state && i < state->rows.count; i++)
        if (state->rows.items[i].period_months == price->period_months &&
            state->rows.items[i].effective_from == price->effective_from)
            return &state->rows.items[i];
    return NULL;
}

static const void *present_price(const struct catalogue_book *book, const struct price *price,
                                 struct differences *differences)
{
    const struct price_row *row = find_row(book, price);
    const struct tariff *tariff = book_get(book, BOOK_TARIFF, no_group, price->tariff_id);
    struct price before = *price;

    if (!row)
        return NULL;
    before.amount_micros = row->amount_micros;
    before.currency = tariff ? tariff->currency : price->currency;
    return copy(differences, &before, sizeof before);
}

static const void *present_override(const struct catalogue_book *book, const struct override *override,
                                    struct differences *differences)
{
    enum book_kind kind = override->scope == OVERRIDE_SCOPE_MODULE ? BOOK_MODULE_OVERRIDE : BOOK_TARIFF_OVERRIDE;
    const struct override_state *state = book_get(book, kind, override->scope_id, override->template);
    struct override before = *override;

    if (!state)
        return NULL;
    before.setting = state->setting;
    return copy(differences, &before, sizeof before);
}

static bool says_nothing(const struct template_settings *settings)
{
    return text_empty(settings->title) && settings->sort == 0 && settings->tags.count == 0;
}

/* NULL: the book has none. */
static const void *present(const struct catalogue_book *book, const struct catalogue_change_change *change,
                           struct differences *differences)
{
    const struct template_settings *settings;

    switch (change->kind) {
    case CATALOGUE_CHANGE_CHANGE_MODULE: return book_get(book, BOOK_MODULE, no_group, change->as.module.module_id);
    case CATALOGUE_CHANGE_CHANGE_TARIFF: return book_get(book, BOOK_TARIFF, no_group, change->as.tariff.tariff_id);
    case CATALOGUE_CHANGE_CHANGE_ENUMERATION:
        return book_get(book, BOOK_ENUMERATION, no_group, change->as.enumeration.enumeration_id);
    case CATALOGUE_CHANGE_CHANGE_PRICE: return present_price(book, &change->as.price, differences);
    case CATALOGUE_CHANGE_CHANGE_OVERRIDE: return present_override(book, &change->as.override, differences);
    case CATALOGUE_CHANGE_CHANGE_ALIAS: return book_get(book, BOOK_ALIAS, no_group, change->as.alias.template);
    case CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS:
        settings = book_get(book, BOOK_SETTINGS, no_group, change->as.template_settings.template);
        return settings && !says_nothing(settings) ? settings : NULL;
    default: return NULL;
    }
}

/* AUTO, an alias to nothing, empty settings: these take away. */
static bool takes_away(const struct catalogue_change_change *change)
{
    switch (change->kind) {
    case CATALOGUE_CHANGE_CHANGE_OVERRIDE: return change->as.override.setting == OVERRIDE_SETTING_AUTO;
    case CATALOGUE_CHANGE_CHANGE_ALIAS: return text_empty(change->as.alias.same_as);
    case CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS: return says_nothing(&change->as.template_settings);
    default: return false;
    }
}

void catalogue_diff_one(const struct catalogue_change_change *change, const struct catalogue_book *book,
                        struct differences *differences)
{
    const void *before = present(book, change, differences);
    bool away = takes_away(change);

    if (before ? record_equal(change_record(change), before, &change->as) : away)
        return;
    add(differences, !before ? DIFFERENCE_ADDED : away ? DIFFERENCE_REMOVED : DIFFERENCE_CHANGED, change, before);
}

/* --- what the book has and the file lacks --- */

/* The change that would put this entry, or its row, there again; for overrides, aliases, settings: take it away. */
static struct catalogue_change_change entry_change(const struct book_entry *entry, uint32_t row)
{
    struct catalogue_change_change change = {CATALOGUE_CHANGE_CHANGE_MODULE, {{{NULL, 0}, {NULL, 0}, 0, false}}};

    switch (entry->kind) {
    case BOOK_MODULE: change.as.module = *(const struct module *)entry->record; break;
    case BOOK_TARIFF:
        change.kind = CATALOGUE_CHANGE_CHANGE_TARIFF;
        change.as.tariff = *(const struct tariff *)entry->record;
        break;
    case BOOK_ENUMERATION:
        change.kind = CATALOGUE_CHANGE_CHANGE_ENUMERATION;
        change.as.enumeration = *(const struct enumeration *)entry->record;
        break;
    case BOOK_PRICE: {
        const struct price_row *at = &((const struct price_state *)entry->record)->rows.items[row];
        change.kind = CATALOGUE_CHANGE_CHANGE_PRICE;
        change.as.price = (struct price){entry->group, entry->name,       at->period_months,
                                         no_group,     at->amount_micros, at->effective_from};
        break;
    }
    case BOOK_ALIAS:
        change.kind = CATALOGUE_CHANGE_CHANGE_ALIAS;
        change.as.alias = (struct alias){entry->name, no_group};
        break;
    case BOOK_SETTINGS:
        change.kind = CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS;
        change.as.template_settings = (struct template_settings){.template = entry->name};
        break;
    default:
        change.kind = CATALOGUE_CHANGE_CHANGE_OVERRIDE;
        change.as.override =
            (struct override){entry->kind == BOOK_MODULE_OVERRIDE ? OVERRIDE_SCOPE_MODULE : OVERRIDE_SCOPE_TARIFF,
                              entry->group, entry->name, OVERRIDE_SETTING_AUTO};
    }
    return change;
}

static struct text name_of(const struct catalogue_change_change *change, struct arena *arena)
{
    return TEXT_JOIN(arena, change_kind_name(change), TEXT(":"), change_id(change, arena));
}

/* What the file names, by kind and id. */
static bool collect(const struct catalogue_file *file, struct arena *arena, struct name_index *ret)
{
    if (!name_index_init(ret, arena, file->count))
        return false;
    for (uint32_t i = 0; i < file->count; i++)
        name_add(ret, name_of(&file->items[i].change, arena));
    return true;
}

/* A price says nothing new when its tariff is not in the file either. */
static bool is_named(const struct catalogue_change_change *change, const struct name_index *named, struct arena *arena)
{
    if (name_find(named, name_of(change, arena)) != NAME_NONE)
        return true;
    return change->kind == CATALOGUE_CHANGE_CHANGE_PRICE &&
           name_find(named, TEXT_JOIN(arena, TEXT("tariff:"), change->as.price.tariff_id)) == NAME_NONE;
}

static void look_for(const struct book_entry *entry, uint32_t row, const struct name_index *named,
                     const struct catalogue_book *book, struct differences *differences)
{
    struct catalogue_change_change change = entry_change(entry, row);

    if (is_named(&change, named, differences->arena))
        return;
    if (takes_away(&change))
        catalogue_diff_one(&change, book, differences);
    else
        add(differences, DIFFERENCE_KEPT, &change, present(book, &change, differences));
}

static void find_missing(enum book_kind kind, const struct name_index *named, const struct catalogue_book *book,
                         struct differences *differences)
{
    uint32_t count;
    const struct book_entry **entries = book_sorted(book, kind, NULL, differences->arena, &count);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t rows = kind == BOOK_PRICE ? ((const struct price_state *)entries[i]->record)->rows.count : 1;
        for (uint32_t row = 0; row < rows; row++)
            look_for(entries[i], row, named, book, differences);
    }
}

void catalogue_diff(const struct catalogue_file *file, const struct catalogue_book *book, struct arena *arena,
                    struct differences *ret)
{
    static const struct {
        enum catalogue_section section;
        enum book_kind kind;
    } kinds[] = {
        {SECTION_MODULES, BOOK_MODULE},
        {SECTION_ENUMERATIONS, BOOK_ENUMERATION},
        {SECTION_TARIFFS, BOOK_TARIFF},
        {SECTION_TARIFFS, BOOK_PRICE},
        {SECTION_ALIASES, BOOK_ALIAS},
        {SECTION_TEMPLATES, BOOK_SETTINGS},
        {SECTION_OVERRIDES, BOOK_TARIFF_OVERRIDE},
        {SECTION_OVERRIDES, BOOK_MODULE_OVERRIDE},
    };
    struct name_index named;

    *ret = (struct differences){.arena = arena};
    for (uint32_t i = 0; i < file->count; i++)
        catalogue_diff_one(&file->items[i].change, book, ret);
    if (!collect(file, arena, &named)) {
        ret->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (file->has[kinds[i].section])
            find_missing(kinds[i].kind, &named, book, ret);
}
