/* What links remember of scans: which of the last 64 named the template (core/links.h). */
#include "core/links.h"

#include "tests/unit/cmocka_all.h"

static void a_scan_named_it_or_lacks_it(void **state)
{
    struct link_state link = {0};
    (void)state;

    assert_true(link_lacked_by(&link, 1));
    link_mark_seen(&link, 1);
    assert_false(link_lacked_by(&link, 1));
    assert_true(link_lacked_by(&link, 2));
    link_mark_seen(&link, 3);
    assert_false(link_lacked_by(&link, 1));
    assert_true(link_lacked_by(&link, 2));
    assert_false(link_lacked_by(&link, 3));
    link_mark_seen(&link, 3); /* again */
    link_mark_seen(&link, 2); /* late */
    assert_false(link_lacked_by(&link, 2));
    assert_int_equal(link.seen_scan, 3);
}

static void the_window_is_64_scans(void **state)
{
    struct link_state link = {0};
    (void)state;

    link_mark_seen(&link, 100);
    link_mark_seen(&link, 163);
    assert_false(link_lacked_by(&link, 100)); /* 63 scans ago: the oldest one known */
    assert_true(link_lacked_by(&link, 101));
    link_mark_seen(&link, 164);
    assert_false(link_lacked_by(&link, 100)); /* too old to tell */
    assert_false(link_lacked_by(&link, 99));
    assert_true(link_lacked_by(&link, 101));
    link_mark_seen(&link, 100); /* too late to be remembered */
    assert_true(link_lacked_by(&link, 101));
    assert_false(link_lacked_by(&link, 163));
}

static void a_gap_of_64_scans_leaves_nothing_behind(void **state)
{
    struct link_state link = {0};
    (void)state;

    link_mark_seen(&link, 1);
    link_mark_seen(&link, 65);
    assert_true(link_lacked_by(&link, 2));
    link = (struct link_state){0};
    link_mark_seen(&link, 1);
    link_mark_seen(&link, 64);
    assert_false(link_lacked_by(&link, 1));
    assert_true(link_lacked_by(&link, 65));
    link_mark_seen(&link, INT64_MAX);
    assert_true(link_lacked_by(&link, INT64_MAX - 1));
    for (int64_t later = 66; later <= 70; later += 4) {
        link = (struct link_state){0};
        link_mark_seen(&link, 1);
        link_mark_seen(&link, 2);
        link_mark_seen(&link, later);
        assert_true(link_lacked_by(&link, 65));
        assert_true(link_lacked_by(&link, later - 4));
    }
}

static void what_is_65_scans_old_is_neither_known_nor_remembered(void **state)
{
    struct link_state link = {0};
    (void)state;

    link_mark_seen(&link, 200);
    assert_false(link_lacked_by(&link, 135));
    link_mark_seen(&link, 135);
    assert_true(link_lacked_by(&link, 199));
}

static void misses_are_counted_back_to_the_last_hit(void **state)
{
    struct link_state link = {.present = true, .linked_from = 1};
    struct scan_state scans = {.latest = 5, .complete_bits = 0x1d}; /* 5, 3, 2, 1 are complete, 4 is not */
    (void)state;

    link_mark_seen(&link, 1);
    assert_int_equal(link_missed(&link, &scans), 3);
    link_mark_seen(&link, 2);
    assert_int_equal(link_missed(&link, &scans), 2);
    link_mark_seen(&link, 4); /* it never ended: neither a hit nor a miss */
    assert_int_equal(link_missed(&link, &scans), 2);
    link_mark_seen(&link, 5);
    assert_int_equal(link_missed(&link, &scans), 0);
}

static void misses_are_counted_since_it_was_linked(void **state)
{
    struct link_state link = {.present = true, .linked_from = 5};
    struct scan_state scans = {.latest = 6, .complete_bits = -1};
    (void)state;

    assert_int_equal(link_missed(&link, &scans), 2);
    link.linked_from = 7;
    assert_int_equal(link_missed(&link, &scans), 0);
}

static void at_most_64_misses_are_counted(void **state)
{
    struct link_state link = {.present = true, .linked_from = 1};
    struct scan_state scans = {.latest = 1000, .complete_bits = -1};
    (void)state;

    assert_int_equal(link_missed(&link, &scans), 64);
}

static void overrides_beat_scans(void **state)
{
    struct link_state here = {.present = true}, gone = {.present = false};
    (void)state;

    assert_true(link_counts(&here, OVERRIDE_SETTING_AUTO));
    assert_false(link_counts(&gone, OVERRIDE_SETTING_AUTO));
    assert_true(link_counts(&gone, OVERRIDE_SETTING_ON));
    assert_false(link_counts(&here, OVERRIDE_SETTING_OFF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scan_named_it_or_lacks_it),
        cmocka_unit_test(the_window_is_64_scans),
        cmocka_unit_test(a_gap_of_64_scans_leaves_nothing_behind),
        cmocka_unit_test(what_is_65_scans_old_is_neither_known_nor_remembered),
        cmocka_unit_test(misses_are_counted_back_to_the_last_hit),
        cmocka_unit_test(misses_are_counted_since_it_was_linked),
        cmocka_unit_test(at_most_64_misses_are_counted),
        cmocka_unit_test(overrides_beat_scans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
