#include "core/rules.h"

#include "core/text.h"

static const struct rule_info rules[RULE_COUNT] = {
    [RULE_NONE] = {{"", 0}, "", VERDICT_APPLIED},
#define RULE(name, id, clause, verdict) [RULE_##name] = {{id, sizeof(id) - 1}, clause, VERDICT_##verdict},
#define DEAD(name, id, clause)          RULE(name, id, clause, DEAD_LETTER)
#include "core/rules.def"
#undef RULE
#undef DEAD
};

const struct rule_info *rule_info(enum rule rule)
{
    return &rules[rule < RULE_COUNT ? rule : RULE_NONE];
}

enum rule rule_find(struct text id)
{
    for (unsigned i = 1; i < RULE_COUNT; i++)
        if (text_equal(rules[i].id, id))
            return (enum rule)i;
    return RULE_NONE;
}
