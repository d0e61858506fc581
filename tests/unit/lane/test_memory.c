/* Lack of memory: whichever allocation fails, nothing is changed and nothing half made comes out. */
#include "fixture.h"

#include "core/book_internal.h"
#include "core/catalogue_view.h"
#include "core/record_walk.h"
#include "worker/cli/common/digest.h"

/* Two lanes side by side: `poor` runs out of memory again and again, `rich` never does. */
struct pair {
    struct fixture *rich, *poor;
    uint64_t failures;
};

static bool same_text(struct text a, struct text b)
{
    return text_equal(a, b);
}

static void compare_outcomes(const struct outcome *rich, const struct outcome *poor)
{
    assert_int_equal(poor->decisions.count, 1);
    assert_true(record_equal(&decision_record, &rich->decisions.items[0], &poor->decisions.items[0]));
    assert_int_equal(poor->notifications.count, rich->notifications.count);
    for (uint32_t i = 0; i < rich->notifications.count; i++)
        assert_true(record_equal(&notification_record, &rich->notifications.items[i], &poor->notifications.items[i]));
    assert_int_equal(poor->dead_letters.count, rich->dead_letters.count);
    for (uint32_t i = 0; i < rich->dead_letters.count; i++)
        assert_true(same_text(rich->dead_letters.items[i].message, poor->dead_letters.items[i].message));
}

static enum decide_status try(struct fixture *f, const struct input *input)
{
    test_arena_reset(&f->event_memory);
    f->event_memory.allocations = f->book_memory.allocations = 0;
    outcome_init(&f->outcome, &f->event_memory.arena);
    f->lane = (struct lane){
        .book = &f->book, .hashes = &library_hashes, .settings = &f->settings, .now = f->now, .version = f->version};
    return lane_decide(&f->lane, input, &f->outcome);
}

/* Fails allocation 1, 2, 3, ... of one arena until the decision comes through. */
static void sweep(struct pair *pair, struct test_arena *memory, const struct input *input, bool fails_on)
{
    struct fixture *f = pair->poor;
    enum decide_status status;

    memory->fails_on = fails_on;
    for (memory->fail_at = 1;; memory->fail_at++) {
        uint64_t revision = f->book.revision, live = f->book.entry_count;
        status = try(f, input);
        if (status == DECIDE_DONE)
            break;
        pair->failures++;
        assert_int_equal(status, DECIDE_NO_MEMORY);
        assert_int_equal(f->outcome.decisions.count, 0);
        assert_int_equal(f->outcome.notifications.count, 0);
        assert_int_equal(f->outcome.dead_letters.count, 0);
        assert_null(book_first_dirty(&f->book));
        assert_true(f->book.revision >= revision && f->book.entry_count >= live);
    }
    memory->fail_at = 0;
    compare_outcomes(&pair->rich->outcome, &f->outcome);
}

/* Each arena, each way to fail; only the last decision stays. */
static void both(struct pair *pair, const struct input *input)
{
    struct fixture *f = pair->poor;

    decide(pair->rich, input);
    f->version = pair->rich->version;
    for (int way = 0; way < 4; way++) {
        sweep(pair, way % 2 ? &f->book_memory : &f->event_memory, input, way / 2);
        compare_books(&pair->rich->book, &f->book);
        if (way < 3)
            book_discard(&f->book);
    }
    book_written(&f->book);
}

static void part(struct pair *pair, const char *set, int32_t index, int32_t count, struct catalogue_change_change what)
{
    struct input input = {.topic = TOPIC_CATALOGUE, .offset = pair->rich->offset++};

    input.as.catalogue_change = (struct catalogue_change){
        .event_id = TEXT("e"),
        .occurred_at = NOW,
        .actor = TEXT("a"),
        .reason = TEXT("r"),
        .index = index,
        .count = count,
        .change_set = words(set),
        .change = what,
    };
    both(pair, &input);
}

static void message(struct pair *pair, const char *scan_id, int32_t size, const char *name)
{
    struct text tags[] = {TEXT("one"), TEXT("two")};
    struct input input = {.topic = TOPIC_TEMPLATE_DISCOVERED, .offset = pair->rich->offset++};

    input.as.template_discovered = (struct template_discovered){
        .event_id = TEXT("e"),
        .occurred_at = NOW,
        .module_id = TEXT("m1"),
        .scan_id = words(scan_id),
        .scan_size = size,
        .repository = TEXT("r"),
        .name = words(name),
        .tags = {tags, 2},
    };
    both(pair, &input);
}

static void whole_scan(struct pair *pair, const char *scan_id, const char *letters)
{
    int32_t size = (int32_t)strlen(letters);

    for (int32_t i = 0; i < size; i++)
        message(pair, scan_id, size, format(pair->rich, "%c", letters[i]));
}

/* Something of everything that the lane decides. */
static void story(struct pair *pair)
{
    struct fixture *f = pair->rich;

    part(pair, "m1", 0, 1, a_module("m1", AUTO_CONNECT_FREE_ONLY));
    part(pair, "en", 0, 1, an_enumeration(f, "os", "free=|w=r__A|panel=r__Panel"));
    part(pair, "tw", 0, 1, an_enumeration(f, "os", "free=|w=r__A|panel=r__A"));
    part(pair, "t1", 0, 1, a_tariff(f, "t1", "m1", "os"));
    part(pair, "t2", 0, 1, a_tariff(f, "t2", "", "os"));
    part(pair, "pr", 0, 1, a_price("t1", "w", 1, 5, 0));
    part(pair, "bad", 0, 1, a_price("t9", "w", 1, 5, 0));
    part(pair, "neg", 0, 1, a_price("t1", "w", 1, -5, 0));
    part(pair, "al", 0, 1, an_alias("x", "r__A"));
    part(pair, "se", 0, 1, some_settings("x", 1));
    part(pair, "two-parts-that-wait", 0, 2, a_price("t1", "", 1, 5, 0));
    part(pair, "two-parts-that-wait", 1, 2, an_alias("y", "x"));
    part(pair, "a-set-that-is-refused", 0, 2, a_price("t1", "", 1, 5, 0));
    part(pair, "a-set-that-is-refused", 0, 2, a_price("t1", "", 1, 6, 0));
    whole_scan(pair, "s1", "ABCDEFGH");
    whole_scan(pair, "s2", "FGH");
    part(pair, "un", 0, 1, an_approval("m1", "nobody"));
    part(pair, "ov", 0, 1, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_ON));
    part(pair, "ap", 0, 1, an_approval("m1", "s2"));
    part(pair, "t2m", 0, 1, a_tariff(f, "t2", "m1", "os"));
    whole_scan(pair, "s3", "GH");
    message(pair, "s3", 3, "G");
    message(pair, "s3", 0, "G");
    message(pair, "s4", 2, "G");
    message(pair, "s4", 3, "G");
}

static struct pair start(void)
{
    struct pair pair = {0};
    void *state;

    assert_int_equal(fixture_setup(&state), 0);
    pair.rich = state;
    assert_int_equal(fixture_setup(&state), 0);
    pair.poor = state;
    return pair;
}

static void stop(struct pair *pair)
{
    void *state = pair->rich;

    assert_int_equal(fixture_teardown(&state), 0);
    state = pair->poor;
    for (int kind = 0; kind < BOOK_KINDS; kind++) /* the poor one was not followed */
        pair->poor->book.of_kind[kind].first = NULL, pair->poor->book.of_kind[kind].live = 0;
    assert_int_equal(fixture_teardown(&state), 0);
}

static void deciding(void **unused)
{
    struct pair pair = start();
    (void)unused;

    story(&pair);
    assert_in_range(pair.failures, 1500, UINT32_MAX);
    stop(&pair);
}

/* --- snapshots, views, copies --- */

typedef bool made(struct fixture *f, struct arena *arena);

static bool make_snapshot(struct fixture *f, struct arena *arena)
{
    return catalogue_build(&f->book, 1, arena) != NULL;
}

static bool make_offers(struct fixture *f, struct arena *arena)
{
    return catalogue_build_offers(&f->book, 1, arena) != NULL;
}

static bool make_renumbered(struct fixture *f, struct arena *arena)
{
    return catalogue_renumber(snapshot(f), 1, arena) != NULL;
}

static bool make_views(struct fixture *f, struct arena *arena)
{
    struct template_view_list templates;
    struct module_view_list modules;

    return catalogue_view_templates(&f->book, snapshot(f), arena, &templates) &&
           catalogue_view_modules(&f->book, arena, &modules);
}

static bool make_copy(struct fixture *f, struct arena *arena)
{
    struct catalogue_book copy;

    return book_copy(&f->book, arena, &copy);
}

static bool make_states(struct fixture *f, struct arena *arena)
{
    struct catalogue_state state;
    bool deleted;

    for (const struct book_entry *entry = book_first(&f->book, BOOK_LINK); entry; entry = book_next(entry))
        if (!book_state(entry, arena, &state, &deleted))
            return false;
    return true;
}

static bool make_loaded(struct fixture *f, struct arena *arena)
{
    struct catalogue_book loaded;
    struct catalogue_state state;
    bool deleted, good = book_init(&loaded, arena);

    for (const struct book_entry *entry = book_first(&f->book, BOOK_TARIFF); good && entry; entry = book_next(entry)) {
        assert_true(book_state(entry, &f->words.arena, &state, &deleted));
        good = book_load(&loaded, state.key, &state.body) == BOOK_LOADED;
    }
    return good;
}

/* Fails allocation 1, 2, 3, ... until it is made. `strict`: what is made has lacked none of them (tables that could not
 * grow work too). */
static void all_or_nothing(struct fixture *f, made *make, uint64_t least, bool strict)
{
    struct test_arena memory;

    test_arena_init(&memory);
    for (memory.fail_at = 1; !make(f, &memory.arena); memory.fail_at++) {
        memory.allocations = 0;
        test_arena_reset(&memory);
    }
    assert_in_range(memory.fail_at, least + 1, UINT32_MAX);
    if (strict)
        assert_in_range(memory.allocations, 0, memory.fail_at - 1);
    test_arena_reset(&memory);
}

static void making(void **unused)
{
    struct pair pair = start();
    (void)unused;

    story(&pair);
    all_or_nothing(pair.rich, make_snapshot, 30, true);
    all_or_nothing(pair.rich, make_offers, 20, true);
    all_or_nothing(pair.rich, make_renumbered, 1, true);
    all_or_nothing(pair.rich, make_views, 30, true);
    all_or_nothing(pair.rich, make_copy, 30, false);
    all_or_nothing(pair.rich, make_states, 8, true);
    all_or_nothing(pair.rich, make_loaded, 10, false);
    stop(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deciding),
        cmocka_unit_test(making),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
