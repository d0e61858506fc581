#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct schema_result fetch(void *context, int32_t id, struct text *ret_json)
{
    struct fixture *fixture = context;

    fixture->fetches++;
    fixture->fetched_id = id;
    if (fixture->json)
        *ret_json = (struct text){fixture->json, (uint32_t)strlen(fixture->json)};
    return (struct schema_result){id == fixture->known_id ? SCHEMA_OK : fixture->answer, "as the test says"};
}

static struct schema_result list(void *context, const char *subject, int32_t ret_ids[SCHEMA_LISTED],
                                 uint32_t *ret_count)
{
    struct fixture *fixture = context;

    snprintf(fixture->subject, sizeof fixture->subject, "%s", subject);
    fixture->lists++;
    ret_ids[0] = fixture->listed;
    *ret_count = fixture->listed != 0;
    return (struct schema_result){fixture->answer == SCHEMA_RETRY ? SCHEMA_RETRY : SCHEMA_OK, "as the test says"};
}

static struct schema_result identify(void *context, const char *subject, struct text json, int32_t *ret_id)
{
    struct fixture *fixture = context;

    snprintf(fixture->subject, sizeof fixture->subject, "%s", subject);
    *ret_id = (int32_t)json.size;
    return (struct schema_result){fixture->answer, "as the test says"};
}

static int64_t now_ms(void *clock)
{
    return ((struct fixture *)clock)->now_ms;
}

int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    if (!fixture)
        abort();
    struct codec_options options = {
        .source = {fixture, fetch, identify, list},
        .now_ms = now_ms,
        .clock = fixture,
        .not_found_ms = 1000,
        .unavailable_ms = 100,
        .not_found_tries = 2,
    };
    fixture->codec = codec_new(&options);
    fixture->memory = sample_memory_new();
    *state = fixture;
    return fixture->codec ? 0 : -1;
}

int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;

    codec_free(fixture->codec);
    sample_memory_free(&fixture->memory);
    buffer_release(&fixture->value);
    free(fixture);
    return 0;
}

static uint8_t nibble(char digit)
{
    return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

void append_hex(struct buffer *out, const char *hex)
{
    while (*hex) {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        uint8_t byte = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
        if (!buffer_append(out, &byte, 1))
            abort();
        hex += 2;
    }
}

struct codec_result fixture_decode(struct fixture *fixture, const struct record_type *type, int32_t id, const char *hex,
                                   void *ret_record)
{
    uint32_t bits = (uint32_t)id;
    uint8_t header[] = {0, (uint8_t)(bits >> 24), (uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};

    sample_memory_clear(&fixture->memory);
    fixture->value.size = 0;
    if (!buffer_append(&fixture->value, header, sizeof header))
        abort();
    append_hex(&fixture->value, hex);
    return codec_decode(fixture->codec, type, fixture->value.data, fixture->value.size, &fixture->memory.arena,
                        ret_record);
}

char *json_quotes(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    if (!copy)
        abort();
    memcpy(copy, text, size);
    for (char *quote = strchr(copy, '\''); quote; quote = strchr(quote, '\''))
        *quote = '"';
    return copy;
}
