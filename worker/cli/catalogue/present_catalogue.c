#include "worker/cli/catalogue/present_catalogue.h"

#include "core/text.h"
#include "worker/cli/common/print.h"

enum { CHUNK = 256 << 10 };

struct loading {
    struct context *context;
    struct present_catalogue *present;
    struct memory scratch;
    enum exit_code code;
};

static bool fail(struct loading *loading, const struct kafka_record *record, struct codec_result result)
{
    char doing[64];

    (void)snprintf(doing, sizeof doing, "catalogue-state offset %lld", (long long)record->offset);
    loading->code = context_codec_failed(doing, result);
    return false;
}

static bool take_state(struct loading *loading, const struct kafka_record *record)
{
    struct catalogue_state state = {0};

    if (record->has_value) {
        struct codec_result result = codec_decode(loading->context->codec, &catalogue_state_record, record->value.data,
                                                  record->value.size, &loading->scratch.arena, &state);
        if (result.status != CODEC_OK)
            return fail(loading, record, result);
    }
    switch (book_load(&loading->present->book, record->key, record->has_value ? &state.body : NULL)) {
    case BOOK_LOADED: return true;
    case BOOK_NOT_UNDERSTOOD:
        say("catalogue-state offset %lld: key %.*s is not known: a newer osbill wrote it, use that one",
            (long long)record->offset, (int)record->key.size, record->key.data);
        loading->code = EXIT_REFUSED;
        return false;
    case BOOK_NO_MEMORY: break;
    }
    say("out of memory");
    loading->code = EXIT_BROKEN;
    return false;
}

static bool take_position(struct loading *loading, const struct kafka_record *record)
{
    struct position position;
    struct codec_result result = codec_decode(loading->context->codec, &position_record, record->value.data,
                                              record->value.size, &loading->scratch.arena, &position);

    if (result.status != CODEC_OK)
        return fail(loading, record, result);
    loading->present->version = position.catalogue_version;
    return true;
}

static bool take(void *context, const struct kafka_record *record)
{
    struct loading *loading = context;

    memory_reset(&loading->scratch);
    if (text_equal(record->key, TEXT("p:lane")))
        return !record->has_value || take_position(loading, record);
    return take_state(loading, record);
}

static enum exit_code read_all(struct loading *loading, struct kafka_reader *reader)
{
    bool done = false;

    while (!done && loading->code == EXIT_DONE) {
        struct result result = kafka_reader_poll(reader, CONTEXT_TIMEOUT_MS, take, loading, &done);
        if (result.kind != RESULT_OK)
            return context_failed("catalogue-state", result);
    }
    return loading->code;
}

enum exit_code present_catalogue_read(struct context *context, struct present_catalogue *ret)
{
    struct loading loading = {.context = context, .present = ret};
    struct kafka_reader *reader = NULL;

    *ret = (struct present_catalogue){0};
    memory_init(&ret->memory, CHUNK, 0);
    memory_init(&loading.scratch, CHUNK, CHUNK);
    if (!book_init(&ret->book, &ret->memory.arena)) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    enum exit_code code = context_read(context, TOPIC_CATALOGUE_STATE,
                                       (struct kafka_range){.partition = -1, .start = KAFKA_FROM_START}, &reader);
    if (code == EXIT_DONE)
        code = read_all(&loading, reader);
    kafka_reader_close(reader);
    memory_clear(&loading.scratch);
    return code;
}

void present_catalogue_release(struct present_catalogue *present)
{
    memory_clear(&present->memory);
}
