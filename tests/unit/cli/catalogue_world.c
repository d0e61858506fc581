#include "tests/unit/cli/catalogue_world.h"

#include "cmocka_all.h"

#include <string.h>

#include "core/lane.h"
#include "core/text.h"
#include "worker/cli/common/digest.h"

const char catalogue_example[] =
    "modules:\n"
    "  ams: {title: Amsterdam, auto_connect: FREE_ONLY, strict: true}\n"
    "  fra: {auto_connect: NONE}\n"
    "enumerations:\n"
    "  os:\n"
    "    free: {internal_name: \"\", title: Free OS}\n"
    "    windows: {internal_name: \"ISP__Windows Server 2022\", sort: 10}\n"
    "  empty: {}\n"
    "tariffs:\n"
    "  small:\n"
    "    title: \"Small: \\\"S\\\"\"\n"
    "    currency: EUR\n"
    "    modules: [ams, fra]\n"
    "    enumeration: os\n"
    "    default_item: free\n"
    "    refund: PRORATA\n"
    "    rounding: \"0.01\"\n"
    "    prices: {1: \"31.00\", 12: \"365.00\", 0: {2025-01-01: \"1000.00\"}}\n"
    "    os_prices:\n"
    "      free: {1: \"0\", 12: \"0\"}\n"
    "      windows: {1: \"62.00\", 12: {1970-01-01: \"730.00\", 2026-01-01T06:30Z: \"799.99\"}}\n"
    "  plain: {currency: USD, enabled: false, prices: {1: \"0.000001\"}}\n"
    "aliases: {ISP__Win2022: \"ISP__Windows Server 2022\"}\n"
    "templates: {ISP__Debian: {title: Debian, sort: -5, tags: [linux, \"no\"]}}\n"
    "overrides: {tariffs: {small: {ISP__Debian: OFF}}, modules: {ams: {ISP__Debian: ON}}}\n";

void world_open(struct world *world)
{
    memset(world, 0, sizeof *world);
    memory_init(&world->memory, 64 << 10, 0);
    memory_init(&world->book_memory, 64 << 10, 0);
    assert_true(book_init(&world->book, &world->book_memory.arena));
}

void world_close(struct world *world)
{
    memory_clear(&world->memory);
    memory_clear(&world->book_memory);
}

static void read_file(struct world *world, const char *data)
{
    struct file_problems problems = {.arena = &world->memory.arena, .file = "test"};
    struct yaml_problem problem;
    const struct yaml_node *root = yaml_parse(data, strlen(data), &world->memory.arena, &problem);

    if (!root)
        fail_msg("line %u: %s", problem.line, problem.text);
    catalogue_file_read(root, &problems, &world->file);
    if (problems.count)
        fail_msg("line %u: %.*s", problems.items[0].line, (int)problems.items[0].text.size,
                 problems.items[0].text.data);
}

uint32_t world_apply(struct world *world, const char *file)
{
    read_file(world, file);
    catalogue_diff(&world->file, &world->book, &world->memory.arena, &world->differences);
    assert_true(change_set_make(&world->differences, "", "tester", "test", &world->memory.arena, &world->set));
    assert_true(change_set_try(&world->set, &world->book, &world->memory.arena, &world->refusal));
    return world->differences.changes;
}

static struct text next_name(const char **at)
{
    *at += strspn(*at, " ");
    struct text name = {*at, (uint32_t)strcspn(*at, " ")};
    *at += name.size;
    return name;
}

static int32_t count_names(const char *names)
{
    int32_t count = 0;

    while (next_name(&names).size)
        count++;
    return count;
}

void world_scan(struct world *world, const char *module_id, const char *names)
{
    const struct lane_settings settings = lane_defaults();
    struct lane lane = {.book = &world->book, .hashes = &library_hashes, .settings = &settings, .now = 1, .version = 1};
    struct outcome outcome;
    struct input input = {.topic = TOPIC_TEMPLATE_DISCOVERED};
    struct template_discovered *seen = &input.as.template_discovered;

    *seen = (struct template_discovered){.module_id = {module_id, (uint32_t)strlen(module_id)},
                                         .scan_size = count_names(names),
                                         .repository = TEXT("ISP")};
    seen->scan_id = text_from_int(&world->memory.arena, (int64_t)world->book.revision);
    for (struct text name; (name = next_name(&names)).size; input.offset++) {
        seen->name = name;
        seen->event_id = name;
        outcome_init(&outcome, &world->memory.arena);
        assert_int_equal(lane_decide(&lane, &input, &outcome), DECIDE_DONE);
        assert_int_equal(outcome.dead_letters.count, 0);
    }
}
