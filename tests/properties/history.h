/* A history: inputs and looks at accounts, in the order in which they happen, at the worker's clock. */
#ifndef OSBILL_TESTS_PROPERTIES_HISTORY_H
#define OSBILL_TESTS_PROPERTIES_HISTORY_H

#include "core/outcome.h"
#include "worker/avro/codec.h"
#include "worker/engine/memory.h"

enum step_kind {
    STEP_INPUT, /* one message of an input topic */
    STEP_DUE,   /* the worker looks at one account: timers, held cases */
};

struct step {
    enum step_kind kind;
    int64_t now;            /* ms; never goes back from step to step */
    struct input input;     /* STEP_INPUT */
    struct text account_id; /* empty for an input of the catalogue lane */
};

/* Owns its steps and all that they name. Lack of memory ends the program. */
struct history {
    struct memory memory;
    struct codec *codec; /* borrowed; writes the inputs' own bytes, which parking keeps */
    struct step *steps;
    uint32_t count, room;
    int64_t next_offset[TOPIC_INPUTS];
};

void history_init(struct history *history, struct codec *codec);
void history_clear(struct history *history);

/* Adds an input at the end, at the next offset of its topic; texts of the record are copied. Returns its step. */
const struct step *history_add_input(struct history *history, int64_t now, enum topic topic, const void *record);
void history_add_due(struct history *history, int64_t now, struct text account_id);
/* Adds a step as it is; what it names must live as long as the history. */
void history_add_step(struct history *history, const struct step *step);

static inline bool is_lane_step(const struct step *step)
{
    return step->kind == STEP_INPUT && step->input.topic < TOPIC_ACCOUNT;
}

const struct record_type *input_record_type(enum topic topic);
/* The record of an input, in its union. */
void *input_record(struct input *input);

/* --- what all parts of the program share --- */

/* Zeroed memory, or the end of the program. */
void *take(struct memory *memory, size_t count, size_t size);
struct text take_format(struct memory *memory, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A codec for all records, without a registry. */
struct codec *codec_of_this_program(void);
/* The record's bytes, in memory. */
struct text encoded(struct codec *codec, const struct record_type *type, const void *record, struct memory *memory);

#define TEXT_ARGUMENTS(text) (int)(text).size, (text).data

#endif
