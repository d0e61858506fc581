/* Installed OS: facts and tables (rules.md 5). Internal to core. */
#ifndef OSBILL_CORE_INSTALL_H
#define OSBILL_CORE_INSTALL_H

#include "core/identity.h"
#include "core/pricing.h"
#include "core/rule_tables.h"

#define INSTALL_FACTS(FACT)                                                                                  \
    FACT(INSTALL_SEEN, "the event id was decided before, same content")                                      \
    FACT(INSTALL_SEEN_OTHERWISE, "the event id was decided before, other content")                           \
    FACT(INSTALL_CLOSED_ACCOUNT, "the account is closed")                                                    \
    FACT(INSTALL_NO_ACCOUNT, "the account is unknown")                                                       \
    FACT(INSTALL_NO_VPS, "the VPS is unknown")                                                               \
    FACT(INSTALL_CANCELLED, "the VPS is cancelled")                                                          \
    FACT(INSTALL_OLD_LIFE, "it was installed before the last cancellation")                                  \
    FACT(INSTALL_NOT_NEWER, "it was installed no later than the newest known")                               \
    FACT(INSTALL_SAME, "this template is what is installed")                                                 \
    FACT(INSTALL_PENDING, "the VPS is pending")                                                              \
    FACT(INSTALL_LAPSED, "it was installed after the end of the last period")                                \
    FACT(INSTALL_STRICT, "the OS is no item, and its module is strict")                                      \
    FACT(INSTALL_IN_ITEMS, "the period has paid for this item")                                              \
    FACT(INSTALL_NO_PRICE, "its price is missing")                                                           \
    FACT(INSTALL_NO_ADDON, "the tariff has no operating-system addon")                                       \
    FACT(INSTALL_PRICE_ZERO, "its price is 0")                                                               \
    FACT(INSTALL_DEFAULT, "it is no item: the default item counts")                                          \
    FACT(INSTALL_BELOW_LEVEL, "its price is no more than what the period has paid, or the rest rounds to 0") \
    FACT(INSTALL_FROZEN, "the account is frozen")                                                            \
    FACT(INSTALL_SHORT, "more is due than is available")

enum { INSTALL_FACTS(FACT_BIT) };
enum install_fact { INSTALL_FACTS(FACT_MASK) };

enum install_action {
    INSTALL_REPEAT, /* a Decision only */
    INSTALL_IGNORE, /* recorded, nothing follows */
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

extern const struct rule_table install_table; /* what becomes of the event */
extern const struct rule_table period_table;  /* what becomes of one period */
extern const struct rule_table payment_table; /* how the due lines are paid: by INSTALL_FROZEN and INSTALL_SHORT */

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
