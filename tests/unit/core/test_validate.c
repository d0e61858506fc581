/* What the fields of an input must be: the limits, and which field is named (contract.md Rules; rules.md 2.5, 5, 9). */
#include "core/calendar.h"
#include "core/event.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/core/memory.h"

#define NOW  INT64_C(1740787200000) /* 2025-03-01 */
#define HOUR INT64_C(3600000)

static const struct order good_order = {
    .event_id = TEXT("e"),
    .account_id = TEXT("a"),
    .occurred_at = NOW,
    .order_id = TEXT("o"),
    .vps_id = TEXT("v"),
    .module_id = TEXT("m"),
    .tariff_id = TEXT("t"),
    .period_start = NOW,
    .period_months = 1,
};
static const struct os_installed good_install = {
    .event_id = TEXT("e"),
    .account_id = TEXT("a"),
    .occurred_at = NOW,
    .vps_id = TEXT("v"),
    .module_id = TEXT("m"),
    .installed_at = NOW,
};
static const struct account_event good_account = {
    .event_id = TEXT("e"), .account_id = TEXT("a"), .occurred_at = NOW, .currency = TEXT("EUR")};

/* `field`: the first word of the message; empty: the input is sound. */
static void check(const struct input *input, enum input_fault fault, const char *field)
{
    static struct memory memory;
    const struct decide_settings settings = decide_defaults();
    const struct desk desk = {.arena = memory_arena(&memory), .settings = &settings, .now = NOW};
    struct text message = TEXT("");

    assert_int_equal(validate_input(&desk, input, &message), fault);
    if (*field && (message.size < strlen(field) || memcmp(message.data, field, strlen(field)) != 0))
        fail_msg("expected %s, got %.*s", field, (int)message.size, message.data);
}

#define ORDER(member, value, fault, field)                                    \
    do {                                                                      \
        struct input input_ = {.topic = TOPIC_ORDER, .as.order = good_order}; \
        input_.as.order.member = (value);                                     \
        check(&input_, (fault), (field));                                     \
    } while (0)
#define INSTALL(member, value, fault, field)                                                  \
    do {                                                                                      \
        struct input input_ = {.topic = TOPIC_OS_INSTALLED, .as.os_installed = good_install}; \
        input_.as.os_installed.member = (value);                                              \
        check(&input_, (fault), (field));                                                     \
    } while (0)
#define ACCOUNT(member, value, fault, field)                                        \
    do {                                                                            \
        struct input input_ = {.topic = TOPIC_ACCOUNT, .as.account = good_account}; \
        input_.as.account.member = (value);                                         \
        check(&input_, (fault), (field));                                           \
    } while (0)

static struct text long_text(uint32_t size)
{
    static char letters[256];

    memset(letters, 'x', sizeof letters);
    return (struct text){letters, size};
}

static void ids(void **state)
{
    (void)state;
    ORDER(event_id, TEXT(""), INPUT_BAD_VALUE, "event_id");
    ORDER(account_id, TEXT(""), INPUT_BAD_VALUE, "account_id");
    ORDER(order_id, TEXT(""), INPUT_BAD_VALUE, "order_id");
    ORDER(vps_id, TEXT(""), INPUT_BAD_VALUE, "vps_id");
    ORDER(module_id, TEXT(""), INPUT_BAD_VALUE, "module_id");
    ORDER(tariff_id, TEXT(""), INPUT_BAD_VALUE, "tariff_id");
    INSTALL(vps_id, TEXT(""), INPUT_BAD_VALUE, "vps_id");
    INSTALL(module_id, TEXT(""), INPUT_BAD_VALUE, "module_id");
    ACCOUNT(case_id, TEXT(""), INPUT_SOUND, "");
    ACCOUNT(case_id, TEXT("k "), INPUT_BAD_VALUE, "case_id");
    ORDER(event_id, long_text(128), INPUT_SOUND, "");
    ORDER(event_id, long_text(129), INPUT_BAD_VALUE, "event_id");
    ORDER(vps_id, TEXT(" v"), INPUT_BAD_VALUE, "vps_id");
    ORDER(vps_id, TEXT("v\x7f"), INPUT_BAD_VALUE, "vps_id");
    ORDER(vps_id, TEXT("v\xc3\xa4"), INPUT_BAD_VALUE, "vps_id");
    ORDER(vps_id, TEXT("!~"), INPUT_SOUND, "");
}

/* It may leave out what its VPS knows. */
static void ids_of_a_cancellation(void **state)
{
    struct input input = {.topic = TOPIC_ORDER, .as.order = good_order};

    (void)state;
    input.as.order.kind = ORDER_KIND_CANCELLED;
    input.as.order.module_id = input.as.order.tariff_id = TEXT("");
    check(&input, INPUT_SOUND, "");
}

static void templates(void **state)
{
    (void)state;
    ORDER(template,
          TEXT("\x1f"
               "a"),
          INPUT_BAD_VALUE, "template");
    ORDER(template, TEXT("a\x7f"), INPUT_BAD_VALUE, "template");
    ORDER(template, TEXT("a b\xc3\xa4~"), INPUT_SOUND, "");
    INSTALL(template, long_text(255), INPUT_SOUND, "");
    INSTALL(template, long_text(256), INPUT_BAD_VALUE, "template");
}

static void moments(void **state)
{
    (void)state;
    ORDER(occurred_at, -1, INPUT_BAD_VALUE, "occurred_at");
    ORDER(occurred_at, CALENDAR_MAX + 1, INPUT_BAD_VALUE, "occurred_at");
    ORDER(occurred_at, NOW + HOUR, INPUT_SOUND, "");
    ORDER(occurred_at, NOW + HOUR + 1, INPUT_EARLY, "occurred_at");
    INSTALL(occurred_at, NOW + HOUR + 1, INPUT_EARLY, "occurred_at");
    INSTALL(installed_at, NOW + HOUR + 1, INPUT_EARLY, "installed_at");
    INSTALL(installed_at, -1, INPUT_BAD_VALUE, "installed_at");
    ACCOUNT(occurred_at, NOW + HOUR + 1, INPUT_EARLY, "occurred_at");
    ORDER(period_start, -1, INPUT_BAD_VALUE, "period_start");
    ORDER(period_start, CALENDAR_MAX + 1, INPUT_BAD_VALUE, "period_start");
}

static void the_first_fault_is_told(void **state)
{
    struct input input = {.topic = TOPIC_OS_INSTALLED, .as.os_installed = good_install};

    (void)state;
    input.as.os_installed.occurred_at = input.as.os_installed.installed_at = NOW + HOUR + 1;
    check(&input, INPUT_EARLY, "occurred_at");
}

static void periods_end_before_the_year_10000(void **state)
{
    struct input input = {.topic = TOPIC_ORDER, .as.order = good_order};

    (void)state;
    ORDER(period_months, -1, INPUT_BAD_VALUE, "period_months must be");
    ORDER(period_months, 120, INPUT_SOUND, "");
    ORDER(period_months, 121, INPUT_BAD_VALUE, "period_months must be");
    ORDER(period_start, CALENDAR_MAX, INPUT_BAD_VALUE, "period_months leads beyond");
    input.as.order.period_start = CALENDAR_MAX;
    input.as.order.period_months = 0; /* a lifetime has no end */
    check(&input, INPUT_SOUND, "");
    input.as.order.period_start = CALENDAR_MAX - 40 * DAY_MS;
    input.as.order.period_months = 1;
    check(&input, INPUT_SOUND, "");
}

static void currencies(void **state)
{
    (void)state;
    ACCOUNT(currency, TEXT("EURO"), INPUT_BAD_VALUE, "currency");
    ACCOUNT(currency, TEXT(""), INPUT_SOUND, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids),
        cmocka_unit_test(ids_of_a_cancellation),
        cmocka_unit_test(templates),
        cmocka_unit_test(moments),
        cmocka_unit_test(the_first_fault_is_told),
        cmocka_unit_test(periods_end_before_the_year_10000),
        cmocka_unit_test(currencies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
