#include "core/lane_tables.h"

/* rules.md 1: templates and scans. What concerns the whole scan comes before what concerns the one template. */
static const struct table_row sighting_rows[] = {
    {RULE_SCAN_SIZE, SIGHTING_SIZE_BAD, 0, SIGHTING_DEAD},
    {RULE_TEMPLATE_MODULE_UNKNOWN, SIGHTING_MODULE_UNKNOWN, 0, SIGHTING_DEAD},
    {RULE_SCAN_INVALID, SIGHTING_OTHER_SIZE | SIGHTING_RUNNING, 0, SIGHTING_INVALIDATE},
    {RULE_SCAN_INVALID, SIGHTING_OTHER_SIZE, 0, SIGHTING_LINK},
    {RULE_SCAN_INVALID, SIGHTING_BEYOND, 0, SIGHTING_LINK},
    {RULE_SCAN_HELD, SIGHTING_COMPLETES | SIGHTING_OVER_LIMIT, 0, SIGHTING_HOLD},
    {RULE_TEMPLATE_NEW, SIGHTING_FIRST_HERE, 0, SIGHTING_COUNT},
    {RULE_TEMPLATE_SEEN, 0, 0, SIGHTING_COUNT},
};
static const char *const sighting_facts[] = {SIGHTING_FACTS(FACT_WORDS)};
const struct rule_table sighting_table = RULE_TABLE("sighting", sighting_rows, sighting_facts);

/* rules.md 1 and 9: change sets are applied whole or refused whole. */
static const struct table_row change_rows[] = {
    {RULE_CATALOGUE_REFUSED, CHANGE_SET_REFUSED, 0, CHANGE_DEAD},
    {RULE_CATALOGUE_REFUSED, CHANGE_SET_APPLIED | CHANGE_OTHER, 0, CHANGE_DEAD},
    {RULE_CATALOGUE_REFUSED, CHANGE_OTHER, 0, CHANGE_REFUSE_SET},
    {RULE_CATALOGUE_DUPLICATE, CHANGE_KNOWN, 0, CHANGE_NOTHING},
    {RULE_LIMIT_EXCEEDED, CHANGE_TOO_MANY, 0, CHANGE_DEAD},
    {RULE_CATALOGUE_APPLIED, 0, CHANGE_COMPLETES, CHANGE_KEEP},
    {RULE_CATALOGUE_REFUSED, CHANGE_BROKEN, 0, CHANGE_REFUSE_SET},
    {RULE_SCAN_UNKNOWN, CHANGE_SCAN_UNKNOWN, 0, CHANGE_DEAD},
    {RULE_TEMPLATE_OVERRIDE, CHANGE_ONLY_OVERRIDES, 0, CHANGE_APPLY},
    {RULE_SCAN_APPROVED, CHANGE_ONLY_APPROVALS, 0, CHANGE_APPLY},
    {RULE_CATALOGUE_APPLIED, 0, 0, CHANGE_APPLY},
};
static const char *const change_facts[] = {CHANGE_FACTS(FACT_WORDS)};
const struct rule_table change_table = RULE_TABLE("change", change_rows, change_facts);

static const struct table_row part_rows[] = {
    {RULE_TEMPLATE_OVERRIDE, PART_OVERRIDE, 0, 0},
    {RULE_SCAN_APPROVED, PART_APPROVAL, 0, 0},
    {RULE_NONE, 0, 0, 0}, /* the set's own decision says it */
};
static const char *const part_facts[] = {PART_FACTS(FACT_WORDS)};
const struct rule_table part_table = RULE_TABLE("part", part_rows, part_facts);

static const struct table_row departure_rows[] = {
    {RULE_TEMPLATE_OVERRIDE, DEPARTURE_KEPT, 0, 0},
    {RULE_TEMPLATE_REMOVED, 0, 0, 0},
};
static const char *const departure_facts[] = {DEPARTURE_FACTS(FACT_WORDS)};
const struct rule_table departure_table = RULE_TABLE("departure", departure_rows, departure_facts);
