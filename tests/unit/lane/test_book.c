/* The book: keys, undo of an event and of a transaction, copies, loading (core/book.h); records as wholes. */
#include "fixture.h"

#include "core/book_internal.h"
#include "core/record_walk.h"

static const struct text none = {"", 0};

static void put_module(struct catalogue_book *book, const char *id, bool strict)
{
    struct module module = {.module_id = words(id), .title = words("title"), .strict = strict};

    book_put(book, BOOK_MODULE, none, module.module_id, &module);
}

static const struct module *module_of(const struct catalogue_book *book, const char *id)
{
    return book_get(book, BOOK_MODULE, none, words(id));
}

static uint32_t count_dirty(const struct catalogue_book *book)
{
    uint32_t count = 0;

    for (const struct book_entry *entry = book_first_dirty(book); entry; entry = book_next_dirty(entry))
        count++;
    return count;
}

static void put(struct catalogue_book *book, const char *id, bool strict)
{
    book_begin(book);
    put_module(book, id, strict);
    book_commit(book);
}

static void rollback_undoes_the_event_alone(void **state)
{
    struct fixture *f = *state;
    struct catalogue_book *book = &f->follower; /* of this test alone */

    put(book, "m1", true);
    put(book, "m1", false);
    book_begin(book);
    assert_false(((const struct module *)book_before(book, BOOK_MODULE, none, words("m1")))->strict);
    put_module(book, "m1", true);
    put_module(book, "m1", false);
    put_module(book, "m1", true);
    put_module(book, "m2", true);
    assert_false(((const struct module *)book_before(book, BOOK_MODULE, none, words("m1")))->strict);
    assert_null(book_before(book, BOOK_MODULE, none, words("m2")));
    assert_null(book_before(book, BOOK_MODULE, none, words("m3")));
    assert_true(module_of(book, "m1")->strict);
    book_rollback(book);
    assert_false(module_of(book, "m1")->strict);
    assert_null(module_of(book, "m2"));
    assert_int_equal(book_live(book, BOOK_MODULE), 1);
    assert_int_equal(count_dirty(book), 1);
    book_discard(book);
}

static void discard_undoes_all_since_it_was_written(void **state)
{
    struct fixture *f = *state;
    struct catalogue_book *book = &f->follower;

    put(book, "m1", false);
    book_written(book);
    assert_int_equal(count_dirty(book), 0);
    put(book, "m1", true);
    put(book, "m2", true);
    book_begin(book);
    book_put(book, BOOK_MODULE, none, words("m2"), NULL);
    book_commit(book);
    assert_int_equal(count_dirty(book), 1); /* m2 came and went: nothing to write */
    book_discard(book);
    assert_false(module_of(book, "m1")->strict);
    assert_int_equal(book_live(book, BOOK_MODULE), 1);
    assert_int_equal(count_dirty(book), 0);
    put(book, "m1", true); /* listed again after it was dropped from the list */
    assert_int_equal(count_dirty(book), 1);
    book_discard(book);
    book_begin(book);
    book_put(book, BOOK_MODULE, none, words("m1"), NULL);
    book_commit(book);
    book_written(book);
}

static void a_record_is_written_once_however_often_it_changed(void **state)
{
    struct fixture *f = *state;
    struct catalogue_book *book = &f->follower;

    put(book, "m1", false);
    put(book, "m2", false);
    put(book, "m1", true);
    put(book, "m3", false);
    put(book, "m2", true);
    put(book, "m1", false);
    const struct book_entry *entry = book_first_dirty(book);
    for (int i = 1; i <= 3; i++, entry = book_next_dirty(entry)) {
        assert_non_null(entry);
        assert_true(text_equal(entry->name, words(format(f, "m%d", i)))); /* in order of the first change */
    }
    assert_null(entry);
    book_discard(book);
    assert_int_equal(book_live(book, BOOK_MODULE), 0);
}

static void equal_records_change_nothing(void **state)
{
    struct fixture *f = *state;
    struct catalogue_book *book = &f->follower;

    put(book, "m1", true);
    book_written(book);
    uint64_t revision = book->revision;
    put(book, "m1", true);
    book_begin(book);
    book_put(book, BOOK_MODULE, none, words("m9"), NULL); /* nothing there to delete */
    book_commit(book);
    assert_int_equal(count_dirty(book), 0);
    assert_int_equal(book->revision, revision);
    book_begin(book);
    book_put(book, BOOK_MODULE, none, words("m1"), NULL);
    book_commit(book);
    const struct book_entry *entry = book_first_dirty(book);
    struct catalogue_state record;
    bool deleted;
    assert_true(book_state(entry, &f->words.arena, &record, &deleted));
    assert_true(deleted);
    assert_true(text_equal(record.key, words("module:m1")));
    assert_null(book_next_dirty(entry));
    book_written(book);
}

/* The revision tells who builds snapshots when one would show something new. */
static void revisions(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    uint64_t offers = f->book.offers_revision;
    see(f, "m1", "s1", 3, "A");
    assert_int_equal(f->book.offers_revision, offers);
    uint64_t revision = f->book.revision;
    see(f, "m1", "s1", 3, "A"); /* counted before */
    see(f, "m1", "s2", 3, "A"); /* only the scan's memory changes */
    assert_int_equal(f->book.revision, revision);
    see(f, "m1", "s2", 3, "B");
    assert_true(f->book.revision > revision);
    change(f, a_module("m2", AUTO_CONNECT_ALL));
    assert_true(f->book.offers_revision > offers);
    revision = f->book.revision;
    scan(f, "m1", "s3", "A"); /* B is gone */
    assert_true(f->book.revision > revision);
    revision = f->book.revision;
    send_part(f, "c", 0, 2, a_module("m3", AUTO_CONNECT_ALL)); /* waits */
    assert_int_equal(f->book.revision, revision);
}

static void keys_are_parsed(void **state)
{
    struct text group, name;
    (void)state;

    assert_int_equal(book_key_parse(words("module:m1"), &group, &name), BOOK_MODULE);
    assert_true(text_empty(group) && text_equal(name, words("m1")));
    assert_int_equal(book_key_parse(words("link:m/1 r__a b/c"), &group, &name), BOOK_LINK);
    assert_true(text_equal(group, words("m/1")) && text_equal(name, words("r__a b/c")));
    assert_int_equal(book_key_parse(words("price:t1 "), &group, &name), BOOK_PRICE);
    assert_true(text_equal(group, words("t1")) && text_empty(name));
    assert_int_equal(book_key_parse(words("template:r__a b"), &group, &name), BOOK_TEMPLATE);
    assert_true(text_empty(group) && text_equal(name, words("r__a b")));
    assert_int_equal(book_key_parse(words("link:m1"), &group, &name), BOOK_KINDS);
    assert_int_equal(book_key_parse(words("module:"), &group, &name), BOOK_KINDS);
    assert_int_equal(book_key_parse((struct text){"module:m1", 3}, &group, &name), BOOK_KINDS);
    assert_int_equal(book_key_parse(words("p:lane"), &group, &name), BOOK_KINDS);
    assert_int_equal(book_key_parse(words(""), &group, &name), BOOK_KINDS);
}

/* Kinds whose ids have two parts, the first without spaces. */
static const enum book_kind of_two_parts[] = {BOOK_PRICE, BOOK_LINK, BOOK_TARIFF_OVERRIDE, BOOK_MODULE_OVERRIDE,
                                              BOOK_PART};

static void every_kind_has_its_key_and_body(void **state)
{
    struct text group, name;
    (void)state;

    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        const struct book_kind_info *info = &book_kinds[kind];
        bool two_parts = false;
        char key[64];
        for (unsigned i = 0; i < sizeof of_two_parts / sizeof of_two_parts[0]; i++)
            two_parts |= (int)of_two_parts[i] == kind;
        memcpy(key, info->prefix.data, info->prefix.size);
        memcpy(key + info->prefix.size, "a b", 4);
        assert_int_equal(book_key_parse(words(key), &group, &name), kind);
        assert_true(text_equal(group, words(two_parts ? "a" : "")));
        assert_true(text_equal(name, words(two_parts ? "b" : "a b")));
        assert_true(info->record->size <= sizeof((struct catalogue_state_body *)NULL)->as);
    }
}

static void what_is_not_understood_is_refused(void **state)
{
    struct fixture *f = *state;
    struct catalogue_state_body body = {.kind = CATALOGUE_STATE_BODY_ALIAS};

    assert_int_equal(book_load(&f->follower, words("module:m1"), &body), BOOK_NOT_UNDERSTOOD);
    assert_int_equal(book_load(&f->follower, words("future:m1"), &body), BOOK_NOT_UNDERSTOOD);
    assert_int_equal(book_load(&f->follower, words("future:m1"), NULL), BOOK_NOT_UNDERSTOOD);
    assert_int_equal(book_load(&f->follower, words("module:m1"), NULL), BOOK_LOADED); /* a tombstone for nothing */
    assert_null(module_of(&f->follower, "m1"));
    assert_int_equal(f->follower.revision, 0);
}

static void fill(struct fixture *f)
{
    change(f, a_module("m1", AUTO_CONNECT_ALL));
    change(f, an_enumeration(f, "os", "free=|windows=r__Windows"));
    change(f, a_tariff(f, "t1", "m1", "os"));
    change(f, a_price("t1", "windows", 1, 5, 0));
    change(f, an_alias("a", "b"));
    change(f, some_settings("a", 2));
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_OFF));
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_ON));
    send_part(f, "open", 1, 3, a_module("m2", AUTO_CONNECT_NONE));
    scan(f, "m1", "s1", "A B C");
}

static void a_copy_holds_what_is_live(void **state)
{
    struct fixture *f = *state;
    struct catalogue_book copy;
    struct test_arena memory;

    fill(f);
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_AUTO));
    change(f, a_price("t1", "windows", 1, 6, 0));
    test_arena_init(&memory);
    assert_true(book_copy(&f->book, &memory.arena, &copy));
    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        enum book_kind of = (enum book_kind)kind;
        assert_int_equal(book_live(&copy, of), book_live(&f->book, of));
        assert_int_equal(book_live(&copy, of) > 0, kind != BOOK_TARIFF_OVERRIDE);
        for (const struct book_entry *entry = book_first(&copy, of); entry; entry = book_next(entry))
            assert_true(
                record_equal(book_kinds[of].record, entry->record, book_get(&f->book, of, entry->group, entry->name)));
    }
    assert_null(book_first_dirty(&copy));
    assert_int_equal(copy.revision, f->book.revision);
    assert_int_equal(copy.offers_revision, f->book.offers_revision);
    f->lane.book = &copy;
    test_arena_reset(&memory);
}

static void groups_hold_their_own(void **state)
{
    struct fixture *f = *state;
    struct link_state link = {.present = true};
    uint32_t count = 0;

    book_begin(&f->follower);
    for (int i = 0; i < 500; i++) {
        const char *module_id = format(f, "m%d", i % 100);
        book_put(&f->follower, BOOK_LINK, words(module_id), words(format(f, "t %d", i)), &link);
    }
    book_put(&f->follower, BOOK_LINK, words("m7"), words("t 7"), NULL);
    book_commit(&f->follower);
    for (const struct book_entry *entry = book_group_first(&f->follower, BOOK_LINK, words("m7")); entry;
         entry = book_group_next(entry), count++)
        assert_true(text_equal(entry->group, words("m7")));
    assert_int_equal(count, 4);
    assert_null(book_group_first(&f->follower, BOOK_LINK, words("m")));
    assert_null(book_group_first(&f->follower, BOOK_PRICE, words("m7")));
    assert_int_equal(book_live(&f->follower, BOOK_LINK), 499);
    book_discard(&f->follower);
}

/* --- whole records --- */

static void records_are_copied_and_compared_whole(void **state)
{
    struct fixture *f = *state;
    struct catalogue_change a = {.event_id = TEXT("e"), .change = an_enumeration(f, "os", "free=|w=r__W")};
    struct catalogue_change *b = record_copy(&f->words.arena, &catalogue_change_record, &a);

    assert_non_null(b);
    assert_ptr_not_equal(b->change.as.enumeration.items.items, a.change.as.enumeration.items.items);
    assert_true(record_equal(&catalogue_change_record, &a, b));
    b->change.as.enumeration.items.items[1].sort = 1;
    assert_false(record_equal(&catalogue_change_record, &a, b));
    b->change.as.enumeration.items.count = 1;
    assert_false(record_equal(&catalogue_change_record, &a, b));
    b->change = a_module("os", AUTO_CONNECT_ALL);
    assert_false(record_equal(&catalogue_change_record, &a, b));
    a.change = b->change;
    assert_true(record_equal(&catalogue_change_record, &a, b));
    b->change.as.module.strict = true;
    assert_false(record_equal(&catalogue_change_record, &a, b));
}

/* Stored in catalogue-state: must stay what it is. */
static void canonical_bytes_are_fixed(void **state)
{
    struct alias alias = {TEXT("ab"), TEXT("")};
    uint8_t bytes[64];
    static const uint8_t expected[] = {2, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 0};
    (void)state;

    assert_int_equal(record_bytes(&alias_record, &alias, NULL), sizeof expected);
    assert_int_equal(record_bytes(&alias_record, &alias, bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void canonical_bytes_tell_records_apart(void **state)
{
    struct alias a = {TEXT("ab"), TEXT("c")}, b = {TEXT("a"), TEXT("bc")};
    uint8_t bytes_of_a[64], bytes_of_b[64];
    (void)state;

    size_t size = record_bytes(&alias_record, &a, bytes_of_a);
    assert_int_equal(size, record_bytes(&alias_record, &b, bytes_of_b));
    assert_memory_not_equal(bytes_of_a, bytes_of_b, size);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

/* Those that use the follower for themselves do not compare it with the lane's book. */
static int alone_teardown(void **state)
{
    struct fixture *f = *state;

    test_arena_reset(&f->follower_memory);
    test_arena_init(&f->follower_memory);
    return book_init(&f->follower, &f->follower_memory.arena) ? fixture_teardown(state) : -1;
}
#define ALONE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, alone_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(rollback_undoes_the_event_alone),
        ALONE(discard_undoes_all_since_it_was_written),
        ALONE(a_record_is_written_once_however_often_it_changed),
        ALONE(equal_records_change_nothing),
        TEST(revisions),
        TEST(keys_are_parsed),
        TEST(every_kind_has_its_key_and_body),
        ALONE(what_is_not_understood_is_refused),
        TEST(a_copy_holds_what_is_live),
        ALONE(groups_hold_their_own),
        TEST(records_are_copied_and_compared_whole),
        TEST(canonical_bytes_are_fixed),
        TEST(canonical_bytes_tell_records_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
