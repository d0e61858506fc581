/* One VPS, one case that a plan touches: a row, or a line of JSON. */
#include <jansson.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/catalogue_plan/catalogue_touch_print.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

#define SHOW(text) (int)(text).size, (text).size ? (text).data : ""

/* --- VPSs --- */

static const char *price_text(const struct os_price *price, char amount[DECIMAL_TEXT])
{
    switch (price->kind) {
    case OS_PRICE_NO_ADDON: return "no OS line";
    case OS_PRICE_STRICT: return "held: not mapped";
    case OS_PRICE_MISSING: return "held: no price";
    default: return decimal_from_micros(price->price_micros, amount);
    }
}

static json_t *price_json(const struct os_price *price)
{
    static const char *const kinds[] = {[OS_PRICE_NO_ADDON] = "NO_ADDON",
                                        [OS_PRICE_STRICT] = "STRICT",
                                        [OS_PRICE_MISSING] = "MISSING",
                                        [OS_PRICE_KNOWN] = "KNOWN"};

    return json_pack("{s:s, s:o, s:b, s:I}", "kind", kinds[price->kind], "item_id", json_text(price->item_id),
                     "unmapped", price->unmapped, "price_micros", (json_int_t)price->price_micros);
}

static void put_vps_json(struct text account_id, struct text vps_id, const struct usage *usage,
                         const struct shift *shift)
{
    put_json(json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:I, s:o, s:o}", "action", "touch-vps", "account_id",
                       json_text(account_id), "vps_id", json_text(vps_id), "module_id", json_text(usage->module_id),
                       "template", json_text(usage->template), "tariff_id", json_text(shift->period->tariff_id),
                       "period_months", shift->period->months, "from", (json_int_t)shift->from, "before",
                       price_json(&shift->before), "after", price_json(&shift->after)));
}

static void add_vps_row(struct touch_printer *printer, struct text account_id, struct text vps_id,
                        const struct usage *usage, const struct shift *shift)
{
    struct table *table = &printer->vps;
    char before[DECIMAL_TEXT], after[DECIMAL_TEXT], moment[MOMENT_TEXT];
    bool now = shift->from == printer->touch->moments[0];

    table_format(table, "%.*s %.*s", SHOW(account_id), SHOW(vps_id));
    table_cell(table, usage->template);
    table_cell(table, shift->period->tariff_id);
    table_format(table, "%d", shift->period->months);
    if (text_equal(shift->before.item_id, shift->after.item_id))
        table_cell(table, shift->before.item_id);
    else
        table_format(table, "%.*s -> %.*s", SHOW(shift->before.item_id), SHOW(shift->after.item_id));
    table_format(table, "%s -> %s", price_text(&shift->before, before), price_text(&shift->after, after));
    table_format(table, "%s", now ? "now" : moment_brief(shift->from, moment));
}

void touch_print_vps(void *context, struct text account_id, struct text vps_id, struct usage *usage)
{
    struct touch_printer *printer = context;
    struct shift shift;

    if (!touch_first_shift(printer->touch, usage, &shift))
        return;
    for (uint32_t i = 0; i < usage->period_count && printer->json; i++)
        if (touch_shift(printer->touch, usage, &usage->periods[i], &shift))
            put_vps_json(account_id, vps_id, usage, &shift);
    if (!printer->json && printer->vps_shifted < printer->limit)
        add_vps_row(printer, account_id, vps_id, usage, &shift);
    printer->vps_shifted++;
}

/* --- cases --- */

static void put_case_json(const struct held_case *held)
{
    json_t *json = json_pack(
        "{s:s, s:o, s:o, s:b, s:o, s:o, s:I, s:o, s:o}", "action", "touch-case", "account_id",
        json_text(held->account_id), "currency", json_text(held->currency), "decided", held->decided, "verdict",
        held->decided ? json_string(verdict_names[held->verdict]) : json_null(), "rule", json_text(held->rule),
        "amount_micros", (json_int_t)held->amount_micros, "case", json_from_record(&case_ref_record, held->ref),
        "template", json_text(held->open ? held->open->template : TEXT("")));

    put_json(json);
}

static void add_case_row(struct touch_printer *printer, const struct held_case *held)
{
    struct table *table = &printer->cases;
    char amount[DECIMAL_TEXT];

    table_cell(table, held->ref->case_id);
    table_format(table, "%.*s %.*s", SHOW(held->account_id), SHOW(held->ref->vps_id));
    table_format(table, "%s", case_state_names[held->ref->state]);
    table_cell(table, held->open ? held->open->template : TEXT(""));
    if (held->decided) {
        table_format(table, "%s [%.*s]", verdict_names[held->verdict], SHOW(held->rule));
        table_format(table, "%s %.*s", decimal_from_micros(held->amount_micros, amount), SHOW(held->currency));
    } else {
        table_format(table, "held still");
        table_format(table, "%s", "");
    }
}

void touch_print_case(void *context, const struct held_case *held)
{
    struct touch_printer *printer = context;

    if (printer->json)
        put_case_json(held);
    else if (printer->cases_held < printer->limit)
        add_case_row(printer, held);
    printer->cases_held++;
    printer->cases_decided += held->decided;
}
