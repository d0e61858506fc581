/* Lines of a rule file, cut into words; and what to do with one that makes no sense. */
#ifndef OSBILL_TESTS_RULES_LINE_H
#define OSBILL_TESTS_RULES_LINE_H

#include "runner_memory.h"

/* `key=value`, `key~value` (contains) or, with an empty key, a bare word. Quotes are taken off. */
struct word {
    struct text key, value;
    char relation; /* '=', '~'; 0: bare */
};

struct line {
    const char *file;
    int number;
    struct text source; /* without indentation and comment, for messages */
    struct word *words;
    uint32_t count;
};

struct line_list {
    struct line *items;
    uint32_t count;
};

/* The lines of a file that hold more than a comment. Ends the program when the file cannot be read. */
struct line_list lines_read(struct arena *arena, const char *path);

/* Prints file:line: message and ends the program with status 2: the rule file is wrong, not the rules. */
_Noreturn void line_fail(const struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The value of the word with that key; NULL: none. */
const struct text *line_value(const struct line *line, const char *key);

bool text_is(struct text text, const char *literal);
/* For printf's %.*s */
#define TEXT_ARGUMENTS(text) (int)(text).size, (text).size ? (text).data : ""

#endif
