/* Values that the contract allows (contract.md; rules.md 9): what breaks it is a dead letter bad-value. */
#include "core/calendar.h"
#include "core/lane_work.h"

#define TEMPLATE_MAX 255
#define ID_MAX       128
#define MONTHS_MAX   120 /* rules.md 2.5 */

bool lane_is_id(struct text id)
{
    for (uint32_t i = 0; i < id.size; i++)
        if (id.data[i] <= ' ' || id.data[i] > '~')
            return false;
    return id.size >= 1 && id.size <= ID_MAX;
}

static bool id_or_empty(struct text id)
{
    return text_empty(id) || lane_is_id(id);
}

/* Up to 255 bytes without control characters, may be empty. That it is UTF-8 is the decoder's business. */
static bool is_name(struct text name)
{
    for (uint32_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] < ' ' || name.data[i] == 0x7f)
            return false;
    return name.size <= TEMPLATE_MAX;
}

static bool is_currency(struct text code)
{
    for (uint32_t i = 0; i < code.size; i++)
        if (code.data[i] < 'A' || code.data[i] > 'Z')
            return false;
    return code.size == 3;
}

bool lane_is_template(struct text name)
{
    return !text_empty(name) && is_name(name);
}

/* --- messages --- */

static struct text bad_id(struct lane_work *work, struct text field)
{
    return SAY(work, field, TEXT(" must be 1 to 128 printable ASCII characters without spaces"));
}

static struct text bad_template(struct lane_work *work, struct text field)
{
    return SAY(work, field, TEXT(" must be 1 to 255 bytes without control characters"));
}

static struct text bad_currency(struct lane_work *work)
{
    return SAY(work, TEXT("currency must be an ISO 4217 code, three capital letters"));
}

static struct text bad_number(struct lane_work *work, struct text field, struct text least, int64_t value)
{
    return SAY(work, field, TEXT(" must be "), least, TEXT(", it is "), lane_number(work, value));
}

#define WELL       TEXT("")
#define AT_LEAST_0 TEXT("0 or more")

static bool is_time(int64_t millis)
{
    return millis >= 0 && millis <= CALENDAR_MAX;
}

static struct text bad_time(struct lane_work *work, struct text field, int64_t millis)
{
    return is_time(millis) ? WELL
                           : bad_number(work, field, TEXT("between 1970-01-01 and 9999-12-31T23:59:59.999Z"), millis);
}

struct text lane_bad_time(struct lane_work *work, int64_t occurred_at)
{
    return bad_time(work, TEXT("occurred_at"), occurred_at);
}

/* --- template-discovered --- */

struct text lane_bad_sighting(struct lane_work *work, const struct template_discovered *event)
{
    if (!lane_is_id(event->event_id))
        return bad_id(work, TEXT("event_id"));
    if (!lane_is_id(event->module_id))
        return bad_id(work, TEXT("module_id"));
    if (!lane_is_id(event->scan_id))
        return bad_id(work, TEXT("scan_id"));
    if (text_empty(event->name) || !is_name(event->repository) || !is_name(event->name) ||
        event->repository.size + 2 + event->name.size > TEMPLATE_MAX)
        return bad_template(work, TEXT("name must not be empty, and <repository>__<name>"));
    if (event->min_disk_mib < 0)
        return bad_number(work, TEXT("min_disk_mib"), AT_LEAST_0, event->min_disk_mib);
    if (event->min_ram_mib < 0)
        return bad_number(work, TEXT("min_ram_mib"), AT_LEAST_0, event->min_ram_mib);
    return WELL;
}

/* --- catalogue --- */

static struct text bad_tariff(struct lane_work *work, const struct tariff *tariff)
{
    if (!lane_is_id(tariff->tariff_id))
        return bad_id(work, TEXT("tariff_id"));
    for (uint32_t i = 0; i < tariff->module_ids.count; i++)
        if (!lane_is_id(tariff->module_ids.items[i]))
            return bad_id(work, TEXT("each of module_ids"));
    if (!is_currency(tariff->currency))
        return bad_currency(work);
    if (!id_or_empty(tariff->enumeration_id))
        return bad_id(work, TEXT("enumeration_id, unless it is empty,"));
    if (!id_or_empty(tariff->default_item))
        return bad_id(work, TEXT("default_item, unless it is empty,"));
    if (tariff->disk_mib < 0)
        return bad_number(work, TEXT("disk_mib"), AT_LEAST_0, tariff->disk_mib);
    if (tariff->ram_mib < 0)
        return bad_number(work, TEXT("ram_mib"), AT_LEAST_0, tariff->ram_mib);
    return WELL;
}

static struct text bad_enumeration(struct lane_work *work, const struct enumeration *enumeration)
{
    if (!lane_is_id(enumeration->enumeration_id))
        return bad_id(work, TEXT("enumeration_id"));
    for (uint32_t i = 0; i < enumeration->items.count; i++) {
        if (!lane_is_id(enumeration->items.items[i].item_id))
            return bad_id(work, TEXT("each item_id"));
        if (!is_name(enumeration->items.items[i].internal_name))
            return bad_template(work, TEXT("each internal_name, unless it is empty,"));
    }
    return WELL;
}

static struct text bad_price(struct lane_work *work, const struct price *price)
{
    if (!lane_is_id(price->tariff_id))
        return bad_id(work, TEXT("tariff_id"));
    if (!id_or_empty(price->item_id))
        return bad_id(work, TEXT("item_id, unless it is empty,"));
    if (!is_currency(price->currency))
        return bad_currency(work);
    if (price->period_months < 0 || price->period_months > MONTHS_MAX)
        return bad_number(work, TEXT("period_months"), TEXT("0 to 120"), price->period_months);
    return bad_time(work, TEXT("effective_from"), price->effective_from);
}

static struct text bad_override(struct lane_work *work, const struct override *override)
{
    if (!lane_is_id(override->scope_id))
        return bad_id(work, TEXT("scope_id"));
    return lane_is_template(override->template) ? WELL : bad_template(work, TEXT("template"));
}

static struct text bad_alias(struct lane_work *work, const struct alias *alias)
{
    if (!lane_is_template(alias->template))
        return bad_template(work, TEXT("template"));
    return is_name(alias->same_as) ? WELL : bad_template(work, TEXT("same_as, unless it is empty,"));
}

static struct text bad_content(struct lane_work *work, const struct catalogue_change_change *change)
{
    switch (change->kind) {
    case CATALOGUE_CHANGE_CHANGE_MODULE:
        return lane_is_id(change->as.module.module_id) ? WELL : bad_id(work, TEXT("module_id"));
    case CATALOGUE_CHANGE_CHANGE_TARIFF: return bad_tariff(work, &change->as.tariff);
    case CATALOGUE_CHANGE_CHANGE_ENUMERATION: return bad_enumeration(work, &change->as.enumeration);
    case CATALOGUE_CHANGE_CHANGE_PRICE: return bad_price(work, &change->as.price);
    case CATALOGUE_CHANGE_CHANGE_OVERRIDE: return bad_override(work, &change->as.override);
    case CATALOGUE_CHANGE_CHANGE_ALIAS: return bad_alias(work, &change->as.alias);
    case CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS:
        return lane_is_template(change->as.template_settings.template) ? WELL : bad_template(work, TEXT("template"));
    case CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL:
        if (!lane_is_id(change->as.scan_approval.module_id))
            return bad_id(work, TEXT("module_id"));
        return lane_is_id(change->as.scan_approval.scan_id) ? WELL : bad_id(work, TEXT("scan_id"));
    default: return TEXT("change is of no known kind");
    }
}

struct text lane_bad_change(struct lane_work *work, const struct catalogue_change *event)
{
    if (!lane_is_id(event->event_id))
        return bad_id(work, TEXT("event_id"));
    if (!lane_is_id(event->change_set))
        return bad_id(work, TEXT("change_set"));
    if (event->count < 1)
        return bad_number(work, TEXT("count"), TEXT("1 or more"), event->count);
    if (event->index < 0 || event->index >= event->count)
        return bad_number(work, TEXT("index"), TEXT("0 or more and less than count"), event->index);
    return bad_content(work, &event->change);
}
