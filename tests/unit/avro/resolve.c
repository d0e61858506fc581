/* Decodes values with writers' schemas for another program that checks them (against_fastavro.py).
 *
 * resolve types: a line for each record type, its schema. resolve: reads lines of {"type": record name, "schema":
 * writer's schema, "value": hexadecimal}; answers each with a line: the record as json.h has it, or {"error": status}.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "records.h"
#include "samples.h"
#include "worker/avro/json.h"

static const struct record_type *find_type(const char *name)
{
    for (int i = 0; i < RECORDS_COUNT; i++)
        if (!strcmp(all_records[i]->name, name))
            return all_records[i];
    for (int i = 0; i < SAMPLES_COUNT; i++)
        if (!strcmp(all_samples[i]->name, name))
            return all_samples[i];
    fprintf(stderr, "no record type %s\n", name);
    exit(2);
}

static json_t *resolve(struct fixture *fixture, const json_t *question)
{
    static int32_t id; /* another for each question: nothing is cached */
    const struct record_type *type = find_type(json_string_value(json_object_get(question, "type")));
    void *record = malloc(type->size);

    if (!record)
        abort();
    fixture->json = json_string_value(json_object_get(question, "schema"));
    struct codec_result result =
        fixture_decode(fixture, type, ++id, json_string_value(json_object_get(question, "value")), record);
    json_t *answer =
        result.status == CODEC_OK ? json_from_record(type, record) : json_pack("{s:s}", "error", result.reason);
    free(record);
    return answer;
}

static int list_types(const struct record_type *const *types, int count)
{
    for (int i = 0; i < count; i++)
        if (types[i]->schema && puts(types[i]->schema) < 0)
            return 2;
    return 0;
}

static int resolve_all(void)
{
    char *line = NULL;
    size_t room = 0;
    void *state;

    if (fixture_setup(&state) != 0)
        return 2;
    while (getline(&line, &room, stdin) > 0) {
        json_t *question = json_loads(line, 0, NULL);
        json_t *answer = question ? resolve(state, question) : NULL;
        char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
        if (!text || puts(text) < 0)
            return 2;
        free(text);
        json_decref(answer);
        json_decref(question);
    }
    free(line);
    fixture_teardown(&state);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "types"))
        return list_types(all_records, RECORDS_COUNT) || list_types(all_samples, SAMPLES_COUNT);
    return resolve_all();
}
