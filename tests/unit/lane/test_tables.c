/* The lane's decision tables: no row is idle (test_tables.c of core has what holds for all tables). */
#include "core/lane_tables.h"
#include "core/rule_tables.h"

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

static struct table table_of(enum rule_table_id id, bool (*possible)(uint64_t facts))
{
    const struct rule_table *table = rule_table(id);

    return (struct table){table->rows, table->count, UINT64_C(1) << table->fact_count, possible};
}

static struct table sightings(void)
{
    return table_of(TABLE_SIGHTING, sighting_possible);
}

static struct table changes(void)
{
    return table_of(TABLE_CHANGE, change_possible);
}

static const struct table_row *match(const struct table_row *rows, uint32_t count, uint64_t facts)
{
    for (uint32_t i = 0; i < count; i++)
        if ((facts & rows[i].all) == rows[i].all && (facts & rows[i].none) == 0)
            return &rows[i];
    return NULL;
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
            const struct table_row *with = match(table.rows, table.count, facts);
            const struct table_row *without = match(rest, table.count - 1, facts);
            needed =
                table.possible(facts) && (!without || without->rule != with->rule || without->action != with->action);
        }
        if (!needed)
            fail_msg("row %u (%s) decides nothing", row, rule_info(table.rows[row].rule)->id.data);
    }
    free(rest);
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
    const struct table sighting = sightings(), change = changes();

    (void)state;
    for (uint32_t i = 0; i < sighting.count; i++)
        assert_int_equal(rule_info(sighting.rows[i].rule)->verdict == VERDICT_DEAD_LETTER,
                         sighting.rows[i].action == SIGHTING_DEAD);
    for (uint32_t i = 0; i < change.count; i++)
        assert_int_equal(rule_info(change.rows[i].rule)->verdict == VERDICT_DEAD_LETTER,
                         change.rows[i].action == CHANGE_DEAD || change.rows[i].action == CHANGE_REFUSE_SET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_row_is_idle),
        cmocka_unit_test(dead_letters_have_dead_actions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
