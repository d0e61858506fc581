/* Requests of the store port, in one line each. */
#ifndef OSBILL_TESTS_REDIS_PORT_PORT_H
#define OSBILL_TESTS_REDIS_PORT_PORT_H

#include "worker/redis/redis_store.h"

#define PREFIX  "test."
#define WAIT_MS 10000
#define TEXT_LITERAL(literal)          \
    {                                  \
        (literal), sizeof(literal) - 1 \
    }

/* Opens a store with short timeouts. */
struct store *port_open(const char *url);
/* One that waits: for what is answered, not when. */
struct store *port_open_patient(const char *url);
/* Submits and waits for the completion of this very request. */
enum result_kind port_run(struct store *store, struct store_request *request);
/* Waits until a claim works again. */
void port_recover(struct store *store, struct store_request *claim);

struct hash hash_of(uint8_t number);
struct text text_of(const char *string);
/* A record without index, of an account with (due_at, held), of one that is deleted. */
struct store_record state(const char *key, const char *value);
struct store_record account(const char *key, const char *value, int64_t due_at, bool held);
struct store_record deleted(const char *key, bool is_account);

struct store_request claim(uint8_t owner);
struct store_request write_to(uint8_t owner, uint8_t from, uint8_t to, struct store_record *records, uint32_t count);
struct store_request read_at(uint8_t owner, uint8_t nonce, struct store_record *records, uint32_t count);
struct store_request fill(uint8_t owner, uint32_t chunk, bool fresh, struct store_record *records, uint32_t count);
struct store_request finish(uint8_t owner, uint32_t chunks, bool fresh, uint8_t to);

/* Claims, and makes an empty partition with a position: owner, nonce. */
void port_begin(struct store *store, uint8_t owner, uint8_t nonce);
/* Reads one value; the text is valid until the next call. `expected` NULL: absent. */
void assert_state(struct store *store, uint8_t owner, uint8_t nonce, const char *key, const char *expected);

/* Shows the request's reason when the kind is another. */
#define assert_result(store, request, expected)                                   \
    do {                                                                          \
        enum result_kind kind_ = port_run((store), (request));                    \
        if (kind_ != (expected))                                                  \
            fail_msg("result %d, expected %d: %s", (int)kind_, (int)(expected),   \
                     (request)->result.reason ? (request)->result.reason : "ok"); \
    } while (0)
#define assert_reason(request, word)                                                  \
    do {                                                                              \
        if (!(request)->result.reason || !strstr((request)->result.reason, (word)))   \
            fail_msg("reason \"%s\" lacks \"%s\"", (request)->result.reason, (word)); \
    } while (0)

#endif
