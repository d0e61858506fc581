/* The lane's decision tables: complete, no row is idle, every rule of section 1 comes from a row. */
#include "core/lane_tables.h"

#include "core/text.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

/* Facts that can hold together. */
static bool sighting_possible(uint64_t facts)
{
    if (facts & (SIGHTING_SIZE_BAD | SIGHTING_MODULE_UNKNOWN))
        return (facts & (facts - 1)) == 0;
    if ((facts & SIGHTING_COMPLETES) && (!(facts & SIGHTING_RUNNING) || (facts & SIGHTING_OTHER_SIZE)))
        return false;
    if ((facts & SIGHTING_OVER_LIMIT) && !(facts & SIGHTING_COMPLETES))
        return false;
    return !((facts & SIGHTING_BEYOND) && (facts & SIGHTING_RUNNING));
}

static bool change_possible(uint64_t facts)
{
    const uint64_t whole = CHANGE_BROKEN | CHANGE_SCAN_UNKNOWN | CHANGE_ONLY_OVERRIDES | CHANGE_ONLY_APPROVALS;

    if (facts & CHANGE_SET_REFUSED)
        return facts == CHANGE_SET_REFUSED;
    if ((facts & whole) && !(facts & CHANGE_COMPLETES))
        return false;
    if ((facts & CHANGE_BROKEN) && (facts & whole & ~(uint64_t)CHANGE_BROKEN))
        return false;
    if ((facts & CHANGE_ONLY_OVERRIDES) && (facts & (CHANGE_ONLY_APPROVALS | CHANGE_SCAN_UNKNOWN)))
        return false;
    uint64_t state = facts & (CHANGE_OTHER | CHANGE_KNOWN | CHANGE_TOO_MANY | CHANGE_COMPLETES);
    if (state & (state - 1))
        return false;
    return !(facts & CHANGE_SET_APPLIED) || (facts & (CHANGE_OTHER | CHANGE_KNOWN));
}

struct table {
    const struct table_row *rows;
    uint32_t count;
    uint64_t facts; /* how many combinations there are */
    bool (*possible)(uint64_t facts);
};

static struct table sightings(void)
{
    return (struct table){sighting_rows, sighting_row_count, 1 << 8, sighting_possible};
}

static struct table changes(void)
{
    return (struct table){change_rows, change_row_count, 1 << 10, change_possible};
}

static void check_complete(struct table table)
{
    for (uint64_t facts = 0; facts < table.facts; facts++)
        assert_non_null(table_match(table.rows, table.count, facts));
}

/* Each row decides something, and without it something else would be decided. */
static void check_needed(struct table table)
{
    struct table_row *rest = calloc(table.count, sizeof *rest);

    for (uint32_t row = 0; row < table.count; row++) {
        bool needed = false;
        for (uint32_t i = 0; i + 1 < table.count; i++)
            rest[i] = table.rows[i < row ? i : i + 1];
        for (uint64_t facts = 0; facts < table.facts && !needed; facts++) {
            const struct table_row *with = table_match(table.rows, table.count, facts);
            const struct table_row *without = table_match(rest, table.count - 1, facts);
            needed =
                table.possible(facts) && (!without || without->rule != with->rule || without->action != with->action);
        }
        if (!needed)
            fail_msg("row %u (%s) decides nothing", row, rule_info(table.rows[row].rule)->id.data);
    }
    free(rest);
}

static void the_tables_are_complete(void **state)
{
    (void)state;
    check_complete(sightings());
    check_complete(changes());
}

static void no_row_is_idle(void **state)
{
    (void)state;
    check_needed(sightings());
    check_needed(changes());
}

/* Dead letters, and they alone, come from rows that change nothing or refuse. */
static void dead_letters_have_dead_actions(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sighting_row_count; i++)
        assert_int_equal(rule_info(sighting_rows[i].rule)->verdict == VERDICT_DEAD_LETTER,
                         sighting_rows[i].action == SIGHTING_DEAD);
    for (uint32_t i = 0; i < change_row_count; i++)
        assert_int_equal(rule_info(change_rows[i].rule)->verdict == VERDICT_DEAD_LETTER,
                         change_rows[i].action == CHANGE_DEAD || change_rows[i].action == CHANGE_REFUSE_SET);
}

static bool has_row(enum rule rule)
{
    for (uint32_t i = 0; i < sighting_row_count; i++)
        if (sighting_rows[i].rule == rule)
            return true;
    for (uint32_t i = 0; i < change_row_count; i++)
        if (change_rows[i].rule == rule)
            return true;
    return false;
}

/* template.removed is an effect of the message that completes a scan, never the rule of an input. */
static void every_rule_of_section_1_has_a_row(void **state)
{
    (void)state;
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        const struct rule_info *info = rule_info((enum rule)rule);
        bool lane = text_equal((struct text){info->clause, (uint32_t)strlen(info->clause)}, TEXT("1")) ||
                    rule == RULE_CATALOGUE_DUPLICATE;
        if (lane && rule != RULE_TEMPLATE_REMOVED && !has_row((enum rule)rule))
            fail_msg("%s has no row", info->id.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_are_complete),
        cmocka_unit_test(no_row_is_idle),
        cmocka_unit_test(dead_letters_have_dead_actions),
        cmocka_unit_test(every_rule_of_section_1_has_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
