#include "core/catalogue_view.h"
#include "core/links.h"
#include "core/sort.h"
#include "core/text.h"

static bool module_before(const void *first, const void *second)
{
    const struct module_view *a = first, *b = second;

    return text_compare(a->module->module_id, b->module->module_id) < 0;
}

static struct module_view view_module(const struct catalogue_book *book, const struct module *module)
{
    static const struct scan_state never_scanned;
    const struct scan_state *scans = book_get(book, BOOK_SCAN, TEXT(""), module->module_id);

    if (!scans)
        scans = &never_scanned;

    return (struct module_view){
        .module = module,
        .linked = links_count(book, module->module_id),
        .scan = scans->recent.count ? &scans->recent.items[scans->recent.count - 1] : NULL,
        .held_scan = scans->held_scan,
    };
}

bool catalogue_view_modules(const struct catalogue_book *book, struct arena *arena, struct module_view_list *ret_list)
{
    uint32_t room = book_live(book, BOOK_MODULE);

    *ret_list = (struct module_view_list){arena_alloc(arena, (room + 1) * sizeof *ret_list->items, 16), 0};
    if (!ret_list->items)
        return false;
    for (const struct book_entry *entry = book_first(book, BOOK_MODULE); entry; entry = book_next(entry))
        ret_list->items[ret_list->count++] = view_module(book, entry->record);
    return sort_items(arena, ret_list->items, ret_list->count, sizeof *ret_list->items, module_before);
}
