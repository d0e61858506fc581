/* The part of a snapshot that scans make: templates, links, switches, with overrides (rules.md 1). */
#include "core/links.h"
#include "core/snapshot_internal.h"

static void fill_template(struct template_entry *template, const struct catalogue_book *book,
                          const struct book_entry *entry)
{
    const struct template_state *state = entry->record;
    const struct template_settings *settings = book_get(book, BOOK_SETTINGS, TEXT(""), entry->name);

    *template = (struct template_entry){
        .min_disk_mib = state->min_disk_mib,
        .min_ram_mib = state->min_ram_mib,
        .sort = settings ? settings->sort : 0,
    };
}

static bool build_templates(struct catalogue *catalogue, const struct catalogue_book *book, struct arena *arena)
{
    uint32_t count = book_live(book, BOOK_TEMPLATE);

    catalogue->template_entries = snapshot_alloc(arena, count, sizeof *catalogue->template_entries);
    if (!catalogue->template_entries || !name_index_init(&catalogue->templates, arena, count))
        return false;
    for (const struct book_entry *entry = book_first(book, BOOK_TEMPLATE); entry; entry = book_next(entry)) {
        struct text name = text_copy(arena, entry->name);
        if (name.size != entry->name.size)
            return false;
        fill_template(&catalogue->template_entries[name_add(&catalogue->templates, name)], book, entry);
    }
    return true;
}

/* Rows of bits by template, one for each module and each tariff. */
static bool build_rows(struct catalogue *catalogue, struct arena *arena)
{
    uint32_t words = bit_words(catalogue->templates.count);

    catalogue->linked = snapshot_alloc(arena, catalogue->modules.count, sizeof *catalogue->linked);
    if (!catalogue->linked)
        return false;
    for (uint32_t i = 0; i < catalogue->modules.count; i++)
        if (!(catalogue->linked[i] = snapshot_alloc(arena, words, sizeof(uint64_t))))
            return false;
    for (uint32_t i = 0; i < catalogue->tariff_ids.count; i++)
        if (!(catalogue->tariffs[i].on = snapshot_alloc(arena, words, sizeof(uint64_t))))
            return false;
    return true;
}

static void set_links(struct catalogue *catalogue, const struct catalogue_book *book)
{
    for (const struct book_entry *entry = book_first(book, BOOK_LINK); entry; entry = book_next(entry)) {
        uint32_t module = name_find(&catalogue->modules, entry->group);
        uint32_t template = name_find(&catalogue->templates, entry->name);
        enum override_setting setting = override_of(book, BOOK_MODULE_OVERRIDE, entry->group, entry->name);
        if (module != NAME_NONE && template != NAME_NONE)
            bit_set(catalogue->linked[module], template, link_counts(entry->record, setting));
    }
}

static void set_switches(struct catalogue *catalogue, const struct catalogue_book *book)
{
    for (const struct book_entry *entry = book_first(book, BOOK_SWITCHES); entry; entry = book_next(entry)) {
        const struct switch_state *switches = entry->record;
        uint32_t template = name_find(&catalogue->templates, entry->name);
        for (uint32_t i = 0; i < switches->on.count && template != NAME_NONE; i++) {
            uint32_t tariff = name_find(&catalogue->tariff_ids, switches->on.items[i]);
            if (tariff != NAME_NONE)
                bit_set(catalogue->tariffs[tariff].on, template, true);
        }
    }
}

/* template.override beats every switch. */
static void set_tariff_overrides(struct catalogue *catalogue, const struct catalogue_book *book)
{
    for (const struct book_entry *entry = book_first(book, BOOK_TARIFF_OVERRIDE); entry; entry = book_next(entry)) {
        const struct override_state *override = entry->record;
        uint32_t tariff = name_find(&catalogue->tariff_ids, entry->group);
        uint32_t template = name_find(&catalogue->templates, entry->name);
        if (tariff != NAME_NONE && template != NAME_NONE)
            bit_set(catalogue->tariffs[tariff].on, template, override->setting == OVERRIDE_SETTING_ON);
    }
}

bool templates_build(struct catalogue *catalogue, const struct catalogue_book *book, struct arena *arena)
{
    if (!build_templates(catalogue, book, arena) || !build_rows(catalogue, arena))
        return false;
    set_links(catalogue, book);
    set_switches(catalogue, book);
    set_tariff_overrides(catalogue, book);
    return true;
}
