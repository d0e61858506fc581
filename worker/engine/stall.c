/* A transaction that another producer leaves open on an input holds up all that was written behind it (design.md,
 * "Traps"): said once when it has lasted, and once when it has ended. */
#include "worker/engine/inside.h"

#include <inttypes.h>

enum { SECOND = 1000 * 1000, STALL_MICROS = 10 * SECOND }; /* shorter ones are how producers work */

static void say_begun(struct engine *engine, const struct part *part, const struct part_input *input, int64_t high)
{
    struct text name = topic_name(input->topic);

    engine_say(engine, NOTICE_WARNING, "stalled", part,
               "%.*s%.*s: a transaction of another producer has been open for %" PRId64 " s at offset %" PRId64
               ": %" PRId64 " records wait behind it; it goes on by itself when that producer ends it or its "
               "transaction.timeout.ms does (who: kafka-transactions.sh list)",
               (int)engine->here.prefix.size, engine->here.prefix.data, (int)name.size, name.data,
               (steady_now(engine) - input->stall.since) / SECOND, input->stall.offset, high - input->stall.offset);
}

static void end_stall(struct engine *engine, const struct part *part, struct part_input *input)
{
    struct text name = topic_name(input->topic);

    if (input->stall.said)
        engine_say(engine, NOTICE_INFO, "resumed", part,
                   "%.*s%.*s: the other producer's transaction at offset %" PRId64 " has ended after %" PRId64
                   " s: going on",
                   (int)engine->here.prefix.size, engine->here.prefix.data, (int)name.size, name.data,
                   input->stall.offset, (steady_now(engine) - input->stall.since) / SECOND);
    input->stall = (struct stall){0};
}

static void watch(struct engine *engine, const struct part *part, struct part_input *input)
{
    int64_t stable = -1, high = -1, now = steady_now(engine);

    if (input->stall.since && input->fetch > input->stall.offset)
        end_stall(engine, part, input);
    engine->log->ops->ends(engine->log, input->topic, input->partition, &stable, &high);
    if (stable < 0 || high <= stable)
        return; /* it reads, or everything is read, or nothing is known just now */
    if (!input->stall.since)
        input->stall = (struct stall){.since = now ? now : 1, .offset = stable};
    else if (!input->stall.said && now - input->stall.since >= STALL_MICROS) {
        input->stall.said = true;
        say_begun(engine, part, input, high);
    }
}

void stalls_watch(struct engine *engine, struct part *part)
{
    for (uint32_t i = 0; i < part->input_count; i++)
        watch(engine, part, &part->inputs[i]);
}
