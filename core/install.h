/* Installed OS: facts and tables (rules.md 5). Internal to core. */
#ifndef OSBILL_CORE_INSTALL_H
#define OSBILL_CORE_INSTALL_H

#include "core/identity.h"
#include "core/pricing.h"
#include "core/table.h"

enum install_fact {
    INSTALL_SEEN = 1 << 0,
    INSTALL_SEEN_OTHERWISE = 1 << 1,
    INSTALL_CLOSED_ACCOUNT = 1 << 2,
    INSTALL_NO_ACCOUNT = 1 << 3,
    INSTALL_NO_VPS = 1 << 4,
    INSTALL_CANCELLED = 1 << 5,
    INSTALL_OLD_LIFE = 1 << 6,  /* T <= the last cancellation */
    INSTALL_NOT_NEWER = 1 << 7, /* T <= newest known */
    INSTALL_SAME = 1 << 8,      /* the template that is installed */
    INSTALL_PENDING = 1 << 9,
    INSTALL_LAPSED = 1 << 10, /* T >= the last end */
    /* of one period */
    INSTALL_STRICT = 1 << 11,
    INSTALL_IN_ITEMS = 1 << 12,
    INSTALL_NO_PRICE = 1 << 13,
    INSTALL_NO_ADDON = 1 << 14,
    INSTALL_PRICE_ZERO = 1 << 15,
    INSTALL_DEFAULT = 1 << 16,
    INSTALL_BELOW_LEVEL = 1 << 17, /* p <= os_level, or due rounds to 0 */
    INSTALL_FROZEN = 1 << 18,
    INSTALL_SHORT = 1 << 19,
};

enum install_action {
    INSTALL_IGNORE,
    INSTALL_DISPUTE,
    INSTALL_PARK,
    INSTALL_TELL,    /* history only: the reason states what was not charged */
    INSTALL_CONFIRM, /* newest known moves on */
    INSTALL_NOTE,    /* what is installed changes, nothing is billed now */
    INSTALL_BILL,    /* each period is looked at */
    /* of one period */
    INSTALL_HOLD,
    INSTALL_PASS,
    INSTALL_DUE,
};

struct install_table {
    const struct table_row *rows;
    uint32_t count;
};
/* What becomes of the event. */
const struct install_table *install_table(void);
/* What becomes of one period. */
const struct install_table *install_period_table(void);
/* How the due lines are paid: by INSTALL_FROZEN and INSTALL_SHORT. */
const struct install_table *install_payment_table(void);

/* One period as an installation meets it. */
struct install_period {
    uint32_t index; /* in the VPS's periods */
    struct span span;
    const struct catalogue_tariff *tariff;
    struct os_price price;
    int64_t due;
    const struct table_row *row;
};

/* Looks at period `index` of the VPS for an OS installed at T. */
struct install_period install_meet(struct work *work, const struct vps_state *vps, uint32_t index,
                                   const struct installation *installed, int64_t installed_at);

/* Bills an installation that was accepted: each unexpired period, oldest first. */
void bill_install(struct work *work, struct vps_state *vps, const struct os_installed *install);

#endif
