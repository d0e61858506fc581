/* The OS addon of a tariff: an enumeration, a default item, a price for each item. */
#include <jansson.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/catalogue_file/billmanager.h"

#define SHOW(text) (int)(text).size, (text).size ? (text).data : ""

/* Several tariffs may hold the same enumeration, each with the items that it offers: together they are all of it. */
struct imported_item {
    struct enumeration_item item;
    struct imported_item *next;
};

struct imported_enumeration {
    struct text enumeration_id;
    struct imported_item *first, *last;
    uint32_t count;
    struct imported_enumeration *next;
};

static void *allocate(struct import *import, size_t size)
{
    void *made = arena_alloc(import->problems->arena, size, 16);

    if (made)
        memset(made, 0, size);
    else
        file_problem(import->problems, 0, "out of memory");
    return made;
}

static struct imported_enumeration *enumeration_of(struct import *import, struct text enumeration_id)
{
    struct imported_enumeration **at = &import->enumerations;

    while (*at && !text_equal((*at)->enumeration_id, enumeration_id))
        at = &(*at)->next;
    if (!*at && (*at = allocate(import, sizeof **at)) != NULL)
        (*at)->enumeration_id = enumeration_id;
    return *at;
}

/* --- items --- */

static const struct imported_item *find_item(const struct imported_enumeration *enumeration, struct text item_id)
{
    const struct imported_item *at = enumeration->first;

    while (at && !text_equal(at->item.item_id, item_id))
        at = at->next;
    return at;
}

/* False: it is there with another internal name, or another item has this one. */
static bool agrees(struct import *import, const struct place *place, const struct imported_enumeration *enumeration,
                   const struct enumeration_item *item)
{
    const struct imported_item *same = find_item(enumeration, item->item_id);
    struct place name = place_child(place, "intname");

    if (same && !text_equal(same->item.internal_name, item->internal_name)) {
        import_error(import, &name, "item %.*s is %.*s here and %.*s elsewhere in the export", SHOW(item->item_id),
                     SHOW(item->internal_name), SHOW(same->item.internal_name));
        return false;
    }
    for (const struct imported_item *at = enumeration->first; at && !same && item->internal_name.size; at = at->next)
        if (text_equal(at->item.internal_name, item->internal_name)) {
            import_error(import, &name, "items %.*s and %.*s have the same internal name %.*s", SHOW(at->item.item_id),
                         SHOW(item->item_id), SHOW(item->internal_name));
            return false;
        }
    return true;
}

static void keep(struct import *import, struct imported_enumeration *enumeration, const struct enumeration_item *item)
{
    struct imported_item *kept = find_item(enumeration, item->item_id) ? NULL : allocate(import, sizeof *kept);

    if (!kept)
        return;
    kept->item = *item;
    *(enumeration->last ? &enumeration->last->next : &enumeration->first) = kept;
    enumeration->last = kept;
    enumeration->count++;
}

static bool read_item(struct import *import, const struct place *place, struct enumeration_item *ret)
{
    struct place id = place_child(place, "id"), name = place_child(place, "intname"),
                 title = place_child(place, "name"), sort = place_child(place, "orderpriority");
    int64_t number = 0;

    *ret = (struct enumeration_item){.item_id = TEXT("")};
    bool good = read_id(import, &id, &ret->item_id) && read_text(import, &name, &ret->internal_name) &&
                read_text(import, &title, &ret->title);
    if (good && !name.value) {
        import_error(import, &name, "is missing: it names the template of item %.*s, or is empty for none",
                     SHOW(ret->item_id));
        good = false;
    }
    if (good && place_count(&sort))
        good = read_whole(import, &sort, INT32_MIN, INT32_MAX, &number);
    ret->sort = (int32_t)number;
    return good;
}

static void import_item(struct import *import, const struct place *place, struct imported_enumeration *enumeration,
                        struct tariff *tariff)
{
    struct place active = place_child(place, "active"), price = place_child(place, "price");
    struct enumeration_item item;

    if (!read_item(import, place, &item) || !agrees(import, place, enumeration, &item))
        return;
    if (!read_switch(import, &active, true)) {
        import_warning(import, place, "left out: item %.*s is not active", SHOW(item.item_id));
        return;
    }
    keep(import, enumeration, &item);
    if (!import_prices(import, &price, tariff->tariff_id, item.item_id, &tariff->currency) &&
        !text_equal(item.item_id, tariff->default_item))
        import_warning(import, place, "item %.*s has no price in tariff %.*s: what needs it will be held",
                       SHOW(item.item_id), SHOW(tariff->tariff_id));
}

/* --- the enumeration --- */

static bool is_body(const struct place *place)
{
    return json_is_object(place->value) && json_object_get(place->value, "enumerationitem") != NULL;
}

static bool same_id(struct import *import, const struct place *place, struct text *enumeration_id)
{
    struct place own = place_child(place, "id");
    struct text id;

    if (!read_id(import, is_body(place) ? &own : place, &id))
        return false;
    if (text_empty(*enumeration_id))
        *enumeration_id = id;
    if (!text_equal(id, *enumeration_id))
        import_error(import, place, "names enumeration %.*s and %.*s", SHOW(*enumeration_id), SHOW(id));
    return text_equal(id, *enumeration_id);
}

/* Among doc.enumeration[]. */
static bool find_body(struct import *import, const struct place *doc, struct place *all, struct text enumeration_id,
                      struct place *ret_body)
{
    *all = place_child(doc, "enumeration");
    for (uint32_t i = 0; i < place_count(all); i++) {
        struct place at = place_item(all, i), id = place_child(&at, "id");
        struct text text;
        if (read_text(import, &id, &text) && text_equal(text, enumeration_id)) {
            *ret_body = at;
            return true;
        }
    }
    return false;
}

static void import_items(struct import *import, const struct place *body, const struct place *addon,
                         struct tariff *tariff)
{
    struct place items = place_child(body, "enumerationitem"), preset = place_child(addon, "enumerationitem");
    struct imported_enumeration *enumeration = enumeration_of(import, tariff->enumeration_id);

    if (!enumeration || !read_id(import, &preset, &tariff->default_item))
        return;
    struct imported_enumeration own = {.count = 0}; /* as this tariff has it, to notice what it names twice */
    for (uint32_t i = 0; i < place_count(&items); i++) {
        struct place item = place_item(&items, i), id = place_child(&item, "id");
        struct text item_id;
        if (!read_text(import, &id, &item_id))
            continue;
        if (item_id.size && find_item(&own, item_id)) {
            import_error(import, &id, "item %.*s is there twice", SHOW(item_id));
            continue;
        }
        keep(import, &own, &(struct enumeration_item){.item_id = item_id});
        import_item(import, &item, enumeration, tariff);
    }
    if (!find_item(enumeration, tariff->default_item))
        import_error(import, &preset, "the default item %.*s is none of enumeration %.*s", SHOW(tariff->default_item),
                     SHOW(tariff->enumeration_id));
}

void import_os_addon(struct import *import, const struct place *doc, const struct place *addon, struct tariff *tariff)
{
    struct place list = place_child(addon, "enumeration"), body = {.value = NULL}, all, at[2];
    struct text id = TEXT("");
    uint32_t count = place_count(&list);

    if (count == 0 || count > 2) {
        import_error(import, &list, "must be one enumeration: its id, itself, or both");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        at[i] = place_item(&list, i);
        if (!same_id(import, &at[i], &id))
            return;
        if (is_body(&at[i]))
            body = at[i];
    }
    tariff->enumeration_id = id;
    if (body.value || find_body(import, doc, &all, id, &body))
        import_items(import, &body, addon, tariff);
    else
        import_error(import, &list, "enumeration %.*s is not in the export", SHOW(id));
}

void import_enumerations(struct import *import)
{
    for (const struct imported_enumeration *at = import->enumerations; at; at = at->next) {
        struct catalogue_change_change *change = import_add(import, CATALOGUE_CHANGE_CHANGE_ENUMERATION);
        struct enumeration_item *items = allocate(import, (at->count + 1) * sizeof *items);
        if (!change || !items)
            return;
        change->as.enumeration = (struct enumeration){at->enumeration_id, {items, 0}};
        for (const struct imported_item *item = at->first; item; item = item->next)
            items[change->as.enumeration.items.count++] = item->item;
    }
}
