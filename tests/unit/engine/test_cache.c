/* The bounded cache, against a plain model of what was put. */
#include "worker/engine/cache.h"

#include "core/overlay.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

static struct text words(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

static enum cache_answer find(struct cache *cache, uint32_t slot, struct text key, struct text *ret_value)
{
    return cache_find(cache, slot, key, key_hash(key), ret_value);
}

static void put(struct cache *cache, uint32_t slot, struct text key, struct text value)
{
    cache_put(cache, slot, key, key_hash(key), value);
}

static void finds_what_was_put(void **state)
{
    struct cache *cache = cache_open(1 << 16);
    struct text value;

    (void)state;
    assert_int_equal(find(cache, 1, TEXT("a:1"), &value), CACHE_MISS);
    put(cache, 1, TEXT("a:1"), TEXT("one"));
    assert_int_equal(find(cache, 1, TEXT("a:1"), &value), CACHE_FOUND);
    assert_true(text_equal(value, TEXT("one")));
    put(cache, 1, TEXT("a:1"), TEXT("something longer than before"));
    assert_int_equal(find(cache, 1, TEXT("a:1"), &value), CACHE_FOUND);
    assert_true(text_equal(value, TEXT("something longer than before")));
    cache_close(cache);
}

static void knows_absence(void **state)
{
    struct cache *cache = cache_open(1 << 16);
    struct text value;

    (void)state;
    put(cache, 1, TEXT("a:1"), TEXT("one"));
    put(cache, 1, TEXT("a:1"), (struct text){NULL, 0});
    assert_int_equal(find(cache, 1, TEXT("a:1"), &value), CACHE_ABSENT);
    put(cache, 1, TEXT("a:1"), TEXT(""));
    assert_int_equal(find(cache, 1, TEXT("a:1"), &value), CACHE_FOUND);
    assert_int_equal(value.size, 0);
    cache_close(cache);
}

/* A partition that was lost or repaired goes on with a new slot. */
static void slots_are_apart(void **state)
{
    struct cache *cache = cache_open(1 << 16);
    struct text value;

    (void)state;
    put(cache, 1, TEXT("a:1"), TEXT("before the repair"));
    assert_int_equal(find(cache, 2, TEXT("a:1"), &value), CACHE_MISS);
    put(cache, 2, TEXT("a:1"), TEXT("after"));
    assert_int_equal(find(cache, 2, TEXT("a:1"), &value), CACHE_FOUND);
    assert_true(text_equal(value, TEXT("after")));
    cache_close(cache);
}

/* [promise 4] With a cache of 0 every read goes to the store. */
static void size_zero_keeps_nothing(void **state)
{
    struct cache *cache = cache_open(0);
    struct text value;

    (void)state;
    put(cache, 1, TEXT("a:1"), TEXT("one"));
    assert_int_equal(find(cache, 1, TEXT("a:1"), &value), CACHE_MISS);
    assert_int_equal(cache_used(cache), 0);
    cache_close(cache);
}

enum { KEYS = 500 };

/* Whatever is found is the last that was put; what is asked for often stays; memory is bounded. */
static void never_answers_wrongly(void **state)
{
    enum { BYTES = 20000 };
    struct cache *cache = cache_open(BYTES);
    uint32_t version[KEYS] = {0}, chance = 1, hot = 0, hot_found = 0;

    (void)state;
    for (uint32_t i = 1; i < 200000; i++) {
        chance = chance * 1103515245U + 12345U;
        uint32_t number = chance >> 16 & 3 ? chance >> 18 & 7 : (chance >> 18) % KEYS;
        char key[32], expected[96];
        struct text value;
        snprintf(key, sizeof key, "a:%u", number);
        snprintf(expected, sizeof expected, "%u of %u%*s", version[number], number, (int)(version[number] % 50), "");
        enum cache_answer answer = find(cache, 1, words(key), &value);
        hot += number < 8;
        hot_found += number < 8 && answer != CACHE_MISS;
        switch (answer) {
        case CACHE_FOUND: assert_true(text_equal(value, words(expected))); break;
        case CACHE_ABSENT: assert_int_equal(version[number] % 7, 3); break;
        case CACHE_MISS: break;
        }
        version[number] = i;
        snprintf(expected, sizeof expected, "%u of %u%*s", i, number, (int)(i % 50), "");
        put(cache, 1, words(key), i % 7 == 3 ? (struct text){NULL, 0} : words(expected));
        assert_true(cache_used(cache) <= BYTES);
    }
    assert_true(hot_found > hot / 10 * 9);
    cache_close(cache);
}

static void too_large_is_forgotten(void **state)
{
    struct cache *cache = cache_open(4096);
    static const char large[4000];
    struct text value;

    (void)state;
    put(cache, 1, TEXT("a:1"), TEXT("small"));
    put(cache, 1, TEXT("a:1"), (struct text){large, sizeof large});
    assert_int_equal(find(cache, 1, TEXT("a:1"), &value), CACHE_MISS);
    cache_close(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put),    cmocka_unit_test(knows_absence),
        cmocka_unit_test(slots_are_apart),       cmocka_unit_test(size_zero_keeps_nothing),
        cmocka_unit_test(never_answers_wrongly), cmocka_unit_test(too_large_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
