/* Shared by the files of this folder. */
#ifndef OSBILL_CONFIG_PARTS_H
#define OSBILL_CONFIG_PARTS_H

#include "worker/config/config.h"

#define KAFKA_PREFIX "kafka."

enum config_source { SOURCE_DEFAULT, SOURCE_FILE, SOURCE_ENVIRONMENT, SOURCE_FLAG };

/* Where a value came from. Texts are the configuration's. */
struct config_origin {
    enum config_source source;
    const char *name; /* of the file, variable or flag */
    uint32_t line;
};

/* The source of one option's value. */
struct config_slot {
    const struct option *option;
    void *base; /* the struct that holds its field */
    struct config_origin origin;
    const char *secret_file; /* to be read in the end: only the source that wins has to be readable */
};

struct config_block {
    struct config_block *next;
    char text[];
};

struct config_details {
    const struct config_command *command;
    struct config_slot *slots; /* shared options, then the command's own */
    uint32_t slot_count, shared_count;
    struct config_origin *property_origins; /* beside kafka_properties */
    const char **property_files;            /* likewise: files that hold secrets */
    char **problems;
    uint32_t problem_count;
    char **warnings;
    uint32_t warning_count;
    char *reason;
    struct config_block *blocks; /* every text kept */
    bool no_memory;
};

/* A copy that lives as long as the configuration; "" on lack of memory, which is remembered. */
const char *config_keep(struct config *config, const char *text);
void config_problem(struct config *config, const char *format, ...) __attribute__((format(printf, 2, 3)));
void config_warn(struct config *config, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "file:line", "OSBILL_X", "--x" */
void config_origin_text(const struct config_origin *origin, char *ret_text, size_t capacity);

/* One setting from one source: an option, its -file form, or a kafka. property. Problems are noted. */
void config_set(struct config *config, const char *name, const char *value, struct config_origin origin);
/* Reads the files of secrets that are in effect. */
void config_read_secrets(struct config *config);
/* Whole file, at most `limit` bytes, NUL-terminated and malloced; NULL: errno says why. */
char *config_read_file(const char *path, size_t limit, size_t *ret_size);

/* The slot of this name that the command takes or not; NULL: no such option. */
struct config_slot *config_find(struct config *config, const char *name);
bool config_takes(const struct config *config, const struct option *option);
bool config_property_is_secret(const char *property);

void config_apply_file(struct config *config);
void config_apply_environment(struct config *config, char *const *environ);

/* Flags: `flag` gets each with its value; arguments are collected. Notes problems unless config is NULL. */
struct config_flags {
    void *context;
    void (*flag)(void *context, const char *name, const char *value);
    void (*argument)(void *context, const char *argument);
    void (*problem)(void *context, const char *flag, const char *text);
};
void config_walk_flags(struct config *config, int argc, char *const *argv, const struct config_flags *flags);
void config_apply_flags(struct config *config, int argc, char *const *argv);
/* The value of --config, or NULL. */
const char *config_file_flag(struct config *config, int argc, char *const *argv);

#endif
