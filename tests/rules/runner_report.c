#include "runner_report.h"

#include <stdio.h>
#include <string.h>

/* How many cases speak of a rule. */
struct tally {
    uint32_t hits;  /* expect it */
    uint32_t near;  /* say that it is nearly met */
    uint32_t edges; /* say that they are at its boundary */
    uint32_t cases; /* any of these */
    const struct book_case *last_hit, *last;
};

static void count_case(struct tally *tally, const struct book_case *book_case)
{
    tally->cases += tally->last != book_case;
    tally->last = book_case;
}

/* A rule is expected by a decision or effect, by rule= of a charge or notice, or by the code of a dead letter. */
enum rule report_rule_of(const struct line *line)
{
    static const char *const keywords[] = {"=>", "by-timer", "by-catalogue", "effect", "dead"};
    const struct text *named = line_value(line, "rule");
    struct text id = named ? *named : (struct text){0};

    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (line->count > 1 && text_is(line->words[0].value, keywords[i]))
            id = line->words[1].value;
    return rule_find(id);
}

static void count_hit(struct tally tallies[RULE_COUNT], const struct book_case *book_case, const struct line *line)
{
    enum rule rule = report_rule_of(line);

    if (rule == RULE_NONE || tallies[rule].last_hit == book_case)
        return;
    tallies[rule].last_hit = book_case;
    tallies[rule].hits++;
    count_case(&tallies[rule], book_case);
}

static void count_rules(struct tally tallies[RULE_COUNT], const struct book_case *book_case)
{
    for (uint32_t i = 0; i < book_case->steps.count; i++)
        for (uint32_t n = 0; n < book_case->steps.items[i].expected_count; n++)
            count_hit(tallies, book_case, &book_case->steps.items[i].expected[n]);
    for (uint32_t i = 0; i < book_case->evidence_count; i++) {
        const struct evidence *evidence = &book_case->evidence[i];
        struct tally *tally = &tallies[evidence->rule];
        tally->near += evidence->kind == EVIDENCE_NEAR;
        tally->edges += evidence->kind == EVIDENCE_EDGE;
        count_case(tally, book_case);
    }
}

void report_rules(const struct book *book)
{
    struct tally tallies[RULE_COUNT];

    memset(tallies, 0, sizeof tallies);
    for (uint32_t i = 0; i < book->case_count; i++)
        count_rules(tallies, &book->cases[i]);
    printf("%-30s %-16s %5s %5s %5s %5s\n", "rule", "clause", "cases", "hit", "near", "edge");
    for (unsigned i = 1; i < RULE_COUNT; i++)
        printf("%-30.*s %-16s %5u %5u %5u %5u\n", TEXT_ARGUMENTS(rule_info((enum rule)i)->id),
               rule_info((enum rule)i)->clause, tallies[i].cases, tallies[i].hits, tallies[i].near, tallies[i].edges);
}
