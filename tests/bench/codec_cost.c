/* codec_cost: nanoseconds of this thread's CPU for decoding and encoding real records of the benchmark, by the worker's
 * codec and by avro-c's generic values.
 *
 *     codec_cost [CALLS]         prints a JSON object a record
 */
#include <avro.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/text.h"
#include "office.h"
#include "worker/avro/codec.h"
#include "worker/avro/embedded_source.h"

enum { HEADER = 5, ROUNDS = 5, VALUE_MAX = 1 << 20 };

static int64_t nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t standing_still(void *clock)
{
    (void)clock;
    return 0;
}

/* What is measured: one record in each of its forms. */
struct subject {
    const struct record_type *type;
    const void *record;
    struct codec *codec;
    struct buffer value;
    struct memory memory;
    void *decoded;
    avro_schema_t schema;
    avro_value_iface_t *class;
    avro_value_t reference;
    avro_reader_t reader;
    avro_writer_t writer;
    char *written;
};

static void must(bool done, const char *what)
{
    if (!done)
        office_fail(what);
}

static void decode(struct subject *subject)
{
    memory_reset(&subject->memory);
    must(codec_decode(subject->codec, subject->type, subject->value.data, subject->value.size, &subject->memory.arena,
                      subject->decoded)
                 .status == CODEC_OK,
         "a record cannot be decoded");
}

static void encode(struct subject *subject)
{
    subject->value.size = 0;
    must(codec_encode(subject->codec, subject->type, subject->record, &subject->value).status == CODEC_OK,
         "a record cannot be encoded");
}

static void reference_decode(struct subject *subject)
{
    avro_reader_memory_set_source(subject->reader, (const char *)subject->value.data + HEADER,
                                  (int64_t)subject->value.size - HEADER);
    must(avro_value_read(subject->reader, &subject->reference) == 0, "avro-c cannot decode a record");
}

static void reference_encode(struct subject *subject)
{
    avro_writer_reset(subject->writer);
    must(avro_value_write(subject->writer, &subject->reference) == 0, "avro-c cannot encode a record");
}

/* The best of some rounds. */
static double cost(struct subject *subject, void (*call)(struct subject *), int64_t calls)
{
    int64_t best = INT64_MAX;

    for (int round = 0; round < ROUNDS; round++) {
        int64_t began = nanoseconds();
        for (int64_t i = 0; i < calls; i++)
            call(subject);
        int64_t took = nanoseconds() - began;
        best = took < best ? took : best;
    }
    return (double)best / (double)calls;
}

static void open_reference(struct subject *subject)
{
    const char *json = subject->type->schema;

    must(avro_schema_from_json_length(json, strlen(json), &subject->schema) == 0, "avro-c refuses a schema");
    subject->class = avro_generic_class_from_schema(subject->schema);
    must(subject->class && avro_generic_value_new(subject->class, &subject->reference) == 0, "no memory");
    subject->written = malloc(VALUE_MAX);
    subject->reader = avro_reader_memory("", 0);
    subject->writer = avro_writer_memory(subject->written, VALUE_MAX);
    must(subject->written && subject->reader && subject->writer, "no memory");
}

static void close_subject(struct subject *subject)
{
    avro_value_decref(&subject->reference);
    avro_value_iface_decref(subject->class);
    avro_schema_decref(subject->schema);
    avro_reader_free(subject->reader);
    avro_writer_free(subject->writer);
    free(subject->written);
    free(subject->decoded);
    memory_clear(&subject->memory);
    buffer_release(&subject->value);
}

static void measure(struct codec *codec, const struct record_type *type, const void *record, int64_t calls)
{
    struct subject subject = {.type = type, .record = record, .codec = codec, .decoded = malloc(type->size)};

    must(record && subject.decoded && codec_identify(codec, type, "any").status == CODEC_OK, type->name);
    memory_init(&subject.memory, 1 << 20, 16 << 20);
    open_reference(&subject);
    double encoded = cost(&subject, encode, calls), decoded = cost(&subject, decode, calls);
    reference_decode(&subject);
    double reference_decoded = cost(&subject, reference_decode, calls);
    double reference_encoded = cost(&subject, reference_encode, calls);
    printf("{\"record\": \"%s\", \"bytes\": %zu, \"decode_ns\": %.1f, \"encode_ns\": %.1f, \"avro_c_decode_ns\": %.1f, "
           "\"avro_c_encode_ns\": %.1f}\n",
           type->name, subject.value.size, decoded, encoded, reference_decoded, reference_encoded);
    close_subject(&subject);
}

static const void *state(const struct office *office, const char *key)
{
    return shelf_find(&office->shelf, (struct text){key, (uint32_t)strlen(key)});
}

/* Inputs, then the outputs and states that they led to. */
static void measure_all(struct codec *codec, struct office *office, int64_t calls)
{
    struct memory memory;

    memory_init(&memory, 1 << 20, 0);
    const struct input *input = office_installations(office, &memory, 0, 1000);
    measure(codec, &os_installed_record, &input->as.os_installed, calls);
    office_decide(office, input, 1000);
    const struct outcome *outcome = &office->outcome;
    struct decision_batch batch = {.decisions = {outcome->decisions.items, 1}}; /* then with all of them */
    measure(codec, &charge_record, outcome->charges.count ? &outcome->charges.items[0] : NULL, calls);
    measure(codec, &decision_batch_record, &batch, calls);
    measure(codec, &account_state_record, state(office, "a:a000000"), calls);
    measure(codec, &vps_state_record, state(office, "v:a000000/v0000000"), calls);
    measure(codec, &order_state_record, state(office, "o:a000000/or0000000"), calls);
    batch.decisions.count = outcome->decisions.count;
    measure(codec, &decision_batch_record, &batch, calls / 100 + 1);
    memory_clear(&memory);
}

int main(int argc, char **argv)
{
    const struct codec_options options = {.source = embedded_source(), .now_ms = standing_still};
    struct workload workload = workload_defaults();
    struct codec *codec = codec_new(&options);
    struct office office;

    workload.accounts = workload.events = 1000;
    must(codec && workload_prepare(&workload, 0), "no memory");
    office_open(&office, &workload);
    office_populate(&office);
    measure_all(codec, &office, argc > 1 ? strtoll(argv[1], NULL, 10) : 20000);
    office_close(&office);
    codec_free(codec);
    return 0;
}
