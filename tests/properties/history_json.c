#include "history_json.h"

#include "worker/avro/json.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *from_text(struct text text)
{
    return json_stringn(text.data ? text.data : "", text.size);
}

static void write_line(json_t *line, FILE *file)
{
    if (!line || json_dumpf(line, file, JSON_COMPACT) != 0 || fputc('\n', file) == EOF)
        give_up("cannot write JSON");
    json_decref(line);
}

/* --- histories --- */

void step_write(const struct step *step, FILE *file)
{
    json_t *line = json_object();
    struct input input = step->input;

    json_object_set_new(line, "do", json_string(step->kind == STEP_INPUT ? "input" : "due"));
    json_object_set_new(line, "now", json_integer(step->now));
    if (step->kind == STEP_DUE) {
        json_object_set_new(line, "account_id", from_text(step->account_id));
    } else {
        json_object_set_new(line, "topic", from_text(topic_name(input.topic)));
        json_object_set_new(line, "partition", json_integer(input.partition));
        json_object_set_new(line, "offset", json_integer(input.offset));
        json_object_set_new(line, "key", from_text(input.key));
        json_object_set_new(line, "value", json_from_record(input_record_type(input.topic), input_record(&input)));
    }
    write_line(line, file);
}

void history_write(const struct history *history, FILE *file)
{
    for (uint32_t i = 0; i < history->count; i++)
        step_write(&history->steps[i], file);
}

static void read_step(struct history *history, const json_t *line, uint32_t number)
{
    const char *what = json_string_value(json_object_get(line, "do"));
    int64_t now = json_integer_value(json_object_get(line, "now"));
    const json_t *topic_json = json_object_get(line, "topic"), *account = json_object_get(line, "account_id");
    char error[JSON_ERROR_SIZE];
    struct input input;

    if (what && strcmp(what, "due") == 0 && json_is_string(account)) {
        history_add_due(history, now, take_format(&history->memory, "%s", json_string_value(account)));
        return;
    }
    if (!what || strcmp(what, "input") != 0 || !json_is_string(topic_json))
        give_up("line %u is no step of a history", number);
    const char *name = json_string_value(topic_json);
    enum topic topic = topic_find((struct text){name, (uint32_t)strlen(name)});
    if (topic >= TOPIC_INPUTS)
        give_up("line %u: %s is no topic of inputs", number, name);
    if (!record_from_json(input_record_type(topic), json_object_get(line, "value"), &history->memory.arena,
                          input_record(&input), error))
        give_up("line %u: %s", number, error);
    history->next_offset[topic] = json_integer_value(json_object_get(line, "offset"));
    history_add_input(history, now, topic, input_record(&input));
}

void history_read(struct history *history, FILE *file)
{
    char *text = NULL;
    size_t room = 0;
    uint32_t number = 0;

    while (getline(&text, &room, file) > 0) {
        json_error_t error;
        json_t *line = json_loads(text, 0, &error);
        if (!line)
            give_up("line %u: %s", number + 1, error.text);
        read_step(history, line, ++number);
        json_decref(line);
    }
    free(text);
}

/* --- outcomes --- */

static json_t *list(const struct record_type *type, const void *items, uint32_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_from_record(type, (const char *)items + i * type->size));
    return array;
}

static json_t *dead_letters(const struct dead_letter_list *letters)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < letters->count; i++) {
        const struct dead_letter *letter = &letters->items[i];
        json_array_append_new(array, json_pack("{s:s,s:s,s:i,s:I}", "code", letter->code, "topic",
                                               topic_name(letter->topic).data, "partition", (int)letter->partition,
                                               "offset", (json_int_t)letter->offset));
    }
    return array;
}

static json_t *account_at_end(const struct account_state *account)
{
    json_t *cases = json_array();

    for (uint32_t i = 0; i < account->cases.count; i++) {
        const struct case_ref *it = &account->cases.items[i];
        json_array_append_new(cases, json_pack("{s:o,s:I,s:o}", "case_id", from_text(it->case_id), "amount_micros",
                                               (json_int_t)it->amount_micros, "vps_id", from_text(it->vps_id)));
    }
    return json_pack("{s:I,s:I,s:o,s:o}", "balance_micros", (json_int_t)account->balance_micros, "credit_limit_micros",
                     (json_int_t)account->credit_limit_micros, "status",
                     from_text(text_from_enum(&account_status_enum, (int)account->status)), "cases", cases);
}

static void write_end(struct world *world, FILE *file)
{
    json_t *accounts = json_object();

    for (const struct stored *stored = world->first; stored; stored = stored->next) {
        const struct account_state *account = stored->kind == STATE_ACCOUNT ? stored_record(world, stored) : NULL;
        if (account && account->status != ACCOUNT_STATUS_UNKNOWN)
            json_object_set_new(accounts, take_format(&world->memory, "%.*s", TEXT_ARGUMENTS(stored->key)).data + 2,
                                account_at_end(account));
    }
    write_line(json_pack("{s:o}", "accounts", accounts), file);
}

void outcome_write(struct run *run, FILE *file)
{
    for (uint32_t i = 0; i < run->count; i++) {
        const struct outcome *outcome = &run->outcomes[i];
        write_line(json_pack("{s:o,s:o,s:o,s:o}", "decisions",
                             list(&decision_record, outcome->decisions.items, outcome->decisions.count), "charges",
                             list(&charge_record, outcome->charges.items, outcome->charges.count), "notifications",
                             list(&notification_record, outcome->notifications.items, outcome->notifications.count),
                             "dead_letters", dead_letters(&outcome->dead_letters)),
                   file);
    }
    write_end(&run->world, file);
}
