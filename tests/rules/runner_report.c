#include "runner_report.h"

#include "core/rule_tables.h"

#include <stdio.h>
#include <string.h>

enum { HIT, NEAR, EDGE, KINDS };
static const char *const kinds[KINDS] = {"hit", "near", "edge"};

/* Which rules one case speaks of, and how. */
struct mentions {
    bool of[KINDS][RULE_COUNT];
};

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

static void find_mentions(const struct book_case *book_case, struct mentions *ret_mentions)
{
    memset(ret_mentions, 0, sizeof *ret_mentions);
    for (uint32_t i = 0; i < book_case->steps.count; i++) {
        const struct step *step = &book_case->steps.items[i];
        for (uint32_t n = 0; n < step->expected_count; n++)
            ret_mentions->of[HIT][report_rule_of(&step->expected[n])] = true;
    }
    for (uint32_t i = 0; i < book_case->evidence_count; i++) {
        const struct evidence *evidence = &book_case->evidence[i];
        ret_mentions->of[evidence->kind == EVIDENCE_NEAR ? NEAR : EDGE][evidence->rule] = true;
    }
}

bool case_expects(const struct book_case *book_case, enum rule rule)
{
    struct mentions mentions;

    find_mentions(book_case, &mentions);
    return mentions.of[HIT][rule];
}

void report_evidence(const struct book *book)
{
    struct mentions mentions;

    for (uint32_t i = 0; i < book->case_count; i++) {
        const struct book_case *book_case = &book->cases[i];
        find_mentions(book_case, &mentions);
        for (unsigned rule = 1; rule < RULE_COUNT; rule++)
            for (int kind = 0; kind < KINDS; kind++)
                if (mentions.of[kind][rule])
                    printf("%.*s\t%s\t%s\t%.*s\n", TEXT_ARGUMENTS(rule_info((enum rule)rule)->id), kinds[kind],
                           book_case->line.file, TEXT_ARGUMENTS(book_case->name));
    }
}

void report_rules(const struct book *book)
{
    uint32_t counts[KINDS][RULE_COUNT];
    struct mentions mentions;

    memset(counts, 0, sizeof counts);
    for (uint32_t i = 0; i < book->case_count; i++) {
        find_mentions(&book->cases[i], &mentions);
        for (unsigned rule = 1; rule < RULE_COUNT; rule++)
            for (int kind = 0; kind < KINDS; kind++)
                counts[kind][rule] += mentions.of[kind][rule];
    }
    printf("%-30s %-16s %5s %5s %5s\n", "rule", "clause", "hit", "near", "edge");
    for (unsigned i = 1; i < RULE_COUNT; i++)
        printf("%-30.*s %-16s %5u %5u %5u\n", TEXT_ARGUMENTS(rule_info((enum rule)i)->id),
               rule_info((enum rule)i)->clause, counts[HIT][i], counts[NEAR][i], counts[EDGE][i]);
}

static void show_facts(const struct rule_table *table, const char *prefix, uint64_t facts)
{
    for (uint32_t i = 0; i < table->fact_count; i++)
        if (facts >> i & 1)
            printf("\t%s%s", prefix, table->facts[i]);
}

void report_tables(void)
{
    for (int id = 0; id < TABLE_COUNT; id++) {
        const struct rule_table *table = rule_table((enum rule_table_id)id);
        for (uint32_t i = 0; i < table->count; i++) {
            const struct table_row *row = &table->rows[i];
            printf("%s\t%u\t%.*s", table->name, i + 1, TEXT_ARGUMENTS(rule_info(row->rule)->id));
            show_facts(table, "", row->all);
            show_facts(table, "not: ", row->none);
            printf("\n");
        }
    }
}
