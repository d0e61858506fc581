/* What `init` and `status` use: topics, their settings, groups and their lag; and which settings are refused. */
#include "support.h"

#include <stdio.h>
#include <string.h>

struct differences {
    uint32_t count;
    char text[1024];
};

static void on_difference(void *context, const struct kafka_difference *difference)
{
    struct differences *differences = context;
    size_t used = strlen(differences->text);

    differences->count++;
    snprintf(differences->text + used, sizeof(differences->text) - used, "%s: %s -> %s; ",
             difference->setting ? difference->setting : "missing", difference->expected ? difference->expected : "",
             difference->actual ? difference->actual : "");
}

static void on_created(void *context, const char *topic, bool existed)
{
    (void)topic;
    ((uint32_t *)context)[existed]++;
}

static void topics_are_created_once_and_compared(void **state)
{
    const struct installation *installation = *state;
    struct kafka_property settings[] = {{"cleanup.policy", "compact"}, {"segment.ms", "3600000"}};
    char name[128];
    struct kafka_topic_plan plan = {name, 3, -1, settings, 2};
    struct differences differences = {0};
    struct kafka_topic_facts facts;
    uint32_t created[2] = {0};

    snprintf(name, sizeof(name), "%sextra", installation->prefix);
    assert_result(RESULT_OK, kafka_admin_compare(installation->admin, &plan, 1, 5000, on_difference, &differences));
    assert_string_equal("missing:  -> ; ", differences.text);
    for (int i = 0; i < 2; i++)
        assert_result(RESULT_OK, kafka_admin_create(installation->admin, &plan, 1, 10000, on_created, created));
    assert_int_equal(1, created[0]);
    assert_int_equal(1, created[1]);
    differences = (struct differences){0};
    assert_result(RESULT_OK, kafka_admin_compare(installation->admin, &plan, 1, 5000, on_difference, &differences));
    assert_string_equal("", differences.text);
    plan.partitions = 4;
    plan.replicas = 7;
    settings[1].value = "1";
    assert_result(RESULT_OK, kafka_admin_compare(installation->admin, &plan, 1, 5000, on_difference, &differences));
    assert_int_equal(3, differences.count);
    assert_non_null(strstr(differences.text, "partitions: 4 -> 3"));
    assert_non_null(strstr(differences.text, "replicas: 7 -> "));
    assert_non_null(strstr(differences.text, "segment.ms: 1 -> 3600000"));
    assert_result(RESULT_OK, kafka_admin_topic(installation->admin, name, 5000, &facts));
    assert_true(facts.exists);
    assert_int_equal(3, facts.partitions);
    assert_true(facts.replicas >= 1);
    assert_true(facts.min_in_sync >= 1);
    assert_false(facts.unclean_election);
    assert_result(RESULT_OK, kafka_admin_delete_topic(installation->admin, name, 10000));
    assert_result(RESULT_OK, kafka_admin_delete_topic(installation->admin, name, 10000));
}

static void a_topic_that_cannot_be_created_is_a_stop(void **state)
{
    const struct installation *installation = *state;
    const struct kafka_property wrong = {"cleanup.policy", "nonsense"};
    const struct kafka_topic_plan plans[] = {{"osbill-wrong-setting", 1, -1, &wrong, 1},
                                             {"osbill-too-many-replicas", 1, 99, NULL, 0}};

    for (int i = 0; i < 2; i++) {
        struct result result = kafka_admin_create(installation->admin, &plans[i], 1, 10000, NULL, NULL);
        check_result(RESULT_STOP, result, "create", __FILE__, __LINE__);
        assert_non_null(strstr(result.reason, plans[i].name));
    }
}

struct lags {
    int64_t lag, committed;
    uint32_t partitions, groups;
    char metadata[32], group[64];
};

static void on_lag(void *context, const struct kafka_group_lag *lag)
{
    struct lags *lags = context;

    lags->partitions++;
    lags->lag += lag->end - (lag->committed >= 0 ? lag->committed : lag->first);
    if (lag->committed >= 0) {
        lags->committed = lag->committed;
        snprintf(lags->metadata, sizeof(lags->metadata), "%.*s", (int)lag->metadata.size, lag->metadata.data);
    }
}

static void on_group(void *context, const char *group_id, const char *state)
{
    struct lags *lags = context;

    lags->groups += !strcmp(group_id, "lag-of") && !strcmp(state, "Stable");
}

static void lag_and_groups_are_told(void **state)
{
    const struct installation *installation = *state;
    const char *topic = full_name(installation, TOPIC_OS_INSTALLED);
    const struct log_offset offset = {.topic = TOPIC_OS_INSTALLED, .partition = 2, .offset = 3, .metadata = {"m", 1}};
    struct log_generation *generation;
    struct member member;
    struct lags lags = {0};

    member_open(&member, installation, "lag-of", NULL, NULL, NULL);
    poll_until_owned(&member, PARTITIONS);
    assert_result_once(RESULT_OK, member.log->ops->generation(member.log, &generation));
    write_open(member.log, TOPIC_OS_INSTALLED, 2, "v", 9);
    assert_result(RESULT_OK, member.log->ops->send_offsets(member.log, generation, &offset, 1, 1000));
    assert_result(RESULT_OK, member.log->ops->commit(member.log, 1000));
    member.log->ops->generation_free(generation);
    for (int64_t until = now_ms() + DEADLINE_MS; lags.lag != 7 && now_ms() < until;) {
        lags = (struct lags){0};
        assert_result(RESULT_OK, kafka_admin_lag(installation->admin, "lag-of", &topic, 1, 5000, on_lag, &lags));
    }
    assert_int_equal(7, lags.lag); /* 9 records and a marker, 3 consumed */
    assert_int_equal(3, lags.committed);
    assert_string_equal("m", lags.metadata);
    assert_int_equal(PARTITIONS, lags.partitions);
    assert_result(RESULT_OK, kafka_admin_groups(installation->admin, 5000, on_group, &lags));
    assert_int_equal(1, lags.groups);
    member_close(&member);
}

static void settings_of_the_design_cannot_be_changed(void **state)
{
    static const char *const refused[] = {
        "isolation.level",
        "enable.auto.commit",
        "auto.offset.reset",
        "partition.assignment.strategy",
        "transactional.id",
        "enable.idempotence",
        "acks",
        "request.required.acks",
        "bootstrap.servers",
        "group.id",
        "group.instance.id",
        "partitioner",
        "enable.partition.eof",
        "plugin.library.paths",
    };
    struct kafka_reason reason;

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct result result = kafka_check_property(refused[i], "1", &reason);
        check_result(RESULT_STOP, result, refused[i], __FILE__, __LINE__);
        assert_non_null(strstr(result.reason, refused[i]));
    }
    assert_result_once(RESULT_OK, kafka_check_property("security.protocol", "SASL_SSL", &reason));
    assert_result_once(RESULT_OK, kafka_check_property("queued.max.messages.kbytes", "1024", &reason));
    assert_result_once(RESULT_OK, kafka_check_property("compression.type", "lz4", &reason));
    assert_result_once(RESULT_STOP, kafka_check_property("no.such.property", "1", &reason));
    assert_result_once(RESULT_STOP, kafka_check_property("security.protocol", "nonsense", &reason));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_are_created_once_and_compared),
        cmocka_unit_test(a_topic_that_cannot_be_created_is_a_stop),
        cmocka_unit_test(lag_and_groups_are_told),
        cmocka_unit_test(settings_of_the_design_cannot_be_changed),
    };

    return cmocka_run_group_tests(tests, installation_setup, installation_teardown);
}
