/* Port to the store: the working set in Redis, guarded by owner, position and count.
 *
 * Asynchronous: requests are submitted, and completed in order of submission by poll. The memory of a request
 * belongs to the store from submit until poll returns it. worker/redis implements it on hiredis,
 * tests/simulation in memory. Source: design.md, "On assignment", "Roll forward", "Redis".
 */
#ifndef OSBILL_ENGINE_PORTS_STORE_H
#define OSBILL_ENGINE_PORTS_STORE_H

#include "core/result.h"
#include "records.h"

struct store_record {
    struct text key;   /* as in account-state */
    struct text value; /* the account-state bytes; data NULL: deleted (a read: absent) */
    bool has_due;      /* of an account record: due_at and held are to be kept with it */
    bool held;         /* member of the partition's held set */
    int64_t due_at;    /* ms; 0: in no due index */
};

/* The nonce of P names a position: fresh for every transaction. All zero: none. */
enum store_request_kind {
    /* Sets the owner unconditionally and zeroes the chunk count. Answers position (empty: none). */
    STORE_CLAIM,
    /* Answers records[].value, which say nothing when it is refused. Refused unless owner matches and the stored nonce
     * is among `nonces`. */
    STORE_READ,
    /* Refused unless owner and nonces[0] match ("absent" never matches). Then: records, position, nonce :=
       to. */
    STORE_WRITE,
    /* One chunk of a roll forward, into the present keys or (fresh) into a key generation that readers do not
     * see. Refused unless owner matches and `chunk` chunks came before it; raises that count. chunk 0 with
     * fresh clears what an earlier attempt left. */
    STORE_FILL,
    /* Ends a roll forward: refused unless owner and chunk count match; switches the generation if fresh, sets
     * position and nonce. */
    STORE_FINISH,
    /* Answers account ids whose due_at <= now, earliest first, at most `limit`, in records[].key. Guarded as
       READ. */
    STORE_DUE,
    /* Answers ids of held accounts after `cursor` in byte order, at most `limit`, in records[].key. Guarded
       as READ. */
    STORE_HELD,
    /* Answers the store's clock in `now`, and whether it would evict (noeviction is required) as RESULT_STOP.
     */
    STORE_TIME,
};

struct store_request {
    enum store_request_kind kind;
    int32_t partition;
    struct hash owner;
    struct hash nonces[4]; /* READ, DUE, HELD: any of nonce_count; WRITE: the expected one */
    uint32_t nonce_count;
    struct hash to;       /* CLAIM: answers the stored nonce; WRITE, FINISH: the new one */
    struct text position; /* P's bytes; answered by CLAIM */
    struct text cursor;   /* HELD */
    struct store_record *records;
    uint32_t record_count; /* answered by DUE, HELD */
    uint32_t limit;        /* DUE, HELD: room in records */
    uint32_t chunk;        /* FILL, FINISH */
    bool fresh;            /* FILL, FINISH */
    int64_t now;           /* DUE: given; TIME: answered, ms */

    struct result result;       /* set on completion. RESULT_RETRY: unknown whether it happened (connection lost) */
    void *tag;                  /* the caller's */
    struct store_request *next; /* the store's */
    uint32_t answers;           /* the store's: still to come */
};

struct store;
struct store_ops {
    /* Queues a request; never blocks. */
    void (*submit)(struct store *store, struct store_request *request);
    /* The next completed request, or NULL when none completed within the timeout. Answered text is valid
     * until the caller submits that request again or calls `release`. */
    struct store_request *(*poll)(struct store *store, int timeout_ms);
    /* Frees what the answer of a completed request holds. */
    void (*release)(struct store *store, struct store_request *request);
    /* Everything in flight completes with RESULT_RETRY; the connection is opened anew. */
    void (*reset)(struct store *store);
};

struct store {
    const struct store_ops *ops;
};

#endif
