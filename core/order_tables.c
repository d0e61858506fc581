/* The decision tables of orders: the first row that matches wins (rules.md 4). */
#include "core/order.h"

#define ROW(rule, all, none, action)               \
    {                                              \
        RULE_##rule, (all), (none), ORDER_##action \
    }

/* Any kind: the first rows of every table. */
#define ANY_KIND                                                                                        \
    ROW(ORDER_DUPLICATE, ORDER_SEEN, 0, IGNORE), ROW(ORDER_CONFLICT, ORDER_SEEN_OTHERWISE, 0, DISPUTE), \
        ROW(ORDER_ACCOUNT_UNKNOWN, ORDER_NO_ACCOUNT, 0, PARK),                                          \
        ROW(ORDER_ACCOUNT_CLOSED, ORDER_CLOSED_ACCOUNT, 0, REJECT)

/* Kinds that need a VPS. */
#define OF_A_VPS                                                                                      \
    ROW(ORDER_VPS_UNKNOWN, ORDER_NO_VPS, 0, PARK), ROW(ORDER_OTHER_ORDER, ORDER_OF_OTHER, 0, REJECT), \
        ROW(ORDER_VPS_NOT_ACTIVE, ORDER_VPS_CANCELLED, 0, REJECT)

/* What a priced PLACED or RENEWED ends with. */
#define PAYMENT(charged)                                                                                    \
    ROW(ORDER_UNMAPPED_HELD, ORDER_STRICT, 0, HOLD), ROW(ORDER_PRICE_MISSING, ORDER_NO_PRICE, 0, HOLD),     \
        ROW(ORDER_FREE, ORDER_COSTS_NOTHING, 0, BEGIN), ROW(ORDER_ACCOUNT_FROZEN, ORDER_FROZEN, 0, FREEZE), \
        ROW(ORDER_INSUFFICIENT_FUNDS, ORDER_SHORT, 0, OWE), ROW(charged, 0, 0, PAY)

static const struct table_row placed[] = {
    ANY_KIND,
    ROW(ORDER_VPS_EXISTS, ORDER_VPS_LIVES, 0, REJECT),
    ROW(ORDER_VPS_EXISTS, ORDER_LIVED, 0, REJECT),
    ROW(ORDER_PERIOD_OVER, ORDER_PERIOD_PAST, 0, REJECT),
    ROW(ORDER_TARIFF_UNKNOWN, ORDER_NO_TARIFF, ORDER_GRACE_OVER, WAIT),
    ROW(ORDER_TARIFF_UNKNOWN, ORDER_NO_TARIFF, 0, REJECT),
    ROW(ORDER_TARIFF_DISABLED, ORDER_TARIFF_OFF, 0, REJECT),
    ROW(ORDER_MODULE_NOT_IN_TARIFF, ORDER_MODULE_FOREIGN | ORDER_NO_MODULE, ORDER_GRACE_OVER, WAIT),
    ROW(ORDER_MODULE_NOT_IN_TARIFF, ORDER_MODULE_FOREIGN, 0, REJECT),
    ROW(ORDER_CURRENCY_MISMATCH, ORDER_OTHER_CURRENCY, 0, REJECT),
    ROW(ORDER_TEMPLATE_UNAVAILABLE, ORDER_NOT_ORDERABLE | ORDER_NO_TEMPLATE, ORDER_GRACE_OVER, WAIT),
    ROW(ORDER_TEMPLATE_UNAVAILABLE, ORDER_NOT_ORDERABLE, 0, REJECT),
    ROW(ORDER_RESOURCES_TOO_SMALL, ORDER_TOO_SMALL, 0, REJECT),
    PAYMENT(ORDER_CHARGED),
};

static const struct table_row renewed[] = {
    ANY_KIND,
    OF_A_VPS,
    ROW(ORDER_VPS_NOT_ACTIVE, ORDER_VPS_PENDING, 0, REJECT),
    ROW(ORDER_TARIFF_UNKNOWN, ORDER_NO_TARIFF, ORDER_GRACE_OVER, WAIT),
    ROW(ORDER_TARIFF_UNKNOWN, ORDER_NO_TARIFF, 0, REJECT),
    ROW(ORDER_CURRENCY_MISMATCH, ORDER_OTHER_CURRENCY, 0, REJECT),
    ROW(ORDER_PERIOD_OVERLAP, ORDER_OVERLAPS, 0, REJECT),
    ROW(ORDER_TOO_FAR_AHEAD, ORDER_FAR_AHEAD, 0, REJECT),
    PAYMENT(ORDER_RENEWED),
};

static const struct table_row tariff_changed[] = {
    ANY_KIND,
    OF_A_VPS,
    ROW(ORDER_VPS_NOT_ACTIVE, ORDER_VPS_PENDING, 0, REJECT),
    ROW(ORDER_TARIFF_UNKNOWN, ORDER_NO_TARIFF, 0, REJECT),
    ROW(ORDER_TARIFF_DISABLED, ORDER_TARIFF_OFF, 0, REJECT),
    ROW(ORDER_MODULE_NOT_IN_TARIFF, ORDER_MODULE_FOREIGN, 0, REJECT),
    ROW(ORDER_CURRENCY_MISMATCH, ORDER_OTHER_CURRENCY, 0, REJECT),
    ROW(ORDER_PERIOD_MISMATCH, ORDER_OTHER_PERIOD, 0, REJECT),
    ROW(ORDER_ACCOUNT_FROZEN, ORDER_FROZEN, 0, REJECT),
    ROW(ORDER_STALE, ORDER_OUTDATED, 0, REJECT),
    ROW(ORDER_UNMAPPED_HELD, ORDER_STRICT, 0, REFUSE),
    ROW(ORDER_PRICE_MISSING, ORDER_NO_PRICE, 0, REFUSE),
    ROW(ORDER_TARIFF_CHANGED, 0, 0, CHANGE),
};

static const struct table_row cancelled[] = {
    ANY_KIND,
    OF_A_VPS,
    ROW(ORDER_CANCELLED, 0, 0, CANCEL),
};

#define TABLE(rows)                         \
    {                                       \
        rows, sizeof(rows) / sizeof *(rows) \
    }

const struct order_table *order_table(enum order_kind kind)
{
    static const struct order_table tables[ORDER_KIND_COUNT] = {
        [ORDER_KIND_PLACED] = TABLE(placed),
        [ORDER_KIND_RENEWED] = TABLE(renewed),
        [ORDER_KIND_TARIFF_CHANGED] = TABLE(tariff_changed),
        [ORDER_KIND_CANCELLED] = TABLE(cancelled),
    };
    return &tables[kind];
}
