/* How messages are sent: words that stand beside the fields of their records. */
#include "runner_case.h"

#include <stddef.h>

static const struct {
    const char *name;
    size_t offset;
} words[] = {
#define WORD(name)                             \
    {                                          \
#name, offsetof(struct envelope, name) \
    }
    WORD(key),    WORD(partition), WORD(value), WORD(bytes),  WORD(magic),
    WORD(schema), WORD(cut),       WORD(extra), WORD(padded),
#undef WORD
};
enum { WORDS = sizeof words / sizeof *words };

bool envelope_has(struct text key)
{
    for (int i = 0; i < WORDS; i++)
        if (text_is(key, words[i].name))
            return true;
    return false;
}

void envelope_read(struct reading *reading, const struct line *line, struct step *step)
{
    for (int i = 0; i < WORDS; i++) {
        const struct text *value = line_value(line, words[i].name);
        *(const struct text **)(void *)((char *)&step->envelope + words[i].offset) = value;
        reading->book_case->needs_worker = reading->book_case->needs_worker || value;
    }
}
