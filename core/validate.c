/* What the fields of an input must be (contract.md Rules; rules.md 2.5, 5, 9). */
#include "core/calendar.h"
#include "core/event.h"

enum { ID_MAX = 128, TEMPLATE_MAX = 255, CURRENCY_MAX = 3, MONTHS_MAX = 120 };

struct check {
    const struct desk *desk;
    enum input_fault fault;
    struct text message;
};

/* The first counts, but what can never be right before what is only too early. */
static void fail(struct check *check, enum input_fault fault, struct text field, struct text allowed)
{
    if (check->fault == INPUT_BAD_VALUE || check->fault == fault)
        return;
    check->fault = fault;
    check->message = TEXT_JOIN(check->desk->arena, field, TEXT(" "), allowed);
}

static void check_id(struct check *check, struct text field, struct text id, bool may_be_empty)
{
    bool good = id.size <= ID_MAX && (id.size > 0 || may_be_empty);

    for (uint32_t i = 0; good && i < id.size; i++)
        good = id.data[i] > ' ' && id.data[i] < 0x7f;
    if (!good)
        fail(check, INPUT_BAD_VALUE, field, TEXT("must be 1 to 128 bytes of printable ASCII without spaces"));
}

static void check_template(struct check *check, struct text name)
{
    bool good = name.size <= TEMPLATE_MAX;

    for (uint32_t i = 0; good && i < name.size; i++)
        good = (unsigned char)name.data[i] >= ' ' && name.data[i] != 0x7f;
    if (!good)
        fail(check, INPUT_BAD_VALUE, TEXT("template"), TEXT("must be at most 255 bytes without control characters"));
}

static void check_time(struct check *check, struct text field, int64_t moment)
{
    if (moment < 0 || moment > CALENDAR_MAX)
        fail(check, INPUT_BAD_VALUE, field, TEXT("must be between 1970 and 9999-12-31T23:59:59.999Z"));
}

/* Moments of things that happened cannot lie in the future. */
static void check_past(struct check *check, struct text field, int64_t moment)
{
    check_time(check, field, moment);
    if (moment > check->desk->now + check->desk->settings->future_tolerance)
        fail(check, INPUT_EARLY, field,
             TEXT_JOIN(check->desk->arena, text_from_millis(check->desk->arena, moment),
                       TEXT(" is later than the worker's clock allows: "),
                       text_from_millis(check->desk->arena, check->desk->now)));
}

static void check_order(struct check *check, const struct order *order)
{
    bool optional = order->kind == ORDER_KIND_CANCELLED;

    check_id(check, TEXT("order_id"), order->order_id, false);
    check_id(check, TEXT("vps_id"), order->vps_id, false);
    check_id(check, TEXT("module_id"), order->module_id, optional);
    check_id(check, TEXT("tariff_id"), order->tariff_id, optional);
    check_template(check, order->template);
    check_past(check, TEXT("occurred_at"), order->occurred_at);
    check_time(check, TEXT("period_start"), order->period_start);
    if (order->period_months < 0 || order->period_months > MONTHS_MAX)
        fail(check, INPUT_BAD_VALUE, TEXT("period_months"), TEXT("must be 0 (lifetime) to 120"));
    else if (check->fault != INPUT_BAD_VALUE &&
             calendar_add_months(order->period_start, order->period_months, 31) > CALENDAR_MAX)
        fail(check, INPUT_BAD_VALUE, TEXT("period_months"), TEXT("leads beyond the year 9999"));
}

static void check_install(struct check *check, const struct os_installed *install)
{
    check_id(check, TEXT("vps_id"), install->vps_id, false);
    check_id(check, TEXT("module_id"), install->module_id, false);
    check_template(check, install->template);
    check_past(check, TEXT("occurred_at"), install->occurred_at);
    check_past(check, TEXT("installed_at"), install->installed_at);
}

static void check_account_event(struct check *check, const struct account_event *event)
{
    check_id(check, TEXT("case_id"), event->case_id, true);
    check_past(check, TEXT("occurred_at"), event->occurred_at);
    if (event->currency.size > CURRENCY_MAX)
        fail(check, INPUT_BAD_VALUE, TEXT("currency"), TEXT("must be an ISO 4217 code"));
}

struct text input_event_id(const struct input *input)
{
    switch (input->topic) {
    case TOPIC_ORDER: return input->as.order.event_id;
    case TOPIC_OS_INSTALLED: return input->as.os_installed.event_id;
    default: return input->as.account.event_id;
    }
}

struct text input_account_id(const struct input *input)
{
    switch (input->topic) {
    case TOPIC_ORDER: return input->as.order.account_id;
    case TOPIC_OS_INSTALLED: return input->as.os_installed.account_id;
    default: return input->as.account.account_id;
    }
}

struct text input_vps_id(const struct input *input)
{
    switch (input->topic) {
    case TOPIC_ORDER: return input->as.order.vps_id;
    case TOPIC_OS_INSTALLED: return input->as.os_installed.vps_id;
    default: return TEXT("");
    }
}

enum input_fault validate_input(const struct desk *desk, const struct input *input, struct text *ret_message)
{
    struct check check = {.desk = desk};

    check_id(&check, TEXT("event_id"), input_event_id(input), false);
    check_id(&check, TEXT("account_id"), input_account_id(input), false);
    if (input->topic == TOPIC_ORDER)
        check_order(&check, &input->as.order);
    else if (input->topic == TOPIC_OS_INSTALLED)
        check_install(&check, &input->as.os_installed);
    else
        check_account_event(&check, &input->as.account);
    *ret_message = check.message;
    return check.fault;
}
