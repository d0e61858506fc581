/* Figures of the port on this machine: `measure_kafka [messages]`: consuming alone, then whole transactions (not
 * with a second argument). */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 140, CYCLES = 300, QUEUE_BATCH = 2000 };

static double cpu_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Of the moment, not the greatest: MiB. */
static long resident_mib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0, total;

    if (file && fscanf(file, "%ld %ld", &total, &pages) != 2)
        pages = 0;
    if (file)
        fclose(file);
    return pages * sysconf(_SC_PAGESIZE) >> 20;
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void on_done(void *context, uint64_t number, int32_t partition, int64_t offset, const char *problem)
{
    (void)number, (void)partition, (void)offset;
    if (!problem)
        ++*(uint64_t *)context;
}

static void fill(const struct installation *installation, uint64_t count)
{
    static char value[MESSAGE_BYTES];
    struct kafka_writer *writer;
    struct kafka_reason reason;
    uint64_t written = 0;
    int64_t began = now_us();
    struct kafka_record record = {.topic = full_name(installation, TOPIC_ACCOUNT),
                                  .has_key = true,
                                  .has_value = true,
                                  .value = {value, sizeof(value)}};

    for (size_t i = 0; i < sizeof(value); i++)
        value[i] = (char)rand();
    assert_result(RESULT_OK, kafka_writer_open(&installation->connection, on_done, &written, &reason, &writer));
    for (uint64_t i = 0; i < count;) {
        char key[24];
        int size = snprintf(key, sizeof(key), "account-%llu", (unsigned long long)(i % 100000));

        record.partition = (int32_t)(i % PARTITIONS);
        record.key = (struct text){key, (uint32_t)size};
        if (kafka_writer_send(writer, &record, i).kind == RESULT_OK)
            i++;
        else
            (void)kafka_writer_flush(writer, 5).kind;
    }
    assert_result(RESULT_OK, kafka_writer_flush(writer, 1000));
    printf("written     %llu messages of %d bytes, %.0f/s\n", (unsigned long long)written, MESSAGE_BYTES,
           (double)written * 1e6 / (double)(now_us() - began));
    kafka_writer_close(writer);
}

struct counter {
    uint64_t messages, bytes;
    uint32_t batch, taken;
};

static bool count(void *context, const struct log_message *message)
{
    struct counter *counter = context;

    counter->messages++;
    counter->bytes += message->value.size;
    return ++counter->taken < counter->batch;
}

static void ignore_end(void *context, enum topic topic, int32_t partition, int64_t offset)
{
    (void)context, (void)topic, (void)partition, (void)offset;
}

/* Returns the CPU seconds that it took. */
static double work(int64_t microseconds)
{
    struct timespec began, ended;
    int64_t until = now_us() + microseconds;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &began);
    while (now_us() < until)
        ;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended);
    return (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
}

/* `work_us`: what the engine would do between two polls. */
static void consume(const struct installation *installation, uint64_t total, uint32_t batch, int64_t work_us)
{
    struct member member;
    struct counter counter = {.batch = batch};
    struct log_handler handler;
    int64_t longest_us = 0, waited_us = 0;
    long resident = 0;
    double work_cpu = 0;

    member_open(&member, installation, NULL, NULL, NULL, NULL);
    member.start = false;
    poll_until_owned(&member, PARTITIONS);
    handler = member.handler;
    handler.context = &counter;
    handler.message = count;
    handler.end = ignore_end;
    double cpu = cpu_seconds();
    int64_t began = now_us();
    for (int32_t i = 0; i < PARTITIONS; i++)
        assert_result_once(RESULT_OK, member.log->ops->start(member.log, TOPIC_ACCOUNT, i, 0));
    while (counter.messages < total) {
        int64_t before = now_us();
        counter.taken = 0;
        assert_result(RESULT_OK, member.log->ops->poll(member.log, 100, &handler));
        if (counter.messages > batch) { /* after the first fetch */
            longest_us = now_us() - before > longest_us ? now_us() - before : longest_us;
            waited_us += now_us() - before;
        }
        work_cpu += work(work_us);
        if (resident_mib() > resident)
            resident = resident_mib();
    }
    double seconds = (double)(now_us() - began) / 1e6;
    cpu = cpu_seconds() - cpu - work_cpu;
    printf("consumed    %llu messages, %u a poll, %lld us of work between: %.0f/s, %.2f us CPU each (all threads), "
           "polls took %lld ms, the longest %lld ms, resident %ld MiB\n",
           (unsigned long long)counter.messages, batch, (long long)work_us, (double)counter.messages / seconds,
           cpu * 1e6 / (double)counter.messages, (long long)waited_us / 1000, (long long)longest_us / 1000, resident);
    member_close(&member);
}

enum stage { PRODUCE, FLUSH, SEND_OFFSETS, COMMIT, WHOLE, STAGES };

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

static void cycle(struct member *member, uint32_t records, int64_t offset, int64_t *ret_times)
{
    struct log_generation *generation;
    const struct log_offset next = {.topic = TOPIC_ACCOUNT, .partition = 0, .offset = offset};
    int64_t times[STAGES + 1];

    assert_result_once(RESULT_OK, member->log->ops->generation(member->log, &generation));
    times[0] = now_us();
    assert_result_once(RESULT_OK, member->log->ops->begin(member->log));
    for (uint32_t i = 0; i < records; i++) {
        produce(
            member->log, TOPIC_CHARGE, (int32_t)(i % PARTITIONS), "account-1",
            "a charge of about one hundred and fifty bytes, which is what a charge with two lines takes on the wire, "
            "more or less, depending on the length of its identifiers");
        produce(member->log, TOPIC_ACCOUNT_STATE, (int32_t)(i % PARTITIONS), "a:account-1",
                "a state of sixty bytes or so");
    }
    times[1] = now_us();
    assert_result(RESULT_OK, member->log->ops->flush(member->log, 1000));
    times[2] = now_us();
    assert_result(RESULT_OK, member->log->ops->send_offsets(member->log, generation, &next, 1, 1000));
    times[3] = now_us();
    assert_result(RESULT_OK, member->log->ops->commit(member->log, 1000));
    times[4] = now_us();
    member->log->ops->generation_free(generation);
    for (int i = 0; i < WHOLE; i++)
        ret_times[i] = times[i + 1] - times[i];
    ret_times[WHOLE] = times[4] - times[0];
}

/* `pause_ms`: while the engine decides the next batch. */
static void transactions(const struct installation *installation, uint32_t records, long pause_ms)
{
    static int64_t times[STAGES][CYCLES];
    static const char *const names[] = {"produce", "flush", "send_offsets", "commit", "whole"};
    struct member member;

    member_open(&member, installation, NULL, NULL, NULL, NULL);
    member.start = false;
    poll_until_owned(&member, PARTITIONS);
    double cpu = 0;
    for (int i = -20; i < CYCLES; i++) { /* the first ones make connections */
        int64_t one[STAGES];
        if (i == 0)
            cpu = cpu_seconds();
        nanosleep(&(struct timespec){.tv_nsec = pause_ms * 1000000}, NULL);
        cycle(&member, records, i + 20, one);
        for (int stage = 0; i >= 0 && stage < STAGES; stage++)
            times[stage][i] = one[stage];
    }
    cpu = cpu_seconds() - cpu;
    printf("transaction of %u records, %ld ms after the last (ms: median, 99%%):", 2 * records, pause_ms);
    for (int stage = 0; stage < STAGES; stage++) {
        qsort(times[stage], CYCLES, sizeof(int64_t), compare);
        printf(" %s %.1f, %.1f;", names[stage], (double)times[stage][CYCLES / 2] / 1e3,
               (double)times[stage][CYCLES * 99 / 100] / 1e3);
    }
    printf(" %.1f us CPU a record\n", cpu * 1e6 / (double)CYCLES / (2 * records));
    member_close(&member);
}

int main(int argc, char **argv)
{
    struct installation installation;
    struct utsname machine;
    uint64_t total = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;

    setvbuf(stdout, NULL, _IOLBF, 0);
    uname(&machine);
    printf("machine     %s %s, %ld CPUs\n", machine.sysname, machine.release, sysconf(_SC_NPROCESSORS_ONLN));
    installation_create(&installation);
    fill(&installation, total);
    consume(&installation, total, UINT32_MAX, 0);
    consume(&installation, total, QUEUE_BATCH, 0);
    consume(&installation, total, QUEUE_BATCH, 5000);
    consume(&installation, total, QUEUE_BATCH, 20000);
    for (long pause_ms = 0; argc < 3 && pause_ms <= 30; pause_ms += 15) {
        transactions(&installation, 1, pause_ms);
        transactions(&installation, 500, pause_ms);
        transactions(&installation, 2500, pause_ms);
    }
    installation_remove(&installation);
    return 0;
}
