/* Reading one topic for `osbill explain`. */
#include "worker/cli/explain/explain_find.h"

#include "worker/cli/cluster/visit.h"
#include "worker/cli/common/print.h"

bool explain_read(struct explaining *explaining, enum topic topic, struct kafka_range range, explain_take *take,
                  void *context)
{
    progress_begin(&explaining->progress, "records", 0, "reading %s", topic_name(topic).data);
    enum exit_code code = topic_visit(&explaining->context, topic, range, take, context, &explaining->progress);
    if (explaining->code == EXIT_DONE)
        explaining->code = code;
    return explaining->code == EXIT_DONE;
}

bool explain_no_memory(struct explaining *explaining)
{
    progress_hide(&explaining->progress);
    say("out of memory");
    explaining->code = EXIT_BROKEN;
    return false;
}

/* What cannot be read as what it should be is not what was asked for; an outage ends it. */
static bool decode(struct explaining *explaining, const struct record_type *type, struct text value,
                   struct arena *arena, void *ret_record)
{
    struct codec_result result =
        codec_decode(explaining->context.codec, type, value.data, value.size, arena, ret_record);

    if (result.status != CODEC_OK && codec_status_action(result.status) != CODEC_DEAD_LETTER) {
        progress_hide(&explaining->progress);
        explaining->code = context_codec_failed("explain", result);
    }
    return result.status == CODEC_OK;
}

bool explain_look(struct explaining *explaining, const struct record_type *type, const struct kafka_record *record,
                  void *ret_record)
{
    memory_reset(&explaining->scratch);
    return record->has_value && decode(explaining, type, record->value, &explaining->scratch.arena, ret_record);
}

bool explain_keep(struct explaining *explaining, const struct record_type *type, const struct kafka_record *record,
                  void *ret_record)
{
    struct memory *memory = &explaining->context.memory;
    bool failed = false;
    struct text own = record->has_value ? memory_text(memory, record->value, &failed) : (struct text){NULL, 0};

    if (failed)
        return explain_no_memory(explaining);
    return own.data && decode(explaining, type, own, &memory->arena, ret_record);
}
