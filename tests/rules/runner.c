/* rulebook: runs the cases of rule files (README.md) and says how core differs from them. */
#include "runner_compare.h"
#include "runner_report.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: rulebook FILE... [--case NAME]   run the cases, or those of that name\n"
    "       rulebook FILE... --starve        the same, and decide with each allocation failing, too\n"
    "       rulebook --rules FILE...         print how many cases each rule has\n"
    "       rulebook --evidence FILE...      print which cases each rule has\n"
    "       rulebook --tables FILE...        print the decision tables in words\n"
    "Exit status: 0 all as expected, 1 something differs, 2 a file or the usage is wrong.\n";

struct options {
    struct book book;
    const char *name;                        /* of the cases to run; NULL: all */
    void (*report)(const struct book *book); /* NULL: run the cases */
    bool starve;
    bool bad;
};

static void tables(const struct book *book)
{
    (void)book;
    report_tables();
}

static struct options parse(struct arena *arena, int count, char **arguments)
{
    struct options options = {.bad = count < 2};

    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--rules") == 0)
            options.report = report_rules;
        else if (strcmp(arguments[i], "--evidence") == 0)
            options.report = report_evidence;
        else if (strcmp(arguments[i], "--tables") == 0)
            options.report = tables;
        else if (strcmp(arguments[i], "--starve") == 0)
            options.starve = true;
        else if (strcmp(arguments[i], "--case") == 0 && i + 1 < count)
            options.name = arguments[++i];
        else if (arguments[i][0] == '-')
            options.bad = true;
        else
            book_read(arena, arguments[i], &options.book);
    }
    return options;
}

static int run(struct arena *arena, const struct options *options)
{
    struct back_end *back_end = core_back_end(arena, options->starve);
    uint32_t run = 0, good = 0, left_out = 0;

    for (uint32_t i = 0; i < options->book.case_count; i++) {
        const struct book_case *book_case = &options->book.cases[i];
        if (options->name && !text_is(book_case->name, options->name))
            continue;
        left_out += book_case->needs_worker;
        if (book_case->needs_worker)
            continue;
        run++;
        good += compare_case(arena, back_end, book_case);
    }
    if (left_out)
        printf("%u cases are about what core does not see: rulebook_stack runs them\n", left_out);
    printf("%u of %u cases as expected\n", good, run);
    return good == run && run + left_out ? 0 : 1;
}

int main(int count, char **arguments)
{
    struct memory memory;
    int status;

    memory_open(&memory);
    struct options options = parse(&memory.arena, count, arguments);
    if (options.bad) {
        fputs(usage, stderr);
        status = 2;
    } else if (options.report) {
        options.report(&options.book);
        status = 0;
    } else {
        status = run(&memory.arena, &options);
    }
    memory_release(&memory);
    return status;
}
