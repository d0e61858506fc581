#include "history.h"

#include "core/record_walk.h"
#include "worker/avro/embedded_source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* --- memory, bytes --- */

void give_up(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("properties: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

void *take(struct memory *memory, size_t count, size_t size)
{
    void *taken = memory_zeroed(memory, count ? count : 1, size);

    if (!taken)
        give_up("out of memory");
    return taken;
}

struct text take_format(struct memory *memory, const char *format, ...)
{
    char buffer[256];
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    if (size < 0 || size >= (int)sizeof buffer)
        give_up("a text is too long");
    char *copy = take(memory, (size_t)size + 1, 1);
    memcpy(copy, buffer, (size_t)size);
    return (struct text){copy, (uint32_t)size};
}

static int64_t no_clock(void *context)
{
    (void)context;
    return 0;
}

struct codec *codec_of_this_program(void)
{
    struct codec_options options = {.source = embedded_source(), .now_ms = no_clock};
    struct codec *codec = codec_new(&options);

    for (uint32_t i = 0; codec && i < RECORDS_COUNT; i++)
        if (codec_identify(codec, all_records[i], all_records[i]->name).status != CODEC_OK)
            give_up("the schema of %s is not embedded", all_records[i]->name);
    if (!codec)
        give_up("out of memory");
    return codec;
}

struct text encoded(struct codec *codec, const struct record_type *type, const void *record, struct memory *memory)
{
    struct buffer buffer = {0};
    struct codec_result result = codec_encode(codec, type, record, &buffer);

    if (result.status != CODEC_OK)
        give_up("a %s cannot be written: %s", type->name, result.reason);
    char *bytes = take(memory, buffer.size, 1);
    memcpy(bytes, buffer.data, buffer.size);
    struct text text = {bytes, (uint32_t)buffer.size};
    buffer_release(&buffer);
    return text;
}

/* --- inputs --- */

const struct record_type *input_record_type(enum topic topic)
{
    switch (topic) {
    case TOPIC_TEMPLATE_DISCOVERED: return &template_discovered_record;
    case TOPIC_CATALOGUE: return &catalogue_change_record;
    case TOPIC_ACCOUNT: return &account_event_record;
    case TOPIC_ORDER: return &order_record;
    default: return &os_installed_record;
    }
}

void *input_record(struct input *input)
{
    return &input->as;
}

static struct text account_of(const struct input *input)
{
    switch (input->topic) {
    case TOPIC_ACCOUNT: return input->as.account.account_id;
    case TOPIC_ORDER: return input->as.order.account_id;
    case TOPIC_OS_INSTALLED: return input->as.os_installed.account_id;
    default: return TEXT("");
    }
}

/* --- steps --- */

void history_init(struct history *history, struct codec *codec)
{
    *history = (struct history){.codec = codec};
    memory_init(&history->memory, 64 << 10, 4 << 20);
}

void history_clear(struct history *history)
{
    memory_clear(&history->memory);
}

void history_add_step(struct history *history, const struct step *step)
{
    if (history->count == history->room) {
        uint32_t room = history->room ? 2 * history->room : 512;
        struct step *grown = take(&history->memory, room, sizeof *grown);
        if (history->count)
            memcpy(grown, history->steps, history->count * sizeof *grown);
        history->steps = grown;
        history->room = room;
    }
    history->steps[history->count++] = *step;
}

const struct step *history_add_input(struct history *history, int64_t now, enum topic topic, const void *record)
{
    const struct record_type *type = input_record_type(topic);
    struct step step = {.kind = STEP_INPUT, .now = now};
    void *copy = record_copy(&history->memory.arena, type, record);

    if (!copy)
        give_up("out of memory");
    step.input.topic = topic;
    step.input.offset = history->next_offset[topic]++;
    memcpy(input_record(&step.input), copy, type->size);
    step.input.key = step.account_id = account_of(&step.input);
    step.input.value = encoded(history->codec, type, record, &history->memory);
    history_add_step(history, &step);
    return &history->steps[history->count - 1];
}

void history_add_due(struct history *history, int64_t now, struct text account_id)
{
    struct step step = {.kind = STEP_DUE, .now = now, .account_id = account_id};

    history_add_step(history, &step);
}
