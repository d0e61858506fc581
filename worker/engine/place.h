/* P as the engine holds it: the position record, with its inputs by number (design.md, "Position record P"). */
#ifndef OSBILL_ENGINE_PLACE_H
#define OSBILL_ENGINE_PLACE_H

#include "core/outcome.h"
#include "worker/engine/memory.h"
#include "worker/engine/ports/codec.h"

enum { PART_INPUTS = 3 };

struct place_input {
    int64_t next;     /* offset of the next message to decide */
    int64_t last;     /* offset of the last decided one; -1: none yet */
    struct hash hash; /* of it: tells a recreated topic from the one that was decided */
};

struct place {
    int64_t seq; /* 0: nothing was ever committed */
    struct hash nonce;
    struct place_input inputs[PART_INPUTS];
    int64_t complete_below; /* S */
    int64_t written_at;
    int64_t catalogue_version, held_version;
    int64_t now;
    int32_t format;
    struct currency_total_array totals; /* memory of the holder */
};

/* Who may write here: what P names and a stranger's P does not. */
struct installation {
    struct text cluster_id, prefix, group;
    int32_t partitions;
};

enum place_status {
    PLACE_OK,
    PLACE_UNREADABLE,  /* never: not a position record */
    PLACE_UNAVAILABLE, /* the registry must answer first */
    PLACE_NO_MEMORY,
    PLACE_STRANGER, /* of another installation */
    PLACE_NEWER,    /* of a newer state format */
};

/* Decodes P's bytes; `topics` are the inputs by number. Totals and `ret_of` live in `memory`. On STRANGER and NEWER
 * all is set as well. */
enum place_status place_decode(const struct record_codec *codec, struct text bytes, const enum topic *topics,
                               uint32_t topic_count, const struct installation *here, struct memory *memory,
                               struct place *ret_place, struct installation *ret_of);

/* P's bytes in arena memory; data NULL: out of memory. */
struct text place_encode(const struct record_codec *codec, const struct place *place, const enum topic *topics,
                         uint32_t topic_count, const struct installation *here, struct arena *arena);

/* What committed offsets carry for diagnosis: "<seq> <nonce>". Arena memory; data NULL: out of memory. */
struct text place_metadata(const struct place *place, struct arena *arena);
/* The seq in it; 0: a stranger's. */
int64_t place_metadata_seq(struct text metadata);

/* Copies totals into `memory`. False: out of memory. */
bool totals_copy(const struct currency_total_array *from, struct memory *memory,
                 struct currency_total_array *ret_totals);

#endif
