/* Fields of a record whose type is known only at run time. */
#ifndef OSBILL_CLI_RECORD_FIELD_H
#define OSBILL_CLI_RECORD_FIELD_H

#include "records.h"

/* The field of a record by name; NULL: it has none. */
const struct field_type *record_field(const struct record_type *type, const char *name);
/* A text field's value; empty: no such field. */
struct text record_text(const struct record_type *type, const void *record, const char *name);

#endif
