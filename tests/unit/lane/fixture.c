#include "fixture.h"

#include "core/book_internal.h"
#include "core/record_walk.h"
#include "worker/cli/common/digest.h"

#include <stdio.h>
#include <stdlib.h>

int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    test_arena_init(&f->book_memory);
    test_arena_init(&f->follower_memory);
    test_arena_init(&f->event_memory);
    test_arena_init(&f->snapshot_memory);
    test_arena_init(&f->words);
    f->settings = lane_defaults();
    f->now = NOW;
    *state = f;
    return book_init(&f->book, &f->book_memory.arena) && book_init(&f->follower, &f->follower_memory.arena) ? 0 : -1;
}

static bool same_record(const struct book_entry *entry, const void *other)
{
    return other && record_equal(book_kinds[entry->kind].record, entry->record, other);
}

void compare_books(const struct catalogue_book *a, const struct catalogue_book *b)
{
    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        assert_int_equal(book_live(a, (enum book_kind)kind), book_live(b, (enum book_kind)kind));
        for (const struct book_entry *entry = book_first(a, (enum book_kind)kind); entry; entry = book_next(entry))
            if (!same_record(entry, book_get(b, entry->kind, entry->group, entry->name)))
                fail_msg("kind %d: \"%.*s %.*s\" did not reach the follower as it is", kind, (int)entry->group.size,
                         entry->group.data, (int)entry->name.size, entry->name.data);
    }
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;

    compare_books(&f->book, &f->follower);
    test_arena_reset(&f->book_memory);
    test_arena_reset(&f->follower_memory);
    test_arena_reset(&f->event_memory);
    test_arena_reset(&f->snapshot_memory);
    test_arena_reset(&f->words);
    free(f);
    return 0;
}

struct text words(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

const char *format(struct fixture *f, const char *pattern, ...)
{
    char *buffer = arena_alloc(&f->words.arena, 512, 1);
    va_list arguments;

    va_start(arguments, pattern);
    assert_true(vsnprintf(buffer, 512, pattern, arguments) < 512);
    va_end(arguments);
    return buffer;
}

/* --- deciding --- */

static void follow(struct fixture *f)
{
    struct catalogue_state record;
    bool deleted;

    for (const struct book_entry *entry = book_first_dirty(&f->book); entry; entry = book_next_dirty(entry)) {
        assert_true(book_state(entry, &f->words.arena, &record, &deleted));
        assert_int_equal(book_load(&f->follower, record.key, deleted ? NULL : &record.body), BOOK_LOADED);
    }
    book_written(&f->book);
    assert_null(book_first_dirty(&f->book));
}

/* What every decision must be like (rules.md 8). */
static void check_outcome(const struct fixture *f, const struct input *input)
{
    const struct decision *decision = f->decision;
    bool dead = decision->verdict == VERDICT_DEAD_LETTER;

    assert_int_equal(f->outcome.decisions.count, 1);
    assert_int_equal(decision->origin, ORIGIN_INPUT);
    assert_int_equal(decision->caused_by.offset, input->offset);
    assert_true(text_equal(decision->caused_by.event_id, decision->event_id));
    if (!text_empty(decision->event_id))
        assert_true(text_equal(decision->event_id, input->topic == TOPIC_CATALOGUE
                                                       ? input->as.catalogue_change.event_id
                                                       : input->as.template_discovered.event_id));
    assert_true(text_equal(decision->input, topic_name(input->topic)));
    assert_int_equal(decision->catalogue_version, f->version);
    assert_true(rule_find(decision->rule) != RULE_NONE);
    assert_true(decision->reason.size > 0);
    assert_int_equal(f->outcome.charges.count, 0);
    assert_int_equal(f->outcome.dead_letters.count, dead);
    if (!dead)
        return;
    const struct dead_letter *letter = &f->outcome.dead_letters.items[0];
    assert_string_equal(letter->code, decision->rule.data);
    assert_true(text_equal(letter->message, decision->reason));
    assert_true(text_equal(letter->value, input->value));
    assert_int_equal(letter->offset, input->offset);
    assert_int_equal(f->outcome.notifications.count, 0);
    assert_int_equal(decision->effects.count, 0);
}

static void new_batch(struct fixture *f)
{
    test_arena_reset(&f->event_memory);
    f->version++;
    f->lane = (struct lane){
        .book = &f->book, .hashes = &library_hashes, .settings = &f->settings, .now = f->now, .version = f->version};
}

void decide(struct fixture *f, const struct input *input)
{
    if (!f->batch || !f->lane.book)
        new_batch(f);
    outcome_init(&f->outcome, &f->event_memory.arena);
    assert_int_equal(lane_decide(&f->lane, input, &f->outcome), DECIDE_DONE);
    f->decision = &f->outcome.decisions.items[0];
    f->catalogue = NULL;
    check_outcome(f, input);
    if (!f->batch)
        follow(f);
}

void end_batch(struct fixture *f)
{
    f->batch = false;
    follow(f);
}

void see(struct fixture *f, const char *module_id, const char *scan_id, int32_t scan_size, const char *name)
{
    struct input input = {.topic = TOPIC_TEMPLATE_DISCOVERED, .offset = f->offset++, .value = TEXT("bytes")};

    input.as.template_discovered = (struct template_discovered){
        .event_id = TEXT("seen"),
        .occurred_at = f->now,
        .module_id = words(module_id),
        .scan_id = words(scan_id),
        .scan_size = scan_size,
        .repository = TEXT("r"),
        .name = words(name),
        .os_group = TEXT("linux"),
    };
    decide(f, &input);
}

static struct text_array split(struct fixture *f, const char *list, char separator)
{
    struct text_array parts = {arena_alloc(&f->words.arena, 64 * sizeof *parts.items, 16), 0};
    struct text rest = words(list);

    while (rest.size) {
        const char *end = memchr(rest.data, separator, rest.size);
        uint32_t size = end ? (uint32_t)(end - rest.data) : rest.size;
        assert_true(parts.count < 64);
        parts.items[parts.count++] = text_copy(&f->words.arena, (struct text){rest.data, size});
        rest.data += size + (end != NULL);
        rest.size -= size + (end != NULL);
    }
    return parts;
}

void scan(struct fixture *f, const char *module_id, const char *scan_id, const char *names)
{
    struct text_array templates = split(f, names, ' ');

    for (uint32_t i = 0; i < templates.count; i++)
        see(f, module_id, scan_id, (int32_t)templates.count,
            format(f, "%.*s", (int)templates.items[i].size, templates.items[i].data));
}

void send_part(struct fixture *f, const char *change_set, int32_t index, int32_t count,
               struct catalogue_change_change content)
{
    struct input input = {.topic = TOPIC_CATALOGUE, .offset = f->offset++, .value = TEXT("bytes")};

    input.as.catalogue_change = (struct catalogue_change){
        .event_id = TEXT("changed"),
        .occurred_at = f->now,
        .actor = TEXT("alice"),
        .reason = TEXT("because"),
        .change_set = words(change_set),
        .index = index,
        .count = count,
        .change = content,
    };
    decide(f, &input);
}

void change(struct fixture *f, struct catalogue_change_change content)
{
    send_part(f, format(f, "auto%d", ++f->sets), 0, 1, content);
}

/* --- contents --- */

#define CHANGE(KIND, member, ...) \
    ((struct catalogue_change_change){.kind = CATALOGUE_CHANGE_CHANGE_##KIND, .as.member = {__VA_ARGS__}})

struct catalogue_change_change a_module(const char *module_id, enum auto_connect auto_connect)
{
    return CHANGE(MODULE, module, .module_id = words(module_id), .auto_connect = auto_connect);
}

struct catalogue_change_change a_strict_module(const char *module_id)
{
    return CHANGE(MODULE, module, .module_id = words(module_id), .strict = true);
}

struct catalogue_change_change a_tariff(struct fixture *f, const char *tariff_id, const char *module_ids,
                                        const char *enumeration_id)
{
    return CHANGE(TARIFF, tariff, .tariff_id = words(tariff_id), .currency = TEXT("EUR"),
                  .module_ids = split(f, module_ids, ' '), .os_param = TEXT("ostempl"),
                  .enumeration_id = words(enumeration_id), .default_item = words(*enumeration_id ? "free" : ""),
                  .rounding_micros = 1, .enabled = true);
}

struct catalogue_change_change an_enumeration(struct fixture *f, const char *enumeration_id, const char *items)
{
    struct text_array parts = split(f, items, '|');
    struct enumeration_item_array array = {arena_alloc(&f->words.arena, (parts.count + 1) * sizeof *array.items, 16),
                                           parts.count};

    for (uint32_t i = 0; i < parts.count; i++) {
        struct text part = parts.items[i];
        const char *equals = memchr(part.data, '=', part.size);
        assert_non_null(equals);
        uint32_t size = (uint32_t)(equals - part.data);
        array.items[i] = (struct enumeration_item){.item_id = {part.data, size},
                                                   .internal_name = {equals + 1, part.size - size - 1}};
    }
    return CHANGE(ENUMERATION, enumeration, .enumeration_id = words(enumeration_id), .items = array);
}

struct catalogue_change_change a_price(const char *tariff_id, const char *item_id, int32_t months, int64_t amount,
                                       int64_t effective_from)
{
    return CHANGE(PRICE, price, .tariff_id = words(tariff_id), .item_id = words(item_id), .period_months = months,
                  .currency = TEXT("EUR"), .amount_micros = amount, .effective_from = effective_from);
}

struct catalogue_change_change an_override(enum override_scope scope, const char *scope_id, const char *template,
                                           enum override_setting setting)
{
    return CHANGE(OVERRIDE, override, .scope = scope, .scope_id = words(scope_id), .template = words(template),
                  .setting = setting);
}

struct catalogue_change_change an_alias(const char *template, const char *same_as)
{
    return CHANGE(ALIAS, alias, .template = words(template), .same_as = words(same_as));
}

struct catalogue_change_change some_settings(const char *template, int32_t sort)
{
    return CHANGE(TEMPLATE_SETTINGS, template_settings, .template = words(template), .title = TEXT("a title"),
                  .sort = sort);
}

struct catalogue_change_change an_approval(const char *module_id, const char *scan_id)
{
    return CHANGE(SCAN_APPROVAL, scan_approval, .module_id = words(module_id), .scan_id = words(scan_id));
}

void open_shop(struct fixture *f, enum auto_connect auto_connect)
{
    change(f, a_module("m1", auto_connect));
    change(f, a_module("m2", AUTO_CONNECT_ALL));
    change(f, an_enumeration(f, "os", "free=|windows=r__Windows|panel=r__Panel"));
    change(f, a_tariff(f, "t1", "m1", "os"));
    change(f, a_tariff(f, "t2", "m1", "os"));
    change(f, a_tariff(f, "t3", "m1", ""));
    change(f, a_price("t2", "windows", 12, 5, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}
