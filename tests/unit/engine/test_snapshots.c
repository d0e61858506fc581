/* Snapshots: built by one thread, held by many; freed when nobody holds them. */
#include "worker/engine/snapshots.h"

#include "tests/unit/cmocka_all.h"

#include <stdatomic.h>

static void put_module(struct catalogue_book *book, struct text id)
{
    struct module module = {.module_id = id, .title = id};

    book_begin(book);
    book_put(book, BOOK_MODULE, TEXT(""), id, &module);
    book_commit(book);
}

static void newest_is_given(void **state)
{
    struct memory memory;
    struct catalogue_book book;
    struct snapshots snapshots;

    (void)state;
    memory_init(&memory, 4096, 0);
    assert_true(book_init(&book, &memory.arena) && snapshots_open(&snapshots));
    assert_null(snapshots_acquire(&snapshots));
    assert_true(snapshots_build(&snapshots, &book, 1));
    const struct catalogue *first = snapshots_acquire(&snapshots);
    put_module(&book, TEXT("m1"));
    assert_true(snapshots_build(&snapshots, &book, 2));
    const struct catalogue *second = snapshots_acquire(&snapshots);
    assert_int_equal(catalogue_version(first), 1);
    assert_int_equal(catalogue_version(second), 2);
    assert_false(catalogue_module_known(first, TEXT("m1")));
    assert_true(catalogue_module_known(second, TEXT("m1")));
    snapshots_release(&snapshots, first);
    snapshots_release(&snapshots, second);
    snapshots_close(&snapshots);
    memory_clear(&memory);
}

/* A change that is not shown shares the memory of the snapshot before, which must outlive it. */
static void renumbered_ones_share(void **state)
{
    struct memory memory;
    struct catalogue_book book;
    struct snapshots snapshots;

    (void)state;
    memory_init(&memory, 4096, 0);
    assert_true(book_init(&book, &memory.arena) && snapshots_open(&snapshots));
    put_module(&book, TEXT("m1"));
    for (int64_t version = 1; version < 50; version++)
        assert_true(snapshots_build(&snapshots, &book, version));
    const struct catalogue *newest = snapshots_acquire(&snapshots);
    put_module(&book, TEXT("m2"));
    assert_true(snapshots_build(&snapshots, &book, 50));
    assert_int_equal(catalogue_version(newest), 49);
    assert_true(catalogue_module_known(newest, TEXT("m1")));
    snapshots_release(&snapshots, newest);
    snapshots_close(&snapshots);
    memory_clear(&memory);
}

struct reading {
    struct snapshots *snapshots;
    atomic_bool stop;
    atomic_int wrong;
};

static void *read_on(void *argument)
{
    struct reading *reading = argument;
    int64_t version = 0;

    while (!atomic_load(&reading->stop)) {
        const struct catalogue *catalogue = snapshots_acquire(reading->snapshots);
        if (catalogue_version(catalogue) < version || !catalogue_module_known(catalogue, TEXT("m1")))
            atomic_fetch_add(&reading->wrong, 1);
        version = catalogue_version(catalogue);
        snapshots_release(reading->snapshots, catalogue);
    }
    return NULL;
}

static void threads_read_while_one_builds(void **state)
{
    enum { THREADS = 3 };
    struct memory memory;
    struct catalogue_book book;
    struct snapshots snapshots;
    struct reading reading = {.snapshots = &snapshots};
    pthread_t threads[THREADS];

    (void)state;
    memory_init(&memory, 4096, 0);
    assert_true(book_init(&book, &memory.arena) && snapshots_open(&snapshots));
    put_module(&book, TEXT("m1"));
    assert_true(snapshots_build(&snapshots, &book, 1));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &reading), 0);
    for (int64_t version = 2; version < 2000; version++) {
        if (version % 3 == 0)
            put_module(&book, version % 2 ? TEXT("m2") : TEXT("m3"));
        assert_true(snapshots_build(&snapshots, &book, version));
    }
    atomic_store(&reading.stop, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&reading.wrong), 0);
    snapshots_close(&snapshots);
    memory_clear(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_is_given),
        cmocka_unit_test(renumbered_ones_share),
        cmocka_unit_test(threads_read_while_one_builds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
