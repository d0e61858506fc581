/* How a catalogue snapshot is laid out: tables by number, found by name; relations as rows of bits. */
#ifndef OSBILL_CORE_SNAPSHOT_INTERNAL_H
#define OSBILL_CORE_SNAPSHOT_INTERNAL_H

#include "core/name_index.h"
#include "core/snapshot.h"

/* rules.md 1: alias chains over 8 are refused. */
#define ALIAS_CHAIN_MAX 8

/* The items of an enumeration. */
struct item_table {
    struct name_index names;  /* internal names that are not empty */
    struct text *item_ids;    /* of names */
    struct name_index normal; /* normalised internal names (os.near-miss) */
    uint32_t *first_item;     /* of normal: number in names */
    uint32_t *next_item;      /* of names: the next one of the same normal name, NAME_NONE: last */
};

/* All prices of one tariff and item. */
struct price_table {
    const struct price_row *rows; /* by period_months, then effective_from */
    uint32_t count;
    bool positive; /* one of them is > 0 */
};

struct catalogue_tariff {
    struct tariff record;
    const struct catalogue *catalogue;
    const struct item_table *items; /* NULL: no enumeration */
    struct name_index priced;       /* item ids with a price; "" is the base price */
    struct price_table *prices;     /* of priced */
    uint64_t *modules;              /* bits by module: Tariff.module_ids */
    uint64_t *on;                   /* bits by template: switched on, overrides of the tariff included */
};

struct template_entry {
    int64_t min_disk_mib, min_ram_mib;
    int32_t sort;
};

struct alias_entry {
    uint64_t hash; /* of same_as */
    struct text same_as;
};

struct catalogue {
    int64_t version;
    struct name_index modules;
    bool *strict;      /* of modules */
    uint64_t **linked; /* of modules: bits by template, overrides of the module included */
    struct name_index tariff_ids;
    struct catalogue_tariff *tariffs;
    struct name_index enumeration_ids;
    struct item_table *enumerations;
    struct name_index aliases;
    struct alias_entry *alias_targets; /* of aliases */
    struct name_index templates;       /* seen on any module, ever */
    struct template_entry *template_entries;
};

static inline uint32_t bit_words(uint32_t bits)
{
    return (bits + 63) / 64;
}

static inline bool bit_get(const uint64_t *bits, uint32_t number)
{
    return bits[number / 64] >> (number % 64) & 1;
}

static inline void bit_set(uint64_t *bits, uint32_t number, bool on)
{
    uint64_t bit = UINT64_C(1) << (number % 64);

    bits[number / 64] = on ? bits[number / 64] | bit : bits[number / 64] & ~bit;
}

/* os.near-miss: what is left of a name after trimming and dropping all up to the first `__`. Compared and hashed with
 * ASCII lower-casing. */
struct text normal_part(struct text name);
/* The name's number among lower-cased ones. */
uint32_t name_find_lower(const struct name_index *lowered, struct text name);

/* Builders, each of one file. False: out of memory. */
bool offers_build(struct catalogue *catalogue, const struct catalogue_book *book, struct arena *arena);
bool item_table_build(struct item_table *table, const struct enumeration *enumeration, struct arena *arena);
bool templates_build(struct catalogue *catalogue, const struct catalogue_book *book, struct arena *arena);

/* Zeroed; NULL: out of memory. */
void *snapshot_alloc(struct arena *arena, size_t count, size_t size);

#endif
