/* Prints what the port costs: rates, CPU of client and server per record, bytes per state.
 *
 * redis_port_measure [records] [value size] [batch]: one partition, keys v:<account>/<vps>, by unix socket. */
#include "port.h"
#include "server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define DEPTH     4 /* requests in flight */
#define BATCH_MAX 8000

struct slot {
    struct store_request request;
    struct store_record records[BATCH_MAX];
    char keys[BATCH_MAX][40];
};

struct measure {
    struct server server;
    struct store *store;
    char *value;
    uint32_t records, value_size, batch;
    uint8_t nonce;
    struct slot *slots;
};

static double seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* User and system time of the server. */
static double server_seconds(const struct server *server)
{
    char path[64], line[1024];
    unsigned long user = 0, system = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)server->pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    fclose(file);
    const char *rest = strrchr(line, ')');
    assert_int_equal(sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system), 2);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double server_bytes(const struct server *server)
{
    const char *line = strstr(server_command(server, "INFO memory"), "used_memory:");

    return line ? strtod(line + strlen("used_memory:"), NULL) : 0;
}

/* Keys in a scattered order, as events have it. */
static void make_batch(struct measure *measure, struct slot *slot, uint32_t first)
{
    for (uint32_t i = 0; i < measure->batch; i++) {
        uint32_t id = (uint32_t)((uint64_t)(first + i) * 7919 % measure->records);
        int size = snprintf(slot->keys[i], sizeof(slot->keys[i]), "v:account-%u/vps-%u", id / 2, id);
        slot->records[i] = (struct store_record){.key = {slot->keys[i], (uint32_t)size},
                                                 .value = {measure->value, measure->value_size}};
    }
}

typedef struct store_request make_request(struct measure *measure, struct slot *slot, uint32_t number);

static struct store_request make_write(struct measure *measure, struct slot *slot, uint32_t number)
{
    (void)number;
    uint8_t from = measure->nonce++;
    return write_to(1, from, measure->nonce, slot->records, measure->batch);
}

/* The same as accounts in no index, while both indexes hold others. */
static struct store_request make_accounts(struct measure *measure, struct slot *slot, uint32_t number)
{
    for (uint32_t i = 0; i < measure->batch; i++) {
        slot->keys[i][0] = 'a';
        slot->records[i].has_due = true;
    }
    return make_write(measure, slot, number);
}

static struct store_request make_read(struct measure *measure, struct slot *slot, uint32_t number)
{
    (void)number;
    return read_at(1, measure->nonce, slot->records, measure->batch);
}

static struct store_request make_fill(struct measure *measure, struct slot *slot, uint32_t number)
{
    return fill(1, number, true, slot->records, measure->batch);
}

static void run(struct measure *measure, const char *name, make_request *make)
{
    uint32_t batches = measure->records / measure->batch, done = 0, begun = 0;
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    double server_cpu = server_seconds(&measure->server), encode = 0;

    while (done < batches) {
        for (; begun < batches && begun < done + DEPTH; begun++) {
            struct slot *slot = &measure->slots[begun % DEPTH];
            double before = seconds(CLOCK_PROCESS_CPUTIME_ID);
            make_batch(measure, slot, begun * measure->batch);
            slot->request = make(measure, slot, begun);
            encode += seconds(CLOCK_PROCESS_CPUTIME_ID) - before; /* the caller's, not the port's */
            measure->store->ops->submit(measure->store, &slot->request);
        }
        struct store_request *request = measure->store->ops->poll(measure->store, 1000);
        if (!request)
            continue;
        if (request->result.kind != RESULT_OK)
            fail_msg("%s: %s", name, request->result.reason);
        measure->store->ops->release(measure->store, request);
        done++;
    }
    double count = (double)batches * measure->batch;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    printf("%-8s %9.0f records/s   client %.2f us, redis %.2f us of CPU a record\n", name, count / wall,
           1e6 * (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu - encode) / count,
           1e6 * (server_seconds(&measure->server) - server_cpu) / count);
}

int main(int argc, char **argv)
{
    struct measure measure = {.records = 400000, .value_size = 200, .batch = 500, .nonce = 10};

    measure.records = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : measure.records;
    measure.value_size = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : measure.value_size;
    measure.batch = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : measure.batch;
    if (measure.batch == 0 || measure.batch > BATCH_MAX || measure.records < measure.batch)
        return 2;
    measure.slots = calloc(DEPTH, sizeof(*measure.slots));
    measure.value = malloc(measure.value_size + 1);
    memset(measure.value, 'x', measure.value_size);
    server_init(&measure.server);
    server_start(&measure.server, NULL);
    measure.store = port_open(measure.server.url);
    port_begin(measure.store, 1, measure.nonce);
    double empty = server_bytes(&measure.server);
    printf("%u records of %u bytes, %u a request, %d requests in flight\n", measure.records, measure.value_size,
           measure.batch, DEPTH);
    run(&measure, "insert", make_write);
    printf("         %.0f bytes a record\n", (server_bytes(&measure.server) - empty) / measure.records);
    run(&measure, "update", make_write);
    run(&measure, "update", make_write);
    run(&measure, "read", make_read);
    run(&measure, "read", make_read);
    struct store_record other = account("a:other", "x", 1, true);
    struct store_request request = write_to(1, measure.nonce, (uint8_t)(measure.nonce + 1), &other, 1);
    measure.nonce++;
    assert_result(measure.store, &request, RESULT_OK);
    run(&measure, "accounts", make_accounts);
    run(&measure, "accounts", make_accounts);
    run(&measure, "fill", make_fill);
    redis_store_close(measure.store);
    server_release(&measure.server);
    free(measure.value);
    free(measure.slots);
    return 0;
}
