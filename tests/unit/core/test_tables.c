/* The decision tables: complete, and no row that can never match (style.md: decision table over one snapshot). */
#include "core/install.h"
#include "core/order.h"

#include "tests/unit/cmocka_all.h"

static void assert_complete(const char *name, const struct table_row *rows, uint32_t count)
{
    const struct table_row *last = &rows[count - 1];
    if (last->all || last->none)
        fail_msg("%s: the last row (%s) does not match everything", name, rule_info(last->rule)->id.data);
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

static void assert_alive(const char *name, const struct table_row *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!reachable(rows, 0, i, rows[i].all, rows[i].none))
            fail_msg("%s: row %u (%s) can never match", name, i, rule_info(rows[i].rule)->id.data);
}

static void order_tables(void **state)
{
    (void)state;
    for (int kind = 0; kind < ORDER_KIND_COUNT; kind++) {
        const struct order_table *table = order_table((enum order_kind)kind);
        assert_complete(order_kind_enum.symbols[kind], table->rows, table->count);
        assert_alive(order_kind_enum.symbols[kind], table->rows, table->count);
    }
}

static void install_tables(void **state)
{
    const struct install_table *tables[] = {install_table(), install_period_table(), install_payment_table()};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_complete("install", tables[i]->rows, tables[i]->count);
        assert_alive("install", tables[i]->rows, tables[i]->count);
    }
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
        cmocka_unit_test(order_tables),
        cmocka_unit_test(install_tables),
        cmocka_unit_test(rule_ids_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
