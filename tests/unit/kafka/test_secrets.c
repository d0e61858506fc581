/* What librdkafka takes for a secret is one for the configuration, too: librdkafka is asked, so that a new property is
 * not forgotten. It writes [redacted] for a secret when it logs its configuration. */
#include "tests/unit/cmocka_all.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/config/config_parts.h"

static char redacted[200]; /* the property of the last redacted line */

static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    const char *mark = strstr(text, " = [redacted]"), *name = mark;

    (void)handle;
    (void)level;
    if (!mark || strcmp(facility, "CONF") != 0)
        return;
    while (name > text && name[-1] != ' ')
        name--;
    (void)snprintf(redacted, sizeof redacted, "%.*s", (int)(mark - name), name);
}

/* Whether librdkafka hides it; false also for what is no text, or makes no client. */
static bool is_hidden(const char *name)
{
    char reason[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    redacted[0] = '\0';
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set(conf, "debug", "conf", reason, sizeof reason);
    if (rd_kafka_conf_set(conf, name, "hunter2", reason, sizeof reason) != RD_KAFKA_CONF_OK) {
        rd_kafka_conf_destroy(conf);
        return false;
    }
    rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (handle)
        rd_kafka_destroy(handle);
    else
        rd_kafka_conf_destroy(conf);
    return strcmp(redacted, name) == 0;
}

/* Paths, certificates and names, which librdkafka hides too. */
static bool is_public(const char *name)
{
    static const char *const names[] = {"ssl.key.location", "ssl.keystore.location", "ssl.ca.pem",
                                        "ssl.certificate.pem", "sasl.username"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* The names of librdkafka's own list: one a line, before a |. */
static void secrets_of_librdkafka_are_secrets(void **state)
{
    char *text = NULL, *rest;
    size_t size;
    int hidden = 0;
    FILE *to = open_memstream(&text, &size);

    (void)state;
    assert_non_null(to);
    rd_kafka_conf_properties_show(to);
    fclose(to);
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char name[200];
        if (sscanf(line, "%199[a-z.0-9_] |", name) != 1 || !strchr(name, '.') || !is_hidden(name))
            continue;
        hidden++;
        if (!config_property_is_secret(name) && !is_public(name))
            fail_msg("kafka.%s is a secret for librdkafka, but is shown by osbill", name);
    }
    free(text);
    assert_in_range(hidden, 3, 100); /* sasl.password among them, or nothing is proved */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(secrets_of_librdkafka_are_secrets)};

    return cmocka_run_group_tests_name("kafka: secrets", tests, NULL, NULL);
}
