/* Which dead letters were sent again: the header that every replay carries, found by reading the inputs since the
 * oldest dead letter in question. */
#include <stdlib.h>

#include "core/text.h"
#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

enum { HOUR_MS = 3600000 };

struct search {
    struct dlq *dlq;
    struct dlq_letter **by_input; /* in order of the input's place */
};

static int by_place(const void *a, const void *b)
{
    return record_place_compare(&(*(const struct dlq_letter *const *)a)->input,
                                &(*(const struct dlq_letter *const *)b)->input);
}

static struct dlq_letter *find(const struct search *search, const struct record_place *input)
{
    const struct dlq_letter wanted = {.input = *input}, *const key = &wanted;
    struct dlq_letter *const *found =
        bsearch(&key, search->by_input, search->dlq->count, sizeof(struct dlq_letter *), by_place);

    return found ? *found : NULL;
}

static bool look(void *context, const struct kafka_record *record)
{
    const struct search *search = context;
    const char *prefix = search->dlq->context.config->topic_prefix;
    struct text from = record_header(record, DLQ_REPLAYED_FROM);
    struct record_place of, here;

    if (!from.data || !record_place_parse(from, prefix, &of))
        return true;
    here = (struct record_place){of.topic, record->partition, record->offset};
    struct dlq_letter *letter = find(search, &of), *again = find(search, &here);
    if (letter) {
        letter->replay = here;
        letter->replays++;
    }
    if (again)
        again->replay_of = of;
    return true;
}

/* Workers' clocks wrote the dead letters, this machine's the replays: an hour is left between them. */
static enum exit_code search_topic(struct search *search, enum topic topic)
{
    const struct dlq *dlq = search->dlq;
    int64_t oldest = INT64_MAX;

    for (uint32_t i = 0; i < dlq->count; i++)
        if (dlq->letters[i]->input.topic == topic && dlq->letters[i]->at < oldest)
            oldest = dlq->letters[i]->at;
    if (oldest == INT64_MAX)
        return EXIT_DONE;
    const struct kafka_range range = {
        .partition = -1, .start = KAFKA_FROM_TIME, .value = oldest > HOUR_MS ? oldest - HOUR_MS : 0};
    return dlq_visit(search->dlq, topic, range, look, search);
}

enum exit_code dlq_find_replays(struct dlq *dlq)
{
    struct search search = {dlq, memory_zeroed(&dlq->context.memory, dlq->count + 1U, sizeof(struct dlq_letter *))};
    enum exit_code code = EXIT_DONE;

    if (!search.by_input) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    memcpy(search.by_input, dlq->letters, dlq->count * sizeof(struct dlq_letter *));
    qsort(search.by_input, dlq->count, sizeof(struct dlq_letter *), by_place);
    for (int topic = 0; topic < TOPIC_INPUTS && code == EXIT_DONE; topic++)
        code = search_topic(&search, (enum topic)topic);
    return code;
}
