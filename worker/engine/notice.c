/* What people are told: each state of affairs once. */
#include "worker/engine/inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { OUTAGE_MICROS = 2 * 1000 * 1000 }; /* so long before anything is said: short retries are normal */

static int32_t part_number(const struct part *part)
{
    if (!part)
        return -1;
    return part_is_lane(part) ? NOTICE_LANE : part->partition;
}

void engine_say(struct engine *engine, enum notice_level level, const char *event, const struct part *part,
                const char *format, ...)
{
    char text[512];
    struct notice notice = {level, event, part_number(part), text};
    va_list arguments;

    if (!engine->config.sink.notice)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    engine->config.sink.notice(engine->config.sink.context, &notice);
}

static const char *const outage_names[OUTAGES] = {
    [OUTAGE_LOG] = "Kafka",
    [OUTAGE_STORE] = "Redis",
    [OUTAGE_REGISTRY] = "the schema registry",
    [OUTAGE_CATALOGUE] = "the catalogue",
    [OUTAGE_CLOCK] = "the clock",
};

void outage_begin(struct engine *engine, enum outage_kind kind, const char *reason)
{
    outage_since(engine, kind, reason, steady_now(engine));
}

void outage_since(struct engine *engine, enum outage_kind kind, const char *reason, int64_t since)
{
    struct outage *outage = &engine->outages[kind];

    if (outage->since == 0)
        outage->since = since ? since : 1;
    if (outage->said || steady_now(engine) - outage->since < OUTAGE_MICROS)
        return;
    outage->said = true;
    engine_say(engine, NOTICE_WARNING, "paused", NULL,
               "paused, waiting for %s: %s; nothing is lost, it goes on by itself", outage_names[kind],
               reason ? reason : "no answer");
}

void outage_end(struct engine *engine, enum outage_kind kind)
{
    struct outage *outage = &engine->outages[kind];

    if (outage->said)
        engine_say(engine, NOTICE_INFO, "resumed", NULL, "%s answers again after %" PRId64 " ms: going on",
                   outage_names[kind], (steady_now(engine) - outage->since) / 1000);
    *outage = (struct outage){0};
}

void fail(struct engine *engine, const char *format, ...)
{
    va_list arguments;

    if (engine->failure.kind == RESULT_STOP)
        return;
    va_start(arguments, format);
    vsnprintf(engine->failure_text, sizeof engine->failure_text, format, arguments);
    va_end(arguments);
    engine->failure = (struct result){RESULT_STOP, engine->failure_text};
}
