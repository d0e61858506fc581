/* Looks at what Redis holds without claiming it: for verify, account show, case list, rebuild. Blocking, one
 * thread.
 *
 * Nothing guards these reads: they answer for the position that they return, which a running worker moves on. */
#ifndef OSBILL_REDIS_DUMP_H
#define OSBILL_REDIS_DUMP_H

#include "redis_store.h"

struct redis_dump;

/* Checks the configuration; the first call connects, within the connect timeout. Reasons live until the next call
 * of this dump; that of a failed open is static. */
struct result redis_dump_open(const struct redis_config *config, struct redis_dump **ret) WARN_UNUSED;
void redis_dump_close(struct redis_dump *dump);

/* Values and position of one moment. Absent values have data NULL, position too when there is none; text is valid
 * until the next call. Values go to records[].value, keys come from records[].key. */
struct result redis_dump_read(struct redis_dump *dump, int32_t partition, struct store_record *records, uint32_t count,
                              struct text *ret_position) WARN_UNUSED;

enum redis_dump_kind {
    REDIS_DUMP_STATE, /* key and value of each state record */
    REDIS_DUMP_DUE,   /* account id and its due time in ms, decimal */
    REDIS_DUMP_HELD,  /* account id and 0 */
};

/* False: stop. Text is valid during the call. */
typedef bool redis_dump_visit(void *context, struct text key, struct text value);

/* Visits everything of one kind that the readers' side holds; some of it may be visited twice. While a worker writes,
 * each value is of some moment during the scan: ret_position is the position before it, *ret_moved says that it had
 * changed by the end. RESULT_RETRY when the side was switched meanwhile: begin again. */
struct result redis_dump_scan(struct redis_dump *dump, int32_t partition, enum redis_dump_kind kind,
                              redis_dump_visit *visit, void *context, struct text *ret_position,
                              bool *ret_moved) WARN_UNUSED;

/* How far the roll forward of a partition is. */
struct redis_dump_fill {
    struct text position; /* data NULL: none, so it is being filled, or waits for an owner */
    struct hash owner;    /* zero: none */
    uint32_t chunks;      /* of the owner's fill, so far */
    uint64_t states;      /* that readers see */
    uint64_t filled;      /* of a fresh fill, so far */
};
struct result redis_dump_look(struct redis_dump *dump, int32_t partition, struct redis_dump_fill *ret) WARN_UNUSED;

/* Drops the position: to the owner it looks as if Redis had lost the partition, which it repairs from Kafka
 * (design.md, promise 4; docs/decisions/006-rebuild.md). The states stay until that is done. Harmless at any moment,
 * and again. */
struct result redis_dump_forget(struct redis_dump *dump, int32_t partition) WARN_UNUSED;

#endif
