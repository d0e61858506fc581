/* osbill dlq replay */
#include <stdlib.h>

#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

enum { PLACES = 64 };

struct replay_options {
    struct dlq_filter_options filter;
    bool all, yes, again;
    int64_t timeout;
};

#define FLAG(field, text)                                                                     \
    {                                                                                         \
        .name = #field, .type = OPTION_BOOLEAN, .preset = "false", .place = OPTION_FLAG_ONLY, \
        .offset = offsetof(struct replay_options, field), .help = (text)                      \
    }
static const struct option replay_options[] = {
    DLQ_FILTER_OPTIONS,
    FLAG(all, "All that --topic, --code, --account and --from leave."),
    FLAG(yes, "Publish. Without it more than one is only shown."),
    FLAG(again, "Even what was replayed already."),
    {.name = "timeout",
     .type = OPTION_DURATION,
     .preset = "60s",
     .minimum = 1000,
     .maximum = INT64_C(24) * 3600000,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct replay_options, timeout),
     .help = "How long to wait for the decisions of a topic."},
};
#undef FLAG

struct replaying {
    struct dlq dlq;
    const struct call *call;
    const struct replay_options *options;
    struct record_place places[PLACES]; /* by argument */
    struct dlq_plan plan;
    /* while sending: */
    struct dlq_sender *sender;
    enum topic topic;
    enum exit_code code;
};

/* --- sending --- */

static int by_own_place(const void *a, const void *b)
{
    return record_place_compare(&(*(const struct dlq_letter *const *)a)->own,
                                &(*(const struct dlq_letter *const *)b)->own);
}

static const struct dlq_letter *chosen_at(const struct replaying *replaying, const struct kafka_record *record)
{
    const struct dlq_letter wanted = {.own = {TOPIC_DEAD_LETTER, record->partition, record->offset}};
    const struct dlq_letter *const key = &wanted;
    struct dlq_letter *const *found =
        bsearch(&key, replaying->dlq.letters, replaying->dlq.count, sizeof(struct dlq_letter *), by_own_place);

    return found && (*found)->chosen && (*found)->input.topic == replaying->topic && !(*found)->by_reference ? *found
                                                                                                             : NULL;
}

static bool send_one(void *context, const struct kafka_record *record)
{
    struct replaying *replaying = context;
    const struct dlq_letter *letter = chosen_at(replaying, record);

    if (letter)
        replaying->code = dlq_send(replaying->sender, letter, record, NULL);
    return replaying->code == EXIT_DONE;
}

/* Larger than the dead-letter topic takes: the input itself is read. */
static enum exit_code send_referred(struct replaying *replaying)
{
    struct kafka_record record;
    char place[RECORD_PLACE_TEXT];

    for (uint32_t i = 0; i < replaying->dlq.count; i++) {
        const struct dlq_letter *letter = replaying->dlq.letters[i];
        if (!letter->chosen || !letter->by_reference || letter->input.topic != replaying->topic)
            continue;
        enum exit_code code = dlq_fetch_bytes(&replaying->dlq, letter, &record);
        if (code == EXIT_DONE && !record.has_key) {
            say("%s: refused: it has no key", record_place_text(&letter->input, place));
            code = EXIT_REFUSED;
        }
        if (code == EXIT_DONE)
            code = dlq_send(replaying->sender, letter, &record, NULL);
        if (code != EXIT_DONE)
            return code;
    }
    return EXIT_DONE;
}

/* The order of partitions of the dead-letter topic: what one key failed in stays in that order. */
static enum exit_code send_topic(struct replaying *replaying, enum topic topic)
{
    struct kafka_range range = {.partition = -1, .start = KAFKA_FROM_START};
    uint32_t count = 0;

    for (uint32_t i = 0; i < replaying->dlq.count; i++)
        count += replaying->dlq.letters[i]->chosen && replaying->dlq.letters[i]->input.topic == topic;
    if (!count)
        return EXIT_DONE;
    if (replaying->dlq.count == 1) {
        const struct record_place *own = &replaying->dlq.letters[0]->own;
        range = (struct kafka_range){.partition = own->partition, .start = KAFKA_FROM_OFFSET, .value = own->offset};
    }
    replaying->topic = topic;
    enum exit_code code = dlq_sender_open(&replaying->dlq, topic, count, &replaying->sender);
    if (code == EXIT_DONE) {
        code = dlq_visit(&replaying->dlq, TOPIC_DEAD_LETTER, range, send_one, replaying);
        if (code == EXIT_DONE)
            code = replaying->code == EXIT_DONE ? send_referred(replaying) : replaying->code;
        enum exit_code finished = dlq_sender_finish(replaying->sender, replaying->options->timeout);
        code = code == EXIT_DONE ? finished : code;
    }
    dlq_sender_close(replaying->sender);
    return code;
}

/* In the order in which workers decide (rules.md 7), each topic once the one before is decided. */
static enum exit_code send_all(struct replaying *replaying)
{
    bool dead_again = false;
    enum exit_code code = EXIT_DONE;

    qsort(replaying->dlq.letters, replaying->dlq.count, sizeof(struct dlq_letter *), by_own_place);
    for (int topic = 0; topic < TOPIC_INPUTS && code == EXIT_DONE; topic++) {
        code = send_topic(replaying, (enum topic)topic);
        dead_again = dead_again || code == EXIT_FOUND;
        code = code == EXIT_FOUND ? EXIT_DONE : code;
    }
    if (replaying->plan.skipped || replaying->plan.refused)
        say("%u not replayed: %u were already, %u are refused", replaying->plan.skipped + replaying->plan.refused,
            replaying->plan.skipped, replaying->plan.refused);
    if (dead_again)
        say("some became dead letters again: `osbill dlq list` says why, `osbill dlq show` what helps");
    return code == EXIT_DONE && dead_again ? EXIT_FOUND : code;
}

/* --- the command --- */

static enum exit_code read_arguments(struct replaying *replaying, struct dlq_filter *filter)
{
    const struct call *call = replaying->call;
    enum exit_code code = dlq_filter_read(&replaying->options->filter, call->config->topic_prefix, filter);

    if (code == EXIT_DONE && replaying->options->all == (call->argument_count > 0)) {
        say("expected either the places of dead letters, or --all with --code, --topic, --account or --from");
        return EXIT_USAGE;
    }
    for (uint32_t i = 0; i < call->argument_count && code == EXIT_DONE; i++)
        if (!dlq_place_argument(call->arguments[i], call->config->topic_prefix, &replaying->places[i]))
            code = EXIT_USAGE;
    if (call->argument_count) {
        filter->places = replaying->places;
        filter->place_count = call->argument_count;
    }
    return code;
}

static bool all_found(const struct replaying *replaying)
{
    bool found = true;

    for (uint32_t i = 0; i < replaying->call->argument_count; i++) {
        uint32_t k = 0;
        while (k < replaying->dlq.count &&
               record_place_compare(&replaying->places[i], &replaying->dlq.letters[k]->own) &&
               record_place_compare(&replaying->places[i], &replaying->dlq.letters[k]->input))
            k++;
        if (k == replaying->dlq.count)
            say("there is no dead letter %s; `osbill dlq list` shows what there is", replaying->call->arguments[i]);
        found = found && k < replaying->dlq.count;
    }
    return found;
}

static enum exit_code decide_what_to_do(struct replaying *replaying)
{
    const struct replay_options *options = replaying->options;
    bool named_in_vain = !options->all && replaying->plan.skipped + replaying->plan.refused > 0;
    bool dry = replaying->plan.chosen > 1 && !options->yes;

    if (named_in_vain || dry)
        dlq_plan_print(&replaying->dlq, &replaying->plan);
    if (named_in_vain) {
        say("nothing was published");
        return EXIT_REFUSED;
    }
    if (dry) {
        say("nothing was published; --yes publishes %u", replaying->plan.chosen);
        return EXIT_FOUND;
    }
    if (!replaying->plan.chosen)
        say("nothing to replay");
    return send_all(replaying);
}

static enum exit_code replay(struct replaying *replaying)
{
    const struct replay_options *options = replaying->options;
    struct dlq_filter filter;
    enum exit_code code = read_arguments(replaying, &filter);

    if (code == EXIT_DONE)
        code = dlq_read(&replaying->dlq, &filter);
    if (code == EXIT_DONE && !all_found(replaying))
        code = EXIT_FOUND;
    if (code == EXIT_DONE)
        code = dlq_find_replays(&replaying->dlq);
    if (code != EXIT_DONE)
        return code;
    replaying->plan = (struct dlq_plan){.all = options->all, .again = options->again, .yes = options->yes};
    dlq_choose(&replaying->dlq, &replaying->plan);
    return decide_what_to_do(replaying);
}

static enum exit_code run_replay(const struct call *call)
{
    struct replaying *replaying = calloc(1, sizeof *replaying);
    enum exit_code code = EXIT_BROKEN;

    if (!replaying) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    replaying->call = call;
    replaying->options = call->options;
    interrupt_catch();
    if (dlq_open(&replaying->dlq, call->config))
        code = replay(replaying);
    dlq_release(&replaying->dlq);
    free(replaying);
    return code;
}

const struct command dlq_replay_command = {
    .name = "dlq replay",
    .usage = "[TOPIC/PARTITION/OFFSET...]",
    .summary = "Sends dead letters again, as they are, and shows the new decisions.",
    .details =
        "The input's own bytes and key are published to its topic, to the partition of the key. They are a new input:\n"
        "its Decision counts, as if the first one had not been there; event_id and occurred_at stay. What waited for\n"
        "an account or VPS (parked.expired) is decided if it is known by now, else it waits again; what is wrong in\n"
        "itself ends as before: `osbill dlq show` says what helps, `osbill dlq force` corrects.\n"
        "What was replayed is marked (header osbill.replayed.from) and not replayed again without --again.\n"
        "\n"
        "  osbill dlq replay order/3/118\n"
        "  osbill dlq replay --all --code schema-unknown --from 2025-03-01 --yes",
    .codes = "0: all decided; 1: only shown, or dead letters again; 4: not decided in time; 5: refused",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .options = replay_options,
    .option_count = sizeof replay_options / sizeof replay_options[0],
    .options_size = sizeof(struct replay_options),
    .argument_maximum = PLACES,
    .run = run_replay,
};
