#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct server server;

int fixture_start(void **state)
{
    (void)state;
    server_init(&server);
    server_start(&server, NULL);
    return 0;
}

int fixture_stop(void **state)
{
    (void)state;
    server_release(&server);
    return 0;
}

int fixture_open(void **state)
{
    server_command(&server, "FLUSHALL");
    *state = port_open_patient(server.url);
    return 0;
}

int fixture_begin(void **state)
{
    fixture_open(state);
    port_begin(*state, 1, 10);
    return 0;
}

int fixture_close(void **state)
{
    redis_store_close(*state);
    return 0;
}

struct many *make_many(void)
{
    struct many *many = calloc(1, sizeof(*many));

    assert_non_null(many);
    for (int i = 0; i < MANY; i++) {
        snprintf(many->keys[i], sizeof(many->keys[i]), "a:%06d", i);
        snprintf(many->values[i], sizeof(many->values[i]), "value %d", i);
        many->records[i] = account(many->keys[i], many->values[i], i % 3 ? 1000000 - i : 0, i % 2);
    }
    return many;
}
