#include "core/book_internal.h"

#include "core/text.h"

#define KIND(prefix, body, record, grouped, shown)                                                  \
    {                                                                                               \
        {prefix, sizeof(prefix) - 1}, CATALOGUE_STATE_BODY_##body, &record##_record, grouped, shown \
    }

const struct book_kind_info book_kinds[BOOK_KINDS] = {
    [BOOK_MODULE] = KIND("module:", MODULE, module, false, SHOWN_OFFERS),
    [BOOK_TARIFF] = KIND("tariff:", TARIFF, tariff, false, SHOWN_OFFERS),
    [BOOK_ENUMERATION] = KIND("enumeration:", ENUMERATION, enumeration, false, SHOWN_OFFERS),
    [BOOK_PRICE] = KIND("price:", PRICE_STATE, price_state, true, SHOWN_OFFERS),
    [BOOK_ALIAS] = KIND("alias:", ALIAS, alias, false, SHOWN_OFFERS),
    [BOOK_TEMPLATE] = KIND("template:", TEMPLATE_STATE, template_state, false, SHOWN),
    [BOOK_SETTINGS] = KIND("settings:", TEMPLATE_SETTINGS, template_settings, false, SHOWN),
    [BOOK_SWITCHES] = KIND("switches:", SWITCH_STATE, switch_state, false, SHOWN),
    [BOOK_LINK] = KIND("link:", LINK_STATE, link_state, true, SHOWN),
    [BOOK_TARIFF_OVERRIDE] = KIND("tariff-override:", OVERRIDE_STATE, override_state, true, SHOWN),
    [BOOK_MODULE_OVERRIDE] = KIND("module-override:", OVERRIDE_STATE, override_state, true, SHOWN),
    [BOOK_SCAN] = KIND("scan:", SCAN_STATE, scan_state, false, SHOWN_NOT),
    [BOOK_CHANGE_SET] = KIND("change-set:", CHANGE_SET_STATE, change_set_state, false, SHOWN_NOT),
    [BOOK_PART] = KIND("part:", CATALOGUE_CHANGE, catalogue_change, true, SHOWN_NOT),
};

static bool has_prefix(struct text key, struct text prefix)
{
    return key.size > prefix.size && memcmp(key.data, prefix.data, prefix.size) == 0;
}

enum book_kind book_key_parse(struct text key, struct text *ret_group, struct text *ret_name)
{
    int kind = 0;

    while (kind < BOOK_KINDS && !has_prefix(key, book_kinds[kind].prefix))
        kind++;
    if (kind == BOOK_KINDS)
        return BOOK_KINDS;
    uint32_t prefix = book_kinds[kind].prefix.size;
    struct text id = {key.data + prefix, key.size - prefix};
    *ret_group = TEXT("");
    *ret_name = id;
    if (!book_kinds[kind].grouped)
        return (enum book_kind)kind;
    const char *space = memchr(id.data, ' ', id.size);
    if (!space)
        return BOOK_KINDS;
    uint32_t first = (uint32_t)(space - id.data);
    *ret_group = (struct text){id.data, first};
    *ret_name = (struct text){space + 1, id.size - first - 1};
    return (enum book_kind)kind;
}
