#include "job.h"

#include "back_end.h"

#include "tests/rules/runner_compare.h"
#include "worker/cli/common/system_clock.h"
#include "worker/engine/keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Topics of so many cases are made in one request, while those before are run. */
enum { CHUNK = 8 };

struct job {
    struct stack stack;
    struct place place;
    struct case_list cases;
    char (*prefixes)[PREFIX_SIZE];
    uint32_t run_id; /* no other run has it */
};

/* The id of a notification without a case is made of its input's partition (rules.md 8). */
static bool names_partition(const struct book_case *book_case)
{
    for (uint32_t i = 0; i < book_case->steps.count; i++)
        for (uint32_t n = 0; n < book_case->steps.items[i].expected_count; n++) {
            const struct line *line = &book_case->steps.items[i].expected[n];
            if (text_is(line->words[0].value, "notice") && line_value(line, "id"))
                return true;
        }
    return false;
}

/* One, unless the case is about them. */
static int32_t partitions_of(const struct book_case *book_case)
{
    int32_t count = book_case->partitions ? book_case->partitions : 1;

    while (names_partition(book_case) && count < MOST_PARTITIONS &&
           key_partition((struct text){"a1", 2}, count) != RULEBOOK_PARTITION)
        count++;
    return count;
}

static const char *ask_chunk(struct job *job, uint32_t first)
{
    struct topics_plan plans[CHUNK];
    uint32_t count = 0;

    for (uint32_t i = first; i < job->cases.count && count < CHUNK; i++) {
        const struct book_case *book_case = job->cases.items[i];
        (void)snprintf(job->prefixes[i], PREFIX_SIZE, "rulebook-%08" PRIx32 "-%" PRIu32 ".", job->run_id, i);
        plans[count++] =
            (struct topics_plan){job->prefixes[i], partitions_of(book_case), book_case->limited, book_case->limit};
    }
    return count ? topics_ask(job->stack.cluster, plans, count) : NULL;
}

/* The topics of this case are there, those of the next chunk are being made. */
static const char *have_topics(struct job *job, uint32_t number)
{
    if (number % CHUNK)
        return NULL;
    const char *problem = topics_await(job->stack.cluster);
    return problem ? problem : ask_chunk(job, number + CHUNK);
}

static const char *run_cases(struct job *job, struct arena *arena, struct tally *tally)
{
    struct back_end *back_end = stack_back_end(arena, &job->place);
    const char *problem = ask_chunk(job, 0);

    for (uint32_t i = 0; i < job->cases.count && !problem; i++) {
        problem = have_topics(job, i);
        if (problem)
            break;
        const struct book_case *book_case = job->cases.items[i];
        stack_back_end_next(&job->place, &job->stack, job->prefixes[i], partitions_of(book_case));
        tally->good += compare_case(arena, back_end, book_case);
        tally->run++;
        topics_drop(job->stack.cluster, job->prefixes[i]);
        (void)fflush(stdout);
    }
    const char *undropped = topics_await_drops(job->stack.cluster);
    return problem ? problem : undropped;
}

struct tally job_run(struct arena *arena, const struct case_list *list, uint32_t first, uint32_t stride)
{
    struct job *job = memory_take(arena, sizeof *job);
    struct hash random = system_clock.nonce(NULL);
    struct tally tally = {0};

    memcpy(&job->run_id, random.bytes, sizeof job->run_id);
    for (uint32_t i = first; i < list->count; i += stride)
        *LIST_ADD(arena, job->cases.items, job->cases.count) = list->items[i];
    job->prefixes = memory_take(arena, (job->cases.count + 1) * sizeof *job->prefixes);
    const char *problem = stack_open(&job->stack);
    if (!problem)
        problem = run_cases(job, arena, &tally);
    if (problem)
        printf("after %" PRIu32 " cases: %s\n", tally.run, problem);
    stack_close(&job->stack);
    return tally;
}
