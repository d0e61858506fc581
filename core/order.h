/* Orders: the facts that decide, and the tables over them (rules.md 4). Internal to core. */
#ifndef OSBILL_CORE_ORDER_H
#define OSBILL_CORE_ORDER_H

#include "core/cases.h"
#include "core/identity.h"
#include "core/rule_tables.h"

#define ORDER_FACTS(FACT)                                                                            \
    FACT(ORDER_SEEN, "the event id or the business key was decided before, same content")            \
    FACT(ORDER_SEEN_OTHERWISE, "the event id or the business key was decided before, other content") \
    FACT(ORDER_NO_ACCOUNT, "the account is unknown")                                                 \
    FACT(ORDER_CLOSED_ACCOUNT, "the account is closed")                                              \
    FACT(ORDER_NO_VPS, "the VPS is unknown")                                                         \
    FACT(ORDER_OF_OTHER, "the VPS lives by another order_id")                                        \
    FACT(ORDER_VPS_PENDING, "the VPS is pending")                                                    \
    FACT(ORDER_VPS_CANCELLED, "the VPS is cancelled")                                                \
    FACT(ORDER_LIVED, "this order_id had a life of the VPS")                                         \
    FACT(ORDER_PERIOD_PAST, "the period ended before the order")                                     \
    FACT(ORDER_NO_TARIFF, "the tariff is unknown")                                                   \
    FACT(ORDER_TARIFF_OFF, "the tariff is disabled")                                                 \
    FACT(ORDER_MODULE_FOREIGN, "the module is not one of the tariff's")                              \
    FACT(ORDER_NO_MODULE, "the module is not in the catalogue at all")                               \
    FACT(ORDER_OTHER_CURRENCY, "the tariff's currency is not the account's")                         \
    FACT(ORDER_NOT_ORDERABLE, "the template is not orderable for tariff and module")                 \
    FACT(ORDER_NO_TEMPLATE, "the template was never seen on any module")                             \
    FACT(ORDER_TOO_SMALL, "the template needs more disk or RAM than the tariff has")                 \
    FACT(ORDER_GRACE_OVER, "the grace time is over")                                                 \
    FACT(ORDER_OVERLAPS, "the period begins before the last one ends")                               \
    FACT(ORDER_FAR_AHEAD, "more than 12 periods are ahead")                                          \
    FACT(ORDER_OTHER_PERIOD, "months or period_start are not those of the running period")           \
    FACT(ORDER_OUTDATED, "a later tariff change was applied")                                        \
    FACT(ORDER_STRICT, "the OS is no item, and its module is strict")                                \
    FACT(ORDER_NO_PRICE, "a price is missing")                                                       \
    FACT(ORDER_COSTS_NOTHING, "the total is 0")                                                      \
    FACT(ORDER_FROZEN, "the account is frozen")                                                      \
    FACT(ORDER_SHORT, "the total is more than what is available")                                    \
    FACT(ORDER_VPS_LIVES, "the VPS is pending or active")

enum { ORDER_FACTS(FACT_BIT) };
enum order_fact { ORDER_FACTS(FACT_MASK) };

enum order_action {
    ORDER_IGNORE,  /* a Decision only */
    ORDER_DISPUTE, /* CONFLICT and dead letter */
    ORDER_PARK,
    ORDER_REJECT,
    ORDER_WAIT,   /* grace: case held until the catalogue knows more */
    ORDER_HOLD,   /* case held for a price or a mapping */
    ORDER_REFUSE, /* tariff change not applied for want of a price */
    ORDER_BEGIN,  /* nothing to pay */
    ORDER_FREEZE, /* case held until the account is unfrozen */
    ORDER_OWE,    /* case short of funds */
    ORDER_PAY,
    ORDER_CHANGE, /* tariff change */
    ORDER_CANCEL,
};

/* By enum order_kind. Every set of facts has a row. */
extern const struct rule_table order_tables[ORDER_KIND_COUNT];

/* What a tariff change does to one unexpired period. */
struct tariff_step {
    uint32_t period; /* index in the VPS's periods */
    struct price_at base;
    struct os_price os;
    bool kept; /* what was paid stays credited */
};

/* The snapshot that one order is decided over. */
struct order_view {
    const struct order *order;
    const struct input *input; /* NULL when a case is tried again */
    struct event_identity identity;
    const struct account_state *account; /* NULL: unknown */
    const struct vps_state *vps;         /* NULL: unknown */
    const struct period *running;        /* TARIFF_CHANGED */
    const struct catalogue_tariff *tariff;
    struct installation installed;
    int32_t anchor_day;
    int64_t period_end;
    struct price_at base;
    struct os_price os;
    struct charge_line_array lines;
    int64_t total;
    struct tariff_step *steps; /* TARIFF_CHANGED: one for each unexpired period */
    uint32_t step_count;
    uint64_t facts;
};

/* Each adds facts; the later ones need what the earlier ones found. */
void order_view_init(struct work *work, struct order_view *view, const struct order *order, const struct input *input);
void order_see_history(struct work *work, struct order_view *view);   /* seen, account, VPS */
void order_see_catalogue(struct work *work, struct order_view *view); /* tariff, module, template */
void order_see_change(struct work *work, struct order_view *view);    /* prices of a TARIFF_CHANGED */
/* Lines, total, funds of PLACED and RENEWED. False: the total exceeds 64 bits. */
bool order_see_price(struct work *work, struct order_view *view) WARN_UNUSED;

static inline const struct table_row *order_match(enum order_kind kind, uint64_t facts)
{
    return rule_table_match((enum rule_table_id)(TABLE_PLACED + kind), facts);
}

/* The parts of it. */
void order_reject(struct work *work, const struct order_view *view, enum rule rule);
struct open_case order_case(const struct order_view *view, enum case_state state);
void order_placed(struct work *work, struct order_view *view, const struct table_row *row);
void order_tariff_changed(struct work *work, struct order_view *view, const struct table_row *row);
void order_cancelled(struct work *work, struct order_view *view, const struct table_row *row);

/* Business keys (rules.md 4): remembered when decided, forgotten when a grace ends in rejection. */
void order_remember(struct work *work, const struct order_view *view);
void order_forget(struct work *work, const struct order *order);

#endif
