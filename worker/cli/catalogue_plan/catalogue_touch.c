#include "worker/cli/catalogue_plan/catalogue_touch.h"

#include "core/snapshot_internal.h"
#include "core/sort.h"
#include "core/text.h"

enum { MARK_UNKNOWN, MARK_SAME, MARK_SHIFTED };

/* --- when to compare --- */

static bool earlier(const void *a, const void *b)
{
    return *(const int64_t *)a < *(const int64_t *)b;
}

bool touch_init(const struct catalogue *before, const struct catalogue *after, const struct catalogue_book *book,
                const struct differences *differences, int64_t now, struct arena *arena, struct touch *ret)
{
    int64_t *moments = arena_alloc(arena, (differences->changes + 1) * sizeof *moments, _Alignof(int64_t));
    uint32_t count = 0, kept = 0;

    if (!moments)
        return false;
    moments[count++] = now;
    for (const struct difference *at = differences->first; at; at = at->next)
        if (at->kind != DIFFERENCE_KEPT && at->change.kind == CATALOGUE_CHANGE_CHANGE_PRICE &&
            at->change.as.price.effective_from > now)
            moments[count++] = at->change.as.price.effective_from;
    if (!sort_items(arena, moments, count, sizeof *moments, earlier))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || moments[i] != moments[kept - 1])
            moments[kept++] = moments[i];
    *ret = (struct touch){before, after, book, moments, kept};
    return true;
}

/* --- one VPS --- */

static struct os_price price_in(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                                const struct usage *usage, int32_t months, int64_t moment)
{
    const struct desk desk = {.catalogue = catalogue};
    const struct installation installed = {usage->module_id, usage->template, usage->source};

    return os_price(&desk, tariff, &installed, months, moment);
}

static bool same_price(const struct os_price *a, const struct os_price *b)
{
    return a->kind == b->kind && text_equal(a->item_id, b->item_id) && a->price_micros == b->price_micros;
}

bool touch_shift(const struct touch *touch, const struct usage *usage, const struct usage_period *period,
                 struct shift *ret)
{
    const struct catalogue_tariff *before = catalogue_tariff(touch->before, period->tariff_id);
    const struct catalogue_tariff *after = catalogue_tariff(touch->after, period->tariff_id);

    for (uint32_t i = 0; before && after && i < touch->moment_count; i++) {
        *ret = (struct shift){.period = period, .from = touch->moments[i]};
        ret->before = price_in(touch->before, before, usage, period->months, ret->from);
        ret->after = price_in(touch->after, after, usage, period->months, ret->from);
        if (!same_price(&ret->before, &ret->after))
            return true;
    }
    return false;
}

bool touch_first_shift(const struct touch *touch, struct usage *usage, struct shift *ret)
{
    for (uint32_t i = 0; i < usage->period_count && usage->mark != MARK_SAME; i++)
        if (touch_shift(touch, usage, &usage->periods[i], ret)) {
            usage->mark = MARK_SHIFTED;
            return true;
        }
    usage->mark = MARK_SAME;
    return false;
}

/* --- which change is about which VPS --- */

static bool has_enumeration(const struct catalogue *catalogue, struct text tariff_id, struct text enumeration_id)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(catalogue, tariff_id);

    return tariff && text_equal(tariff_terms(tariff)->enumeration_id, enumeration_id);
}

static bool is_about_override(const struct override *override, const struct usage *usage,
                              const struct usage_period *period)
{
    struct text scope = override->scope == OVERRIDE_SCOPE_MODULE ? usage->module_id : period->tariff_id;

    return text_equal(override->scope_id, scope) && text_equal(override->template, usage->template);
}

/* Whether looking for the item of `name` comes past `alias` (rules.md 2.2: each of its aliases in turn). */
static bool passes(const struct catalogue_book *book, struct text name, struct text alias)
{
    for (int hops = 0; hops <= ALIAS_CHAIN_MAX; hops++) {
        const struct alias *next = book_get(book, BOOK_ALIAS, TEXT(""), name);
        if (text_equal(name, alias))
            return true;
        if (!next)
            return false;
        name = next->same_as;
    }
    return false;
}

static bool is_about(const struct touch *touch, const struct catalogue_change_change *change, const struct usage *usage,
                     const struct usage_period *period)
{
    switch (change->kind) {
    case CATALOGUE_CHANGE_CHANGE_MODULE: return text_equal(change->as.module.module_id, usage->module_id);
    case CATALOGUE_CHANGE_CHANGE_TARIFF: return text_equal(change->as.tariff.tariff_id, period->tariff_id);
    case CATALOGUE_CHANGE_CHANGE_ENUMERATION:
        return has_enumeration(touch->before, period->tariff_id, change->as.enumeration.enumeration_id) ||
               has_enumeration(touch->after, period->tariff_id, change->as.enumeration.enumeration_id);
    case CATALOGUE_CHANGE_CHANGE_PRICE:
        return text_equal(change->as.price.tariff_id, period->tariff_id) &&
               change->as.price.period_months == period->months;
    case CATALOGUE_CHANGE_CHANGE_OVERRIDE: return is_about_override(&change->as.override, usage, period);
    case CATALOGUE_CHANGE_CHANGE_ALIAS: return passes(touch->book, usage->template, change->as.alias.template);
    case CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS:
        return text_equal(change->as.template_settings.template, usage->template);
    default: return false;
    }
}

/* Of what shifts in a tariff, a price is to blame for its own item only. */
static bool is_blamed(const struct catalogue_change_change *change, const struct shift *shift)
{
    if (change->kind == CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS)
        return false;
    if (change->kind != CATALOGUE_CHANGE_CHANGE_PRICE)
        return true;
    return !text_empty(change->as.price.item_id) && (text_equal(change->as.price.item_id, shift->before.item_id) ||
                                                     text_equal(change->as.price.item_id, shift->after.item_id));
}

static void look(const struct touch *touch, const struct difference *difference, const struct usage *usage,
                 bool *ret_about, bool *ret_shifted)
{
    struct shift shift;

    for (uint32_t i = 0; i < usage->period_count && difference->kind != DIFFERENCE_KEPT; i++) {
        if (!is_about(touch, &difference->change, usage, &usage->periods[i]))
            continue;
        *ret_about = true;
        *ret_shifted =
            *ret_shifted || (usage->mark != MARK_SAME && touch_shift(touch, usage, &usage->periods[i], &shift) &&
                             is_blamed(&difference->change, &shift));
    }
}

struct touch_counts touch_count(const struct touch *touch, const struct difference *difference,
                                const struct usages *usages)
{
    struct touch_counts counts = {0, 0};

    for (uint32_t i = 0; i < usages->items.count; i++) {
        const struct usage *usage = usage_number(usages, i);
        bool about = false, shifted = false;
        look(touch, difference, usage, &about, &shifted);
        counts.vps += about ? usage->count : 0;
        counts.shifted += shifted ? usage->count : 0;
    }
    return counts;
}

struct touch_counts touch_total(const struct touch *touch, const struct differences *differences,
                                const struct usages *usages)
{
    struct touch_counts counts = {0, 0};

    for (uint32_t i = 0; i < usages->items.count; i++) {
        struct usage *usage = usage_number(usages, i);
        struct shift shift;
        bool about = false, shifted = false;
        for (const struct difference *at = differences->first; at && !about; at = at->next)
            look(touch, at, usage, &about, &shifted);
        counts.vps += about ? usage->count : 0;
        counts.shifted += touch_first_shift(touch, usage, &shift) ? usage->count : 0;
    }
    return counts;
}
