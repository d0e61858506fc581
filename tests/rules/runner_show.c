/* What happened, in the words of rule files: to read beside what was expected. */
#include "runner_compare.h"
#include "runner_field.h"

#include <stdio.h>
#include <string.h>

/* Every field that is not zero, and every choice. */
static void show_fields(struct arena *arena, const struct record_type *type, const void *record)
{
    static const char zero[64];

    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field_type *field = &type->fields[i];
        enum value_kind kind = field->type->kind;
        bool empty = memcmp((const char *)record + field->offset, zero, field->type->size) == 0;
        if (kind == VALUE_ARRAY || (empty && kind != VALUE_ENUM))
            continue;
        struct text text = field_format(arena, field, record);
        const char *quote = kind == VALUE_STRING && memchr(text.data ? text.data : "", ' ', text.size) ? "\"" : "";
        if (text.size)
            printf(" %s=%s%.*s%s", field->name, quote, TEXT_ARGUMENTS(text), quote);
    }
    putchar('\n');
}

static void show_decision(struct arena *arena, const struct decision *decision)
{
    static const char *const names[ORIGIN_COUNT] = {
        [ORIGIN_INPUT] = "=>", [ORIGIN_TIMER] = "by-timer", [ORIGIN_CATALOGUE] = "by-catalogue"};

    printf("    %s", names[decision->origin]);
    show_fields(arena, &decision_record, decision);
    for (uint32_t i = 0; i < decision->effects.count; i++) {
        printf("      effect");
        show_fields(arena, &effect_record, &decision->effects.items[i]);
    }
}

static void show_charge(struct arena *arena, const struct charge *charge)
{
    printf("    charge");
    show_fields(arena, &charge_record, charge);
    for (uint32_t i = 0; i < charge->lines.count; i++) {
        printf("      line");
        show_fields(arena, &charge_line_record, &charge->lines.items[i]);
    }
}

void show_outcome(struct arena *arena, const struct book_case *book_case, const struct outcome *outcome)
{
    puts("  what happened:");
    for (uint32_t i = 0; i < outcome->decisions.count; i++)
        show_decision(arena, &outcome->decisions.items[i]);
    for (uint32_t i = 0; i < outcome->charges.count; i++)
        show_charge(arena, &outcome->charges.items[i]);
    for (uint32_t i = 0; i < outcome->notifications.count; i++) {
        printf("    notice");
        show_fields(arena, &notification_record, &outcome->notifications.items[i]);
    }
    for (uint32_t i = 0; i < outcome->dead_letters.count; i++) {
        const struct dead_letter *letter = &outcome->dead_letters.items[i];
        const struct input *input = case_input(book_case, letter->value);
        struct text event_id = input ? case_event_id(input) : letter->value;
        printf("    dead %s event=%.*s message=\"%.*s\"\n", letter->code, TEXT_ARGUMENTS(event_id),
               TEXT_ARGUMENTS(letter->message));
    }
}
