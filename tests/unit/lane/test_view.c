/* What `osbill template list` and `osbill catalogue show` print (core/catalogue_view.h). */
#include "fixture.h"

#include "core/catalogue_view.h"

static struct template_view_list views(struct fixture *f)
{
    struct template_view_list list;

    assert_true(catalogue_view_templates(&f->book, snapshot(f), &f->words.arena, &list));
    return list;
}

static const struct template_view *view(struct fixture *f, const char *template)
{
    struct template_view_list list = views(f);

    for (uint32_t i = 0; i < list.count; i++)
        if (text_equal(list.items[i].template, words(template)))
            return &list.items[i];
    fail_msg("%s is not listed", template);
    return NULL;
}

/* t1 on m1, t2 on m1 and m2, t3 on m2; r__A on m1, r__B on both. */
static void shop(struct fixture *f)
{
    change(f, a_module("m2", AUTO_CONNECT_ALL));
    change(f, a_module("m1", AUTO_CONNECT_ALL));
    change(f, a_tariff(f, "t3", "m2", ""));
    change(f, a_tariff(f, "t2", "m1 m2", ""));
    change(f, a_tariff(f, "t1", "m1", ""));
    scan(f, "m2", "s1", "B");
    scan(f, "m1", "s1", "A B");
}

static void status_is_all_some_or_none(void **state)
{
    struct fixture *f = *state;

    shop(f);
    assert_int_equal(view(f, "r__A")->status, TEMPLATE_ALL); /* t3 has no module that shows it: does not count */
    assert_int_equal(view(f, "r__A")->switch_count, 2);
    assert_int_equal(view(f, "r__B")->switch_count, 3);
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_OFF));
    assert_int_equal(view(f, "r__A")->status, TEMPLATE_SOME);
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t2", "r__A", OVERRIDE_SETTING_OFF));
    assert_int_equal(view(f, "r__A")->status, TEMPLATE_NONE);
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m2", "r__B", OVERRIDE_SETTING_OFF));
    assert_int_equal(view(f, "r__B")->status, TEMPLATE_SOME); /* t1, and t2 through m1 */
}

static void a_removed_template_is_none(void **state)
{
    struct fixture *f = *state;

    shop(f);
    scan(f, "m1", "s2", "B");
    const struct template_view *removed = view(f, "r__A");
    assert_int_equal(removed->status, TEMPLATE_NONE);
    assert_int_equal(removed->link_count, 1);
    assert_false(removed->links[0].present);
    assert_false(removed->links[0].linked);
    assert_true(removed->switches[0].on);
    assert_false(removed->switches[0].orderable);
}

static void links_switches_and_overrides_are_in_order(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m2", "r__B", OVERRIDE_SETTING_OFF));
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t3", "r__B", OVERRIDE_SETTING_ON));
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__B", OVERRIDE_SETTING_OFF));
    const struct template_view *b = view(f, "r__B");
    assert_int_equal(b->link_count, 2);
    assert_true(text_equal(b->links[0].module_id, words("m1")) && b->links[0].linked);
    assert_true(text_equal(b->links[1].module_id, words("m2")) && b->links[1].present && !b->links[1].linked);
    assert_int_equal(b->switch_count, 3);
    assert_true(text_equal(b->switches[0].tariff_id, words("t1")) && !b->switches[0].on);
    assert_true(text_equal(b->switches[2].tariff_id, words("t3")) && b->switches[2].on);
    assert_false(b->switches[2].orderable);
    assert_int_equal(b->override_count, 3);
    assert_true(text_equal(b->overrides[0].scope_id, words("t1")) && !b->overrides[0].of_module);
    assert_true(text_equal(b->overrides[2].scope_id, words("m2")) && b->overrides[2].of_module);
    assert_true(text_equal(b->overrides[2].state->actor, words("alice")));
    assert_int_equal(b->overrides[2].state->at, NOW);
}

static void tags_are_merged(void **state)
{
    struct fixture *f = *state;
    struct text scanned[] = {TEXT("64"), TEXT("lts")}, added[] = {TEXT("hot"), TEXT("lts")};
    struct input input = {.topic = TOPIC_TEMPLATE_DISCOVERED};
    struct catalogue_change_change settings = some_settings("r__A", 4);

    shop(f);
    input.as.template_discovered = (struct template_discovered){
        .event_id = TEXT("e"),
        .occurred_at = NOW,
        .module_id = TEXT("m1"),
        .scan_id = TEXT("s1"),
        .scan_size = 2,
        .repository = TEXT("r"),
        .name = TEXT("A"),
        .tags = {scanned, 2},
        .os_group = TEXT("unix"),
        .min_disk_mib = 5,
        .min_ram_mib = 6,
    };
    decide(f, &input);
    settings.as.template_settings.tags = (struct text_array){added, 2};
    change(f, settings);
    const struct template_view *a = view(f, "r__A");
    assert_int_equal(a->tags.count, 3);
    assert_true(text_equal(a->tags.items[0], words("64")));
    assert_true(text_equal(a->tags.items[1], words("hot")));
    assert_true(text_equal(a->tags.items[2], words("lts")));
    assert_true(text_equal(a->title, words("a title")));
    assert_true(text_equal(a->os_group, words("unix")));
    assert_int_equal(a->first_seen_at, NOW);
    assert_int_equal(a->min_disk_mib, 5);
    assert_int_equal(a->min_ram_mib, 6);
}

static void templates_are_listed_by_sort_then_bytes(void **state)
{
    struct fixture *f = *state;
    static const char *const order[] = {"r__B", "r__A", "unseen alias", "unseen override", "unseen settings"};

    shop(f);
    change(f, some_settings("r__B", -1));
    change(f, some_settings("unseen settings", 9));
    change(f, an_alias("unseen alias", "r__B"));
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "unseen override", OVERRIDE_SETTING_ON));
    struct template_view_list list = views(f);
    assert_int_equal(list.count, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_true(text_equal(list.items[i].template, words(order[i])));
    assert_int_equal(list.items[2].first_seen_at, 0);
    assert_true(text_equal(list.items[2].same_as, words("r__B")));
    assert_int_equal(list.items[3].status, TEMPLATE_NONE);
    assert_int_equal(list.items[3].override_count, 1);
}

static void overrides_and_links_are_in_order_however_they_came(void **state)
{
    struct fixture *f = *state;
    static const char *const scopes[] = {"t1", "t2", "t3", "m1", "m2"};

    shop(f);
    scan(f, "m1", "s2", "A B C");
    scan(f, "m2", "s2", "B C");
    assert_true(text_equal(view(f, "r__C")->links[0].module_id, words("m1")));
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__C", OVERRIDE_SETTING_ON));
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t2", "r__C", OVERRIDE_SETTING_ON));
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__C", OVERRIDE_SETTING_ON));
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m2", "r__C", OVERRIDE_SETTING_ON));
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t3", "r__C", OVERRIDE_SETTING_ON));
    const struct template_view *c = view(f, "r__C");
    assert_int_equal(c->override_count, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_true(text_equal(c->overrides[i].scope_id, words(scopes[i])));
}

static void templates_are_in_order_however_they_came(void **state)
{
    struct fixture *f = *state;
    static const char *const order[] = {"r__D", "r__B", "r__C", "r__E", "r__A"};

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    scan(f, "m1", "s1", "E B A D C");
    change(f, some_settings("r__A", 5));
    change(f, some_settings("r__D", -5));
    struct template_view_list list = views(f);
    assert_int_equal(list.count, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_true(text_equal(list.items[i].template, words(order[i])));
}

static void modules_and_their_scans(void **state)
{
    struct fixture *f = *state;
    struct module_view_list list;

    shop(f);
    change(f, a_module("m0", AUTO_CONNECT_NONE));
    scan(f, "m1", "s2", "A B C D E F");
    scan(f, "m1", "s3", "A");
    see(f, "m1", "s4", 9, "A");
    assert_true(catalogue_view_modules(&f->book, &f->words.arena, &list));
    assert_int_equal(list.count, 3);
    assert_true(text_equal(list.items[0].module->module_id, words("m0")));
    assert_null(list.items[0].scan);
    assert_true(text_empty(list.items[0].held_scan));
    assert_int_equal(list.items[1].linked, 6);
    assert_true(text_equal(list.items[1].scan->scan_id, words("s4")));
    assert_int_equal(list.items[1].scan->seen, 1);
    assert_true(text_equal(list.items[1].held_scan, words("s3")));
    assert_int_equal(list.items[2].linked, 1);
}

static void an_empty_catalogue_has_no_views(void **state)
{
    struct fixture *f = *state;
    struct module_view_list modules;

    assert_int_equal(views(f).count, 0);
    assert_true(catalogue_view_modules(&f->book, &f->words.arena, &modules));
    assert_int_equal(modules.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(status_is_all_some_or_none),
        TEST(a_removed_template_is_none),
        TEST(links_switches_and_overrides_are_in_order),
        TEST(tags_are_merged),
        TEST(templates_are_listed_by_sort_then_bytes),
        TEST(overrides_and_links_are_in_order_however_they_came),
        TEST(templates_are_in_order_however_they_came),
        TEST(modules_and_their_scans),
        TEST(an_empty_catalogue_has_no_views),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
