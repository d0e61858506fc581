/* What long commands take and show: partitions by number, progress. */
#include "cmocka_all.h"

#include <string.h>

#include "worker/cli/cluster/group_state.h"
#include "worker/cli/common/progress.h"
#include "worker/cli/operations/partition_list.h"

enum { PARTITIONS = 8 };

static void test_partition_lists(void **state)
{
    static const struct {
        const char *text, *wanted; /* NULL: no list */
    } cases[] = {
        {"", "xxxxxxxx"},
        {"0", "x......."},
        {"7", ".......x"},
        {"0,3,5-7", "x..x.xxx"},
        {"2-2", "..x....."},
        {"3,3,0", "x..x...."},
        {"8", NULL},
        {"-1", NULL},
        {"1-", NULL},
        {"1,", NULL},
        {",1", NULL},
        {"2-1", NULL},
        {"1 ", NULL},
        {"x", NULL},
        {"1--2", NULL},
        {"1-9", NULL},
        {"99999999999999999999", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool wanted[PARTITIONS];
        char shown[PARTITIONS + 1] = "";
        if (partition_list_read(cases[i].text, PARTITIONS, wanted) != (cases[i].wanted != NULL))
            fail_msg("\"%s\" is %s", cases[i].text, cases[i].wanted ? "refused" : "taken");
        for (int k = 0; k < PARTITIONS; k++)
            shown[k] = wanted[k] ? 'x' : '.';
        if (cases[i].wanted && strcmp(shown, cases[i].wanted) != 0)
            fail_msg("\"%s\": expected %s, got %s", cases[i].text, cases[i].wanted, shown);
    }
}

static void test_groups(void **state)
{
    (void)state;
    assert_true(group_has_members("Stable"));
    assert_true(group_has_members("PreparingRebalance"));
    assert_false(group_has_members("Empty"));
    assert_false(group_has_members("Dead"));
}

static void test_progress(void **state)
{
    struct progress progress = {.unit = "records", .total = 4000, .done = 2000, .began = 1000, .what = "partition 3"};
    char text[PROGRESS_TEXT];

    (void)state;
    progress_format(&progress, 3000, text, sizeof text);
    assert_string_equal(text, "partition 3: [##########..........]  50 %, 2000 of 4000 records, 1000/s");
    progress.done = 5000; /* more came meanwhile */
    progress_format(&progress, 1000, text, sizeof text);
    assert_string_equal(text, "partition 3: [####################] 100 %, 5000 of 4000 records, 5000000/s");
    progress.total = 0;
    progress_format(&progress, 2000, text, sizeof text);
    assert_string_equal(text, "partition 3: 5000 records, 5000/s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partition_lists),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_progress),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
