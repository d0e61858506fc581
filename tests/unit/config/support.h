/* Loads a configuration from texts. */
#ifndef OSBILL_TESTS_CONFIG_SUPPORT_H
#define OSBILL_TESTS_CONFIG_SUPPORT_H

#include "cmocka_all.h"
#include "worker/config/config.h"

#include <string.h>

/* A command that takes everything. */
extern const struct config_command everything;

/* Flags and variables are NULL-terminated lists, or NULL. The file, unless NULL, is written to a temporary folder and
 * named by OSBILL_CONFIG; problems call it FILE. */
struct sources {
    const struct config_command *command;
    const char *file;
    const char *const *variables;
    const char *const *flags;
};
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The loaded configuration; test_config_free afterwards. */
struct config *load(const struct sources *sources);
/* Fails unless loading fails with exactly these problems, a line each. */
void assert_problems(const struct sources *sources, const char *expected);
void test_config_free(void);

/* A file in the temporary folder. */
const char *write_file(const char *name, const char *content);

/* Everything that is printed of the configuration. */
const char *explained(const struct config *config);

#endif
