/* One server for the tests of a file, emptied before each. */
#ifndef OSBILL_TESTS_REDIS_PORT_FIXTURE_H
#define OSBILL_TESTS_REDIS_PORT_FIXTURE_H

#include "port.h"
#include "server.h"

extern struct server server;

/* Of the group. */
int fixture_start(void **state);
int fixture_stop(void **state);
/* Of each test: *state is a store over an empty server; begin: owner 1 has its partition, at nonce 10. */
int fixture_open(void **state);
int fixture_begin(void **state);
int fixture_close(void **state);

/* More than Lua's unpack takes at once. */
#define MANY 10000

/* Accounts; two of three are due, every second one is held. */
struct many {
    struct store_record records[MANY];
    char keys[MANY][16];
    char values[MANY][16];
};

struct many *make_many(void); /* the caller frees it */

#endif
