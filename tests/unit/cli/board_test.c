/* What a worker shows over HTTP: health and metrics. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "worker/admin/board.h"

/* The board's clock. */
static int64_t moment = 1000;

static int64_t now(void)
{
    return moment;
}

static void post(struct board *board, uint32_t thread, uint32_t assigned, uint32_t active)
{
    board->threads[thread].statistics.assigned = assigned;
    board->threads[thread].statistics.active = active;
    board->threads[thread].posted_at = moment;
}

static void test_health(void **state)
{
    struct board board;

    (void)state;
    assert_true(board_init(&board, 2, 0, now));
    assert_int_equal(board_health(&board), BOARD_PAUSED); /* nobody said anything yet */
    post(&board, 0, 4, 4);
    post(&board, 1, 4, 3);
    assert_int_equal(board_health(&board), BOARD_PAUSED);
    post(&board, 1, 4, 4);
    assert_int_equal(board_health(&board), BOARD_HEALTHY);
    board.threads[0].statistics.paused = true;
    assert_int_equal(board_health(&board), BOARD_PAUSED);
    board.threads[1].statistics.refused = 1;
    assert_int_equal(board_health(&board), BOARD_REFUSED);
    moment += 61000;
    assert_int_equal(board_health(&board), BOARD_DEAD);
    post(&board, 0, 0, 0);
    post(&board, 1, 0, 0);
    board_ended(&board, 1);
    assert_int_equal(board_health(&board), BOARD_DEAD);
    board_release(&board);
}

/* Every metric has HELP and TYPE, and no line is anything else. */
static void test_metrics(void **state)
{
    struct board board;

    (void)state;
    assert_true(board_init(&board, 2, 5000, now));
    board.threads[1].statistics.decisions = 42;
    board_set_catalogue(&board, 7);
    char *text = board_metrics(&board);
    assert_non_null(text);
    assert_non_null(strstr(text, "# TYPE osbill_decisions_total counter\n"));
    assert_non_null(strstr(text, "osbill_decisions_total{thread=\"0\"} 0\nosbill_decisions_total{thread=\"1\"} 42\n"));
    assert_non_null(strstr(text, "\nosbill_catalogue_version 7\n"));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(!strncmp(line, "# HELP osbill_", 14) || !strncmp(line, "# TYPE osbill_", 14) ||
                    !strncmp(line, "osbill_", 7));
    free(text);
    board_release(&board);
}

static void test_health_text(void **state)
{
    struct board board;

    (void)state;
    assert_true(board_init(&board, 1, 0, now));
    post(&board, 0, 5, 4);
    char *text = board_health_text(&board, board_health(&board));
    assert_string_equal(text, "{\"health\":\"paused\",\"threads\":1,\"assigned\":5,\"active\":4,\"refused\":0,"
                              "\"catalogue_version\":-1}");
    free(text);
    text = board_partitions(&board);
    assert_string_equal(text, "[]");
    free(text);
    board_release(&board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_health),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_health_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
