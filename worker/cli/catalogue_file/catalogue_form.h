/* How the records of a catalogue are written in a catalogue file: which field has which name there.
 *
 * The same rows drive reading, writing and showing differences. Forms by the field's type: text; true or false;
 * a number; money as a decimal (names that end in _micros); the symbols of an enum; a list of texts. */
#ifndef OSBILL_CLI_CATALOGUE_FORM_H
#define OSBILL_CLI_CATALOGUE_FORM_H

#include <stdio.h>

#include "worker/cli/catalogue_file/yaml.h"

struct form_row {
    const char *name;  /* in the file */
    const char *field; /* in the record */
    bool required;
};

struct form {
    const struct record_type *record;
    const struct form_row *rows;
    uint32_t count;
};

extern const struct form module_form, tariff_form, item_form, settings_form;

/* What is wrong with a file: all of it, a line each. */
struct file_problems {
    struct arena *arena;
    const char *file; /* its name */
    struct {
        uint32_t line;
        struct text text;
    } items[20];
    uint32_t count, more; /* more: beyond what is kept */
};

void file_problem(struct file_problems *problems, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints "FILE:LINE: what" for each; true: there was one. */
bool file_problems_print(const struct file_problems *problems);

/* Fills the record from a map; fields that are left out take their default. Names that are neither in the form nor
 * among `others` (ends with NULL; may be NULL) are problems, since they are usually typing errors. */
void form_read(const struct form *form, const struct yaml_node *map, const char *const *others, void *ret_record,
               struct file_problems *problems);

/* "name: value" lines, indented, of the fields that are required or differ from their default. */
void form_write(const struct form *form, const void *record, int indent, FILE *to);

/* The field's type and place in the record. */
const struct field_type *form_field(const struct form *form, const struct form_row *row);
/* One value as the file has it. */
void form_write_value(const struct field_type *field, const void *record, FILE *to);

/* A number in a scalar; false: a problem was noted. */
bool yaml_number(const struct yaml_node *node, int64_t minimum, int64_t maximum, int64_t *ret,
                 struct file_problems *problems);
bool yaml_money(const struct yaml_node *node, int64_t *ret_micros, struct file_problems *problems);

#endif
