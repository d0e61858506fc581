#include "core/book.h"

#include "core/book_internal.h"
#include "core/record_walk.h"
#include "core/text.h"

/* Whether a snapshot shows the difference between two records of a kind, either of which may be NULL. */
static bool shows(enum book_kind kind, const void *before, const void *after)
{
    if (kind == BOOK_LINK && before && after) /* the rest of it is bookkeeping of scans, new with every scan */
        return ((const struct link_state *)before)->present != ((const struct link_state *)after)->present;
    return book_kinds[kind].shown != SHOWN_NOT;
}

static void replace(struct catalogue_book *book, struct book_entry *entry, const void *record)
{
    if (entry->record == record)
        return;
    if (shows(entry->kind, entry->record, record)) {
        book->revision++;
        if (book_kinds[entry->kind].shown == SHOWN_OFFERS)
            book->offers_revision++;
    }
    book->of_kind[entry->kind].live += record != NULL;
    book->of_kind[entry->kind].live -= entry->record != NULL;
    entry->record = record;
}

/* --- edits of one event --- */

void book_begin(struct catalogue_book *book)
{
    book->touched = NULL;
    book->out_of_memory = false;
}

static void touch(struct catalogue_book *book, struct book_entry *entry)
{
    if (entry->touched)
        return;
    entry->touched = true;
    entry->undo = entry->record;
    entry->next_touched = book->touched;
    book->touched = entry;
}

void book_put(struct catalogue_book *book, enum book_kind kind, struct text group, struct text name, const void *record)
{
    const struct record_type *type = book_kinds[kind].record;
    const void *present = book_get(book, kind, group, name);

    if ((!record && !present) || (record && present && record_equal(type, record, present)))
        return;
    struct book_entry *entry = book_need(book, kind, group, name);
    const void *copy = record && entry ? record_copy(book->arena, type, record) : NULL;
    if (!entry || (record && !copy)) {
        book->out_of_memory = true;
        return;
    }
    touch(book, entry);
    replace(book, entry, copy);
}

void book_rollback(struct catalogue_book *book)
{
    for (struct book_entry *entry = book->touched; entry; entry = entry->next_touched) {
        replace(book, entry, entry->undo);
        entry->touched = false;
    }
    book->touched = NULL;
}

static void list(struct catalogue_book *book, struct book_entry *entry)
{
    entry->listed = true;
    entry->next_listed = NULL;
    if (book->last_listed)
        book->last_listed->next_listed = entry;
    else
        book->listed = entry;
    book->last_listed = entry;
}

void book_commit(struct catalogue_book *book)
{
    for (struct book_entry *entry = book->touched; entry; entry = entry->next_touched) {
        entry->touched = false;
        if (!entry->dirty)
            entry->written = entry->undo;
        entry->dirty = entry->record != entry->written;
        if (entry->dirty && !entry->listed)
            list(book, entry);
    }
    book->touched = NULL;
}

/* --- what a transaction writes --- */

static const struct book_entry *dirty_from(const struct book_entry *entry)
{
    while (entry && !entry->dirty)
        entry = entry->next_listed;
    return entry;
}

const struct book_entry *book_first_dirty(const struct catalogue_book *book)
{
    return dirty_from(book->listed);
}

const struct book_entry *book_next_dirty(const struct book_entry *entry)
{
    return dirty_from(entry->next_listed);
}

bool book_state(const struct book_entry *entry, struct arena *arena, struct catalogue_state *ret_state,
                bool *ret_deleted)
{
    const struct book_kind_info *info = &book_kinds[entry->kind];
    struct text space = info->grouped ? TEXT(" ") : TEXT("");

    memset(ret_state, 0, sizeof *ret_state);
    ret_state->key = TEXT_JOIN(arena, info->prefix, entry->group, space, entry->name);
    ret_state->body.kind = info->body;
    *ret_deleted = !entry->record;
    if (entry->record)
        memcpy(&ret_state->body.as, entry->record, info->record->size);
    return !text_empty(ret_state->key);
}

static void end_transaction(struct catalogue_book *book, bool keep)
{
    for (struct book_entry *entry = book->listed; entry; entry = entry->next_listed) {
        if (entry->dirty && !keep)
            replace(book, entry, entry->written);
        entry->dirty = entry->listed = false;
    }
    book->listed = book->last_listed = NULL;
}

void book_written(struct catalogue_book *book)
{
    end_transaction(book, true);
}

void book_discard(struct catalogue_book *book)
{
    end_transaction(book, false);
}

/* --- followers --- */

enum book_load_status book_load(struct catalogue_book *book, struct text key, const struct catalogue_state_body *body)
{
    struct text group, name;
    enum book_kind kind = book_key_parse(key, &group, &name);

    if (kind == BOOK_KINDS || (body && body->kind != book_kinds[kind].body))
        return BOOK_NOT_UNDERSTOOD;
    struct book_entry *entry = book_need(book, kind, group, name);
    const void *record = body ? record_copy(book->arena, book_kinds[kind].record, &body->as) : NULL;
    if (!entry || (body && !record))
        return BOOK_NO_MEMORY;
    replace(book, entry, record);
    return BOOK_LOADED;
}

bool book_copy(const struct catalogue_book *from, struct arena *arena, struct catalogue_book *ret_book)
{
    if (!book_init(ret_book, arena))
        return false;
    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        for (const struct book_entry *entry = book_first(from, (enum book_kind)kind); entry; entry = book_next(entry)) {
            struct book_entry *copy = book_need(ret_book, entry->kind, entry->group, entry->name);
            const void *record = record_copy(arena, book_kinds[kind].record, entry->record);
            if (!copy || !record)
                return false;
            replace(ret_book, copy, record);
        }
    }
    ret_book->revision = from->revision;
    ret_book->offers_revision = from->offers_revision;
    return true;
}
