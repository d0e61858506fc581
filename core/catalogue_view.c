#include "core/catalogue_view.h"

#include "core/links.h"
#include "core/snapshot_internal.h"
#include "core/sort.h"

/* While views are made: numbered as they were found first. */
struct viewing {
    const struct catalogue_book *book;
    const struct catalogue *catalogue;
    struct arena *arena;
    struct name_index names;
    struct template_view *views;
};

/* --- which templates --- */

static const enum book_kind naming[] = {BOOK_TEMPLATE,        BOOK_LINK,           BOOK_SETTINGS, BOOK_ALIAS,
                                        BOOK_TARIFF_OVERRIDE, BOOK_MODULE_OVERRIDE};
enum { NAMING_KINDS = sizeof naming / sizeof naming[0] };

static bool name_all(struct viewing *viewing)
{
    uint32_t room = 0;

    for (unsigned i = 0; i < NAMING_KINDS; i++)
        room += book_live(viewing->book, naming[i]);
    if (!name_index_init(&viewing->names, viewing->arena, room))
        return false;
    for (unsigned i = 0; i < NAMING_KINDS; i++)
        for (const struct book_entry *entry = book_first(viewing->book, naming[i]); entry; entry = book_next(entry))
            name_add(&viewing->names, entry->name);
    viewing->views = snapshot_alloc(viewing->arena, viewing->names.count, sizeof *viewing->views);
    return viewing->views != NULL;
}

/* --- links and overrides: counted first, then filled in --- */

static struct template_view *view_of(const struct viewing *viewing, const struct book_entry *entry)
{
    return &viewing->views[name_find(&viewing->names, entry->name)];
}

static bool link_before(const void *a, const void *b)
{
    return text_compare(((const struct link_view *)a)->module_id, ((const struct link_view *)b)->module_id) < 0;
}

static void add_link(struct viewing *viewing, const struct book_entry *entry)
{
    const struct link_state *link = entry->record;
    struct template_view *view = view_of(viewing, entry);
    enum override_setting setting = override_of(viewing->book, BOOK_MODULE_OVERRIDE, entry->group, entry->name);

    view->links[view->link_count++] = (struct link_view){entry->group, link->present, link_counts(link, setting)};
}

static bool view_links(struct viewing *viewing)
{
    const struct book_entry *entry;

    for (entry = book_first(viewing->book, BOOK_LINK); entry; entry = book_next(entry))
        view_of(viewing, entry)->link_count++;
    for (uint32_t i = 0; i < viewing->names.count; i++) {
        struct template_view *view = &viewing->views[i];
        if (!(view->links = snapshot_alloc(viewing->arena, view->link_count, sizeof *view->links)))
            return false;
        view->link_count = 0;
    }
    for (entry = book_first(viewing->book, BOOK_LINK); entry; entry = book_next(entry))
        add_link(viewing, entry);
    for (uint32_t i = 0; i < viewing->names.count; i++)
        if (!sort_items(viewing->arena, viewing->views[i].links, viewing->views[i].link_count, sizeof(struct link_view),
                        link_before))
            return false;
    return true;
}

static bool override_before(const void *first, const void *second)
{
    const struct override_view *a = first, *b = second;

    if (a->of_module != b->of_module)
        return b->of_module;
    return text_compare(a->scope_id, b->scope_id) < 0;
}

static void count_overrides(const struct viewing *viewing, enum book_kind kind)
{
    for (const struct book_entry *entry = book_first(viewing->book, kind); entry; entry = book_next(entry))
        view_of(viewing, entry)->override_count++;
}

static void add_overrides(const struct viewing *viewing, enum book_kind kind)
{
    for (const struct book_entry *entry = book_first(viewing->book, kind); entry; entry = book_next(entry)) {
        struct template_view *view = view_of(viewing, entry);
        view->overrides[view->override_count++] =
            (struct override_view){kind == BOOK_MODULE_OVERRIDE, entry->group, entry->record};
    }
}

static bool view_overrides(struct viewing *viewing)
{
    count_overrides(viewing, BOOK_TARIFF_OVERRIDE);
    count_overrides(viewing, BOOK_MODULE_OVERRIDE);
    for (uint32_t i = 0; i < viewing->names.count; i++) {
        struct template_view *view = &viewing->views[i];
        if (!(view->overrides = snapshot_alloc(viewing->arena, view->override_count, sizeof *view->overrides)))
            return false;
        view->override_count = 0;
    }
    add_overrides(viewing, BOOK_TARIFF_OVERRIDE);
    add_overrides(viewing, BOOK_MODULE_OVERRIDE);
    for (uint32_t i = 0; i < viewing->names.count; i++)
        if (!sort_items(viewing->arena, viewing->views[i].overrides, viewing->views[i].override_count,
                        sizeof(struct override_view), override_before))
            return false;
    return true;
}

/* --- switches and status --- */

static bool switch_before(const void *a, const void *b)
{
    return text_compare(((const struct switch_view *)a)->tariff_id, ((const struct switch_view *)b)->tariff_id) < 0;
}

/* False: no module of the tariff ever showed the template. */
static bool look_at_tariff(const struct viewing *viewing, const struct template_view *view,
                           const struct catalogue_tariff *tariff, struct switch_view *ret_switch)
{
    uint32_t number = name_find(&viewing->catalogue->templates, view->template);
    bool concerns = false, orderable = false;

    for (uint32_t i = 0; i < view->link_count && number != NAME_NONE; i++) {
        concerns |= tariff_has_module(tariff, view->links[i].module_id);
        orderable |= catalogue_orderable(viewing->catalogue, tariff, view->links[i].module_id, view->template);
    }
    if (concerns)
        *ret_switch = (struct switch_view){tariff->record.tariff_id, bit_get(tariff->on, number), orderable};
    return concerns;
}

static bool view_switches(const struct viewing *viewing, struct template_view *view)
{
    uint32_t tariffs = viewing->catalogue->tariff_ids.count, orderable = 0;

    view->switches = snapshot_alloc(viewing->arena, tariffs, sizeof *view->switches);
    if (!view->switches)
        return false;
    for (uint32_t i = 0; i < tariffs; i++) {
        struct switch_view *next = &view->switches[view->switch_count];
        if (look_at_tariff(viewing, view, &viewing->catalogue->tariffs[i], next)) {
            orderable += next->orderable;
            view->switch_count++;
        }
    }
    view->status = orderable == 0 ? TEMPLATE_NONE : orderable == view->switch_count ? TEMPLATE_ALL : TEMPLATE_SOME;
    return sort_items(viewing->arena, view->switches, view->switch_count, sizeof *view->switches, switch_before);
}

/* --- the template itself --- */

static bool text_before(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b) < 0;
}

static bool merge_tags(struct arena *arena, const struct text_array *scanned, const struct text_array *added,
                       struct text_array *ret_tags)
{
    struct name_index tags;

    if (!name_index_init(&tags, arena, scanned->count + added->count))
        return false;
    for (uint32_t i = 0; i < scanned->count; i++)
        name_add(&tags, scanned->items[i]);
    for (uint32_t i = 0; i < added->count; i++)
        name_add(&tags, added->items[i]);
    *ret_tags = (struct text_array){tags.names, tags.count};
    return sort_items(arena, ret_tags->items, ret_tags->count, sizeof *ret_tags->items, text_before);
}

static bool view_template(const struct viewing *viewing, struct template_view *view, struct text name)
{
    static const struct template_state never_seen;
    static const struct template_settings no_settings;
    const struct template_state *state = book_get(viewing->book, BOOK_TEMPLATE, TEXT(""), name);
    const struct template_settings *settings = book_get(viewing->book, BOOK_SETTINGS, TEXT(""), name);
    const struct alias *alias = book_get(viewing->book, BOOK_ALIAS, TEXT(""), name);

    if (!state)
        state = &never_seen;
    if (!settings)
        settings = &no_settings;
    view->template = name;
    view->title = settings->title;
    view->sort = settings->sort;
    view->os_group = state->os_group;
    view->min_disk_mib = state->min_disk_mib;
    view->min_ram_mib = state->min_ram_mib;
    view->first_seen_at = state->first_seen_at;
    view->same_as = alias ? alias->same_as : TEXT("");
    return merge_tags(viewing->arena, &state->tags, &settings->tags, &view->tags) && view_switches(viewing, view);
}

static bool template_before(const void *first, const void *second)
{
    const struct template_view *a = first, *b = second;

    return a->sort != b->sort ? a->sort < b->sort : text_compare(a->template, b->template) < 0;
}

bool catalogue_view_templates(const struct catalogue_book *book, const struct catalogue *catalogue, struct arena *arena,
                              struct template_view_list *ret_list)
{
    struct viewing viewing = {.book = book, .catalogue = catalogue, .arena = arena};

    if (!name_all(&viewing) || !view_links(&viewing) || !view_overrides(&viewing))
        return false;
    for (uint32_t i = 0; i < viewing.names.count; i++)
        if (!view_template(&viewing, &viewing.views[i], viewing.names.names[i]))
            return false;
    *ret_list = (struct template_view_list){viewing.views, viewing.names.count};
    return sort_items(arena, ret_list->items, ret_list->count, sizeof *ret_list->items, template_before);
}
