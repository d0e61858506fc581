/* The lane's decision tables and their facts (core/table.h). */
#ifndef OSBILL_CORE_LANE_TABLES_H
#define OSBILL_CORE_LANE_TABLES_H

#include "core/table.h"

/* A TemplateDiscovered against the catalogue before it. */
#define SIGHTING_FACTS(FACT)                                                         \
    FACT(SIGHTING_SIZE_BAD, "scan_size is 0 or less")                                \
    FACT(SIGHTING_MODULE_UNKNOWN, "the module is unknown")                           \
    FACT(SIGHTING_FIRST_HERE, "the module never showed this template")               \
    FACT(SIGHTING_RUNNING, "its scan is neither complete nor abandoned nor invalid") \
    FACT(SIGHTING_OTHER_SIZE, "its scan began with another scan_size")               \
    FACT(SIGHTING_BEYOND, "its scan was complete without it")                        \
    FACT(SIGHTING_COMPLETES, "it is the last distinct template of a running scan")   \
    FACT(SIGHTING_OVER_LIMIT, "the breaker holds the scan that it completes")

enum { SIGHTING_FACTS(FACT_BIT) };
enum sighting_fact { SIGHTING_FACTS(FACT_MASK) };

enum sighting_action {
    SIGHTING_DEAD,       /* dead letter, nothing changes */
    SIGHTING_LINK,       /* link and refresh, the scan does not count it */
    SIGHTING_INVALIDATE, /* link and refresh; the scan will remove nothing */
    SIGHTING_HOLD,       /* link, refresh, count; the scan is complete and waits for approval */
    SIGHTING_COUNT,      /* link, refresh, count; if that completes the scan, what it lacks is removed */
};

extern const struct rule_table sighting_table;

/* A CatalogueChange against its set and, if it completes that, against the catalogue that would result. */
#define CHANGE_FACTS(FACT)                                                                   \
    FACT(CHANGE_SET_REFUSED, "its set was refused")                                          \
    FACT(CHANGE_SET_APPLIED, "its set was applied")                                          \
    FACT(CHANGE_OTHER, "the part of this index had other content, or the set another count") \
    FACT(CHANGE_KNOWN, "the part came before with the same content")                         \
    FACT(CHANGE_TOO_MANY, "too many parts in the set, or waiting")                           \
    FACT(CHANGE_COMPLETES, "all parts of the set are there")                                 \
    FACT(CHANGE_BROKEN, "the resulting catalogue would break a rule")                        \
    FACT(CHANGE_SCAN_UNKNOWN, "it approves a scan that nobody knows")                        \
    FACT(CHANGE_ONLY_OVERRIDES, "the set holds nothing but overrides")                       \
    FACT(CHANGE_ONLY_APPROVALS, "the set holds nothing but approvals")

enum { CHANGE_FACTS(FACT_BIT) };
enum change_fact { CHANGE_FACTS(FACT_MASK) };

enum change_action {
    CHANGE_DEAD,       /* dead letter, nothing changes */
    CHANGE_REFUSE_SET, /* dead letter; the set stays refused */
    CHANGE_NOTHING,
    CHANGE_KEEP, /* the part waits for the others: RECORDED */
    CHANGE_APPLY,
};

extern const struct rule_table change_table;

#define PART_FACTS(FACT)                           \
    FACT(PART_OVERRIDE, "the part is an override") \
    FACT(PART_APPROVAL, "the part is an approval")

enum { PART_FACTS(FACT_BIT) };
enum part_fact { PART_FACTS(FACT_MASK) };

/* What else a set of several parts did. */
extern const struct rule_table part_table;

#define DEPARTURE_FACTS(FACT) FACT(DEPARTURE_KEPT, "the override ON of the module keeps it linked")

enum { DEPARTURE_FACTS(FACT_BIT) };
enum departure_fact { DEPARTURE_FACTS(FACT_MASK) };

/* A template that a complete scan lacks. */
extern const struct rule_table departure_table;

#endif
