/* What is in effect and where it came from. */
#include "worker/config/config_parts.h"

#include <string.h>

#define ORIGIN_SIZE 600

void config_origin_text(const struct config_origin *origin, char *ret_text, size_t capacity)
{
    if (origin->source == SOURCE_DEFAULT)
        snprintf(ret_text, capacity, "default");
    else if (origin->source == SOURCE_FILE)
        snprintf(ret_text, capacity, "%s:%u", origin->name, (unsigned)origin->line);
    else
        snprintf(ret_text, capacity, "%s", origin->name);
}

void config_each(const struct config *config, bool (*visit)(void *context, const struct config_entry *entry),
                 void *context)
{
    const struct config_details *details = config->details;
    char value[OPTION_VALUE_MAX], origin[ORIGIN_SIZE];

    for (uint32_t i = 0; i < details->shared_count; i++) {
        const struct config_slot *slot = &details->slots[i];
        if (!config_takes(config, slot->option) || slot->option->place == OPTION_FLAG_ONLY)
            continue;
        option_format(slot->option, slot->base, value, sizeof(value));
        config_origin_text(&slot->origin, origin, sizeof(origin));
        struct config_entry entry = {slot->option->name, value, origin, slot->origin.source == SOURCE_DEFAULT};
        if (!visit(context, &entry))
            return;
    }
    for (uint32_t i = 0; i < config->kafka_property_count; i++) {
        const struct kafka_property *property = &config->kafka_properties[i];
        char name[300];
        if (!(details->command->groups & OPTION_OF_KAFKA))
            return;
        snprintf(name, sizeof(name), KAFKA_PREFIX "%s", property->name);
        config_origin_text(&details->property_origins[i], origin, sizeof(origin));
        struct config_entry entry = {name, config_property_is_secret(property->name) ? "***" : property->value, origin,
                                     false};
        if (!visit(context, &entry))
            return;
    }
}

/* A certificate may have several lines, and stays on one. */
static int write_value(const char *value, FILE *to)
{
    int size = 0;

    for (; *value; value++)
        size += (unsigned char)*value < ' ' ? fprintf(to, "\\x%02x", *value) : fprintf(to, "%c", *value);
    return size;
}

static bool explain_entry(void *context, const struct config_entry *entry)
{
    const char *quote = strchr(entry->value, ' ') ? "\"" : "";

    fprintf(context, "%-24s = %s", entry->name, quote);
    int size = write_value(entry->value, context);
    fprintf(context, "%s%*s# %s\n", quote, size < 32 ? 33 - size : 1, "", entry->origin);
    return true;
}

void config_explain(const struct config *config, FILE *to)
{
    config_each(config, explain_entry, to);
}
