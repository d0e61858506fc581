/* The explanation as one JSON object: the records as they are, and beside each what follows from it. */
#include <jansson.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/common/print.h"
#include "worker/cli/explain/explain_text.h"

static json_t *lines_json(const struct explanation *all, const struct charge_line_array *lines, int64_t moment)
{
    static const char *const checks[] = {[LINE_AGREES] = "agrees",
                                         [LINE_IN_PART] = "in part",
                                         [LINE_DIFFERS] = "differs",
                                         [LINE_UNKNOWN] = "rounding unknown"};
    json_t *json = json_array();
    struct line_sum sum;

    for (uint32_t i = 0; i < lines->count; i++) {
        explain_line_sum(all, &lines->items[i], moment, &sum);
        json_array_append_new(json, json_pack("{s:s, s:I, s:I, s:s}", "formula", sum.formula, "expected_micros",
                                              (json_int_t)sum.expected_micros, "rounding_micros",
                                              (json_int_t)sum.rounding_micros, "check", checks[sum.check]));
    }
    return json;
}

static json_t *cover_json(const struct cover *cover)
{
    return json_pack("{s:s, s:o, s:I, s:o, s:o, s:I, s:I, s:I}", "by", cover->by_item ? "item" : "level", "item_id",
                     json_text(cover->item_id), "level_micros", (json_int_t)cover->level_micros, "charge_id",
                     json_text(cover->charge_id), "case_id", json_text(cover->case_id), "paid_at",
                     (json_int_t)cover->paid_at, "period_start", (json_int_t)cover->period_start, "period_end",
                     (json_int_t)cover->period_end);
}

/* Of the Decision's own rule, and of the events that it released. */
static json_t *rows_json(const struct explanation *all, const struct found_decision *found)
{
    json_t *json = json_array();
    struct matched_row rows[ROWS_MAX];
    char words[ROW_WORDS];
    struct deed deed;

    for (uint32_t i = 0; deed_of(&found->decision, i, &deed); i++) {
        uint32_t count = deed.own || deed.event_id.size ? explain_rows(all, found, &deed, rows) : 0;
        for (uint32_t k = 0; k < count; k++)
            json_array_append_new(json, json_pack("{s:o, s:s, s:i, s:s}", "rule", json_text(deed.rule), "table",
                                                  rule_table(rows[k].table)->name, "row", (int)rows[k].number, "words",
                                                  row_words(&rows[k], words)));
    }
    return json;
}

static json_t *decision_json(const struct explanation *all, uint32_t index)
{
    const struct found_decision *found = &all->decisions.items[index];
    const struct decision *decision = &found->decision;
    struct cover cover = {.paid_at = 0};
    json_t *json = record_place_json(&found->place);

    json_object_set_new(json, "seq", json_integer(found->seq));
    json_object_set_new(json, "decided_at", json_integer(found->decided_at));
    json_object_set_new(json, "clause", json_string(rule_info(rule_find(decision->rule))->clause));
    json_object_set_new(json, "meaning", json_string(verdict_meaning(decision->verdict)));
    json_object_set_new(json, "rows", rows_json(all, found));
    if (explain_cover(all, found, &cover))
        json_object_set_new(json, "covered_by", cover_json(&cover));
    json_object_set_new(json, "decision", json_from_record(&decision_record, decision));
    return json;
}

static json_t *input_json(const struct explanation *all, uint32_t index)
{
    const struct found_input *found = &all->inputs.items[index];
    json_t *json = record_place_json(&found->place);

    json_object_set_new(json, "record", found->record ? json_from_record(found->type, found->record) : json_null());
    if (found->problem)
        json_object_set_new(json, "problem", json_string(found->problem));
    return json;
}

static json_t *charge_json(const struct explanation *all, uint32_t index)
{
    const struct found_charge *found = &all->charges.items[index];
    json_t *json = record_place_json(&found->place);

    json_object_set_new(json, "balance_before_micros", json_integer(balance_before(&found->charge)));
    json_object_set_new(json, "adds_up", json_boolean(charge_adds_up(&found->charge)));
    json_object_set_new(json, "formulas", lines_json(all, &found->charge.lines, found->charge.decided_at));
    json_object_set_new(json, "charge", json_from_record(&charge_record, &found->charge));
    return json;
}

static json_t *notification_json(const struct explanation *all, uint32_t index)
{
    const struct found_notification *found = &all->notifications.items[index];
    json_t *json = record_place_json(&found->place);

    json_object_set_new(json, "notification", json_from_record(&notification_record, &found->notification));
    return json;
}

static json_t *dead_letter_json(const struct explanation *all, uint32_t index)
{
    const struct found_dead_letter *found = &all->dead_letters.items[index];
    json_t *json = record_place_json(&found->place);

    json_object_set_new(json, "input", record_place_json(&found->input));
    json_object_set_new(json, "code", json_text(found->code));
    json_object_set_new(json, "message", json_text(found->message));
    json_object_set_new(json, "at", json_text(found->at));
    return json;
}

/* --- cases --- */

static void add_step(void *steps, const struct found_decision *found, const struct deed *deed, enum case_step step)
{
    json_array_append_new(steps,
                          json_pack("{s:s, s:I, s:o, s:o, s:o, s:I}", "step", case_step_names[step], "decided_at",
                                    (json_int_t)found->decided_at, "rule", json_text(deed->rule), "event_id",
                                    json_text(found->decision.event_id), "charge_id", json_text(deed->charge_id),
                                    "amount_micros", (json_int_t)deed->amount_micros));
}

static json_t *open_json(const struct explanation *all, struct text case_id)
{
    struct text vps_id = {NULL, 0};
    const struct open_case *open = case_state_of(all, case_id, &vps_id);

    if (!open)
        return json_null();
    return json_pack("{s:o, s:s, s:o, s:o}", "vps_id", json_text(vps_id), "waits_for", case_waits_for(open->state),
                     "formulas", lines_json(all, &open->lines, open->opened_at), "case",
                     json_from_record(&open_case_record, open));
}

static json_t *case_json(const struct explanation *all, uint32_t index)
{
    struct text case_id = all->cases.items[index];
    json_t *steps = json_array();
    bool open = case_walk(all, case_id, add_step, steps);

    return json_pack("{s:o, s:b, s:o, s:o}", "case_id", json_text(case_id), "open", (int)open, "steps", steps, "state",
                     open ? open_json(all, case_id) : json_null());
}

/* --- all of it --- */

static json_t *list_json(const struct explanation *all, uint32_t count,
                         json_t *(*item)(const struct explanation *all, uint32_t index))
{
    json_t *json = json_array();

    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(json, item(all, i));
    return json;
}

json_t *explain_json(const struct explanation *all)
{
    return json_pack("{s:o, s:s, s:i, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "id", json_text(all->id), "kind",
                     id_kind_names[all->kind], "differences", (int)count_differences(all), "left_out",
                     (json_int_t)all->left_out, "decisions", list_json(all, all->decisions.count, decision_json),
                     "inputs", list_json(all, all->inputs.count, input_json), "charges",
                     list_json(all, all->charges.count, charge_json), "cases",
                     list_json(all, all->cases.count, case_json), "notifications",
                     list_json(all, all->notifications.count, notification_json), "dead_letters",
                     list_json(all, all->dead_letters.count, dead_letter_json));
}
