/* The configuration: defaults < file < environment < flags.
 *
 * File: `name = value`, # begins a comment line, values may stand in double quotes. Environment: OSBILL_ and the name
 * in upper case with _ for . and -. Flags: --name=value, --name value. `kafka.<property>` passes through to librdkafka
 * (environment: OSBILL_KAFKA_SASL_USERNAME is kafka.sasl.username). Secrets come from the environment, from the file,
 * or from a file named by <name>-file; never from a flag, which `ps` shows.
 *
 * The file is --config, or OSBILL_CONFIG, or /etc/osbill/osbill.conf if that exists. */
#ifndef OSBILL_CONFIG_CONFIG_H
#define OSBILL_CONFIG_CONFIG_H

#include "core/result.h"
#include "worker/config/option.h"
#include "worker/kafka/kafka_config.h"

#include <stdio.h>

#define CONFIG_DEFAULT_FILE "/etc/osbill/osbill.conf"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Texts are never NULL; "" is none. Times in ms, sizes in bytes. The table says what each is. */
struct config {
    const char *file;

    const char *bootstrap_servers;
    const char *topic_prefix, *group, *instance;
    const char *transactional_id_prefix; /* after loading never "": the group's name by default */
    int64_t session_timeout, transaction_timeout;
    struct kafka_property *kafka_properties; /* names without kafka. */
    uint32_t kafka_property_count;

    const char *registry_url, *registry_user, *registry_password;
    const char *registry_cache; /* after loading never "": see the table */

    const char *redis_url, *redis_password;
    int64_t redis_timeout;

    int64_t partitions, replication_factor;

    int64_t threads, cache_bytes;
    int64_t batch_max_events, batch_max_bytes, batch_window, batch_window_max;
    int64_t scan_remove_after, scan_breaker_count, scan_breaker_percent;
    int64_t order_grace, future_tolerance, clock_tolerance;
    const char *metrics_address;

    int log_level, log_format; /* enum log_level, enum log_format */
    bool json;

    bool help;              /* --help was given: nothing else was checked */
    const char **arguments; /* what is no flag, in order */
    uint32_t argument_count;

    struct config_details *details; /* where each value came from; memory */
};

/* One subcommand, as far as its command line goes. */
struct config_command {
    const char *name;             /* "catalogue plan" */
    const char *usage;            /* of its arguments: "FILE" */
    const char *summary;          /* one sentence */
    uint32_t groups;              /* enum option_group: which shared options it takes, OPTION_OF_ALL apart */
    const struct option *options; /* its own; flags only. Their fields are in `values` and are set to the presets */
    uint32_t option_count;
    void *values;
    uint32_t argument_minimum, argument_maximum;
};

/* Reads all sources. argv holds what comes after the subcommand's name; argv and environ must outlive ret. RESULT_STOP:
 * the reason lists every problem, a line each, and lives as long as ret. ret must be released in any case. */
struct result config_load(int argc, char *const *argv, const struct config_command *command, char *const *environ,
                          struct config *ret) WARN_UNUSED;
void config_release(struct config *config);

/* One value for people: redacted, and where it came from. */
struct config_entry {
    const char *name, *value;
    const char *origin; /* "default", "/etc/osbill/osbill.conf:3", "OSBILL_THREADS", "--threads" */
    bool is_default;
};
/* All shared options that the command takes, then the kafka.* properties. False from visit: stop. */
void config_each(const struct config *config, bool (*visit)(void *context, const struct config_entry *entry),
                 void *context);
/* For `config check`: name = value, aligned, with the origin as a comment. */
void config_explain(const struct config *config, FILE *to);

/* What is odd but not wrong, e.g. an unknown OSBILL_ variable; NULL past the last. */
const char *config_warning(const struct config *config, uint32_t number);

/* --help of one command. */
void config_print_help(const struct config_command *command, FILE *to);
/* docs/configuration.md, and the OPTIONS section of the man page (man(7)). */
void config_print_markdown(FILE *to);
void config_print_man(FILE *to);

/* Parses a file's bytes. `setting` gets each name = value with its line number (text valid during the call), `problem`
 * each line that is none. */
struct config_lines {
    void *context;
    void (*setting)(void *context, const char *name, const char *value, uint32_t line);
    void (*problem)(void *context, const char *text, uint32_t line);
};
void config_parse_buffer(const char *data, size_t size, const struct config_lines *lines);

#endif
