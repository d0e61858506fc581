/* A configuration file of any bytes: each setting of a known option is parsed, and what is taken is printed and taken
 * again with the same meaning. */
#include "worker/config/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of struct config: offsets within it. */
union values {
    struct config config;
    char bytes[sizeof(struct config)];
};

static void check(const struct option *option, const char *value)
{
    static char allowed[OPTION_VALUE_MAX], first[OPTION_VALUE_MAX], second[OPTION_VALUE_MAX];
    union values values;

    memset(&values, 0, sizeof(values));
    if (!option_parse(option, value, &values, allowed))
        return;
    option_format(option, &values, first, sizeof(first));
    if (option->secret || option_url_has_password(value))
        return; /* printed as *** */
    if (!option_parse(option, first, &values, allowed))
        abort();
    option_format(option, &values, second, sizeof(second));
    if (strcmp(first, second) != 0)
        abort();
}

static void setting(void *context, const char *name, const char *value, uint32_t line)
{
    uint32_t count;
    const struct option *table = option_table(&count);

    (void)context;
    (void)line;
    (void)option_nearest(table, count, name);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            check(&table[i], value);
}

static void problem(void *context, const char *text, uint32_t line)
{
    (void)context;
    (void)text;
    (void)line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct config_lines lines = {NULL, setting, problem};

    config_parse_buffer((const char *)data, size, &lines);
    return 0;
}
