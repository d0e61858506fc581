/* The overlay: wanted states, edits, nested savepoints (docs/decisions/002). */
#include "core/overlay.h"
#include "core/text.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/core/memory.h"

static struct state *account(struct overlay *overlay, const char *id)
{
    struct state_key key = {.kind = STATE_ACCOUNT, .account_id = {id, (uint32_t)strlen(id)}};
    return overlay_state(overlay, &key);
}

static void keys_are_those_of_account_state(void **state)
{
    char buffer[STATE_KEY_MAX];
    const struct state_key vps = {.kind = STATE_VPS, .account_id = TEXT("a1"), .part = TEXT("v1")};
    const struct state_key ids = {.kind = STATE_IDS, .account_id = TEXT("a1"), .number = 120};
    (void)state;
    assert_true(text_equal(state_key_format(&vps, buffer), TEXT("v:a1/v1")));
    assert_true(text_equal(state_key_format(&ids, buffer), TEXT("e:a1/120")));
    const struct state_key odd = {.kind = STATE_VPS, .account_id = TEXT("a.b-c$d!"), .part = TEXT("v/%")};
    const struct state_key account_of_odd = {.kind = STATE_ACCOUNT, .account_id = TEXT("a/%")};
    assert_true(text_equal(state_key_format(&odd, buffer), TEXT("v:a.b-c$d!/v/%")));
    assert_true(text_equal(state_key_format(&account_of_odd, buffer), TEXT("a:a/%")));
    const struct state_key one = {.kind = STATE_VPS, .account_id = TEXT("a/b"), .part = TEXT("c")};
    const struct state_key other = {.kind = STATE_VPS, .account_id = TEXT("a"), .part = TEXT("b/c")};
    assert_true(text_equal(state_key_format(&one, buffer), TEXT("v:a%2Fb/c")));
    assert_true(text_equal(state_key_format(&other, buffer), TEXT("v:a/b/c")));
    assert_int_equal(state_key_kind(TEXT("e:a1/120")), STATE_IDS);
    assert_int_equal(state_key_kind(TEXT("p:7")), STATE_KINDS);
    assert_int_equal(state_key_kind(TEXT("aa1")), STATE_KINDS);
    assert_int_equal(state_key_kind((struct text){"a:1", 1}), STATE_KINDS);
}

static void an_unknown_state_is_wanted_once(void **state)
{
    struct memory memory;
    struct overlay overlay;
    (void)state;
    assert_true(overlay_init(&overlay, memory_arena(&memory), 10));
    struct state *first = account(&overlay, "a");
    assert_ptr_equal(account(&overlay, "a"), first);
    assert_ptr_equal(overlay.wanted, first);
    assert_null(first->next_wanted);
    overlay_put(first, NULL);
    assert_true(first->known);
    assert_null(first->value);
}

static void savepoints_nest(void **state)
{
    struct memory memory;
    struct overlay overlay;
    const struct account_state loaded = {.balance_micros = 1}, outer = {.balance_micros = 2},
                               inner = {.balance_micros = 3};
    (void)state;
    assert_true(overlay_init(&overlay, memory_arena(&memory), 10));
    struct state *it = account(&overlay, "a");
    overlay_put(it, &loaded);
    struct overlay_mark first = overlay_begin(&overlay);
    assert_false(overlay_editable(&overlay, it));
    overlay_set(&overlay, it, &outer);
    assert_true(overlay_editable(&overlay, it));
    struct overlay_mark second = overlay_begin(&overlay);
    assert_false(overlay_editable(&overlay, it)); /* the outer value must survive the inner rollback */
    overlay_set(&overlay, it, &inner);
    overlay_rollback(&overlay, second);
    assert_ptr_equal(it->value, &outer);
    assert_true(it->dirty);
    assert_false(overlay_editable(&overlay, it));
    overlay_rollback(&overlay, first);
    assert_ptr_equal(it->value, &loaded);
    assert_false(it->dirty);
}

static void many_states_keep_apart(void **state)
{
    static struct memory memory;
    struct overlay overlay;
    char id[8] = "a000";
    (void)state;
    assert_true(overlay_init(&overlay, memory_arena(&memory), 10));
    for (int i = 0; i < 300; i++) {
        id[1] = (char)('0' + i / 100);
        id[2] = (char)('0' + i / 10 % 10);
        id[3] = (char)('0' + i % 10);
        struct state *it = account(&overlay, id);
        assert_non_null(it);
        assert_false(it->known);
        overlay_put(it, NULL);
    }
    assert_true(account(&overlay, "a123")->known);
    assert_false(overlay.out_of_memory);
}

static void lack_of_memory_is_told(void **state)
{
    char bytes[2048];
    struct arena arena = {.at = bytes, .end = bytes + sizeof bytes};
    struct overlay overlay;
    (void)state;
    assert_true(overlay_init(&overlay, &arena, 1));
    while (account(&overlay, "x") && arena.at + sizeof(struct state) < arena.end)
        arena.at += 64;
    assert_null(account(&overlay, "y"));
    assert_true(overlay.out_of_memory);
    overlay.out_of_memory = false;
    arena.at = arena.end;
    overlay_set(&overlay, overlay.first, &overlay);
    assert_true(overlay.out_of_memory);
    assert_null(overlay.first->value);
    assert_false(overlay.first->dirty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_those_of_account_state),
        cmocka_unit_test(an_unknown_state_is_wanted_once),
        cmocka_unit_test(savepoints_nest),
        cmocka_unit_test(many_states_keep_apart),
        cmocka_unit_test(lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
