/* Whether a template is on for a tariff, decided when the pair first appears (rules.md 1). Internal to core. */
#ifndef OSBILL_CORE_SWITCHES_H
#define OSBILL_CORE_SWITCHES_H

#include "core/lane_work.h"

struct switch_counts {
    int32_t on, off;
};

/* The template is new on the module: decides the pairs with all tariffs that have the module and are new to it. */
struct switch_counts switches_for_template(struct lane_work *work, struct text module_id, struct text template_name);

/* Tariffs gained the module: decides the pairs with all templates that it ever showed. */
void switches_for_module(struct lane_work *work, struct text module_id, const struct catalogue_tariff *const *tariffs,
                         uint32_t count);

#endif
