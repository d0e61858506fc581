#include "port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct store *open_within(const char *url, int timeout_ms)
{
    struct redis_config config = {
        .url = url, .prefix = PREFIX, .connect_timeout_ms = 1000, .answer_timeout_ms = timeout_ms};
    struct store *store = NULL;
    struct result result = redis_store_open(&config, &store);

    assert_int_equal(result.kind, RESULT_OK);
    return store;
}

struct store *port_open(const char *url)
{
    return open_within(url, 300);
}

struct store *port_open_patient(const char *url)
{
    return open_within(url, WAIT_MS / 2);
}

enum result_kind port_run(struct store *store, struct store_request *request)
{
    store->ops->submit(store, request);
    struct store_request *done = store->ops->poll(store, WAIT_MS);
    assert_ptr_equal(done, request);
    return request->result.kind;
}

void port_recover(struct store *store, struct store_request *request)
{
    for (int tries = 0; tries < 200; tries++)
        if (port_run(store, request) == RESULT_OK)
            return;
    fail_msg("no recovery: %s", request->result.reason);
}

struct hash hash_of(uint8_t number)
{
    struct hash hash;

    memset(&hash, number, sizeof(hash));
    hash.bytes[3] = '\n'; /* nonces are any bytes */
    hash.bytes[4] = 0;
    return hash;
}

struct text text_of(const char *string)
{
    return (struct text){string, (uint32_t)strlen(string)};
}

struct store_record state(const char *key, const char *value)
{
    return (struct store_record){.key = text_of(key), .value = text_of(value)};
}

struct store_record account(const char *key, const char *value, int64_t due_at, bool held)
{
    return (struct store_record){
        .key = text_of(key), .value = text_of(value), .has_due = true, .due_at = due_at, .held = held};
}

struct store_record deleted(const char *key, bool is_account)
{
    return (struct store_record){.key = text_of(key), .has_due = is_account};
}

struct store_request claim(uint8_t owner)
{
    return (struct store_request){.kind = STORE_CLAIM, .partition = 7, .owner = hash_of(owner)};
}

struct store_request write_to(uint8_t owner, uint8_t from, uint8_t to, struct store_record *records, uint32_t count)
{
    return (struct store_request){.kind = STORE_WRITE,
                                  .partition = 7,
                                  .owner = hash_of(owner),
                                  .nonces = {hash_of(from)},
                                  .nonce_count = 1,
                                  .to = hash_of(to),
                                  .position = TEXT_LITERAL("position"),
                                  .records = records,
                                  .record_count = count};
}

struct store_request read_at(uint8_t owner, uint8_t nonce, struct store_record *records, uint32_t count)
{
    return (struct store_request){.kind = STORE_READ,
                                  .partition = 7,
                                  .owner = hash_of(owner),
                                  .nonces = {hash_of(nonce)},
                                  .nonce_count = 1,
                                  .records = records,
                                  .record_count = count};
}

struct store_request fill(uint8_t owner, uint32_t chunk, bool fresh, struct store_record *records, uint32_t count)
{
    return (struct store_request){.kind = STORE_FILL,
                                  .partition = 7,
                                  .owner = hash_of(owner),
                                  .chunk = chunk,
                                  .fresh = fresh,
                                  .records = records,
                                  .record_count = count};
}

struct store_request finish(uint8_t owner, uint32_t chunks, bool fresh, uint8_t to)
{
    return (struct store_request){.kind = STORE_FINISH,
                                  .partition = 7,
                                  .owner = hash_of(owner),
                                  .chunk = chunks,
                                  .fresh = fresh,
                                  .to = hash_of(to),
                                  .position = TEXT_LITERAL("position")};
}

void port_begin(struct store *store, uint8_t owner, uint8_t nonce)
{
    struct store_request request = claim(owner);

    assert_result(store, &request, RESULT_OK);
    request = finish(owner, 0, true, nonce);
    assert_result(store, &request, RESULT_OK);
}

void assert_state(struct store *store, uint8_t owner, uint8_t nonce, const char *key, const char *expected)
{
    struct store_record record = {.key = text_of(key)};
    struct store_request request = read_at(owner, nonce, &record, 1);

    assert_result(store, &request, RESULT_OK);
    if (!expected) {
        assert_null(record.value.data);
    } else {
        assert_non_null(record.value.data);
        assert_int_equal(record.value.size, strlen(expected));
        assert_memory_equal(record.value.data, expected, record.value.size);
    }
    store->ops->release(store, &request);
}
