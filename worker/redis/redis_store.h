/* The store port (worker/engine/ports/store.h) on Redis 7 or newer, or Valkey: a single node.
 *
 * One store is one connection, used by one thread. It never blocks except to look up a host name. `submit` writes at
 * once what the socket takes, so Redis works while the caller goes on; the rest is written by `poll`. A request in
 * flight when the connection ends completes with RESULT_RETRY: whether it happened is unknown, the guards make it
 * safe to ask again. Requests submitted while there is no connection wait for the next attempt and share its fate.
 * Reasons of failed requests live until the next call of `poll`. With TLS the process must ignore SIGPIPE.
 *
 * Keys, per partition N, prefix p, one hash tag (so one slot of a cluster):
 *   {p:N}:position   hash: owner, nonce, position, side, chunks
 *   {p:N}:state:S    hash: account-state key -> account-state value, exactly its bytes
 *   {p:N}:due:S      sorted set: account id by due time, ms
 *   {p:N}:held:S     sorted set: account id, all scores 0, so that it is in order of bytes
 * S is the side, a or b. Readers see the one that `position` names (none: a); a fresh fill builds the other one, FINISH
 * switches and unlinks the old one, which Redis frees in the background; a claim unlinks what an abandoned fill left.
 *
 * One hash for all states of a partition, not buckets: state values of 100-400 bytes are beyond
 * hash-max-listpack-value (64), so a bucket would be a hash table too, of the same size. Measured with Redis 7.0.15,
 * 400,000 entries, key 24-30 bytes, in one server-side loop (command overhead included), value 200 bytes:
 *   one hash                                   298 bytes an entry, 2.2 us an update
 *   1,024 buckets                              299 bytes, 2.7 us
 *   listpack-value raised to 1024, 16 a bucket 261 bytes, 4.0 us;  32: 259 bytes, 4.5 us;  100: 246 bytes, 9.5 us
 * (value 100: 186 / 187 / 165 / 163 / 144 bytes; value 400: 522 / 523 / 453 / 451 / 492). So buckets would save a tenth
 * of the memory at best, want a server setting that managed services do not offer, and cost twice the time. */
#ifndef OSBILL_REDIS_STORE_H
#define OSBILL_REDIS_STORE_H

#include "worker/engine/ports/store.h"

struct redis_config {
    const char *url;        /* redis_address.h */
    const char *password;   /* goes before the URL's; NULL or empty: the URL's */
    const char *prefix;     /* of the installation's topics; no braces */
    int connect_timeout_ms; /* 0: 2,000 */
    int answer_timeout_ms;  /* without a byte from Redis; 0: 5,000 */
};

/* Checks the configuration; connecting starts with the first poll. RESULT_STOP with a static reason. The strings are
 * copied. */
struct result redis_store_open(const struct redis_config *config, struct store **ret) WARN_UNUSED;
/* Requests in flight are forgotten, not completed. NULL is allowed. */
void redis_store_close(struct store *store);

#endif
