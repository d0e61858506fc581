/* The rule ids of rules.md as constants, and what is known of each. */
#ifndef OSBILL_CORE_RULES_H
#define OSBILL_CORE_RULES_H

#include "records.h"

enum rule {
    RULE_NONE,
#define RULE(name, id, clause, verdict) RULE_##name,
#define DEAD(name, id, clause)          RULE_##name,
#include "core/rules.def"
#undef RULE
#undef DEAD
    RULE_COUNT
};

struct rule_info {
    struct text id;     /* as in outputs: "os.covered" */
    const char *clause; /* section of rules.md */
    enum verdict verdict;
};

/* RULE_NONE gives an empty id. */
const struct rule_info *rule_info(enum rule rule);
/* RULE_NONE: no such id. For what state records keep by id. */
enum rule rule_find(struct text id);

#endif
