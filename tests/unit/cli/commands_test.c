/* The table of commands: what help, completion, docs and the dispatcher rest on. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "worker/cli/cluster/topics.h"
#include "worker/cli/commands.h"

enum { SUMMARY_MAX = 76, DETAIL_MAX = 110, NAME_WIDTH = 18 };

static void test_rows(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < command_count(); i++) {
        const struct command *command = commands[i];
        size_t size = strlen(command->summary);
        if (!command->run || !command->usage || strlen(command->name) >= NAME_WIDTH)
            fail_msg("%s: it lacks something", command->name);
        if (size == 0 || size > SUMMARY_MAX || command->summary[size - 1] != '.')
            fail_msg("%s: a summary is a sentence of at most %d characters", command->name, SUMMARY_MAX);
        if (command->argument_maximum && !*command->usage)
            fail_msg("%s: it takes arguments that its usage does not name", command->name);
        for (const char *line = command->details; line && *line; line += strcspn(line, "\n") + 1) {
            if (strcspn(line, "\n") > DETAIL_MAX)
                fail_msg("%s: a line of its details is longer than %d", command->name, DETAIL_MAX);
            if (!strchr(line, '\n'))
                break;
        }
    }
}

static void test_names_are_unique(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < command_count(); i++)
        for (uint32_t k = 0; k < i; k++)
            assert_string_not_equal(commands[i]->name, commands[k]->name);
}

/* A preset that its own option refuses would end up as a pointer in a number. */
static void test_presets(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < command_count(); i++) {
        char *values = calloc(1, commands[i]->options_size + 1), allowed[OPTION_VALUE_MAX];
        for (uint32_t k = 0; k < commands[i]->option_count; k++) {
            const struct option *option = &commands[i]->options[k];
            assert_true(option->offset < commands[i]->options_size);
            assert_int_equal(option->place, OPTION_FLAG_ONLY);
            if (!option_parse(option, option->preset, values, allowed) && *option->preset)
                fail_msg("%s --%s: its preset \"%s\" is not allowed: %s", commands[i]->name, option->name,
                         option->preset, allowed);
        }
        free(values);
    }
}

static void test_finding(void **state)
{
    char *plan[] = {(char *)"catalogue", (char *)"plan", (char *)"FILE"};
    char *half[] = {(char *)"catalogue", (char *)"pla"};
    char *worker[] = {(char *)"worker", (char *)"plan"};
    int words;

    (void)state;
    assert_ptr_equal(command_find(3, plan, &words), &catalogue_plan_command);
    assert_int_equal(words, 2);
    assert_ptr_equal(command_find(2, worker, &words), &worker_command);
    assert_int_equal(words, 1);
    assert_null(command_find(2, half, &words));
    assert_null(command_find(1, plan, &words));
    assert_null(command_find(0, plan, &words));
}

/* contract.md: every topic has its records under the subjects that it names. */
static void test_topics(void **state)
{
    char name[TOPIC_NAME], subject[SUBJECT_NAME];

    (void)state;
    assert_string_equal(topic_full_name("p.", TOPIC_OS_INSTALLED, name), "p.os-installed");
    assert_string_equal(topic_subject("p.", TOPIC_ORDER, &order_record, subject), "p.order-value");
    assert_string_equal(topic_subject("p.", TOPIC_ACCOUNT_STATE, &vps_state_record, subject),
                        "p.account-state-osbill.v1.VpsState");
    assert_int_equal(topic_from_argument("order", "p."), TOPIC_ORDER);
    assert_int_equal(topic_from_argument("p.order", "p."), TOPIC_ORDER);
    for (int topic = 0; topic < TOPIC_COUNT; topic++) {
        const struct topic_row *row = topic_row((enum topic)topic);
        assert_true(row->settings && row->purpose && (row->records || topic == TOPIC_DEAD_LETTER));
        assert_int_equal(row->key_field != NULL, topic < TOPIC_INPUTS);
    }
}

static void test_records_by_key(void **state)
{
    static const struct {
        enum topic topic;
        const char *key;
        const struct record_type *type;
    } cases[] = {
        {TOPIC_ACCOUNT_STATE, "a:x", &account_state_record},
        {TOPIC_ACCOUNT_STATE, "v:x/y", &vps_state_record},
        {TOPIC_ACCOUNT_STATE, "p:3", &position_record},
        {TOPIC_ACCOUNT_STATE, "?:3", NULL},
        {TOPIC_CATALOGUE_STATE, "p:lane", &position_record},
        {TOPIC_CATALOGUE_STATE, "price:s ", &catalogue_state_record},
        {TOPIC_CHARGE, "anything", &charge_record},
        {TOPIC_DEAD_LETTER, "x", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_ptr_equal(topic_record_of(cases[i].topic, (struct text){cases[i].key, (uint32_t)strlen(cases[i].key)}),
                         cases[i].type);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),    cmocka_unit_test(test_names_are_unique), cmocka_unit_test(test_presets),
        cmocka_unit_test(test_finding), cmocka_unit_test(test_topics),           cmocka_unit_test(test_records_by_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
