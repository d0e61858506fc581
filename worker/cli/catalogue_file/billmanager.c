#include "worker/cli/catalogue_file/billmanager.h"

#include <jansson.h>
#include <string.h>

#include "core/record_walk.h"
#include "core/text.h"

#define SHOW(text) (int)(text).size, (text).size ? (text).data : ""

enum { NAMES = 200 };

struct catalogue_change_change *import_add(struct import *import, enum catalogue_change_change_kind kind)
{
    static const struct yaml_node nowhere;
    struct catalogue_change_change *change = catalogue_file_add(import->file, &nowhere, import->problems);

    if (change)
        change->kind = kind;
    return change;
}

static bool is(struct text text, const char *name)
{
    return text.size == strlen(name) && !memcmp(text.data, name, text.size);
}

/* --- which products --- */

/* By internal name or by id, whichever the settings name. */
static bool is_wanted(struct import *import, const struct place *tariff)
{
    struct place type = place_child(tariff, "itemtype"), info = place_child(tariff, "itemtype_info"),
                 name = place_child(&info, "intname");
    struct text id, internal;

    if (!read_text(import, &type, &id) || !read_text(import, &name, &internal))
        return false;
    if (is(id, import->settings->item_type) || is(internal, import->settings->item_type))
        return true;
    import_warning(import, tariff, "left out: its item type is %.*s %.*s, not %s", SHOW(id), SHOW(internal),
                   import->settings->item_type);
    return false;
}

static bool is_known(const struct import *import, struct text tariff_id)
{
    for (uint32_t i = 0; i < import->file->count; i++) {
        const struct catalogue_change_change *change = &import->file->items[i].change;
        if (change->kind == CATALOGUE_CHANGE_CHANGE_TARIFF && text_equal(change->as.tariff.tariff_id, tariff_id))
            return true;
    }
    return false;
}

/* --- addons --- */

static bool is_os_addon(struct import *import, const struct place *addon, struct text *ret_name)
{
    struct place own = place_child(addon, "intname"), info = place_child(addon, "addon_itemtype_info"),
                 type = place_child(&info, "intname");
    struct text name;

    if (!read_text(import, &own, ret_name) || !read_text(import, &type, &name))
        return false;
    bool wanted = is(*ret_name, import->settings->os_addon) || is(name, import->settings->os_addon);
    if (text_empty(*ret_name))
        *ret_name = name;
    return wanted;
}

/* addontype 3: an enumeration. billtype 1: not billed, 2: based on order (ISPsystem: tariff plans, pricelist.detail).
 */
static bool bills_the_order(struct import *import, const struct place *addon)
{
    struct place active = place_child(addon, "active"), type = place_child(addon, "addontype"),
                 bill = place_child(addon, "billtype");
    struct text addontype, billtype;

    if (!read_switch(import, &active, true)) {
        import_warning(import, addon, "left out: it is not active, so the OS is free");
        return false;
    }
    if (!read_text(import, &type, &addontype) || !read_text(import, &bill, &billtype))
        return false;
    if (is(billtype, "1")) {
        import_warning(import, addon, "left out: it is not billed, so the OS is free");
        return false;
    }
    if (!is(addontype, "3"))
        import_error(import, &type, "is %.*s: the OS addon must be an enumeration, 3", SHOW(addontype));
    if (!is(billtype, "2"))
        import_error(import, &bill, "is %.*s: the OS addon must be billed by what is ordered, 2", SHOW(billtype));
    return is(addontype, "3") && is(billtype, "2");
}

static void import_addons(struct import *import, const struct place *doc, const struct place *place,
                          struct tariff *tariff)
{
    struct place addons = place_child(place, "addon");
    char left_out[NAMES] = "";
    size_t used = 0;
    bool found = false;

    for (uint32_t i = 0; i < place_count(&addons); i++) {
        struct place addon = place_item(&addons, i);
        struct text name;
        if (!is_os_addon(import, &addon, &name)) {
            if (used < sizeof left_out)
                used += (size_t)snprintf(left_out + used, sizeof left_out - used, " %.*s", SHOW(name));
            continue;
        }
        if (found)
            import_error(import, &addon, "is a second addon %s", import->settings->os_addon);
        else if (bills_the_order(import, &addon))
            import_os_addon(import, doc, &addon, tariff);
        found = true;
    }
    if (used)
        import_warning(import, &addons, "left out: the addons%s", left_out);
    if (!found)
        import_warning(import, place, "tariff %.*s has no addon %s: its OS is free", SHOW(tariff->tariff_id),
                       import->settings->os_addon);
}

/* --- tariffs --- */

static void set_module(struct import *import, struct tariff *tariff)
{
    const char *module_id = import->settings->module_id;
    struct text *ids = arena_alloc(import->problems->arena, sizeof *ids, _Alignof(struct text));

    if (!*module_id || !ids)
        return;
    *ids = (struct text){module_id, (uint32_t)strlen(module_id)};
    tariff->module_ids = (struct text_array){ids, 1};
}

static void import_tariff(struct import *import, const struct place *doc, const struct place *place)
{
    struct place id = place_child(place, "id"), title = place_child(place, "name"),
                 active = place_child(place, "active"), archived = place_child(place, "archived"),
                 price = place_child(place, "price");
    struct tariff tariff;

    memcpy(&tariff, tariff_record.defaults, sizeof tariff);
    if (!read_id(import, &id, &tariff.tariff_id) || !read_text(import, &title, &tariff.title))
        return;
    if (is_known(import, tariff.tariff_id)) {
        import_error(import, &id, "tariff %.*s is there twice", SHOW(tariff.tariff_id));
        return;
    }
    tariff.enabled = read_switch(import, &active, true) && !read_switch(import, &archived, false);
    set_module(import, &tariff);
    uint32_t number = import->file->count; /* its prices come behind it, and may move it */
    if (!import_add(import, CATALOGUE_CHANGE_CHANGE_TARIFF))
        return;
    if (!import_prices(import, &price, tariff.tariff_id, TEXT(""), &tariff.currency))
        import_error(import, &price, "is missing: tariff %.*s has no price", SHOW(tariff.tariff_id));
    import_addons(import, doc, place, &tariff);
    import->file->items[number].change.as.tariff = tariff;
}

static void import_module(struct import *import)
{
    const char *module_id = import->settings->module_id;
    struct catalogue_change_change *change = *module_id ? import_add(import, CATALOGUE_CHANGE_CHANGE_MODULE) : NULL;

    if (change) /* BILLmanager switches new templates on everywhere (rules.md 1) */
        change->as.module =
            (struct module){.module_id = {module_id, (uint32_t)strlen(module_id)}, .auto_connect = AUTO_CONNECT_ALL};
}

void billmanager_read(struct import *import, const json_t *root)
{
    const struct place top = {.value = root};
    struct place doc = place_child(&top, "doc");
    uint32_t tariffs = 0;

    if (!doc.value)
        doc = top;
    struct place list = place_child(&doc, "pricelist"), failure = place_child(&doc, "error");
    if (failure.value)
        import_error(import, &failure, "BILLmanager answered with an error, not with its price list");
    else if (place_count(&list) == 0)
        import_error(import, &list, "is missing: this is no answer of func=pricelist.export with out=json");
    import_module(import);
    for (uint32_t i = 0; i < place_count(&list); i++) {
        struct place tariff = place_item(&list, i);
        if (!is_wanted(import, &tariff))
            continue;
        tariffs++;
        import_tariff(import, &doc, &tariff);
    }
    if (tariffs == 0 && import->problems->count == 0)
        import_error(import, &list, "holds no tariff of item type %s: --item-type names another",
                     import->settings->item_type);
    import_enumerations(import);
    import->file->has[SECTION_MODULES] = *import->settings->module_id != '\0';
    import->file->has[SECTION_ENUMERATIONS] = import->file->has[SECTION_TARIFFS] = true;
}
