/* Reads dead letters: which there are, without their bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/record_field.h"
#include "worker/cli/dlq/dlq.h"

enum { SCRATCH = 256 << 10, SCRATCH_KEEP = 4 << 20, HOUR_MS = 3600000 };

bool dlq_open(struct dlq *dlq, const struct config *config)
{
    *dlq = (struct dlq){.last = &dlq->first};
    memory_init(&dlq->scratch, SCRATCH, SCRATCH_KEEP);
    return context_open(&dlq->context, config);
}

void dlq_release(struct dlq *dlq)
{
    memory_clear(&dlq->scratch);
    context_release(&dlq->context);
}

enum exit_code dlq_filter_read(const struct dlq_filter_options *options, const char *prefix, struct dlq_filter *ret)
{
    *ret = (struct dlq_filter){.topic = TOPIC_COUNT};
    ret->code = (struct text){options->code, (uint32_t)strlen(options->code)};
    ret->account = (struct text){options->account, (uint32_t)strlen(options->account)};
    if (*options->topic) {
        ret->topic = topic_from_argument(options->topic, prefix);
        if (ret->topic == TOPIC_COUNT)
            return EXIT_USAGE;
    }
    if (*options->topic && ret->topic >= TOPIC_INPUTS) {
        say("--topic: %s is no input, so none of it becomes a dead letter", options->topic);
        return EXIT_USAGE;
    }
    if (*options->from &&
        !moment_or_millis((struct text){options->from, (uint32_t)strlen(options->from)}, &ret->from)) {
        say("--from must be a moment such as 2025-03-01T12:00Z");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

bool dlq_place_argument(const char *argument, const char *prefix, struct record_place *ret)
{
    if (record_place_parse((struct text){argument, (uint32_t)strlen(argument)}, prefix, ret))
        return true;
    say("%s names no dead letter: expected TOPIC/PARTITION/OFFSET of its input, such as order/3/118, or its own, "
        "dead-letter/PARTITION/OFFSET; `osbill dlq list` shows both",
        argument);
    return false;
}

/* --- letters --- */

struct reading {
    struct dlq *dlq;
    const struct dlq_filter *filter;
    bool out_of_memory;
};

static struct record_place input_place(const struct dlq *dlq, const struct kafka_record *record)
{
    const struct record_place place = dead_letter_input(record, dlq->context.config->topic_prefix);

    if (place.topic >= TOPIC_INPUTS || place.partition < 0 || place.offset < 0)
        return (struct record_place){.topic = TOPIC_COUNT};
    return place;
}

static struct text account_of(struct dlq *dlq, enum topic topic, const struct kafka_record *record)
{
    const char *problem;
    const void *decoded = dlq_decode(dlq, topic, record, &problem);

    return decoded ? record_text(topic_row(topic)->records[0], decoded, "account_id") : TEXT("");
}

static enum dlq_obstacle find_obstacle(struct dlq *dlq, const struct dlq_letter *letter,
                                       const struct kafka_record *record)
{
    if (letter->input.topic == TOPIC_COUNT)
        return DLQ_FOREIGN;
    if (letter->by_reference)
        return DLQ_CLEAR;
    if (!letter->has_key)
        return DLQ_NO_KEY;
    if (topic_row(letter->input.topic)->spread == SPREAD_NOT || !text_equal(letter->code, TEXT("wrong-partition")))
        return DLQ_CLEAR;
    struct text account = account_of(dlq, letter->input.topic, record);
    return account.size && !text_equal(account, letter->key) ? DLQ_WRONG_KEY : DLQ_CLEAR;
}

static void describe(struct dlq *dlq, const struct kafka_record *record, struct dlq_letter *letter)
{
    *letter = (struct dlq_letter){
        .own = record_place_of(TOPIC_DEAD_LETTER, record),
        .input = input_place(dlq, record),
        .code = record_header(record, "osbill.error.code"),
        .message = record_header(record, "osbill.error.message"),
        .at_text = record_header(record, "osbill.error.at"),
        .has_key = record->has_key,
        .has_value = record->has_value,
        .key = record->key,
        .size = record->value.size,
        .replay = {.topic = TOPIC_COUNT},
        .replay_of = {.topic = TOPIC_COUNT},
    };
    if (!moment_from_text(letter->at_text, &letter->at))
        letter->at = record->timestamp > 0 ? record->timestamp : 0;
    letter->by_reference =
        !letter->has_key && !letter->has_value && letter->code.data && !text_equal(letter->code, TEXT("empty-value"));
}

static bool is_named(const struct dlq_filter *filter, const struct dlq_letter *letter)
{
    for (uint32_t i = 0; i < filter->place_count; i++)
        if (!record_place_compare(&filter->places[i], &letter->own) ||
            !record_place_compare(&filter->places[i], &letter->input))
            return true;
    return !filter->places;
}

static bool is_wanted(struct dlq *dlq, const struct dlq_filter *filter, const struct dlq_letter *letter,
                      const struct kafka_record *record)
{
    if ((filter->topic != TOPIC_COUNT && filter->topic != letter->input.topic) || letter->at < filter->from ||
        (filter->code.size && !text_equal(filter->code, letter->code)) || !is_named(filter, letter))
        return false;
    if (!filter->account.size || (letter->has_key && text_equal(letter->key, filter->account)))
        return true;
    return letter->input.topic != TOPIC_COUNT && topic_row(letter->input.topic)->spread == SPREAD_BY_ACCOUNT &&
           text_equal(account_of(dlq, letter->input.topic, record), filter->account);
}

static bool keep(struct dlq *dlq, const struct dlq_letter *letter)
{
    struct memory *memory = &dlq->context.memory;
    struct dlq_letter *kept = memory_zeroed(memory, 1, sizeof *kept);
    bool failed = !kept;

    if (failed)
        return false;
    *kept = *letter;
    kept->code = memory_text(memory, letter->code, &failed);
    kept->message = memory_text(memory, letter->message, &failed);
    kept->at_text = memory_text(memory, letter->at_text, &failed);
    kept->key = memory_text(memory, letter->key, &failed);
    *dlq->last = kept;
    dlq->last = &kept->next;
    dlq->count++;
    return !failed;
}

static bool take(void *context, const struct kafka_record *record)
{
    struct reading *reading = context;
    struct dlq *dlq = reading->dlq;
    struct dlq_letter letter;

    describe(dlq, record, &letter);
    if (!is_wanted(dlq, reading->filter, &letter, record))
        return true;
    letter.obstacle = find_obstacle(dlq, &letter, record);
    reading->out_of_memory = !keep(dlq, &letter);
    return !reading->out_of_memory;
}

static int by_time(const void *a, const void *b)
{
    const struct dlq_letter *one = *(const struct dlq_letter *const *)a, *other = *(const struct dlq_letter *const *)b;

    if (one->at != other->at)
        return one->at < other->at ? -1 : 1;
    return record_place_compare(&one->own, &other->own);
}

static bool sort(struct dlq *dlq)
{
    uint32_t at = 0;

    dlq->letters = memory_zeroed(&dlq->context.memory, dlq->count + 1U, sizeof(struct dlq_letter *));
    for (struct dlq_letter *letter = dlq->first; dlq->letters && letter; letter = letter->next)
        dlq->letters[at++] = letter;
    if (dlq->letters)
        qsort(dlq->letters, dlq->count, sizeof(struct dlq_letter *), by_time);
    return dlq->letters != NULL;
}

/* The worker's clock wrote osbill.error.at, Kafka's records have the time at which they were produced: an hour is left
 * between them. */
enum exit_code dlq_read(struct dlq *dlq, const struct dlq_filter *filter)
{
    struct reading reading = {.dlq = dlq, .filter = filter};
    struct kafka_range range = {.partition = -1, .start = filter->from ? KAFKA_FROM_TIME : KAFKA_FROM_START};

    range.value = filter->from > HOUR_MS ? filter->from - HOUR_MS : 0;
    enum exit_code code = dlq_visit(dlq, TOPIC_DEAD_LETTER, range, take, &reading);
    if (reading.out_of_memory || (code == EXIT_DONE && !sort(dlq))) {
        say("out of memory: --from, --topic and --code choose fewer");
        return EXIT_BROKEN;
    }
    return code;
}

enum exit_code dlq_find(struct dlq *dlq, const char *argument, struct dlq_letter **ret)
{
    struct record_place place;

    if (!dlq_place_argument(argument, dlq->context.config->topic_prefix, &place))
        return EXIT_USAGE;
    const struct dlq_filter filter = {.topic = TOPIC_COUNT, .places = &place, .place_count = 1};
    enum exit_code code = dlq_read(dlq, &filter);
    if (code == EXIT_DONE && !dlq->count) {
        say("there is no dead letter %s: it was decided otherwise, or retention has deleted it; `osbill dlq list` "
            "shows "
            "what there is",
            argument);
        return EXIT_FOUND;
    }
    *ret = code == EXIT_DONE ? dlq->letters[dlq->count - 1] : NULL;
    return code;
}
