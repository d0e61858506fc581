/* What a rule file says: cases of steps, each with what is expected of it. Format: README.md beside this file. */
#ifndef OSBILL_TESTS_RULES_CASE_H
#define OSBILL_TESTS_RULES_CASE_H

#include "runner_line.h"

#include "core/outcome.h"

enum step_kind {
    STEP_INPUT,    /* one message of an input topic */
    STEP_CLOCK,    /* time passes and timers fire when they are due */
    STEP_DOWNTIME, /* time passes while no worker runs; timers are looked at once, at the end */
    STEP_RECHECK,  /* the worker looks at held cases with the newest catalogue */
};

/* How a message is sent where that is not as it should be: what only the engine sees. Pointers: NULL: as it should. */
struct envelope {
    const struct text *key;       /* none: without one */
    const struct text *partition; /* its number, whatever the key says */
    const struct text *value;     /* none: without one */
    const struct text *bytes;     /* hex: the whole value */
    const struct text *magic;     /* hex: its first byte */
    const struct text *schema;    /* the schema id that its header names */
    const struct text *cut;       /* so many bytes are missing at the end */
    const struct text *extra;     /* hex: bytes behind the end */
    const struct text *padded;    /* the value has so many bytes, by its note or reason */
};

struct step {
    struct line line;
    enum step_kind kind;
    struct input *input;      /* STEP_INPUT */
    struct envelope envelope; /* STEP_INPUT */
    int64_t from, now;        /* the worker's clock before and at this step */
    struct line *expected;
    uint32_t expected_count;
};

struct step_list {
    struct step *items;
    uint32_t count;
};

/* A rule that the case says it is near or at the edge of. */
enum evidence_kind { EVIDENCE_NEAR, EVIDENCE_EDGE };
struct evidence {
    enum evidence_kind kind;
    enum rule rule;
};

struct book_case {
    struct line line; /* `case NAME` */
    struct text name;
    struct step_list steps;
    struct evidence *evidence;
    uint32_t evidence_count;
    int32_t partitions; /* of the topics by account; 0: any number */
    enum topic limited; /* this topic takes only records below so many bytes; 0: as it should */
    int64_t limit;
    bool needs_worker; /* is about what core does not see */
};

struct book {
    struct book_case *cases;
    uint32_t case_count;
};

/* Adds the cases of a file; ends the program when it makes no sense. */
void book_read(struct arena *arena, const char *path, struct book *book);

/* The state of reading one case, for the readers of steps. */
struct reading {
    struct arena *arena;
    struct book_case *book_case;
    struct line defaults; /* words of `default` lines */
    uint32_t expecting;   /* the first step that the next expectation is about */
    int64_t clock;
    int64_t period_start; /* of the last order */
    int64_t offsets[TOPIC_INPUTS];
    char id_letter; /* event ids are e1, e2, ...; p1, p2, ... before the case itself */
    int events;
};

/* Appends a step at `time`; the clock does not go back, arrives= sets it. */
struct step *reading_add_step(struct reading *reading, const struct line *line, enum step_kind kind, int64_t time);

/* Each returns whether the verb (word `at`) is one of theirs, and then adds the steps. */
bool event_read(struct reading *reading, const struct line *line, uint32_t at, int64_t time);
bool change_read(struct reading *reading, const struct line *line, uint32_t at, int64_t time);

/* Adds a step with a message of a topic that has an offset and bytes of its own; the record is to be filled in. The
 * bytes name the step, for the reader of parked inputs and for dead letters. */
struct input *reading_add_input(struct reading *reading, const struct line *line, enum topic topic, int64_t time);
/* The input with these bytes; NULL: none. */
const struct input *case_input(const struct book_case *book_case, struct text value);
struct text case_event_id(const struct input *input);

/* Notes what the line says of how its message is sent. */
void envelope_read(struct reading *reading, const struct line *line, struct step *step);
/* Whether a word is about that. */
bool envelope_has(struct text key);

/* The partition of all messages of account topics. */
#define RULEBOOK_PARTITION 3

#endif
