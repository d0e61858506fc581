/* What may be in an input: bad-value, time-in-future; ids of notifications; dead letters for what cannot be read
 * (rules.md 5, 8, 9; contract.md). */
#include "fixture.h"

#include <stdio.h>

#include "worker/cli/common/digest.h"

/* --- template-discovered --- */

static struct input good_sighting(const struct fixture *f)
{
    struct input input = {.topic = TOPIC_TEMPLATE_DISCOVERED, .offset = 7, .value = TEXT("bytes")};

    input.as.template_discovered = (struct template_discovered){
        .event_id = TEXT("e"),
        .occurred_at = f->now,
        .module_id = TEXT("m1"),
        .scan_id = TEXT("s"),
        .scan_size = 1,
        .repository = TEXT("r"),
        .name = TEXT("A"),
    };
    return input;
}

#define SIGHTING(f, member, value, rule, words_)                               \
    do {                                                                       \
        struct input input_ = good_sighting(f);                                \
        input_.as.template_discovered.member = (value);                        \
        decide((f), &input_);                                                  \
        if (*(rule))                                                           \
            expect_dead((f), (rule), (words_));                                \
        else                                                                   \
            assert_int_not_equal((f)->decision->verdict, VERDICT_DEAD_LETTER); \
    } while (0)

static char letters[256];

static struct text long_text(uint32_t size)
{
    memset(letters, 'x', sizeof letters);
    return (struct text){letters, size};
}

static void ids_of_sightings(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    SIGHTING(f, event_id, TEXT(""), "bad-value", "event_id must be 1 to 128 printable ASCII");
    assert_int_equal(f->decision->event_id.size, 0); /* unreadable */
    SIGHTING(f, event_id, long_text(129), "bad-value", "event_id");
    assert_int_equal(f->decision->event_id.size, 0);
    SIGHTING(f, event_id, long_text(128), "", "");
    SIGHTING(f, event_id, TEXT("a b"), "bad-value", "event_id");
    SIGHTING(f, module_id, TEXT("m\n"), "bad-value", "module_id");
    assert_true(text_equal(f->decision->event_id, words("e")));
    SIGHTING(f, module_id, TEXT(""), "bad-value", "module_id");
    SIGHTING(f, scan_id, TEXT("\x7f"), "bad-value", "scan_id");
    SIGHTING(f, scan_id, TEXT("\xc3\xa4"), "bad-value", "scan_id");
    SIGHTING(f, scan_id, TEXT("~!"), "", "");
}

static void names_of_templates(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    SIGHTING(f, name, TEXT(""), "bad-value", "<repository>__<name>");
    SIGHTING(f, name, TEXT("W\xc3\xb6rt er"), "", "");
    SIGHTING(f, name, TEXT("a\tb"), "bad-value", "control characters");
    SIGHTING(f, repository, TEXT("\x7f"), "bad-value", "control characters");
    SIGHTING(f, name, long_text(252), "", ""); /* r__ and 252: 255 bytes */
    SIGHTING(f, name, long_text(253), "bad-value", "1 to 255 bytes");
    SIGHTING(f, repository, TEXT(""), "", "");
    assert_true(catalogue_template_known(snapshot(f), words("__A")));
}

static void numbers_and_times_of_sightings(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    SIGHTING(f, min_disk_mib, -1, "bad-value", "min_disk_mib must be 0 or more, it is -1");
    SIGHTING(f, min_ram_mib, -1, "bad-value", "min_ram_mib");
    SIGHTING(f, occurred_at, -1, "bad-value", "occurred_at");
    SIGHTING(f, occurred_at, INT64_C(253402300800000), "bad-value", "9999-12-31T23:59:59.999Z");
    SIGHTING(f, occurred_at, 0, "", "");
    SIGHTING(f, occurred_at, f->now + HOUR, "", "");
    SIGHTING(f, occurred_at, f->now + HOUR + 1, "time-in-future", "is later than the worker's clock");
    f->settings.future_tolerance = 5;
    SIGHTING(f, occurred_at, f->now + 6, "time-in-future", "correct the sender's clock");
    SIGHTING(f, occurred_at, f->now + 5, "", "");
}

/* What is wrong first: values, then the clock, then the scan, then the module. */
static void the_first_fault_is_named(void **state)
{
    struct fixture *f = *state;
    struct input input = good_sighting(f);

    input.as.template_discovered.scan_size = 0;
    decide(f, &input);
    expect_dead(f, "scan.size", "0");
    input.as.template_discovered.occurred_at = f->now + 2 * HOUR;
    decide(f, &input);
    expect_dead(f, "time-in-future", "");
    input.as.template_discovered.scan_id = TEXT("");
    decide(f, &input);
    expect_dead(f, "bad-value", "scan_id");
}

/* rules.md 1: 3 templates and 25 %; contract.md: the parts of a change set. */
static void defaults(void **state)
{
    const struct lane_settings settings = lane_defaults();

    (void)state;
    assert_int_equal(settings.breaker_count, 3);
    assert_int_equal(settings.breaker_percent, 25);
    assert_int_equal(settings.remove_after, 1);
    assert_int_equal(settings.max_parts, 200000);
}

/* --- catalogue --- */

static void bad_change(struct fixture *f, struct catalogue_change_change content, const char *why)
{
    uint32_t sets = book_live(&f->book, BOOK_CHANGE_SET);

    change(f, content);
    expect_dead(f, "bad-value", why);
    assert_int_equal(book_live(&f->book, BOOK_CHANGE_SET), sets); /* untouched: the set may be completed yet */
}

static void parts_have_an_index_and_a_count(void **state)
{
    struct fixture *f = *state;

    send_part(f, "c", 0, 0, a_module("m1", AUTO_CONNECT_ALL));
    expect_dead(f, "bad-value", "count must be 1 or more, it is 0");
    send_part(f, "c", 2, 2, a_module("m1", AUTO_CONNECT_ALL));
    expect_dead(f, "bad-value", "index must be 0 or more and less than count, it is 2");
    send_part(f, "c", 3, 2, a_module("m1", AUTO_CONNECT_ALL));
    expect_dead(f, "bad-value", "index");
    send_part(f, "c", -1, 2, a_module("m1", AUTO_CONNECT_ALL));
    expect_dead(f, "bad-value", "index");
    send_part(f, "", 0, 1, a_module("m1", AUTO_CONNECT_ALL));
    expect_dead(f, "bad-value", "change_set");
    send_part(f, "c d", 0, 1, a_module("m1", AUTO_CONNECT_ALL));
    expect_dead(f, "bad-value", "change_set");
    send_part(f, "c", 1, 2, a_module("m1", AUTO_CONNECT_ALL));
    expect(f, "catalogue.applied", VERDICT_RECORDED);
}

static struct catalogue_change_change tariff_with(struct fixture *f, struct tariff values)
{
    struct catalogue_change_change tariff = a_tariff(f, "t1", "m1", "os");

    if (values.tariff_id.size)
        tariff.as.tariff.tariff_id = values.tariff_id;
    if (values.currency.size)
        tariff.as.tariff.currency = values.currency;
    if (values.enumeration_id.size)
        tariff.as.tariff.enumeration_id = values.enumeration_id;
    if (values.default_item.size)
        tariff.as.tariff.default_item = values.default_item;
    tariff.as.tariff.disk_mib = values.disk_mib;
    tariff.as.tariff.ram_mib = values.ram_mib;
    return tariff;
}

static void values_of_tariffs(void **state)
{
    struct fixture *f = *state;

    bad_change(f, tariff_with(f, (struct tariff){.tariff_id = TEXT("a b")}), "tariff_id");
    bad_change(f, tariff_with(f, (struct tariff){.currency = TEXT("eur")}), "currency must be an ISO 4217 code");
    bad_change(f, tariff_with(f, (struct tariff){.currency = TEXT("EURO")}), "currency");
    bad_change(f, tariff_with(f, (struct tariff){.currency = TEXT("E[R")}), "currency");
    bad_change(f, tariff_with(f, (struct tariff){.currency = TEXT("eUR")}), "currency");
    bad_change(f, tariff_with(f, (struct tariff){.currency = TEXT("E1R")}), "currency");
    bad_change(f, tariff_with(f, (struct tariff){.enumeration_id = TEXT("\x01")}), "enumeration_id");
    bad_change(f, tariff_with(f, (struct tariff){.default_item = long_text(129)}), "default_item");
    bad_change(f, tariff_with(f, (struct tariff){.disk_mib = -1}), "disk_mib");
    bad_change(f, tariff_with(f, (struct tariff){.ram_mib = -1}), "ram_mib");
    struct catalogue_change_change tariff = a_tariff(f, "t1", "m1", "");
    tariff.as.tariff.module_ids.items[0] = TEXT("");
    bad_change(f, tariff, "each of module_ids");
}

static void values_of_the_others(void **state)
{
    struct fixture *f = *state;
    struct catalogue_change_change price = a_price("t1", "", 1, 1, 0);

    bad_change(f, a_module("", AUTO_CONNECT_ALL), "module_id");
    bad_change(f, an_enumeration(f, "", "free="), "enumeration_id");
    bad_change(f, an_enumeration(f, "os", "a b="), "each item_id");
    bad_change(f, an_enumeration(f, "os", "a=\x1b"), "each internal_name");
    bad_change(f, a_price("", "", 1, 1, 0), "tariff_id");
    bad_change(f, a_price("t1", "a b", 1, 1, 0), "item_id");
    bad_change(f, a_price("t1", "", -1, 1, 0), "period_months must be 0 to 120, it is -1");
    bad_change(f, a_price("t1", "", 121, 1, 0), "period_months");
    bad_change(f, a_price("t1", "", 1, 1, -1), "effective_from");
    bad_change(f, a_price("t1", "", 1, 1, INT64_C(253402300800000)), "effective_from");
    price.as.price.currency = TEXT("");
    bad_change(f, price, "currency");
    bad_change(f, an_override(OVERRIDE_SCOPE_MODULE, "", "r__A", OVERRIDE_SETTING_ON), "scope_id");
    bad_change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "", OVERRIDE_SETTING_ON), "template");
    bad_change(f, an_alias("", "b"), "template");
    bad_change(f, an_alias("a", "\n"), "same_as");
    bad_change(f, some_settings("", 1), "template");
    bad_change(f, an_approval("", "s"), "module_id");
    bad_change(f, an_approval("m", ""), "scan_id");
}

static void values_at_their_limits(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    change(f, a_tariff(f, "t1", "m1", ""));
    change(f, a_price("t1", "", 0, INT64_MAX, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    change(f, a_price("t1", "", 120, 1, INT64_C(253402300799999)));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

static void names_and_currencies_at_their_limits(void **state)
{
    struct fixture *f = *state;
    struct catalogue_change_change alias = an_alias("a", "b"), tariff;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    alias.as.alias.same_as = long_text(255);
    change(f, alias);
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    alias.as.alias.same_as = long_text(256);
    bad_change(f, alias, "same_as");
    alias = an_alias("a", "b");
    alias.as.alias.template = long_text(256);
    bad_change(f, alias, "template");
    tariff = a_tariff(f, "t1", "m1", "");
    tariff.as.tariff.currency = TEXT("AZA");
    change(f, tariff);
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

static void changes_from_the_future(void **state)
{
    struct fixture *f = *state;
    struct input input = {.topic = TOPIC_CATALOGUE};

    input.as.catalogue_change = (struct catalogue_change){
        .event_id = TEXT("e"),
        .occurred_at = NOW + HOUR + 1,
        .change_set = TEXT("c"),
        .count = 1,
        .change = a_module("m1", AUTO_CONNECT_ALL),
    };
    decide(f, &input);
    expect_dead(f, "time-in-future", "occurred_at 2025-06-15T16:06:40.001Z is later");
    input.as.catalogue_change.occurred_at--;
    decide(f, &input);
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    input.as.catalogue_change.event_id = TEXT("");
    decide(f, &input);
    expect_dead(f, "bad-value", "event_id");
    input.as.catalogue_change.event_id = TEXT("e");
    input.as.catalogue_change.change.kind = CATALOGUE_CHANGE_CHANGE_COUNT;
    decide(f, &input);
    expect_dead(f, "bad-value", "no known kind");
}

/* --- outputs --- */

/* rules.md 8 and 9: over topic/partition/offset, kind and n, joined by NUL; n counts all kinds of the input. */
static void notification_ids_follow_from_the_input(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    scan(f, "m1", "s1", "A B C");
    f->offset = 4711;
    see(f, "m1", "s2", 1, "C");
    assert_int_equal(f->outcome.notifications.count, 2);
    for (int n = 1; n <= 2; n++) {
        char key[] = "template-discovered/0/4711\0TEMPLATE_REMOVED\0?", id[40] = "n-";
        uint8_t digest[32];
        key[sizeof key - 2] = (char)('0' + n);
        library_hashes.sha256(key, sizeof key - 1, digest);
        for (int i = 0; i < 16; i++)
            snprintf(id + 2 + 2 * i, 3, "%02x", digest[i]);
        assert_true(text_equal(f->outcome.notifications.items[n - 1].notification_id, words(id)));
        assert_int_equal(f->outcome.notifications.items[n - 1].caused_by.offset, 4711);
    }
}

static void dead_letters_for_what_cannot_be_decided(void **state)
{
    struct fixture *f = *state;
    struct input input = {.topic = TOPIC_CATALOGUE, .partition = 3, .offset = 12, .value = TEXT("\x01\x02")};

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    outcome_init(&f->outcome, &f->event_memory.arena);
    assert_int_equal(lane_dead_letter(&f->lane, &input, TEXT(""), INPUT_UNREADABLE, "codec.truncated",
                                      TEXT("the record ends early"), &f->outcome),
                     DECIDE_DONE);
    assert_int_equal(f->outcome.decisions.count, 1);
    const struct decision *decision = &f->outcome.decisions.items[0];
    assert_true(text_equal(decision->rule, words("unreadable")));
    assert_int_equal(decision->verdict, VERDICT_DEAD_LETTER);
    assert_int_equal(decision->caused_by.offset, 12);
    assert_int_equal(decision->caused_by.partition, 3);
    assert_int_equal(f->outcome.dead_letters.items[0].partition, 3);
    assert_int_equal(f->outcome.dead_letters.count, 1);
    assert_string_equal(f->outcome.dead_letters.items[0].code, "codec.truncated");
    assert_null(book_first_dirty(&f->book));
    struct arena none = {0};
    struct outcome lost;
    outcome_init(&lost, &none);
    assert_int_equal(lane_dead_letter(&f->lane, &input, TEXT(""), INPUT_UNREADABLE, NULL, TEXT("why"), &lost),
                     DECIDE_NO_MEMORY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ids_of_sightings),
        TEST(names_of_templates),
        TEST(numbers_and_times_of_sightings),
        TEST(the_first_fault_is_named),
        TEST(parts_have_an_index_and_a_count),
        TEST(defaults),
        TEST(values_of_tariffs),
        TEST(values_of_the_others),
        TEST(values_at_their_limits),
        TEST(names_and_currencies_at_their_limits),
        TEST(changes_from_the_future),
        TEST(notification_ids_follow_from_the_input),
        TEST(dead_letters_for_what_cannot_be_decided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
