/* What the book's files share: kinds of records, keys, entries. */
#ifndef OSBILL_CORE_BOOK_INTERNAL_H
#define OSBILL_CORE_BOOK_INTERNAL_H

#include "core/book.h"

/* What a change of it changes in a snapshot. */
enum book_shown {
    SHOWN_NOT,    /* bookkeeping of scans and change sets */
    SHOWN,        /* templates, links, switches */
    SHOWN_OFFERS, /* also what is sold, at which price */
};

struct book_kind_info {
    struct text prefix; /* of keys, with the colon */
    enum catalogue_state_body_kind body;
    const struct record_type *record;
    bool grouped; /* the id has two parts */
    enum book_shown shown;
};

extern const struct book_kind_info book_kinds[BOOK_KINDS];

/* Splits a key of catalogue-state. BOOK_KINDS: not understood. */
enum book_kind book_key_parse(struct text key, struct text *ret_group, struct text *ret_name);

/* The entry of a key, live or not; NULL: there never was one. */
struct book_entry *book_find(const struct catalogue_book *book, enum book_kind kind, struct text group,
                             struct text name);
/* The entry of a key, made without a record when there is none; NULL: out of memory. */
struct book_entry *book_need(struct catalogue_book *book, enum book_kind kind, struct text group, struct text name);

#endif
