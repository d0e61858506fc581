/* YAML for people: what is taken, and what is refused with its line. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/catalogue_file/yaml.h"
#include "worker/engine/memory.h"

static const struct yaml_node *parse(const char *data, struct memory *memory, struct yaml_problem *problem)
{
    memory_init(memory, 4096, 0);
    return yaml_parse(data, strlen(data), &memory->arena, problem);
}

static void test_values_are_text(void **state)
{
    struct memory memory;
    struct yaml_problem problem;
    const struct yaml_node *root = parse("a: 31.00\nb: NO\nc: 'q'\nd: ~\ne:\nf: \"\"\n", &memory, &problem);

    (void)state;
    assert_non_null(root);
    assert_int_equal(root->count, 6);
    assert_true(text_equal(yaml_find(root, "a")->text, TEXT("31.00")));
    assert_true(text_equal(yaml_find(root, "b")->text, TEXT("NO")));
    assert_int_equal(yaml_find(root, "b")->line, 2);
    assert_true(yaml_find(root, "c")->quoted);
    assert_true(yaml_is_null(yaml_find(root, "d")));
    assert_true(yaml_is_null(yaml_find(root, "e")));
    assert_false(yaml_is_null(yaml_find(root, "f")));
    assert_null(yaml_find(root, "g"));
    memory_clear(&memory);
}

static void test_json(void **state)
{
    struct memory memory;
    struct yaml_problem problem;
    const struct yaml_node *root = parse("{\"a\": [1, {\"b\": true}], \"\\u20ac\": null}", &memory, &problem);

    (void)state;
    assert_non_null(root);
    const struct yaml_node *list = yaml_find(root, "a");
    assert_int_equal(list->kind, YAML_LIST);
    assert_int_equal(list->count, 2);
    assert_true(text_equal(yaml_find(list->first->next, "b")->text, TEXT("true")));
    assert_non_null(yaml_find(root, "\xe2\x82\xac"));
    memory_clear(&memory);
}

static void test_empty(void **state)
{
    struct memory memory;
    struct yaml_problem problem;

    (void)state;
    assert_int_equal(parse("# nothing\n", &memory, &problem)->kind, YAML_MAP);
    memory_clear(&memory);
}

static const struct {
    const char *data;
    uint32_t line;
    const char *words;
} mistakes[] = {
    {"a: 1\na: 2\n", 2, "key a stands here twice"},
    {"a: {b: 1, c: 2, b: 3}\n", 1, "key b stands here twice"},
    {"a: &x 1\nb: *x\n", 1, "anchors"},
    {"a: !!int 1\n", 1, "tags"},
    {"a: 1\n---\nb: 2\n", 2, "second document"},
    {"? [a, b]\n: 1\n", 1, "a key must be"},
    {"a: [1\nb: 2\n", 2, ""},
    {"a: \"x\n", 2, ""},
    {"a:\n\t- b\n", 2, ""},
    {"[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", 1, "nested deeper"},
    {"\xff\xfe\xff", 1, ""},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct memory memory;
        struct yaml_problem problem;
        const struct yaml_node *root = parse(mistakes[i].data, &memory, &problem);
        if (root || problem.line != mistakes[i].line || !strstr(problem.text, mistakes[i].words))
            fail_msg("%s: expected line %u: %s, got line %u: %s", mistakes[i].data, mistakes[i].line, mistakes[i].words,
                     problem.line, root ? "no problem" : problem.text);
        memory_clear(&memory);
    }
}

static const char *problem_of(const char *text, size_t size)
{
    static struct yaml_problem problem;
    struct memory memory;

    memory_init(&memory, 64 << 10, 0);
    const struct yaml_node *root = yaml_parse(text, size, &memory.arena, &problem);
    memory_clear(&memory);
    return root ? "" : problem.text;
}

/* Each limit: below it, at it, above it (docs/limits.md). */
static void test_limits(void **state)
{
    char *text = malloc(YAML_MAX_BYTES + 1);

    (void)state;
    assert_non_null(text);
    memset(text, '#', YAML_MAX_BYTES + 1);
    memcpy(text, "a: b\n", 5);
    for (int over = -1; over <= 1; over++)
        assert_string_equal(problem_of(text, (size_t)((int64_t)YAML_MAX_BYTES + over)),
                            over > 0 ? "larger than 16 MiB" : "");
    for (int over = -1; over <= 1; over++) {
        size_t depth = (size_t)(YAML_MAX_DEPTH + over);
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_string_equal(problem_of(text, 2 * depth), over > 0 ? "nested deeper than 16" : "");
    }
    for (int over = -1; over <= 1; over++) { /* the list is a value as well */
        size_t items = (size_t)((int64_t)YAML_MAX_NODES + over - 1), size = 0;
        for (size_t i = 0; i < items; i++, size += 4)
            memcpy(text + size, "- x\n", 4);
        assert_string_equal(problem_of(text, size), over > 0 ? "more than 1048576 values" : "");
    }
    free(text);
}

/* A million aliases of aliases are refused at the first; a map of many keys is read in one go. */
static void test_large(void **state)
{
    enum { KEYS = 100000 };
    struct memory memory;
    struct yaml_problem problem;
    char *data = malloc(KEYS * 16), *at = data;

    (void)state;
    assert_non_null(data);
    for (int i = 0; i < KEYS; i++)
        at += snprintf(at, 16, "k%d: v\n", i);
    const struct yaml_node *root = parse(data, &memory, &problem);
    assert_non_null(root);
    assert_int_equal(root->count, KEYS);
    memory_clear(&memory);
    free(data);
}

static void test_writing(void **state)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"os__Debian-12.1", "os__Debian-12.1"},
        {"OFF", "\"OFF\""},
        {"no", "\"no\""},
        {"12", "\"12\""},
        {"", "\"\""},
        {"two words", "\"two words\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"x\ny", "\"x\\x0ay\""},
        {"\xc2\x9b", "\"\\x9b\""},
        {"\xd0\xb6", "\"\xd0\xb6\""},
        {"-dash", "\"-dash\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct memory memory;
        struct yaml_problem problem;
        char *text = NULL, document[100];
        size_t size;
        FILE *to = open_memstream(&text, &size);
        yaml_write_text(to, (struct text){cases[i][0], (uint32_t)strlen(cases[i][0])});
        (void)fclose(to);
        assert_string_equal(text, cases[i][1]);
        snprintf(document, sizeof document, "a: %s\n", text);
        const struct yaml_node *root = parse(document, &memory, &problem);
        assert_non_null(root);
        struct text back = yaml_find(root, "a")->text;
        assert_true(back.size == strlen(cases[i][0]) && !memcmp(back.data, cases[i][0], back.size));
        memory_clear(&memory);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_text), cmocka_unit_test(test_json),   cmocka_unit_test(test_empty),
        cmocka_unit_test(test_mistakes),        cmocka_unit_test(test_limits), cmocka_unit_test(test_large),
        cmocka_unit_test(test_writing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
