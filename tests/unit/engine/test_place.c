/* P as the engine holds it, to its record and back; and whose P is refused. */
#include "worker/engine/place.h"

#include "tests/unit/cmocka_all.h"
#include "worker/engine/engine.h"

static const enum topic topics[] = {TOPIC_ACCOUNT, TOPIC_ORDER, TOPIC_OS_INSTALLED};
static const struct installation here = {{"cluster", 7}, {"osbill.", 7}, {"osbill", 6}, 24};

/* A codec that keeps the record itself: what is tested is what becomes of it. */
static struct position kept;
static struct currency_total kept_totals[4];
static struct input_position kept_inputs[4];

static struct text encode(void *context, const struct record_type *type, const void *record, struct arena *arena)
{
    (void)context;
    (void)arena;
    assert_ptr_equal(type, &position_record);
    kept = *(const struct position *)record;
    memcpy(kept_totals, kept.totals.items, kept.totals.count * sizeof *kept_totals);
    memcpy(kept_inputs, kept.inputs.items, kept.inputs.count * sizeof *kept_inputs);
    kept.totals.items = kept_totals;
    kept.inputs.items = kept_inputs;
    return TEXT("position");
}

static struct decode_answer decode(void *context, const struct record_type *type, struct text value,
                                   struct arena *arena, void *ret_record)
{
    (void)type;
    (void)value;
    (void)arena;
    *(struct position *)ret_record = kept;
    return *(const struct decode_answer *)context;
}

static struct decode_answer answer;
static const struct record_codec codec = {&answer, decode, encode, NULL};

static struct place example(void)
{
    static struct currency_total totals[] = {{{"USD", 3}, 10, 2, 3, 5}};
    struct place place = {.seq = 5, .complete_below = 99, .written_at = 1, .catalogue_version = 3, .now = 7};

    place.format = ENGINE_FORMAT;
    place.totals = (struct currency_total_array){totals, 1};
    for (int64_t i = 0; i < PART_INPUTS; i++)
        place.inputs[i] = (struct place_input){10 * i + 1, 10 * i, {{(uint8_t)i}}};
    return place;
}

static enum place_status read_back(struct memory *memory, struct place *ret_place)
{
    struct installation of;

    return place_decode(&codec, TEXT("position"), topics, 3, &here, memory, ret_place, &of);
}

static void comes_back_as_it_was(void **state)
{
    struct place place = example(), back;
    struct memory memory;

    (void)state;
    answer = (struct decode_answer){DECODE_OK, NULL, NULL};
    memory_init(&memory, 1024, 1024);
    place_encode(&codec, &place, topics, 3, &here, &memory.arena);
    assert_int_equal(read_back(&memory, &back), PLACE_OK);
    assert_int_equal(back.seq, 5);
    assert_int_equal(back.complete_below, 99);
    assert_int_equal(back.totals.count, 1);
    assert_int_equal(back.totals.items[0].balance_micros, 5);
    assert_memory_equal(back.inputs, place.inputs, sizeof place.inputs);
    memory_clear(&memory);
}

/* A topic that P does not name yet begins where the log begins. */
static void unknown_input_has_no_offset(void **state)
{
    struct place place = example(), back;
    struct memory memory;

    (void)state;
    memory_init(&memory, 1024, 1024);
    place_encode(&codec, &place, topics, 2, &here, &memory.arena);
    assert_int_equal(read_back(&memory, &back), PLACE_OK);
    assert_int_equal(back.inputs[1].next, 11);
    assert_int_equal(back.inputs[2].next, -1);
    assert_int_equal(back.inputs[2].last, -1);
    memory_clear(&memory);
}

static void strangers_and_newer_ones_are_told(void **state)
{
    struct place place = example(), back;
    struct memory memory;

    (void)state;
    memory_init(&memory, 1024, 1024);
    place_encode(&codec, &place, topics, 3, &here, &memory.arena);
    kept.cluster_id = TEXT("other");
    assert_int_equal(read_back(&memory, &back), PLACE_STRANGER);
    kept.cluster_id = here.cluster_id;
    kept.prefix = TEXT("test.");
    assert_int_equal(read_back(&memory, &back), PLACE_STRANGER);
    kept.prefix = here.prefix;
    kept.partitions = 25;
    assert_int_equal(read_back(&memory, &back), PLACE_STRANGER);
    kept.format = ENGINE_FORMAT + 1;
    assert_int_equal(read_back(&memory, &back), PLACE_NEWER);
    answer.status = DECODE_BAD;
    assert_int_equal(read_back(&memory, &back), PLACE_UNREADABLE);
    answer.status = DECODE_UNAVAILABLE;
    assert_int_equal(read_back(&memory, &back), PLACE_UNAVAILABLE);
    memory_clear(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was),
        cmocka_unit_test(unknown_input_has_no_offset),
        cmocka_unit_test(strangers_and_newer_ones_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
