#include "worker/avro/codec_port.h"

#include <string.h>

static enum decode_status status_of(enum codec_status status)
{
    if (status == CODEC_OUT_OF_MEMORY)
        return DECODE_NO_MEMORY;
    switch (codec_status_action(status)) {
    case CODEC_GO_ON: return DECODE_OK;
    case CODEC_DEAD_LETTER: return DECODE_BAD;
    default: return DECODE_UNAVAILABLE;
    }
}

static struct decode_answer decode(void *context, const struct record_type *type, struct text value,
                                   struct arena *arena, void *ret_record)
{
    struct codec_port *port = context;
    struct codec_result result = codec_decode(port->codec, type, value.data, value.size, arena, ret_record);

    return (struct decode_answer){status_of(result.status), codec_status_name(result.status), result.reason};
}

static struct text encode(void *context, const struct record_type *type, const void *record, struct arena *arena)
{
    struct codec_port *port = context;
    const struct text nothing = {NULL, 0};

    port->scratch.size = 0;
    if (codec_encode(port->codec, type, record, &port->scratch).status != CODEC_OK)
        return nothing;
    char *copy = arena_alloc(arena, port->scratch.size, 1);
    if (!copy)
        return nothing;
    memcpy(copy, port->scratch.data, port->scratch.size);
    return (struct text){copy, (uint32_t)port->scratch.size};
}

static void received(void *context)
{
    codec_received(((struct codec_port *)context)->codec);
}

struct record_codec codec_port_open(struct codec_port *port, struct codec *codec)
{
    port->codec = codec;
    return (struct record_codec){port, decode, encode, received};
}

void codec_port_release(struct codec_port *port)
{
    buffer_release(&port->scratch);
}
