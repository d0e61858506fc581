/* Partitions of keys as Kafka's Java client chooses them. */
#include "worker/engine/keys.h"

#include "tests/unit/cmocka_all.h"

#include <string.h>

static struct text words(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

/* The hashes of org.apache.kafka.common.utils.UtilsTest.testMurmur2, made positive as the partitioner does. */
static void partitions_are_those_of_java(void **state)
{
    static const struct {
        const char *key;
        int32_t hash;
    } known[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        int32_t positive = known[i].hash & 0x7fffffff;
        assert_int_equal(key_partition(words(known[i].key), INT32_MAX), positive % INT32_MAX);
        assert_int_equal(key_partition(words(known[i].key), 24), positive % 24);
        assert_int_equal(key_partition(words(known[i].key), 1), 0);
    }
}

static void position_keys(void **state)
{
    char buffer[POSITION_KEY_MAX];

    (void)state;
    assert_true(text_equal(position_key(0, buffer), TEXT("p:0")));
    assert_true(text_equal(position_key(INT32_MAX, buffer), TEXT("p:2147483647")));
}

static void hashes_compare_by_bytes(void **state)
{
    struct hash a = {{0}}, b = {{0}};

    (void)state;
    assert_true(hash_equal(&a, &b));
    assert_true(hash_empty(&a));
    b.bytes[15] = 1;
    assert_false(hash_equal(&a, &b));
    assert_false(hash_empty(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partitions_are_those_of_java),
        cmocka_unit_test(position_keys),
        cmocka_unit_test(hashes_compare_by_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
