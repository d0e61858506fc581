#include "select.h"

#include "tests/rules/runner_report.h"

static bool hits(const struct book_case *book_case, enum rule rule)
{
    for (uint32_t i = 0; i < book_case->steps.count; i++)
        for (uint32_t n = 0; n < book_case->steps.items[i].expected_count; n++)
            if (report_rule_of(&book_case->steps.items[i].expected[n]) == rule)
                return true;
    return false;
}

/* Chooses the shortest case that expects the rule, unless one is chosen already. */
static void cover(const struct book *book, enum rule rule, bool *chosen)
{
    uint32_t best = book->case_count;

    for (uint32_t i = 0; i < book->case_count; i++) {
        if (!hits(&book->cases[i], rule))
            continue;
        if (chosen[i])
            return;
        if (best == book->case_count || book->cases[i].steps.count < book->cases[best].steps.count)
            best = i;
    }
    if (best < book->case_count)
        chosen[best] = true;
}

struct case_list select_cases(struct arena *arena, const struct book *book, const struct selection *selection)
{
    bool *chosen = memory_take(arena, book->case_count + 1);
    struct case_list list = {0};

    for (unsigned rule = 1; rule < RULE_COUNT && selection->every; rule++)
        cover(book, (enum rule)rule, chosen);
    for (uint32_t i = 0; i < book->case_count; i++) {
        chosen[i] = chosen[i] || !selection->every || (i + selection->seed) % selection->every == 0;
        if (chosen[i] && (!selection->name || text_is(book->cases[i].name, selection->name)))
            *LIST_ADD(arena, list.items, list.count) = &book->cases[i];
    }
    return list;
}
