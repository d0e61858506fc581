/* rulebook_rows: deletes each row of each decision table in turn; some case of the book must then fail. A row that no
 * case misses is either superfluous or untested.
 *
 * core asks rule_table_match for rows; the linker's --wrap puts the one below in its place. */
#include "core/rule_tables.h"
#include "runner_compare.h"
#include "runner_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Rows that only the engine's inputs meet: engine.txt has their cases, which need the engine. */
static const enum rule of_the_engine[] = {RULE_WRONG_PARTITION, RULE_UNREADABLE, RULE_TOO_LARGE, RULE_UNDECIDABLE};

static enum rule_table_id deleted_table;
static const struct table_row *deleted_row;

const struct table_row *__wrap_rule_table_match(enum rule_table_id id, uint64_t facts); /* the linker's name */

const struct table_row *__wrap_rule_table_match(enum rule_table_id id, uint64_t facts)
{
    const struct rule_table *table = rule_table(id);

    for (uint32_t i = 0; i < table->count; i++) {
        const struct table_row *row = &table->rows[i];
        bool here = id != deleted_table || row != deleted_row;
        if (here && (facts & row->all) == row->all && (facts & row->none) == 0)
            return row;
    }
    _exit(EXIT_FAILURE); /* the table is no more complete: the case fails */
}

/* In a process of its own: without the row core may even crash. */
_Noreturn static void run_without(struct arena *arena, const struct book *book)
{
    if (!freopen("/dev/null", "w", stdout))
        _exit(EXIT_SUCCESS); /* reported as a row that nobody misses */
    struct back_end *back_end = core_back_end(arena, false);
    for (int expecting = 1; expecting >= 0; expecting--) /* those that expect its rule fail soonest */
        for (uint32_t i = 0; i < book->case_count; i++)
            if (case_expects(&book->cases[i], deleted_row ? deleted_row->rule : RULE_NONE) == expecting &&
                !compare_case(arena, back_end, &book->cases[i]))
                _exit(EXIT_FAILURE);
    _exit(EXIT_SUCCESS);
}

static bool is_missed(struct arena *arena, const struct book *book)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        run_without(arena, book);
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("fork");
        exit(EXIT_FAILURE);
    }
    return !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS;
}

static bool is_of_the_engine(const struct table_row *row)
{
    for (size_t i = 0; i < sizeof of_the_engine / sizeof *of_the_engine; i++)
        if (row->rule == of_the_engine[i])
            return true;
    return false;
}

static uint32_t delete_rows(struct arena *arena, const struct book *book, uint32_t *ret_missed)
{
    uint32_t unmissed = 0;

    for (int id = 0; id < TABLE_COUNT; id++) {
        const struct rule_table *table = rule_table((enum rule_table_id)id);
        for (uint32_t i = 0; i < table->count; i++) {
            deleted_table = (enum rule_table_id)id;
            deleted_row = &table->rows[i];
            if (is_of_the_engine(deleted_row))
                continue;
            if (is_missed(arena, book)) {
                ++*ret_missed;
                continue;
            }
            unmissed++;
            printf("%s: no case fails without row %u, %.*s\n", table->name, i + 1,
                   TEXT_ARGUMENTS(rule_info(deleted_row->rule)->id));
        }
    }
    return unmissed;
}

int main(int count, char **arguments)
{
    struct memory memory;
    struct book book = {0};
    uint32_t missed = 0;

    if (count < 2) {
        fprintf(stderr, "usage: rulebook_rows FILE...\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    memory_open(&memory);
    for (int i = 1; i < count; i++)
        book_read(&memory.arena, arguments[i], &book);
    if (is_missed(&memory.arena, &book)) { /* nothing is deleted yet */
        fprintf(stderr, "the book fails as it is: run rulebook\n");
        return 2;
    }
    uint32_t unmissed = delete_rows(&memory.arena, &book, &missed);
    printf("%u rows deleted, one at a time: %u missed by a case, %u not\n", missed + unmissed, missed, unmissed);
    memory_release(&memory);
    return unmissed ? EXIT_FAILURE : EXIT_SUCCESS;
}
