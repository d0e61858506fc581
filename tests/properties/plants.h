/* Defects on purpose: each breaks what a world brings in a way that one property at least must notice. */
#ifndef OSBILL_TESTS_PROPERTIES_PLANTS_H
#define OSBILL_TESTS_PROPERTIES_PLANTS_H

#include "core/outcome.h"
#include "core/overlay.h"

enum plant {
    PLANT_NONE,
    PLANT_MONEY_LOST,          /* a charge takes one micro more than it says */
    PLANT_LEVEL_CHARGED_TWICE, /* an OS line credits nothing of what is paid already */
    PLANT_PRICE_EXCEEDED,      /* an OS line and its charge are twice as high */
    PLANT_NOT_REPEATABLE,      /* an id depends on how often the program decided */
    PLANT_SAME_ID,             /* two charges share an id */
    PLANT_DUPLICATE_DECIDED,   /* ids and business keys are forgotten */
    PLANT_VERDICT_CHANGED,     /* a duplicate is called something else */
    PLANT_LEVEL_FORGOTTEN,     /* what a period has paid for is not kept */
    PLANT_DETOUR_COSTS,        /* a charge grows with the installations before it */
    PLANT_ACCOUNTS_TOUCH,      /* the outcome depends on how many other accounts' steps came before */
    PLANT_STATE_LOST,          /* a field is lost when states are read again */
    PLANT_COUNT
};

struct world;

/* By the name above, small and with hyphens: money-lost; PLANT_COUNT: no such plant. */
enum plant plant_find(const char *name);
/* The property that must notice it. */
const char *plant_property(enum plant plant);

void plant_outcome(struct world *world, struct outcome *outcome);
/* The record to be kept for `record`: itself, or a broken copy. */
const void *plant_state(struct world *world, enum state_kind kind, const void *record);

#endif
