/* What a catalogue file would change in the present catalogue. */
#ifndef OSBILL_CLI_CATALOGUE_DIFF_H
#define OSBILL_CLI_CATALOGUE_DIFF_H

#include "core/book.h"
#include "worker/cli/catalogue_file/catalogue_file.h"

struct json_t;

enum difference_kind {
    DIFFERENCE_ADDED,
    DIFFERENCE_CHANGED,
    DIFFERENCE_REMOVED, /* an override, alias or settings that the file does not name */
    DIFFERENCE_KEPT,    /* the file does not name it, and the contract cannot delete it: nothing happens */
};

struct difference {
    enum difference_kind kind;
    struct catalogue_change_change change; /* KEPT: what stays */
    const void *before;                    /* the record of the same type as it is; NULL: ADDED */
    struct difference *next;
};

struct differences {
    struct arena *arena;
    struct difference *first, *last;
    uint32_t changes, kept; /* changes: all but KEPT */
    bool out_of_memory;
};

void catalogue_diff(const struct catalogue_file *file, const struct catalogue_book *book, struct arena *arena,
                    struct differences *ret);

/* One change alone, as `osbill template off` makes it: nothing is added when the book says so already. */
void catalogue_diff_one(const struct catalogue_change_change *change, const struct catalogue_book *book,
                        struct differences *differences);

/* For people: "~ tariff s: refund NONE -> PRORATA". `note`, which may be NULL, is called behind each line. */
void catalogue_diff_print(const struct differences *differences,
                          void (*note)(void *context, const struct difference *difference), void *context);
/* {"action": "change", "kind": "Tariff", "id": "s", "before": {...}, "after": {...}}; NULL: no memory. */
struct json_t *catalogue_diff_json(const struct difference *difference);

/* "tariff", "override" and the id of what a change is about, for keys of the catalogue topic: "price:s windows". */
struct text change_kind_name(const struct catalogue_change_change *change);
struct text change_id(const struct catalogue_change_change *change, struct arena *arena);
const struct record_type *change_record(const struct catalogue_change_change *change);

#endif
