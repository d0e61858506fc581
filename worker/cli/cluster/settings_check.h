/* What the option table cannot know of the settings: asks librdkafka about its properties, parses Redis' address. */
#ifndef OSBILL_CLI_SETTINGS_CHECK_H
#define OSBILL_CLI_SETTINGS_CHECK_H

#include <stdbool.h>

#include "worker/config/config.h"

/* False: said why. */
bool settings_check(const struct config *config);

#endif
