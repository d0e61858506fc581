/* All of the catalogue lane's state in memory: every record of catalogue-state under its key, editable, with undo.
 *
 * The lane's owner decides on one (core/lane.h); every process follows catalogue-state into one of its own and builds
 * snapshots from that (core/snapshot.h). The owner does not load what it wrote itself: it has it already. Memory comes
 * from one arena that the caller owns; records are never written to in place, so replaced ones stay until the book is
 * copied into a fresh arena (book_copy).
 *
 * Keys are `<prefix>:<id>`. The id of some kinds has two parts, `<group> <name>`: no group holds a space, since it is
 * the id of a module, tariff or change set (contract.md). */
#ifndef OSBILL_CORE_BOOK_H
#define OSBILL_CORE_BOOK_H

#include "core/arena.h"
#include "core/result.h"
#include "records.h"

enum book_kind {
    BOOK_MODULE,          /* module:<module_id>                       struct module */
    BOOK_TARIFF,          /* tariff:<tariff_id>                       struct tariff */
    BOOK_ENUMERATION,     /* enumeration:<enumeration_id>             struct enumeration */
    BOOK_PRICE,           /* price:<tariff_id> <item_id>              struct price_state */
    BOOK_ALIAS,           /* alias:<template>                         struct alias */
    BOOK_TEMPLATE,        /* template:<template>                      struct template_state */
    BOOK_SETTINGS,        /* settings:<template>                      struct template_settings */
    BOOK_SWITCHES,        /* switches:<template>                      struct switch_state */
    BOOK_LINK,            /* link:<module_id> <template>              struct link_state */
    BOOK_TARIFF_OVERRIDE, /* tariff-override:<tariff_id> <template>   struct override_state */
    BOOK_MODULE_OVERRIDE, /* module-override:<module_id> <template>   struct override_state */
    BOOK_SCAN,            /* scan:<module_id>                         struct scan_state */
    BOOK_CHANGE_SET,      /* change-set:<change_set>                  struct change_set_state */
    BOOK_PART,            /* part:<change_set> <index>                struct catalogue_change */
    BOOK_KINDS
};

/* One key and its record. Read only outside book.c. */
struct book_entry {
    enum book_kind kind;
    bool dirty;        /* differs from what was last written */
    bool listed;       /* in the book's list of dirty entries */
    bool touched;      /* by the current event */
    struct text group; /* first part of the id; empty for kinds with one part */
    struct text name;  /* the rest */
    uint64_t hash;
    const void *record;  /* NULL: deleted */
    const void *written; /* while dirty: what was last written */
    const void *undo;    /* while touched: before the current event */
    struct book_entry *next_in_bucket, *next_of_kind, *next_in_group, *next_touched, *next_listed;
};

/* All entries of a kind with one first part. */
struct book_group {
    enum book_kind kind;
    struct text group;
    uint64_t hash;
    struct book_entry *first;
    struct book_group *next_in_bucket;
};

struct catalogue_book {
    struct arena *arena;
    struct book_entry **buckets;
    struct book_group **groups;
    uint32_t bucket_count, entry_count, group_bucket_count, group_count;
    struct {
        struct book_entry *first, *last;
        uint32_t live;
    } of_kind[BOOK_KINDS];
    struct book_entry *touched;
    struct book_entry *listed, *last_listed;
    bool out_of_memory;       /* a change of this event is missing: roll back */
    uint64_t revision;        /* raised by every change that a snapshot shows */
    uint64_t offers_revision; /* the same for modules, tariffs, enumerations, prices, aliases alone */
};

/* An empty book. False: out of memory. */
bool book_init(struct catalogue_book *book, struct arena *arena) WARN_UNUSED;

/* Copies what is live into another arena, after which the old one may be reset. Only between events and with nothing
 * dirty. Worth it when the arena holds twice what it held after the last copy. False: out of memory. */
bool book_copy(const struct catalogue_book *from, struct arena *arena, struct catalogue_book *ret_book) WARN_UNUSED;

/* --- followers: what the topic says --- */

enum book_load_status {
    BOOK_LOADED,
    BOOK_NOT_UNDERSTOOD, /* a key of no known kind, or a body of another one: written by a newer or broken worker */
    BOOK_NO_MEMORY,
};

/* One record of catalogue-state, copied; body NULL: a tombstone. Not for the position record `p:lane`. */
enum book_load_status book_load(struct catalogue_book *book, struct text key,
                                const struct catalogue_state_body *body) WARN_UNUSED;

/* --- reading --- */

/* The live record of a key, NULL when there is none. `group` is empty for kinds with one part. Valid until the book is
 * copied. */
const void *book_get(const struct catalogue_book *book, enum book_kind kind, struct text group, struct text name);

/* Live entries of a kind, and of a kind and group, in no order that means anything. NULL: no more. */
const struct book_entry *book_first(const struct catalogue_book *book, enum book_kind kind);
const struct book_entry *book_next(const struct book_entry *entry);
const struct book_entry *book_group_first(const struct catalogue_book *book, enum book_kind kind, struct text group);
const struct book_entry *book_group_next(const struct book_entry *entry);

static inline uint32_t book_live(const struct catalogue_book *book, enum book_kind kind)
{
    return book->of_kind[kind].live;
}

/* The record before the current event, NULL when there was none. */
const void *book_before(const struct catalogue_book *book, enum book_kind kind, struct text group, struct text name);

/* --- the lane: edits of one event --- */

void book_begin(struct catalogue_book *book);
void book_rollback(struct catalogue_book *book); /* all edits since begin are undone */
void book_commit(struct catalogue_book *book);

/* Replaces the record of a key by a copy; NULL deletes. Equal records change nothing. On lack of memory out_of_memory
 * is set. */
void book_put(struct catalogue_book *book, enum book_kind kind, struct text group, struct text name,
              const void *record);

/* --- the engine: what a transaction writes --- */

/* Entries that differ from what was last written, oldest change first; to be written to catalogue-state. */
const struct book_entry *book_first_dirty(const struct catalogue_book *book);
const struct book_entry *book_next_dirty(const struct book_entry *entry);
/* Key and body of an entry; *ret_deleted: it is a tombstone, the body is empty. Key in arena memory, the rest is the
 * book's. False: out of memory. */
bool book_state(const struct book_entry *entry, struct arena *arena, struct catalogue_state *ret_state,
                bool *ret_deleted) WARN_UNUSED;
/* The transaction was committed: nothing is dirty any more. */
void book_written(struct catalogue_book *book);
/* The transaction was aborted: every entry is as it was last written. */
void book_discard(struct catalogue_book *book);

#endif
