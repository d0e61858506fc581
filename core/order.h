/* Orders: the facts that decide, and the tables over them (rules.md 4). Internal to core. */
#ifndef OSBILL_CORE_ORDER_H
#define OSBILL_CORE_ORDER_H

#include "core/cases.h"
#include "core/identity.h"
#include "core/table.h"

enum order_fact {
    ORDER_SEEN = 1 << 0,           /* event id or business key decided, same content */
    ORDER_SEEN_OTHERWISE = 1 << 1, /* with other content */
    ORDER_NO_ACCOUNT = 1 << 2,
    ORDER_CLOSED_ACCOUNT = 1 << 3,
    ORDER_NO_VPS = 1 << 4,
    ORDER_OF_OTHER = 1 << 5, /* the VPS lives by another order_id */
    ORDER_VPS_PENDING = 1 << 6,
    ORDER_VPS_CANCELLED = 1 << 7,
    ORDER_LIVED = 1 << 8,       /* this order_id had a life of this VPS */
    ORDER_PERIOD_PAST = 1 << 9, /* period_end <= occurred_at */
    ORDER_NO_TARIFF = 1 << 10,
    ORDER_TARIFF_OFF = 1 << 11,
    ORDER_MODULE_FOREIGN = 1 << 12, /* not in Tariff.module_ids */
    ORDER_NO_MODULE = 1 << 13,      /* not in the catalogue at all */
    ORDER_OTHER_CURRENCY = 1 << 14,
    ORDER_NOT_ORDERABLE = 1 << 15,
    ORDER_NO_TEMPLATE = 1 << 16, /* named, but never seen on any module */
    ORDER_TOO_SMALL = 1 << 17,   /* the template needs more disk or RAM than the tariff has */
    ORDER_GRACE_OVER = 1 << 18,
    ORDER_OVERLAPS = 1 << 19,
    ORDER_FAR_AHEAD = 1 << 20,
    ORDER_OTHER_PERIOD = 1 << 21, /* months or period_start unlike the running period's */
    ORDER_OUTDATED = 1 << 22,     /* T <= the last applied tariff change */
    ORDER_STRICT = 1 << 23,       /* unmapped on a strict module */
    ORDER_NO_PRICE = 1 << 24,
    ORDER_COSTS_NOTHING = 1 << 25,
    ORDER_FROZEN = 1 << 26,
    ORDER_SHORT = 1 << 27,     /* total > available */
    ORDER_VPS_LIVES = 1 << 28, /* PENDING or ACTIVE */
};

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

struct order_table {
    const struct table_row *rows;
    uint32_t count;
};
/* By enum order_kind. Every set of facts has a row. */
const struct order_table *order_table(enum order_kind kind);

/* What a tariff change does to one unexpired period. */
struct tariff_step {
    uint32_t period; /* index in the VPS's periods */
    struct price_at base;
    struct os_price os;
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
void order_see_price(struct work *work, struct order_view *view);     /* lines and total of PLACED, RENEWED */
void order_see_funds(struct order_view *view);
void order_see_change(struct work *work, struct order_view *view); /* prices of a TARIFF_CHANGED */

void decide_order(struct work *work, const struct order *order, const struct input *input);

/* The parts of it. */
void order_reject(struct work *work, const struct order_view *view, enum rule rule);
struct open_case order_case(const struct order_view *view, enum case_state state);
void order_placed(struct work *work, struct order_view *view, const struct table_row *row);
void order_tariff_changed(struct work *work, struct order_view *view, const struct table_row *row);
void order_cancelled(struct work *work, struct order_view *view);

/* Business keys (rules.md 4): remembered when decided, forgotten when a grace ends in rejection. */
void order_remember(struct work *work, const struct order_view *view);
void order_forget(struct work *work, const struct order *order);

#endif
