/* What the parts of the generator share. */
#ifndef OSBILL_TESTS_PROPERTIES_GENERATOR_H
#define OSBILL_TESTS_PROPERTIES_GENERATOR_H

#include "chance.h"
#include "generate.h"

#define SECOND_MS INT64_C(1000)
#define HOUR_MS   INT64_C(3600000)
#define DAY       INT64_C(86400000)
#define UNIT      INT64_C(1000000) /* micros of one currency unit */

enum { ACCOUNTS_MAX = 4, VPSS_MAX = 3, MODULES = 2, TARIFFS = 4, TEMPLATES = 13 };

/* One that is under way: so many of its messages were sent. */
struct scan_plan {
    uint32_t number; /* of the scan_id */
    uint32_t found;  /* bits of the templates that it names */
    int32_t size;    /* scan_size */
    bool broken;     /* stops before it is complete */
    uint32_t sent;   /* bits of the templates named so far */
};

struct generator {
    struct chance chance;
    struct history *history;
    struct run *run;
    int64_t now;
    uint32_t events;               /* wanted */
    uint32_t ids;                  /* event ids so far */
    uint32_t sets;                 /* change sets so far */
    uint32_t accounts, vpss;       /* how many of each */
    uint32_t orders[ACCOUNTS_MAX]; /* order ids so far */
    uint32_t lane_share;           /* of a thousand steps, this many change the catalogue */
    uint32_t account_share;        /* of a thousand others, this many are account events */
    bool huge;                     /* some amounts are near the edge of 64 bits */
    struct scan_plan scans[MODULES];
    uint32_t burst; /* events still to come for an account that nobody opened */
};

/* --- choices --- */

static inline uint32_t pick(struct generator *gen, uint32_t bound)
{
    return chance_below(&gen->chance, bound);
}
static inline bool often(struct generator *gen, uint32_t in_thousand)
{
    return chance_in_thousand(&gen->chance, in_thousand);
}
/* One of the weights' indices, by weight. */
uint32_t pick_weighted(struct generator *gen, const uint32_t *weights, uint32_t count);

struct text account_name(uint32_t number);
struct text vps_name(uint32_t number);
struct text module_name(struct generator *gen);   /* now and then one that does not exist */
struct text tariff_name(struct generator *gen);   /* the same */
struct text some_template(struct generator *gen); /* the same */
struct text template_number(uint32_t number);     /* internal name of one that scans may find */
struct text new_id(struct generator *gen);        /* an event id */
int32_t some_months(struct generator *gen);
/* A moment that something happened at: mostly now, at times late, seldom too early. */
int64_t some_moment(struct generator *gen);

/* --- steps: each is decided at once --- */

void gen_input(struct generator *gen, enum topic topic, const void *record);
void gen_due(struct generator *gen, struct text account_id);
/* The input once more, at a later offset. */
void gen_again(struct generator *gen, const struct input *input);
bool gen_full(const struct generator *gen);

/* --- parts --- */

void gen_first_catalogue(struct generator *gen);
struct module some_module(struct generator *gen, uint32_t number);
struct tariff some_tariff(struct generator *gen, uint32_t number);
struct enumeration some_enumeration(struct generator *gen, uint32_t number);
struct price some_price(struct generator *gen, struct text tariff_id);
/* A price of a tariff that the book knows, at that item and period. */
struct price price_of(struct generator *gen, const struct tariff *tariff, struct text item_id, int32_t months);
void gen_lane_event(struct generator *gen);
void gen_scan_message(struct generator *gen);
void gen_account_event(struct generator *gen, uint32_t account);
/* A deposit, withdrawal or limit that makes available what `input` will cost, or one micro less. */
void gen_just_funds(struct generator *gen, const struct input *input);
void gen_order(struct generator *gen, uint32_t account);
void gen_install(struct generator *gen, uint32_t account);
void gen_money(struct generator *gen, uint32_t account, enum account_kind kind, int64_t amount);

#endif
