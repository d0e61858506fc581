/* Sources and their precedence, and what is said about mistakes. */
#include "support.h"

static int clear(void **state)
{
    (void)state;
    test_config_free();
    return 0;
}

static void defaults(void **state)
{
    const struct config *config = load(&(struct sources){.variables = LIST("HOME=/home/me")});

    (void)state;
    assert_string_equal(config->bootstrap_servers, "127.0.0.1:9092");
    assert_string_equal(config->topic_prefix, "osbill.");
    assert_string_equal(config->transactional_id_prefix, "osbill");
    assert_string_equal(config->registry_cache, "/home/me/.cache/osbill");
    assert_string_equal(config->redis_password, "");
    assert_int_equal(config->cache_bytes, 64 << 20);
    assert_int_equal(config->session_timeout, 10000);
    assert_int_equal(config->order_grace, 300000);
    assert_int_equal(config->log_level, LOG_LEVEL_INFO);
    assert_false(config->json);
    assert_int_equal(config->argument_count, 0);
    assert_null(config_warning(config, 0));
}

static void flags_beat_environment_beats_file_beats_defaults(void **state)
{
    const struct config *config = load(&(struct sources){.file = "threads = 2\ngroup = file\ninstance = file\n",
                                                         .variables = LIST("OSBILL_GROUP=env", "OSBILL_INSTANCE=env"),
                                                         .flags = LIST("--instance=flag")});

    (void)state;
    assert_int_equal(config->partitions, 24);
    assert_int_equal(config->threads, 2);
    assert_string_equal(config->group, "env");
    assert_string_equal(config->instance, "flag");
    assert_string_equal(config->transactional_id_prefix, "env");
}

static void file_values(void **state)
{
    const struct config *config = load(
        &(struct sources){.file = "\xef\xbb\xbf# comment = 1\r\n\r\n  threads=3\r\n\tregistry-user =  a = \"b\" # c  \n"
                                  "registry-password = \"  x \"\nredis-password = \"\ninstance = last"});

    (void)state;
    assert_int_equal(config->threads, 3);
    assert_string_equal(config->registry_user, "a = \"b\" # c");
    assert_string_equal(config->registry_password, "  x ");
    assert_string_equal(config->redis_password, "\"");
    assert_string_equal(config->instance, "last");
}

static void flag_forms(void **state)
{
    const struct config *config = load(
        &(struct sources){.flags = LIST("one", "--threads", "5", "--json", "--group=a", "--group=b", "--", "--two")});

    (void)state;
    assert_int_equal(config->threads, 5);
    assert_true(config->json);
    assert_string_equal(config->group, "b"); /* the last counts */
    assert_int_equal(config->argument_count, 2);
    assert_string_equal(config->arguments[0], "one");
    assert_string_equal(config->arguments[1], "--two");
    config = load(&(struct sources){.flags = LIST("--json", "--no-json")});
    assert_false(config->json);
    config = load(&(struct sources){.flags = LIST("--json=yes", "-")});
    assert_true(config->json);
    assert_string_equal(config->arguments[0], "-");
}

static void kafka_properties_pass_through(void **state)
{
    const struct config *config = load(&(struct sources){
        .file = "kafka.security.protocol = SASL_SSL\nkafka.client.rack = a\nkafka.bootstrap.servers = b:1\n",
        .variables = LIST("OSBILL_KAFKA_SASL_USERNAME=me", "OSBILL_KAFKA_CLIENT_RACK=b"),
        .flags = LIST("--kafka.client.rack=c", "--kafka.debug", "eos")});

    (void)state;
    assert_string_equal(config->bootstrap_servers, "b:1");
    assert_int_equal(config->kafka_property_count, 4);
    assert_string_equal(config->kafka_properties[0].name, "security.protocol");
    assert_string_equal(config->kafka_properties[0].value, "SASL_SSL");
    assert_string_equal(config->kafka_properties[1].name, "client.rack");
    assert_string_equal(config->kafka_properties[1].value, "c");
    assert_string_equal(config->kafka_properties[2].name, "sasl.username");
    assert_string_equal(config->kafka_properties[3].value, "eos");
}

static void values_that_are_not_allowed(void **state)
{
    (void)state;
    assert_problems(
        &(struct sources){.file = "threads = 0\n\ncache-bytes = 64MB\norder.grace = 5 # minutes\n",
                          .variables = LIST("OSBILL_LOG_FORMAT=xml", "OSBILL_REDIS_URL=redis:/host"),
                          .flags = LIST("--session-timeout=1s", "--topic-prefix", "a b")},
        "DIR/osbill.conf:1: threads = \"0\": expected a number from 1 to 64\n"
        "DIR/osbill.conf:3: cache-bytes = \"64MB\": expected a size from 0 to 1024GiB: bytes, or with "
        "KiB, MiB, GiB\n"
        "DIR/osbill.conf:4: order.grace = \"5 # minutes\": expected a time from 0 to 1d, with its unit: ms, "
        "s, m, h, d (a comment stands on a line of its own)\n"
        "OSBILL_LOG_FORMAT = \"xml\": expected text or json\n"
        "OSBILL_REDIS_URL = \"redis:/host\": expected a URL that begins with redis://, rediss:// or unix://\n"
        "--session-timeout = \"1s\": expected a time from 6s to 5m, with its unit: ms, s, m, h, d\n"
        "--topic-prefix = \"a b\": expected at most 100 letters, digits, dots, dashes or underscores");
}

static void lines_that_are_none(void **state)
{
    static const char file[] = "threads\n[worker]\n= 3\nthreads = 2\nthreads = 3\njson = true\nconfig = x\n";

    (void)state;
    assert_problems(&(struct sources){.file = file},
                    "DIR/osbill.conf:1: expected name = value\n"
                    "DIR/osbill.conf:2: there are no [sections]: expected name = value\n"
                    "DIR/osbill.conf:3: expected name = value\n"
                    "DIR/osbill.conf:5: threads: it is set already at DIR/osbill.conf:4\n"
                    "DIR/osbill.conf:6: json: it can only be given as a flag\n"
                    "DIR/osbill.conf:7: config: it cannot be set in a file");
}

static void unknown_options(void **state)
{
    (void)state;
    assert_problems(&(struct sources){.file = "redis-ulr = redis://host\ncolour = red\n",
                                      .flags = LIST("--thread=4", "--kafka.=x", "-t", "--threads")},
                    "DIR/osbill.conf:1: redis-ulr: unknown option; did you mean redis-url?\n"
                    "DIR/osbill.conf:2: colour: unknown option\n"
                    "--thread: unknown option; did you mean threads?\n"
                    "--kafka.: unknown option\n"
                    "-t: unknown option; options begin with --\n"
                    "--threads: it needs a value");
}

static void unknown_variables_are_warned_of(void **state)
{
    const struct config *config = load(&(struct sources){
        .variables = LIST("OSBILL_THREAD=4", "OSBILL_PROGRAM=/x", "OSBILL_KAFKA_SERVICE_HOST=10.0.0.1",
                          "OSBILL_KAFKA_PORT_9092_TCP=tcp://10.0.0.1:9092", "OSBILL_KAFKA_PORT=tcp://10.0.0.1:9092",
                          "OSBILL_SERVICE_PORT_HTTP=80", "OSBILLX=1", "OSBILL_")});

    (void)state;
    assert_string_equal(config_warning(config, 0),
                        "OSBILL_THREAD is no option and is ignored; did you mean OSBILL_THREADS?");
    assert_string_equal(config_warning(config, 1), "OSBILL_PROGRAM is no option and is ignored");
    assert_null(config_warning(config, 2));
    assert_int_equal(config->kafka_property_count, 0); /* Kubernetes' service links are none */
}

static void options_that_depend_on_each_other(void **state)
{
    (void)state;
    assert_problems(
        &(struct sources){.flags = LIST("--batch-window=1s"), .variables = LIST("OSBILL_REGISTRY_PASSWORD=x")},
        "batch-window is longer than batch-window-max\nregistry-password is set without registry-user");
}

static void files_that_are_not_there(void **state)
{
    (void)state;
    assert_problems(&(struct sources){.flags = LIST("--config=/nowhere/x.conf")},
                    "/nowhere/x.conf: No such file or directory");
    assert_problems(&(struct sources){.variables = LIST("OSBILL_CONFIG=/"), .flags = LIST("--threads=2")},
                    "/: Is a directory");
}

static void cache_folder(void **state)
{
    (void)state;
    assert_string_equal(load(&(struct sources){.variables = LIST("HOME=/h", "XDG_CACHE_HOME=/x")})->registry_cache,
                        "/x/osbill");
    assert_string_equal(load(&(struct sources){.variables = LIST("HOME=/h", "CACHE_DIRECTORY=/c")})->registry_cache,
                        "/c");
    assert_string_equal(load(&(struct sources){0})->registry_cache, "/var/cache/osbill");
    assert_string_equal(load(&(struct sources){.flags = LIST("--registry-cache=/f")})->registry_cache, "/f");
}

/* --- commands --- */

struct own {
    int64_t limit;
    const char *account;
};

static const struct option own_options[] = {
    {.name = "limit",
     .type = OPTION_NUMBER,
     .preset = "10",
     .maximum = 100,
     .offset = offsetof(struct own, limit),
     .help = "Rows."},
    {.name = "account",
     .type = OPTION_TEXT,
     .preset = "",
     .offset = offsetof(struct own, account),
     .help = "Only this."},
};

static void commands_have_options_and_arguments_of_their_own(void **state)
{
    struct own own;
    const struct config_command watch = {.name = "watch",
                                         .usage = "TOPIC",
                                         .summary = "Shows.",
                                         .groups = OPTION_OF_KAFKA,
                                         .options = own_options,
                                         .option_count = 2,
                                         .values = &own,
                                         .argument_minimum = 1,
                                         .argument_maximum = 1};

    (void)state;
    load(&(struct sources){.command = &watch, .flags = LIST("charge", "--limit=5", "--group=g")});
    assert_int_equal(own.limit, 5);
    assert_string_equal(own.account, "");
    load(&(struct sources){.command = &watch, .file = "threads = 2\n", .flags = LIST("charge")}); /* a shared file */
    assert_int_equal(own.limit, 10);
    assert_problems(&(struct sources){.command = &watch,
                                      .file = "limit = 3\n",
                                      .flags = LIST("a", "b", "--limit=x", "--threads=2", "--acount=x")},
                    "DIR/osbill.conf:1: limit: it can only be given as a flag\n"
                    "--limit = \"x\": expected a number from 0 to 100\n"
                    "--threads: this command does not take it\n"
                    "--acount: unknown option; did you mean account?\n"
                    "osbill watch: unexpected argument \"b\"");
    assert_problems(&(struct sources){.command = &watch}, "osbill watch: it needs TOPIC");
}

static void help_is_not_checked(void **state)
{
    const struct config *config = load(&(struct sources){.flags = LIST("--nonsense", "-h"), .file = "x\n"});

    (void)state;
    assert_true(config->help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(defaults, clear),
        cmocka_unit_test_teardown(flags_beat_environment_beats_file_beats_defaults, clear),
        cmocka_unit_test_teardown(file_values, clear),
        cmocka_unit_test_teardown(flag_forms, clear),
        cmocka_unit_test_teardown(kafka_properties_pass_through, clear),
        cmocka_unit_test_teardown(values_that_are_not_allowed, clear),
        cmocka_unit_test_teardown(lines_that_are_none, clear),
        cmocka_unit_test_teardown(unknown_options, clear),
        cmocka_unit_test_teardown(unknown_variables_are_warned_of, clear),
        cmocka_unit_test_teardown(options_that_depend_on_each_other, clear),
        cmocka_unit_test_teardown(files_that_are_not_there, clear),
        cmocka_unit_test_teardown(cache_folder, clear),
        cmocka_unit_test_teardown(commands_have_options_and_arguments_of_their_own, clear),
        cmocka_unit_test_teardown(help_is_not_checked, clear),
    };
    return cmocka_run_group_tests_name("config: sources", tests, NULL, NULL);
}
