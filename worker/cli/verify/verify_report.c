/* What verify says. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

#include "worker/cli/common/print.h"
#include "worker/cli/verify/verify.h"

void violation(struct verify *verify, const char *check, enum topic topic, int32_t partition, int64_t offset,
               const char *format, ...)
{
    char text[500], name[TOPIC_NAME];
    va_list arguments;

    if (verify->silent) {
        verify->hidden++;
        return;
    }
    if (verify->violations++ >= verify->limit)
        return;
    progress_hide(&verify->progress);
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    context_topic(&verify->context, topic, name);
    if (verify->context.config->json) {
        json_t *json =
            json_pack("{s:s, s:s, s:i, s:s}", "violation", check, "topic", name, "partition", partition, "text", text);
        if (json && offset >= 0)
            json_object_set_new(json, "offset", json_integer(offset));
        put_json(json);
    } else if (offset >= 0) {
        put("VIOLATION %s: %s/%d offset %lld: %s\n", check, name, partition, (long long)offset, text);
    } else {
        put("VIOLATION %s: %s/%d: %s\n", check, name, partition, text);
    }
}

bool no_memory(struct verify *verify)
{
    say("out of memory: --partition checks one at a time");
    verify->code = EXIT_BROKEN;
    return false;
}

/* "as of seq 17 (partition 0), 4 (1), 2 (lane)": what the proof holds for. */
static void print_positions(const struct verify *verify)
{
    const struct verified *verified = verify->verified.items;
    const char *before = "partition ";

    put("  as of seq");
    for (uint32_t i = 0; i < verify->verified.count; i++) {
        put("%s %lld (", i ? "," : "", (long long)verified[i].seq);
        if (verified[i].partition < 0)
            put("lane)");
        else
            put("%s%d)", before, verified[i].partition);
        before = "";
    }
    put("\n");
}

static json_t *positions_json(const struct verify *verify)
{
    const struct verified *verified = verify->verified.items;
    json_t *list = json_array();

    for (uint32_t i = 0; i < verify->verified.count; i++)
        json_array_append_new(
            list, json_pack("{s:o, s:I, s:I}", "partition",
                            verified[i].partition < 0 ? json_string("lane") : json_integer(verified[i].partition),
                            "seq", (json_int_t)verified[i].seq, "decided_at", (json_int_t)verified[i].now));
    return list;
}

static void print_counts(const struct verify *verify)
{
    const struct verify_counts *counts = &verify->counts;

    put("checked %llu units (partitions, and the catalogue lane):\n", (unsigned long long)counts->units);
    put("  promise 1: %llu input records, %llu INPUT decisions among %llu decisions in %llu records\n",
        (unsigned long long)counts->inputs, (unsigned long long)counts->input_decisions,
        (unsigned long long)counts->decisions, (unsigned long long)counts->decision_records);
    put("  promise 2: %llu charges, %llu accounts, each balance recomputed\n", (unsigned long long)counts->charges,
        (unsigned long long)counts->accounts);
    put("  promise 3: every charge is named by one decision; %llu positions in sequence\n",
        (unsigned long long)counts->positions);
    put("  state: %llu keys from %llu records", (unsigned long long)counts->state_keys,
        (unsigned long long)counts->state_records);
    if (verify->redis)
        put("; Redis: %llu keys compared byte by byte, %llu were changing", (unsigned long long)counts->redis_keys,
            (unsigned long long)counts->redis_changed);
    put("\n");
    print_positions(verify);
    if (counts->later)
        put("  left out: %llu decisions that were made meanwhile\n", (unsigned long long)counts->later);
}

static void print_json(const struct verify *verify)
{
    const struct verify_counts *counts = &verify->counts;

    put_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o}", "violations",
                       (json_int_t)verify->violations, "units", (json_int_t)counts->units, "inputs",
                       (json_int_t)counts->inputs, "input_decisions", (json_int_t)counts->input_decisions, "decisions",
                       (json_int_t)counts->decisions, "charges", (json_int_t)counts->charges, "accounts",
                       (json_int_t)counts->accounts, "positions", (json_int_t)counts->positions, "state_keys",
                       (json_int_t)counts->state_keys, "redis_keys", (json_int_t)counts->redis_keys, "redis_changed",
                       (json_int_t)counts->redis_changed, "left_out", (json_int_t)counts->later, "redis",
                       verify->redis != NULL, "as_of", positions_json(verify)));
}

enum exit_code verify_conclude(struct verify *verify)
{
    if (verify->code != EXIT_DONE)
        return verify->code;
    if (verify->context.config->json) {
        print_json(verify);
        return verify->violations ? EXIT_FOUND : EXIT_DONE;
    }
    print_counts(verify);
    if (verify->violations > verify->limit)
        put("and %llu more violations\n", (unsigned long long)(verify->violations - verify->limit));
    put(verify->violations ? "%llu violations\n" : "no violations\n", (unsigned long long)verify->violations);
    return verify->violations ? EXIT_FOUND : EXIT_DONE;
}
