/* Whom a change of the catalogue touches: one world before and after, VPSs alike counted together. */
#include "cmocka_all.h"

#include <string.h>

#include "core/snapshot.h"
#include "core/text.h"
#include "tests/unit/cli/catalogue_world.h"
#include "worker/cli/catalogue_plan/catalogue_touch.h"

enum { NOW = 1000 };

#define CATALOGUE(prices, aliases)                                                                                     \
    "modules: {m: {auto_connect: ALL}, strict: {auto_connect: ALL, strict: true}}\n"                                   \
    "enumerations: {os: {free: {internal_name: \"\"}, win: {internal_name: ISP__Windows}, "                            \
    "panel: {internal_name: ISP__Panel}}}\n"                                                                           \
    "tariffs: {s: {currency: EUR, modules: [m, strict], enumeration: os, default_item: free, prices: {1: 5, 12: 50}, " \
    "os_prices: {" prices "}}}\n"                                                                                      \
    "aliases: {" aliases "}\n"

struct pair {
    struct world world;
    const struct catalogue *before, *after;
    struct template_view_list views_before, views_after;
    struct touch touch;
    struct usages usages;
};

static void view(struct pair *pair, const struct catalogue **ret, struct template_view_list *ret_views)
{
    *ret = catalogue_build(&pair->world.book, 1, &pair->world.memory.arena);
    assert_non_null(*ret);
    assert_true(catalogue_view_templates(&pair->world.book, *ret, &pair->world.memory.arena, ret_views));
}

static void open_pair(struct pair *pair, const char *before, const char *after)
{
    world_open(&pair->world);
    world_apply(&pair->world, before);
    world_scan(&pair->world, "m", "Windows Debian Win");
    view(pair, &pair->before, &pair->views_before);
    world_apply(&pair->world, after);
    assert_int_equal(pair->world.refusal.size, 0);
    view(pair, &pair->after, &pair->views_after);
    assert_true(touch_init(pair->before, pair->after, &pair->world.book, &pair->world.differences, NOW,
                           &pair->world.memory.arena, &pair->touch));
    assert_true(usages_init(&pair->usages, NOW, 1));
}

static void close_pair(struct pair *pair)
{
    usages_release(&pair->usages);
    world_close(&pair->world);
}

static void add(struct pair *pair, struct text module_id, struct text template, int32_t months, int64_t end)
{
    struct period period = {.period_end = end, .period_months = months, .tariff_id = TEXT("s")};
    const struct vps_state vps = {
        .status = VPS_STATUS_ACTIVE, .module_id = module_id, .template = template, .periods = {&period, 1}};

    assert_non_null(usages_add(&pair->usages, &vps));
}

static void expect_total(struct pair *pair, uint64_t vps, uint64_t shifted)
{
    struct touch_counts counts = touch_total(&pair->touch, &pair->world.differences, &pair->usages);

    if (counts.vps != vps || counts.shifted != shifted)
        fail_msg("expected %d VPSs, %d with another item or price, got %d and %d", (int)vps, (int)shifted,
                 (int)counts.vps, (int)counts.shifted);
}

static void test_alike_are_one(void **state)
{
    struct pair pair;

    (void)state;
    open_pair(&pair, CATALOGUE("win: {1: 9}", ""), CATALOGUE("win: {1: 9}", ""));
    for (int i = 0; i < 3; i++)
        add(&pair, TEXT("m"), TEXT("ISP__Windows"), 1, NOW + 1);
    add(&pair, TEXT("m"), TEXT("ISP__Windows"), 12, 0);  /* for ever */
    add(&pair, TEXT("m"), TEXT("ISP__Windows"), 1, NOW); /* it ended */
    assert_int_equal(pair.usages.vps, 5);
    assert_int_equal(pair.usages.items.count, 3);
    assert_int_equal(usage_number(&pair.usages, 0)->count, 3);
    assert_int_equal(usage_number(&pair.usages, 2)->period_count, 0);
    expect_total(&pair, 0, 0); /* nothing changes */
    close_pair(&pair);
}

static void test_price(void **state)
{
    struct pair pair;
    struct shift shift;

    (void)state;
    open_pair(&pair, CATALOGUE("win: {1: 9}, panel: {1: 3}", ""), CATALOGUE("win: {1: 10}, panel: {1: 3}", ""));
    add(&pair, TEXT("m"), TEXT("ISP__Windows"), 1, 0);
    add(&pair, TEXT("m"), TEXT("ISP__Panel"), 1, 0);
    add(&pair, TEXT("m"), TEXT("ISP__Windows"), 12, 0); /* other months */
    expect_total(&pair, 2, 1);
    assert_true(touch_first_shift(&pair.touch, usage_number(&pair.usages, 0), &shift));
    assert_int_equal(shift.before.price_micros, 9000000);
    assert_int_equal(shift.after.price_micros, 10000000);
    assert_int_equal(shift.from, NOW);
    close_pair(&pair);
}

/* Nothing differs now, but when the price begins. */
static void test_later_price(void **state)
{
    struct pair pair;
    struct shift shift;

    (void)state;
    open_pair(&pair, CATALOGUE("win: {1: 9}", ""), CATALOGUE("win: {1: {1970-01-01: 9, 1970-01-02: 10}}", ""));
    add(&pair, TEXT("m"), TEXT("ISP__Windows"), 1, 0);
    assert_true(touch_first_shift(&pair.touch, usage_number(&pair.usages, 0), &shift));
    assert_int_equal(shift.from, 24 * 3600 * 1000);
    assert_int_equal(shift.before.price_micros, 9000000);
    assert_int_equal(shift.after.price_micros, 10000000);
    close_pair(&pair);
}

static void test_alias_chain(void **state)
{
    struct pair pair;
    struct touch_counts counts;

    (void)state;
    open_pair(&pair, CATALOGUE("win: {1: 9}", "ISP__Old: ISP__Win"),
              CATALOGUE("win: {1: 9}", "ISP__Old: ISP__Win, ISP__Win: ISP__Windows"));
    add(&pair, TEXT("m"), TEXT("ISP__Old"), 1, 0);
    add(&pair, TEXT("strict"), TEXT("ISP__Win"), 1, 0); /* held before, an item after */
    add(&pair, TEXT("m"), TEXT("ISP__Debian"), 1, 0);
    assert_int_equal(pair.world.differences.changes, 1);
    counts = touch_count(&pair.touch, pair.world.differences.first, &pair.usages);
    assert_int_equal(counts.vps, 2);
    assert_int_equal(counts.shifted, 2);
    expect_total(&pair, 2, 2);
    close_pair(&pair);
}

/* A price that is missing and one of 0 are not the same. */
static void test_missing_is_not_zero(void **state)
{
    struct pair pair;
    struct shift shift;

    (void)state;
    open_pair(&pair, CATALOGUE("", ""), CATALOGUE("win: {1: 0}", ""));
    add(&pair, TEXT("m"), TEXT("ISP__Windows"), 1, 0);
    assert_true(touch_first_shift(&pair.touch, usage_number(&pair.usages, 0), &shift));
    assert_int_equal(shift.before.kind, OS_PRICE_MISSING);
    assert_int_equal(shift.after.kind, OS_PRICE_KNOWN);
    close_pair(&pair);
}

static void test_settings_shift_nothing(void **state)
{
    struct pair pair;

    (void)state;
    open_pair(&pair, CATALOGUE("win: {1: 9}", ""), "templates: {ISP__Windows: {title: Windows}}\n");
    add(&pair, TEXT("m"), TEXT("ISP__Windows"), 1, 0);
    expect_total(&pair, 1, 0);
    close_pair(&pair);
}

static void test_templates(void **state)
{
    struct pair pair;
    struct orderable_changes changes;

    (void)state;
    open_pair(&pair, CATALOGUE("win: {1: 9}", ""),
              "overrides: {tariffs: {s: {ISP__Windows: OFF}}, modules: {m: {ISP__Debian: OFF}}}\n");
    assert_true(touch_templates(&pair.views_before, &pair.views_after, &pair.world.memory.arena, &changes));
    assert_int_equal(changes.count, 2);
    for (uint32_t i = 0; i < changes.count; i++) {
        assert_int_equal(changes.items[i].gained.count, 0);
        assert_int_equal(changes.items[i].lost.count, 1);
        assert_true(text_equal(changes.items[i].lost.items[0], TEXT("s")));
        assert_int_equal(changes.items[i].before, TEMPLATE_ALL);
        assert_int_equal(changes.items[i].after, TEMPLATE_NONE);
    }
    assert_true(text_equal(changes.items[0].template, TEXT("ISP__Debian")));
    close_pair(&pair);
}

/* --- held cases --- */

struct states {
    const struct account_state *account;
    const struct vps_state *vps;
};

static enum exit_code load(void *context, struct text account_id, struct overlay *overlay, struct arena *arena)
{
    const struct states *states = context;

    (void)account_id, (void)arena;
    for (struct state *state = overlay->wanted; state; state = state->next_wanted)
        overlay_put(state, state->kind == STATE_ACCOUNT ? (const void *)states->account
                           : state->kind == STATE_VPS   ? (const void *)states->vps
                                                        : NULL);
    overlay->wanted = NULL;
    return EXIT_DONE;
}

struct expected_case {
    bool decided;
    enum verdict verdict;
    int64_t amount;
    int found;
};

static void take(void *context, const struct held_case *held)
{
    struct expected_case *got = context;

    got->decided = held->decided;
    got->verdict = held->verdict;
    got->amount = held->amount_micros;
    got->found++;
}

/* An ACTIVE VPS of which ISP__Windows has waited for its price since the period's begin. */
static struct expected_case try_held(const struct catalogue *after, int64_t balance, struct arena *arena)
{
    const int64_t day = 24 * 3600 * 1000;
    struct case_ref ref = {
        .vps_id = TEXT("v"), .epoch = 1, .case_id = TEXT("k-1"), .state = CASE_STATE_PRICE, .opened_at = 0};
    struct period period = {.period_end = 10 * day, .period_months = 1, .tariff_id = TEXT("s"), .raised_at = -1};
    struct open_case open = {.epoch = 1,
                             .kind = CASE_KIND_OS,
                             .state = CASE_STATE_PRICE,
                             .case_id = TEXT("k-1"),
                             .rule = TEXT("os.price-missing"),
                             .module_id = TEXT("m"),
                             .tariff_id = TEXT("s"),
                             .template = TEXT("ISP__Windows"),
                             .period_months = 1,
                             .period_end = 10 * day};
    const struct account_state account = {.status = ACCOUNT_STATUS_ACTIVE,
                                          .currency = TEXT("EUR"),
                                          .balance_micros = balance,
                                          .vps_count = 1,
                                          .cases = {&ref, 1},
                                          .id_floor = -1};
    const struct vps_state vps = {.status = VPS_STATUS_ACTIVE,
                                  .module_id = TEXT("m"),
                                  .tariff_id = TEXT("s"),
                                  .template = TEXT("ISP__Windows"),
                                  .epoch = 1,
                                  .periods = {&period, 1},
                                  .cases = {&open, 1}};
    struct states states = {&account, &vps};
    const struct held_source source = {load, &states};
    struct expected_case got = {.found = 0};

    assert_int_equal(held_cases_of(TEXT("a"), &source, after, 2 * day, arena, take, &got), EXIT_DONE);
    assert_int_equal(got.found, 1);
    return got;
}

static void test_held_cases(void **state)
{
    struct pair pair;
    struct arena *arena;

    (void)state;
    open_pair(&pair, CATALOGUE("", ""), CATALOGUE("win: {1: 9}", ""));
    arena = &pair.world.memory.arena;
    struct expected_case got = try_held(pair.before, 100000000, arena);
    assert_false(got.decided);
    got = try_held(pair.after, 100000000, arena);
    assert_true(got.decided);
    assert_int_equal(got.verdict, VERDICT_CHARGED);
    assert_int_equal(got.amount, 9000000);
    got = try_held(pair.after, 1000000, arena);
    assert_true(got.decided);
    assert_int_equal(got.verdict, VERDICT_INSUFFICIENT_FUNDS);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alike_are_one),       cmocka_unit_test(test_price),
        cmocka_unit_test(test_later_price),         cmocka_unit_test(test_alias_chain),
        cmocka_unit_test(test_missing_is_not_zero), cmocka_unit_test(test_settings_shift_nothing),
        cmocka_unit_test(test_templates),           cmocka_unit_test(test_held_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
