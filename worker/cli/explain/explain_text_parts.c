/* Parts of the explanation for people: inputs, sums, what covers, who was told. */
#include "worker/cli/explain/explain_text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

void explain_put_place(const struct record_place *place)
{
    put("%.*s, partition %d, offset %lld", TEXT_OF(topic_name(place->topic)), place->partition,
        (long long)place->offset);
}

/* --- inputs: field by field --- */

static bool ends_with(const char *name, const char *ending)
{
    size_t size = strlen(name), end = strlen(ending);

    return size >= end && !strcmp(name + size - end, ending);
}

static void put_value(const char *name, const json_t *value)
{
    char moment[MOMENT_TEXT], amount[DECIMAL_TEXT];

    if (json_is_integer(value) && ends_with(name, "_micros")) {
        put("%s", decimal_from_micros(json_integer_value(value), amount));
    } else if (json_is_integer(value) && (ends_with(name, "_at") || ends_with(name, "_start"))) {
        put("%s", moment_text(json_integer_value(value), moment));
    } else if (json_is_string(value)) {
        put_text((struct text){json_string_value(value), (uint32_t)json_string_length(value)});
    } else {
        char *text = json_whole(value, JSON_COMPACT | JSON_ENCODE_ANY);
        put("%s", text ? text : "(out of memory)");
        free(text);
    }
}

static void put_fields(const struct record_type *type, const void *record)
{
    json_t *json = json_from_record(type, record), *value;
    const char *name;

    json_object_foreach(json, name, value)
    {
        if (json_is_string(value) && !json_string_length(value))
            continue;
        put("              %-14s ", name);
        put_value(name, value);
        put("\n");
    }
    json_decref(json);
}

void explain_put_input(const struct explanation *all, const struct found_decision *found)
{
    const struct caused_by *cause = &found->decision.caused_by;
    const struct record_place place = place_of(cause);
    const struct found_input *input = find_input(all, &place);

    if (place.topic == TOPIC_COUNT)
        return;
    put("  input       %.*s in ", TEXT_OF(cause->event_id));
    explain_put_place(&place);
    put("%s%s\n", input && input->problem ? ": " : "", input && input->problem ? input->problem : "");
    for (uint32_t i = 0; i < all->decisions.count && &all->decisions.items[i] != found; i++) {
        const struct record_place before = place_of(&all->decisions.items[i].decision.caused_by);
        if (record_place_equal(&before, &place))
            return; /* shown already */
    }
    if (input && input->record)
        put_fields(input->type, input->record);
}

/* --- money --- */

static void put_span(int64_t from, int64_t until)
{
    char begin[MOMENT_TEXT], end[MOMENT_TEXT];

    put("%s to %s", moment_brief(from, begin), until ? moment_brief(until, end) : "for ever");
}

void explain_put_line(const struct explanation *all, const struct charge_line *line, int64_t moment)
{
    char amount[DECIMAL_TEXT], since[MOMENT_TEXT];
    struct line_sum sum;

    explain_line_sum(all, line, moment, &sum);
    put("    %-4s %s", line_kind_names[line->kind], decimal_from_micros(line->amount_micros, amount));
    if (line->item_id.size)
        put(" for item %.*s", TEXT_OF(line->item_id));
    if (line->template.size)
        put(", OS %.*s", TEXT_OF(line->template));
    put(", tariff %.*s\n", TEXT_OF(line->tariff_id));
    put("         price %s for the period", decimal_from_micros(line->price_micros, amount));
    if (line->price_effective_from)
        put(", since %s", moment_brief(line->price_effective_from, since));
    put("; covered so far %s\n", decimal_from_micros(line->credited_price_micros, amount));
    put("         period ");
    put_span(line->period_start, line->period_end);
    put(line->amount_micros < 0 ? "; given back " : "; charged ");
    put_span(line->charged_from, line->charged_until);
    put("\n         %s\n", sum.formula);
    if (sum.check == LINE_IN_PART)
        put("         of which %s is here: the rest went to what the VPS owed (rules.md 4, Refund)\n",
            decimal_from_micros(line->amount_micros, amount));
    if (sum.check == LINE_UNKNOWN)
        put("         the tariff's rounding is not known, so this cannot be done again\n");
    if (sum.check == LINE_DIFFERS)
        put("    *** THIS DOES NOT COME OUT: the line says %s ***\n", decimal_from_micros(line->amount_micros, amount));
}

static void put_charge(const struct explanation *all, const struct found_charge *found)
{
    const struct charge *charge = &found->charge;
    char amount[DECIMAL_TEXT], before[DECIMAL_TEXT], after[DECIMAL_TEXT];

    put("  charge      %.*s: %s %.*s for VPS %.*s; balance %s before, %s after\n", TEXT_OF(charge->charge_id),
        decimal_from_micros(charge->amount_micros, amount), TEXT_OF(charge->currency), TEXT_OF(charge->vps_id),
        decimal_from_micros(balance_before(charge), before), decimal_from_micros(charge->balance_after_micros, after));
    put("              in ");
    explain_put_place(&found->place);
    put("\n");
    for (uint32_t i = 0; i < charge->lines.count; i++)
        explain_put_line(all, &charge->lines.items[i], charge->decided_at);
    if (!charge_adds_up(charge))
        put("    *** THE LINES DO NOT ADD UP to %s ***\n", amount);
}

void explain_put_charges(const struct explanation *all, const struct decision *decision)
{
    struct deed deed;

    for (uint32_t i = 0; deed_of(decision, i, &deed); i++) {
        const struct found_charge *found = find_charge(all, deed.charge_id);
        if (found)
            put_charge(all, found);
        else if (deed.charge_id.size && id_has(&all->charge_ids, deed.charge_id))
            put("  charge      %.*s is not in the charge topic\n", TEXT_OF(deed.charge_id));
    }
}

void explain_put_cover(const struct explanation *all, const struct found_decision *found)
{
    char level[DECIMAL_TEXT], paid[MOMENT_TEXT];
    struct cover cover = {.paid_at = 0};

    if (!is_covered(&found->decision))
        return;
    if (!explain_cover(all, found, &cover)) {
        put("  covered by  what the period had paid before; no charge of it is in the topics\n");
        return;
    }
    if (cover.by_item)
        put("  covered by  item %.*s, which is paid for (%s)", TEXT_OF(cover.item_id),
            decimal_from_micros(cover.level_micros, level));
    else
        put("  covered by  the OS level %s, than which item %.*s costs no more,",
            decimal_from_micros(cover.level_micros, level), TEXT_OF(found->decision.item_id));
    put(" in the period ");
    put_span(cover.period_start, cover.period_end);
    if (cover.charge_id.size)
        put(", charge %.*s of %s", TEXT_OF(cover.charge_id), moment_text(cover.paid_at, paid));
    else if (cover.case_id.size)
        put(", owed by case %.*s", TEXT_OF(cover.case_id));
    put("\n");
}

static void put_amount(const char *what, int64_t micros)
{
    char amount[DECIMAL_TEXT];

    put("%s %s%s", what, decimal_from_micros(micros, amount),
        micros == INT64_MAX || micros == INT64_MIN ? " or beyond: a record holds no more" : "");
}

static void put_notification(const struct notification *told)
{
    char moment[MOMENT_TEXT];

    put("  told        %s %s, %s, %.*s\n", severity_names[told->severity], notification_kind_names[told->kind],
        moment_text(told->decided_at, moment), TEXT_OF(told->notification_id));
    if (told->amount_micros || told->deficit_micros) {
        put("              ");
        put_amount("needed", told->amount_micros);
        put_amount(", available", told->available_micros);
        put_amount(", deficit", told->deficit_micros);
        put("\n");
    }
    put("              \"%.*s\"\n", TEXT_OF(told->text));
}

/* Those of this Decision's moment: a case's later ones come with the Decisions that caused them. */
void explain_put_notifications(const struct explanation *all, const struct found_decision *found)
{
    const struct record_place cause = place_of(&found->decision.caused_by);

    for (uint32_t i = 0; i < all->notifications.count; i++) {
        const struct notification *told = &all->notifications.items[i].notification;
        const struct record_place place = place_of(&told->caused_by);
        if (told->decided_at == found->decided_at && record_place_equal(&place, &cause))
            put_notification(told);
    }
}

void explain_put_dead_letter(const struct found_dead_letter *dead)
{
    put("  dead letter %.*s: %.*s\n", TEXT_OF(dead->code), TEXT_OF(dead->message));
    put("              in ");
    explain_put_place(&dead->place);
    put(", written %.*s, about ", TEXT_OF(dead->at));
    explain_put_place(&dead->input);
    put("\n");
}
