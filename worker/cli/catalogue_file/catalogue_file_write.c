/* The present catalogue as a catalogue file. */
#include <stdlib.h>

#include "core/record_walk.h"
#include "core/text.h"
#include "worker/cli/catalogue_file/catalogue_file.h"

static int by_id(const void *a, const void *b)
{
    const struct book_entry *one = *(const struct book_entry *const *)a, *other = *(const struct book_entry *const *)b;
    int order = text_compare(one->group, other->group);

    return order ? order : text_compare(one->name, other->name);
}

const struct book_entry **book_sorted(const struct catalogue_book *book, enum book_kind kind, const struct text *group,
                                      struct arena *arena, uint32_t *ret_count)
{
    uint32_t room = book_live(book, kind), count = 0;
    const struct book_entry **entries = arena_alloc(arena, (room + 1) * sizeof *entries, _Alignof(void *));
    const struct book_entry *entry = group ? book_group_first(book, kind, *group) : book_first(book, kind);

    for (; entries && entry && count < room; entry = group ? book_group_next(entry) : book_next(entry))
        entries[count++] = entry;
    if (count)
        qsort(entries, count, sizeof *entries, by_id);
    *ret_count = count;
    return entries;
}

/* "  name:\n", once for a group of entries */
static void write_key(struct text key, int indent, FILE *to)
{
    (void)fprintf(to, "%*s", indent, "");
    yaml_write_text(to, key);
    (void)fputs(":\n", to);
}

static void write_module(const struct book_entry *entry, FILE *to)
{
    write_key(entry->name, 2, to);
    form_write(&module_form, entry->record, 4, to);
}

static void write_enumeration(const struct book_entry *entry, FILE *to)
{
    const struct enumeration *enumeration = entry->record;

    write_key(entry->name, 2, to);
    for (uint32_t i = 0; i < enumeration->items.count; i++) {
        write_key(enumeration->items.items[i].item_id, 4, to);
        form_write(&item_form, &enumeration->items.items[i], 6, to);
    }
}

static void write_alias(const struct book_entry *entry, FILE *to)
{
    const struct alias *alias = entry->record;

    (void)fputs("  ", to);
    yaml_write_text(to, entry->name);
    (void)fputs(": ", to);
    yaml_write_text(to, alias->same_as);
    (void)fputc('\n', to);
}

/* Settings that say nothing are what is left of a template that the file no longer names. */
static void write_settings(const struct book_entry *entry, FILE *to)
{
    const struct template_settings *settings = entry->record;

    if (text_empty(settings->title) && settings->sort == 0 && settings->tags.count == 0)
        return;
    write_key(entry->name, 2, to);
    form_write(&settings_form, settings, 4, to);
}

static void write_section(const struct catalogue_book *book, enum book_kind kind, const char *title,
                          void (*write)(const struct book_entry *, FILE *), struct arena *arena, FILE *to)
{
    uint32_t count;
    const struct book_entry **entries = book_sorted(book, kind, NULL, arena, &count);

    if (count)
        (void)fprintf(to, "%s:\n", title);
    for (uint32_t i = 0; i < count; i++)
        write(entries[i], to);
}

static void write_overrides(const struct catalogue_book *book, enum book_kind kind, const char *title,
                            struct arena *arena, FILE *to)
{
    uint32_t count;
    const struct book_entry **entries = book_sorted(book, kind, NULL, arena, &count);

    if (count)
        (void)fprintf(to, "  %s:\n", title);
    for (uint32_t i = 0; i < count; i++) {
        const struct override_state *state = entries[i]->record;
        if (i == 0 || !text_equal(entries[i]->group, entries[i - 1]->group))
            write_key(entries[i]->group, 4, to);
        (void)fputs("      ", to);
        yaml_write_text(to, entries[i]->name);
        (void)fprintf(to, ": \"%s\"\n", override_setting_names[state->setting]);
    }
}

void catalogue_file_write(const struct catalogue_book *book, struct arena *arena, FILE *to)
{
    uint32_t count;

    write_section(book, BOOK_MODULE, "modules", write_module, arena, to);
    write_section(book, BOOK_ENUMERATION, "enumerations", write_enumeration, arena, to);
    const struct book_entry **tariffs = book_sorted(book, BOOK_TARIFF, NULL, arena, &count);
    if (count)
        (void)fputs("tariffs:\n", to);
    for (uint32_t i = 0; i < count; i++)
        catalogue_file_write_tariff(book, tariffs[i]->record, arena, to);
    write_section(book, BOOK_ALIAS, "aliases", write_alias, arena, to);
    write_section(book, BOOK_SETTINGS, "templates", write_settings, arena, to);
    if (book_live(book, BOOK_TARIFF_OVERRIDE) || book_live(book, BOOK_MODULE_OVERRIDE))
        (void)fputs("overrides:\n", to);
    write_overrides(book, BOOK_TARIFF_OVERRIDE, "tariffs", arena, to);
    write_overrides(book, BOOK_MODULE_OVERRIDE, "modules", arena, to);
}
