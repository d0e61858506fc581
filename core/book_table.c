#include "core/book_internal.h"
#include "core/hash.h"

static uint64_t group_hash(enum book_kind kind, struct text group)
{
    return hash_mix(text_hash(group), (uint64_t)kind + 1);
}

static uint64_t entry_hash(enum book_kind kind, struct text group, struct text name)
{
    return hash_mix(group_hash(kind, group), text_hash(name));
}

bool book_init(struct catalogue_book *book, struct arena *arena)
{
    const uint32_t buckets = 64;
    size_t size = buckets * sizeof(void *);

    *book = (struct catalogue_book){.arena = arena, .bucket_count = buckets, .group_bucket_count = buckets};
    book->buckets = arena_alloc(arena, size, _Alignof(void *));
    book->groups = arena_alloc(arena, size, _Alignof(void *));
    if (!book->buckets || !book->groups)
        return false;
    memset(book->buckets, 0, size);
    memset(book->groups, 0, size);
    return true;
}

/* --- finding --- */

struct book_entry *book_find(const struct catalogue_book *book, enum book_kind kind, struct text group,
                             struct text name)
{
    uint64_t hash = entry_hash(kind, group, name);
    struct book_entry *entry = book->buckets[hash & (book->bucket_count - 1)];

    while (entry && (entry->hash != hash || entry->kind != kind || !text_equal(entry->name, name) ||
                     !text_equal(entry->group, group)))
        entry = entry->next_in_bucket;
    return entry;
}

static struct book_group *find_group(const struct catalogue_book *book, enum book_kind kind, struct text name)
{
    uint64_t hash = group_hash(kind, name);
    struct book_group *group = book->groups[hash & (book->group_bucket_count - 1)];

    while (group && (group->hash != hash || group->kind != kind || !text_equal(group->group, name)))
        group = group->next_in_bucket;
    return group;
}

const void *book_get(const struct catalogue_book *book, enum book_kind kind, struct text group, struct text name)
{
    const struct book_entry *entry = book_find(book, kind, group, name);

    return entry ? entry->record : NULL;
}

const void *book_before(const struct catalogue_book *book, enum book_kind kind, struct text group, struct text name)
{
    const struct book_entry *entry = book_find(book, kind, group, name);

    if (!entry)
        return NULL;
    return entry->touched ? entry->undo : entry->record;
}

static const struct book_entry *live_of_kind(const struct book_entry *entry)
{
    while (entry && !entry->record)
        entry = entry->next_of_kind;
    return entry;
}

const struct book_entry *book_first(const struct catalogue_book *book, enum book_kind kind)
{
    return live_of_kind(book->of_kind[kind].first);
}

const struct book_entry *book_next(const struct book_entry *entry)
{
    return live_of_kind(entry->next_of_kind);
}

static const struct book_entry *live_in_group(const struct book_entry *entry)
{
    while (entry && !entry->record)
        entry = entry->next_in_group;
    return entry;
}

const struct book_entry *book_group_first(const struct catalogue_book *book, enum book_kind kind, struct text group)
{
    const struct book_group *found = find_group(book, kind, group);

    return found ? live_in_group(found->first) : NULL;
}

const struct book_entry *book_group_next(const struct book_entry *entry)
{
    return live_in_group(entry->next_in_group);
}

/* --- adding --- */

static void grow_buckets(struct catalogue_book *book)
{
    uint32_t wanted = book->bucket_count * 2;
    struct book_entry **buckets = arena_alloc(book->arena, wanted * sizeof *buckets, _Alignof(void *));

    if (!buckets)
        return; /* long chains work too */
    memset(buckets, 0, wanted * sizeof *buckets);
    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        for (struct book_entry *entry = book->of_kind[kind].first; entry; entry = entry->next_of_kind) {
            struct book_entry **bucket = &buckets[entry->hash & (wanted - 1)];
            entry->next_in_bucket = *bucket;
            *bucket = entry;
        }
    }
    book->buckets = buckets;
    book->bucket_count = wanted;
}

static void grow_groups(struct catalogue_book *book)
{
    uint32_t wanted = book->group_bucket_count * 2;
    struct book_group **groups = arena_alloc(book->arena, wanted * sizeof *groups, _Alignof(void *));

    if (!groups)
        return;
    memset(groups, 0, wanted * sizeof *groups);
    for (uint32_t i = 0; i < book->group_bucket_count; i++) {
        for (struct book_group *group = book->groups[i], *next; group; group = next) {
            struct book_group **bucket = &groups[group->hash & (wanted - 1)];
            next = group->next_in_bucket;
            group->next_in_bucket = *bucket;
            *bucket = group;
        }
    }
    book->groups = groups;
    book->group_bucket_count = wanted;
}

/* The group, made when there is none; NULL: out of memory. Its text is its first entry's. */
static struct book_group *need_group(struct catalogue_book *book, enum book_kind kind, struct text name)
{
    struct book_group *group = find_group(book, kind, name);

    if (group)
        return group;
    if (book->group_count >= book->group_bucket_count)
        grow_groups(book);
    group = arena_alloc(book->arena, sizeof *group, _Alignof(struct book_group));
    struct text copy = text_copy(book->arena, name);
    if (!group || copy.size != name.size)
        return NULL;
    *group = (struct book_group){.kind = kind, .group = copy, .hash = group_hash(kind, name)};
    struct book_group **bucket = &book->groups[group->hash & (book->group_bucket_count - 1)];
    group->next_in_bucket = *bucket;
    *bucket = group;
    book->group_count++;
    return group;
}

static void chain(struct catalogue_book *book, struct book_entry *entry, struct book_group *group)
{
    struct book_entry **bucket = &book->buckets[entry->hash & (book->bucket_count - 1)];

    entry->next_in_bucket = *bucket;
    *bucket = entry;
    if (book->of_kind[entry->kind].last)
        book->of_kind[entry->kind].last->next_of_kind = entry;
    else
        book->of_kind[entry->kind].first = entry;
    book->of_kind[entry->kind].last = entry;
    if (group) {
        entry->next_in_group = group->first;
        group->first = entry;
    }
    book->entry_count++;
}

struct book_entry *book_need(struct catalogue_book *book, enum book_kind kind, struct text group, struct text name)
{
    struct book_entry *entry = book_find(book, kind, group, name);
    struct book_group *members = NULL;

    if (entry)
        return entry;
    if (book->entry_count >= book->bucket_count)
        grow_buckets(book);
    if (book_kinds[kind].grouped && !(members = need_group(book, kind, group)))
        return NULL;
    entry = arena_alloc(book->arena, sizeof *entry, _Alignof(struct book_entry));
    struct text copy = text_copy(book->arena, name);
    if (!entry || copy.size != name.size)
        return NULL;
    *entry = (struct book_entry){
        .kind = kind,
        .group = members ? members->group : TEXT(""),
        .name = copy,
        .hash = entry_hash(kind, group, name),
    };
    chain(book, entry, members);
    return entry;
}
