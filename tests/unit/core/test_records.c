/* Canonical bytes and comparison of whole records: equal for equal ones, other for others, whatever differs. */
#include "core/record_walk.h"
#include "core/text.h"

#include "tests/unit/cmocka_all.h"

static void assert_differ(const struct record_type *type, const void *a, const void *b)
{
    uint8_t left[512] = {0}, right[512] = {0};
    size_t size = record_bytes(type, a, left);

    assert_in_range(size, 1, sizeof left);
    assert_int_equal(record_bytes(type, a, NULL), size);
    if (record_bytes(type, b, right) == size)
        assert_memory_not_equal(left, right, size);
    assert_false(record_equal(type, a, b));
    assert_false(record_equal(type, b, a));
    assert_true(record_equal(type, a, a));
}

static void every_kind_of_field_counts(void **state)
{
    const struct module plain = {.auto_connect = AUTO_CONNECT_ALL}, strict = {.strict = true},
                        other = {.auto_connect = AUTO_CONNECT_NONE};
    const struct price monthly = {.period_months = 1}, yearly = {.period_months = 12};
    struct seen_event seen = {.arrived_at = 1}, later = {.arrived_at = 1, .id_hash.bytes[15] = 1};

    (void)state;
    assert_differ(&module_record, &plain, &strict);
    assert_differ(&module_record, &plain, &other);
    assert_differ(&price_record, &monthly, &yearly);
    assert_differ(&seen_event_record, &seen, &later);
}

static void every_bit_of_a_number_counts(void **state)
{
    const struct price none = {.amount_micros = 0};

    (void)state;
    for (int bit = 0; bit < 64; bit++) {
        const struct price price = {.amount_micros = (int64_t)(UINT64_C(1) << bit)};
        assert_differ(&price_record, &none, &price);
    }
}

/* The same items in one array or the next, and another item behind an equal one. */
static void arrays(void **state)
{
    struct seen_event events[] = {{.arrived_at = 1}, {.arrived_at = 2}, {.arrived_at = 1}, {.arrived_at = 3}};
    const struct vps_state orders = {.recent_orders = {events, 2}}, installs = {.recent_installs = {events, 2}},
                           others = {.recent_orders = {events + 2, 2}}, fewer = {.recent_orders = {events, 1}};

    (void)state;
    assert_differ(&vps_state_record, &orders, &installs);
    assert_differ(&vps_state_record, &orders, &others);
    assert_differ(&vps_state_record, &orders, &fewer);
}

/* An alias and an approval hold two texts each: only the kind tells which it is. */
static void unions(void **state)
{
    const struct catalogue_change alias = {
        .change = {.kind = CATALOGUE_CHANGE_CHANGE_ALIAS, .as.alias = {TEXT("m"), TEXT("s")}}};
    const struct catalogue_change approval = {
        .change = {.kind = CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL, .as.scan_approval = {TEXT("m"), TEXT("s")}}};
    const struct catalogue_change other = {
        .change = {.kind = CATALOGUE_CHANGE_CHANGE_ALIAS, .as.alias = {TEXT("m"), TEXT("x")}}};

    (void)state;
    assert_differ(&catalogue_change_record, &alias, &approval);
    assert_differ(&catalogue_change_record, &alias, &other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_field_counts),
        cmocka_unit_test(every_bit_of_a_number_counts),
        cmocka_unit_test(arrays),
        cmocka_unit_test(unions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
