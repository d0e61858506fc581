#include "runner_case.h"

#include "runner_value.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define INCLUDE_DEPTH 8
#define FIRST_CLOCK   "2020-01-01"

/* A file being read: its own includes come before each of its cases. */
struct file {
    struct arena *arena;
    struct book *book;
    struct line_list prelude;
    struct reading reading; /* of the current case; book_case NULL before the first */
};

struct step *reading_add_step(struct reading *reading, const struct line *line, enum step_kind kind, int64_t time)
{
    struct book_case *book_case = reading->book_case;
    struct step *step = LIST_ADD(reading->arena, book_case->steps.items, book_case->steps.count);
    const struct text *arrives = line_value(line, "arrives");
    int64_t now = time > reading->clock ? time : reading->clock;

    if (arrives && (!value_time(*arrives, &now) || now < reading->clock))
        line_fail(line, "arrives= is a time and not before the clock");
    *step = (struct step){.line = *line, .kind = kind, .from = reading->clock, .now = now};
    reading->clock = now;
    return step;
}

static void read_evidence(struct reading *reading, const struct line *line, enum evidence_kind kind)
{
    struct book_case *book_case = reading->book_case;

    for (uint32_t i = 1; i < line->count; i++) {
        struct evidence *evidence = LIST_ADD(reading->arena, book_case->evidence, book_case->evidence_count);
        *evidence = (struct evidence){kind, rule_find(line->words[i].value)};
        if (evidence->rule == RULE_NONE)
            line_fail(line, "no rule has the id %.*s", TEXT_ARGUMENTS(line->words[i].value));
    }
}

static void read_defaults(struct reading *reading, const struct line *line)
{
    for (uint32_t i = 1; i < line->count; i++)
        *LIST_ADD(reading->arena, reading->defaults.words, reading->defaults.count) = line->words[i];
}

static bool is_expectation(struct text word)
{
    static const char *const keywords[] = {"=>",   "by-timer", "by-catalogue", "effect", "charge", "line",     "notice",
                                           "dead", "balance",  "cases",        "open",   "linked", "orderable"};

    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (text_is(word, keywords[i]))
            return true;
    return false;
}

static void read_expectation(struct reading *reading, const struct line *line)
{
    struct step_list *steps = &reading->book_case->steps;

    if (steps->count == 0)
        line_fail(line, "nothing happened yet that could be expected");
    for (uint32_t i = reading->expecting; i < steps->count; i++) {
        struct step *step = &steps->items[i];
        *LIST_ADD(reading->arena, step->expected, step->expected_count) = *line;
    }
}

static void read_clock(struct reading *reading, const struct line *line, enum step_kind kind)
{
    int64_t time;

    if (line->count != 2 || !value_time(line->words[1].value, &time) || time < reading->clock)
        line_fail(line, "a time is wanted that is not before the clock");
    reading_add_step(reading, line, kind, time);
    reading->expecting = reading->book_case->steps.count - 1;
}

static void read_step(struct reading *reading, const struct line *line)
{
    struct text verb = line->words[0].value;
    int64_t time = reading->clock;
    uint32_t at = 0;

    if (isdigit((unsigned char)verb.data[0]) || verb.data[0] == '@') {
        if (line->count < 2 || !value_time(verb, &time))
            line_fail(line, "%.*s is no time, or nothing happens then", TEXT_ARGUMENTS(verb));
        verb = line->words[at = 1].value;
    }
    if (text_is(verb, "recheck"))
        reading_add_step(reading, line, STEP_RECHECK, time);
    else if (!event_read(reading, line, at, time) && !change_read(reading, line, at, time))
        line_fail(line, "nobody knows the word %.*s", TEXT_ARGUMENTS(verb));
    reading->expecting = reading->book_case->steps.count - 1;
}

/* {n} in a value stands for the number of the repetition, {nnnn} for at least four digits of it. */
static struct text number_value(struct arena *arena, struct text value, int64_t n)
{
    const char *open = memchr(value.data, '{', value.size);
    const char *close = open ? memchr(open, '}', (size_t)(value.data + value.size - open)) : NULL;

    for (const char *at = open; at && at + 1 < close; at++)
        if (at[1] != 'n')
            close = NULL;
    if (!close)
        return value;
    return memory_format(arena, "%.*s%0*d%.*s", (int)(open - value.data), value.data, (int)(close - open - 1), (int)n,
                         (int)(value.data + value.size - close - 1), close + 1);
}

/* NUMBER times STEP: what is expected then is expected of each. */
static void read_repeated(struct reading *reading, const struct line *line)
{
    uint32_t first = reading->book_case->steps.count;
    int64_t times;

    if (line->count < 3 || !value_integer(line->words[0].value, &times) || times < 1)
        line_fail(line, "NUMBER times STEP is wanted");
    for (int64_t n = 1; n <= times; n++) {
        struct line once = *line;
        once.count = 0;
        once.words = NULL;
        for (uint32_t i = 2; i < line->count; i++) {
            struct word *word = LIST_ADD(reading->arena, once.words, once.count);
            *word = line->words[i];
            word->value = number_value(reading->arena, word->value, n);
        }
        read_step(reading, &once);
    }
    reading->expecting = first;
}

/* partitions NUMBER */
static void read_partitions(struct reading *reading, const struct line *line)
{
    int64_t count;

    if (line->count != 2 || !value_integer(line->words[1].value, &count) || count < 1 || count > 8)
        line_fail(line, "a number from 1 to 8 is wanted");
    reading->book_case->partitions = (int32_t)count;
}

/* limit TOPIC BYTES */
static void read_limit(struct reading *reading, const struct line *line)
{
    struct book_case *book_case = reading->book_case;

    if (line->count != 3 || !value_integer(line->words[2].value, &book_case->limit))
        line_fail(line, "limit TOPIC BYTES is wanted");
    book_case->limited = topic_find(line->words[1].value);
    if (book_case->limited == TOPIC_COUNT)
        line_fail(line, "there is no topic %.*s", TEXT_ARGUMENTS(line->words[1].value));
    book_case->needs_worker = true;
}

/* One line within a case. */
static void read_line(struct reading *reading, const struct line *line)
{
    struct text word = line->words[0].value;

    if (is_expectation(word))
        read_expectation(reading, line);
    else if (text_is(word, "near"))
        read_evidence(reading, line, EVIDENCE_NEAR);
    else if (text_is(word, "edge"))
        read_evidence(reading, line, EVIDENCE_EDGE);
    else if (text_is(word, "default"))
        read_defaults(reading, line);
    else if (text_is(word, "partitions"))
        read_partitions(reading, line);
    else if (text_is(word, "limit"))
        read_limit(reading, line);
    else if (text_is(word, "clock"))
        read_clock(reading, line, STEP_CLOCK);
    else if (text_is(word, "downtime"))
        read_clock(reading, line, STEP_DOWNTIME);
    else if (line->count > 1 && text_is(line->words[1].value, "times"))
        read_repeated(reading, line);
    else
        read_step(reading, line);
}

/* An include names a file in the folder of the file that says so. */
static struct line_list read_include(struct arena *arena, const struct line *line)
{
    const char *slash = strrchr(line->file, '/');
    int folder = slash ? (int)(slash - line->file) + 1 : 0;

    if (line->count != 2)
        line_fail(line, "include names one file");
    return lines_read(arena,
                      memory_format(arena, "%.*s%.*s", folder, line->file, TEXT_ARGUMENTS(line->words[1].value)).data);
}

/* Appends the lines with every include replaced by what it names. */
static void expand(struct arena *arena, struct line_list *list, const struct line *line, int depth)
{
    if (!text_is(line->words[0].value, "include")) {
        *LIST_ADD(arena, list->items, list->count) = *line;
        return;
    }
    if (depth == INCLUDE_DEPTH)
        line_fail(line, "files include each other without end");
    struct line_list included = read_include(arena, line);
    for (uint32_t i = 0; i < included.count; i++)
        expand(arena, list, &included.items[i], depth + 1);
}

static void begin_case(struct file *file, const struct line *line)
{
    struct book_case *book_case = LIST_ADD(file->arena, file->book->cases, file->book->case_count);

    if (line->count != 2)
        line_fail(line, "a case has one name, without spaces");
    for (uint32_t i = 0; i + 1 < file->book->case_count; i++)
        if (text_is(file->book->cases[i].name, line->words[1].value.data) &&
            strcmp(file->book->cases[i].line.file, line->file) == 0)
            line_fail(line, "this name is taken in line %d", file->book->cases[i].line.number);
    *book_case = (struct book_case){.line = *line, .name = line->words[1].value};
    file->reading = (struct reading){.arena = file->arena, .book_case = book_case, .id_letter = 'p'};
    value_time((struct text){FIRST_CLOCK, sizeof FIRST_CLOCK - 1}, &file->reading.clock);
    for (uint32_t i = 0; i < file->prelude.count; i++)
        read_line(&file->reading, &file->prelude.items[i]);
    file->reading.id_letter = 'e'; /* e1 is the first event of the case itself */
    file->reading.events = 0;
}

void book_read(struct arena *arena, const char *path, struct book *book)
{
    struct file file = {.arena = arena, .book = book};
    struct line_list own = lines_read(arena, path);

    for (uint32_t i = 0; i < own.count; i++) {
        const struct line *line = &own.items[i];
        struct line_list lines = {0};
        if (text_is(line->words[0].value, "case")) {
            begin_case(&file, line);
            continue;
        }
        expand(arena, &lines, line, 0);
        for (uint32_t n = 0; n < lines.count; n++) {
            if (file.reading.book_case)
                read_line(&file.reading, &lines.items[n]);
            else
                *LIST_ADD(arena, file.prelude.items, file.prelude.count) = lines.items[n];
        }
    }
}
