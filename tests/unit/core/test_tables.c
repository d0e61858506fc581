/* The decision tables: complete, and no row that can never match (style.md: decision table over one snapshot). */
#include "core/rule_tables.h"

#include "tests/unit/cmocka_all.h"

static void every_table_is_complete(void **state)
{
    (void)state;
    for (int id = 0; id < TABLE_COUNT; id++) {
        const struct rule_table *table = rule_table((enum rule_table_id)id);
        const struct table_row *last = &table->rows[table->count - 1];
        if (last->all || last->none)
            fail_msg("%s: the last row (%s) does not match everything", table->name, rule_info(last->rule)->id.data);
    }
}

/* Some set of facts that holds `must` and none of `never` matches no row from `at` up to `index`: each earlier row is
 * made to fail by one fact that it wants and does not get, or forbids and gets. */
static bool reachable(const struct table_row *rows, uint32_t at, uint32_t index, uint64_t must, uint64_t never)
{
    if (at == index)
        return true;
    const struct table_row *row = &rows[at];
    if ((row->all & never) || (row->none & must))
        return reachable(rows, at + 1, index, must, never);
    for (uint64_t bit = 1; bit; bit <<= 1) {
        if ((row->all & bit & ~must) && reachable(rows, at + 1, index, must, never | bit))
            return true;
        if ((row->none & bit & ~never) && reachable(rows, at + 1, index, must | bit, never))
            return true;
    }
    return false;
}

static void every_row_can_match(void **state)
{
    (void)state;
    for (int id = 0; id < TABLE_COUNT; id++) {
        const struct rule_table *table = rule_table((enum rule_table_id)id);
        for (uint32_t i = 0; i < table->count; i++)
            if (!reachable(table->rows, 0, i, table->rows[i].all, table->rows[i].none))
                fail_msg("%s: row %u (%s) can never match", table->name, i, rule_info(table->rows[i].rule)->id.data);
    }
}

/* Explanations name facts in words: a row may only use those that have some. */
static void every_fact_has_words(void **state)
{
    (void)state;
    for (int id = 0; id < TABLE_COUNT; id++) {
        const struct rule_table *table = rule_table((enum rule_table_id)id);
        assert_in_range(table->fact_count, 1, 31);
        for (uint32_t i = 0; i < table->count; i++)
            assert_int_equal((table->rows[i].all | table->rows[i].none) >> table->fact_count, 0);
        for (uint32_t i = 0; i < table->fact_count; i++)
            assert_true(table->facts[i] && table->facts[i][0]);
    }
}

static bool has_row(enum rule rule)
{
    for (int id = 0; id < TABLE_COUNT; id++) {
        const struct rule_table *table = rule_table((enum rule_table_id)id);
        for (uint32_t i = 0; i < table->count; i++)
            if (table->rows[i].rule == rule)
                return true;
    }
    return false;
}

static void every_rule_has_a_row(void **state)
{
    (void)state;
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (!has_row((enum rule)rule))
            fail_msg("%s is in no table", rule_info((enum rule)rule)->id.data);
}

static void rule_ids_are_found_again(void **state)
{
    (void)state;
    for (int rule = 1; rule < RULE_COUNT; rule++)
        assert_int_equal(rule_find(rule_info((enum rule)rule)->id), rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_is_complete),  cmocka_unit_test(every_row_can_match),
        cmocka_unit_test(every_fact_has_words),     cmocka_unit_test(every_rule_has_a_row),
        cmocka_unit_test(rule_ids_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
