/* The lane's decision tables and their facts (core/table.h). */
#ifndef OSBILL_CORE_LANE_TABLES_H
#define OSBILL_CORE_LANE_TABLES_H

#include "core/table.h"

/* A TemplateDiscovered against the catalogue before it. */
enum sighting_fact {
    SIGHTING_SIZE_BAD = 1 << 0,       /* scan_size <= 0 */
    SIGHTING_MODULE_UNKNOWN = 1 << 1, /* then nothing else is known */
    SIGHTING_FIRST_HERE = 1 << 2,     /* the module never showed this template */
    SIGHTING_RUNNING = 1 << 3,        /* its scan is neither complete, nor abandoned, nor invalid */
    SIGHTING_OTHER_SIZE = 1 << 4,     /* its scan began with another scan_size */
    SIGHTING_BEYOND = 1 << 5,         /* its scan was complete without it */
    SIGHTING_COMPLETES = 1 << 6,      /* it is the last distinct template of a running scan */
    SIGHTING_OVER_LIMIT = 1 << 7,     /* completes, and the breaker holds the scan */
};

enum sighting_action {
    SIGHTING_DEAD,       /* dead letter, nothing changes */
    SIGHTING_LINK,       /* link and refresh, the scan does not count it */
    SIGHTING_INVALIDATE, /* link and refresh; the scan will remove nothing */
    SIGHTING_HOLD,       /* link, refresh, count; the scan is complete and waits for approval */
    SIGHTING_COUNT,      /* link, refresh, count; if that completes the scan, what it lacks is removed */
};

extern const struct table_row sighting_rows[];
extern const uint32_t sighting_row_count;

/* A CatalogueChange against its set and, if it completes that, against the catalogue that would result. */
enum change_fact {
    CHANGE_SET_REFUSED = 1 << 0,
    CHANGE_SET_APPLIED = 1 << 1,
    CHANGE_OTHER = 1 << 2,          /* other content than the part of this index had, or another count */
    CHANGE_KNOWN = 1 << 3,          /* the part came before with the same content */
    CHANGE_TOO_MANY = 1 << 4,       /* parts: in the set, or waiting */
    CHANGE_COMPLETES = 1 << 5,      /* all parts are there; only then the rest may hold */
    CHANGE_BROKEN = 1 << 6,         /* the resulting catalogue would break a rule */
    CHANGE_SCAN_UNKNOWN = 1 << 7,   /* a ScanApproval names a scan that nobody knows */
    CHANGE_ONLY_OVERRIDES = 1 << 8, /* the set holds nothing else */
    CHANGE_ONLY_APPROVALS = 1 << 9,
};

enum change_action {
    CHANGE_DEAD,       /* dead letter, nothing changes */
    CHANGE_REFUSE_SET, /* dead letter; the set stays refused */
    CHANGE_NOTHING,
    CHANGE_KEEP, /* the part waits for the others: RECORDED */
    CHANGE_APPLY,
};

extern const struct table_row change_rows[];
extern const uint32_t change_row_count;

#endif
