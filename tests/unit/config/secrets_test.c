/* Secrets: where they may come from, and that they are never shown. */
#include "support.h"

#include <sys/stat.h>

static int clear(void **state)
{
    (void)state;
    test_config_free();
    return 0;
}

/* /proc/self/comm: the test's own name and a newline. */
static void from_environment_file_or_a_file_of_their_own(void **state)
{
    const struct config *config;

    (void)state;
    config = load(&(struct sources){.variables = LIST("OSBILL_REDIS_PASSWORD=one")});
    assert_string_equal(config->redis_password, "one");
    config = load(&(struct sources){.file = "redis-password = two\n"});
    assert_string_equal(config->redis_password, "two");
    config = load(&(struct sources){.variables = LIST("OSBILL_REDIS_PASSWORD=one"),
                                    .flags = LIST("--redis-password-file=/proc/self/comm")});
    assert_string_equal(config->redis_password, "config_secrets");
    config = load(&(struct sources){
        .variables = LIST("OSBILL_KAFKA_SASL_PASSWORD_FILE=/proc/self/comm", "OSBILL_KAFKA_SSL_KEYSTORE_FILE=x")});
    assert_string_equal(config->kafka_properties[0].name, "sasl.password");
    assert_string_equal(config->kafka_properties[0].value, "config_secrets");
    assert_string_equal(config->kafka_properties[1].name, "ssl.keystore.file");
}

static void a_file_that_lost_need_not_exist(void **state)
{
    const struct config *config =
        load(&(struct sources){.file = "redis-password-file = /nowhere\nkafka.sasl.password-file = /nowhere\n",
                               .variables = LIST("OSBILL_REDIS_PASSWORD=one", "OSBILL_KAFKA_SASL_PASSWORD=two")});

    (void)state;
    assert_string_equal(config->redis_password, "one");
    assert_string_equal(config->kafka_properties[0].value, "two");
}

static void problems_do_not_show_them(void **state)
{
    (void)state;
    assert_problems(
        &(struct sources){.file = "redis-password = a\x01"
                                  "b\nredis-url = http://me:hidden@host\n",
                          .variables = LIST("OSBILL_REDIS_PASSWORD_FILE=/nowhere", "OSBILL_REGISTRY_PASSWORD=a\x7f"),
                          .flags = LIST("--redis-password=hidden", "--redis-url=redis://:hidden@host",
                                        "--kafka.sasl.password=hidden", "--kafka.ssl.key.pem=hidden")},
        "DIR/osbill.conf:1: redis-password = \"***\": expected at most 1024 bytes without control characters\n"
        "DIR/osbill.conf:2: redis-url = \"http://me:***@host\": expected a URL that begins with redis://, rediss:// or "
        "unix://\n"
        "OSBILL_REGISTRY_PASSWORD = \"***\": expected at most 1024 bytes without control characters\n"
        "--redis-password: a secret on the command line can be seen in ps: use the file, the environment, or the "
        "option with -file\n"
        "--redis-url: a password on the command line can be seen in ps: use its own option, the file or the "
        "environment\n"
        "--kafka.sasl.password: a secret on the command line can be seen in ps: use the file, the environment, or the "
        "option with -file\n"
        "--kafka.ssl.key.pem: a secret on the command line can be seen in ps: use the file, the environment, or the "
        "option with -file\n"
        "redis-password-file: /nowhere: No such file or directory");
}

static void both_forms_are_a_mistake(void **state)
{
    (void)state;
    assert_problems(
        &(struct sources){.variables = LIST("OSBILL_REDIS_PASSWORD=x", "OSBILL_REDIS_PASSWORD_FILE=/proc/self/comm")},
        "OSBILL_REDIS_PASSWORD_FILE: it is set already at OSBILL_REDIS_PASSWORD");
}

static void explain_shows_origins_and_no_secrets(void **state)
{
    const struct config *config =
        load(&(struct sources){.file = "registry-user = me\nregistry-password = hidden\nkafka.sasl.password = hidden\n"
                                       "redis-url = redis://me:hidden@host\nkafka.client.rack = a b\n",
                               .variables = LIST("OSBILL_REDIS_PASSWORD=hidden"),
                               .flags = LIST("--threads=2")});
    const char *text = explained(config);

    (void)state;
    assert_null(strstr(text, "hidden"));
    assert_non_null(
        strstr(text, "\nregistry-password        = ***                              # DIR/osbill.conf:2\n"));
    assert_non_null(
        strstr(text, "\nredis-password           = ***                              # OSBILL_REDIS_PASSWORD\n"));
    assert_non_null(
        strstr(text, "\nredis-url                = redis://me:***@host              # DIR/osbill.conf:4\n"));
    assert_non_null(strstr(text, "\nthreads                  = 2                                # --threads\n"));
    assert_non_null(strstr(text, "\npartitions               = 24                               # default\n"));
    assert_non_null(
        strstr(text, "\nkafka.sasl.password      = ***                              # DIR/osbill.conf:3\n"));
    assert_non_null(strstr(text, "\nkafka.client.rack        = \"a b\""));
}

static void a_file_that_everybody_may_read_is_warned_of(void **state)
{
    mode_t mask = umask(022);
    const struct config *config = load(&(struct sources){.file = "kafka.sasl.password = x\n"});

    (void)state;
    assert_non_null(config_warning(config, 0));
    assert_non_null(strstr(config_warning(config, 0), "holds a secret and everybody may read it"));
    config = load(&(struct sources){.file = "redis-password-file = /proc/self/comm\n"});
    assert_null(config_warning(config, 0));
    umask(077);
    config = load(&(struct sources){.file = "redis-password = x\n"});
    assert_null(config_warning(config, 0));
    umask(mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(from_environment_file_or_a_file_of_their_own, clear),
        cmocka_unit_test_teardown(a_file_that_lost_need_not_exist, clear),
        cmocka_unit_test_teardown(problems_do_not_show_them, clear),
        cmocka_unit_test_teardown(both_forms_are_a_mistake, clear),
        cmocka_unit_test_teardown(a_file_that_everybody_may_read_is_warned_of, clear),
        cmocka_unit_test_teardown(explain_shows_origins_and_no_secrets, clear),
    };
    return cmocka_run_group_tests_name("config: secrets", tests, NULL, NULL);
}
