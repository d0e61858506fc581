#include "worker/cli/cluster/settings_check.h"

#include "worker/cli/common/print.h"
#include "worker/kafka/kafka_config.h"
#include "worker/redis/redis_address.h"

enum { SCANS_MAX = 32 };

bool settings_check(const struct config *config)
{
    struct kafka_reason reason;
    struct redis_address address;
    bool good = true;

    for (uint32_t i = 0; i < config->kafka_property_count; i++) {
        struct result result =
            kafka_check_property(config->kafka_properties[i].name, config->kafka_properties[i].value, &reason);
        if (result.kind != RESULT_OK)
            say("%s", result.reason);
        good = good && result.kind == RESULT_OK;
    }
    /* LinkState.seen_bits remembers that many scans. */
    if (config->scan_remove_after > SCANS_MAX) {
        say("scan.remove-after = %lld: expected a number from 1 to %d (scans)", (long long)config->scan_remove_after,
            SCANS_MAX);
        good = false;
    }
    struct result result = redis_address_parse(config->redis_url, &address);
    if (result.kind != RESULT_OK)
        say("redis-url: %s", result.reason);
    return good && result.kind == RESULT_OK;
}
