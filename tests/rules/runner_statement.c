#include "runner_statement.h"

#include "runner_field.h"

#include <string.h>

/* Templates that just exist come from a scan so large that it never ends. */
#define ENDLESS_SCAN_SIZE 1000000

struct text statement_word(const struct statement *statement, uint32_t n)
{
    const struct line *line = statement->line;

    for (uint32_t i = statement->at + 1; i < line->count; i++)
        if (!line->words[i].relation && --n == 0)
            return line->words[i].value;
    line_fail(line, "something is missing here");
}

uint32_t statement_words(const struct statement *statement)
{
    uint32_t count = 0;

    for (uint32_t i = statement->at + 1; i < statement->line->count; i++)
        count += !statement->line->words[i].relation;
    return count;
}

void statement_set_fields(const struct statement *statement, const struct record_type *outer, void *outer_record,
                          const struct record_type *inner, void *inner_record)
{
    const struct line *line = statement->line;

    for (uint32_t i = statement->at + 1; i < line->count; i++) {
        const struct word *word = &line->words[i];
        if (!word->relation || text_is(word->key, "arrives") || text_is(word->key, "part") || envelope_has(word->key))
            continue;
        const struct field_type *field = inner ? field_find(inner, word->key) : NULL;
        void *record = field ? inner_record : outer_record;
        if (!field)
            field = field_find(outer, word->key);
        if (!field)
            line_fail(line, "there is no field %.*s", TEXT_ARGUMENTS(word->key));
        field_set(statement->reading->arena, line, word, field, record);
    }
}

/* One message: a scan of the module found the template. */
static void add_template(const struct statement *statement, struct text name, struct text scan_id, uint32_t size)
{
    struct arena *arena = statement->reading->arena;
    struct input *input =
        reading_add_input(statement->reading, statement->line, TOPIC_TEMPLATE_DISCOVERED, statement->time);
    struct template_discovered *found = &input->as.template_discovered;
    uint32_t split = 0;

    while (split + 2 <= name.size && memcmp(name.data + split, "__", 2) != 0)
        split++;
    if (split + 2 > name.size)
        line_fail(statement->line, "%.*s is not REPOSITORY__NAME", TEXT_ARGUMENTS(name));
    *found = (struct template_discovered){
        .event_id = memory_format(arena, "s%d", (int)input->offset),
        .occurred_at = statement->time,
        .module_id = statement_word(statement, 1),
        .scan_id = scan_id,
        .scan_size = (int32_t)size,
        .repository = {name.data, split},
        .name = {name.data + split + 2, name.size - split - 2},
    };
    input->key = found->module_id;
    statement_set_fields(statement, &template_discovered_record, found, NULL, NULL);
}

void statement_template(const struct statement *statement)
{
    for (uint32_t n = 2; n <= statement_words(statement); n++)
        add_template(statement, statement_word(statement, n), (struct text){"endless", 7}, ENDLESS_SCAN_SIZE);
}

void statement_scan(const struct statement *statement)
{
    for (uint32_t n = 3; n <= statement_words(statement); n++)
        add_template(statement, statement_word(statement, n), statement_word(statement, 2),
                     statement_words(statement) - 2);
}
