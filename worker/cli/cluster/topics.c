#include "worker/cli/cluster/topics.h"

#include <stdio.h>
#include <string.h>

#include "core/overlay.h"
#include "core/text.h"
#include "worker/cli/common/print.h"

#define RECORDS(...)                    \
    (const struct record_type *const[]) \
    {                                   \
        __VA_ARGS__, NULL               \
    }

static const struct topic_setting kept_30_days[] = {
    {"cleanup.policy", "delete"},
    {"retention.ms", "2592000000"},
    {"retention.bytes", "-1"},
    {"max.message.bytes", "1048576"},
    {"unclean.leader.election.enable", "false"},
    {NULL, NULL},
};
static const struct topic_setting kept_90_days[] = {
    {"cleanup.policy", "delete"},
    {"retention.ms", "7776000000"},
    {"retention.bytes", "-1"},
    {"max.message.bytes", "1048576"},
    {"unclean.leader.election.enable", "false"},
    {NULL, NULL},
};
static const struct topic_setting kept_for_ever[] = {
    {"cleanup.policy", "delete"},
    {"retention.ms", "-1"},
    {"retention.bytes", "-1"},
    {"max.message.bytes", "1048576"},
    {"unclean.leader.election.enable", "false"},
    {NULL, NULL},
};

/* Segments are rolled often, since only closed ones are compacted: what a roll forward reads stays short. */
static const struct topic_setting compacted[] = {
    {"cleanup.policy", "compact"},
    {"segment.bytes", "67108864"},
    {"segment.ms", "3600000"},
    {"min.cleanable.dirty.ratio", "0.2"},
    {"max.compaction.lag.ms", "21600000"},
    {"delete.retention.ms", "604800000"},
    {"max.message.bytes", "1048576"},
    {"unclean.leader.election.enable", "false"},
    {NULL, NULL},
};

/* An input's own bytes and six headers. */
static const struct topic_setting dead_letters[] = {
    {"cleanup.policy", "delete"},
    {"retention.ms", "7776000000"},
    {"retention.bytes", "-1"},
    {"max.message.bytes", "1114112"},
    {"unclean.leader.election.enable", "false"},
    {NULL, NULL},
};

static const struct topic_row rows[TOPIC_COUNT] = {
    [TOPIC_TEMPLATE_DISCOVERED] = {SPREAD_NOT, "module_id", RECORDS(&template_discovered_record), kept_30_days,
                                   "input: templates that scans of the processing modules found"},
    [TOPIC_CATALOGUE] = {SPREAD_NOT, "change", RECORDS(&catalogue_change_record), kept_for_ever,
                         "input: tariffs, prices, overrides"},
    [TOPIC_ACCOUNT] = {SPREAD_BY_ACCOUNT, "account_id", RECORDS(&account_event_record), kept_30_days,
                       "input: accounts and their money"},
    [TOPIC_ORDER] = {SPREAD_BY_ACCOUNT, "account_id", RECORDS(&order_record), kept_30_days, "input: orders"},
    [TOPIC_OS_INSTALLED] = {SPREAD_BY_ACCOUNT, "account_id", RECORDS(&os_installed_record), kept_30_days,
                            "input: operating systems that were installed"},
    [TOPIC_CHARGE] = {SPREAD_BY_ACCOUNT, NULL, RECORDS(&charge_record), kept_for_ever,
                      "output: money taken or given back"},
    [TOPIC_NOTIFICATION] = {SPREAD_BY_ACCOUNT, NULL, RECORDS(&notification_record), kept_90_days,
                            "output: what a person should know"},
    [TOPIC_DECISION] = {SPREAD_BY_ACCOUNT, NULL, RECORDS(&decision_batch_record), kept_for_ever,
                        "output: what became of each input, and why"},
    [TOPIC_ACCOUNT_STATE] = {SPREAD_BY_ACCOUNT, NULL,
                             RECORDS(&account_state_record, &vps_state_record, &vps_list_record, &order_state_record,
                                     &parked_event_record, &event_ids_record, &position_record),
                             compacted, "internal: the state of accounts"},
    [TOPIC_CATALOGUE_STATE] = {SPREAD_NOT, NULL, RECORDS(&catalogue_state_record, &position_record), compacted,
                               "internal: the state of the catalogue"},
    [TOPIC_DEAD_LETTER] = {SPREAD_BY_ACCOUNT, NULL, NULL, dead_letters,
                           "output: inputs that could not be decided, with the reason in headers"},
};

const struct topic_row *topic_row(enum topic topic)
{
    return &rows[topic];
}

enum topic topic_of_name(struct text name, const char *prefix)
{
    uint32_t skip = (uint32_t)strlen(prefix);
    enum topic found = topic_find(name);

    if (found == TOPIC_COUNT && name.size > skip && memcmp(name.data, prefix, skip) == 0)
        found = topic_find((struct text){name.data + skip, name.size - skip});
    return found;
}

enum topic topic_from_argument(const char *argument, const char *prefix)
{
    enum topic found = topic_of_name((struct text){argument, (uint32_t)strlen(argument)}, prefix);
    char names[TOPIC_NAME] = "";
    size_t used = 0;

    if (found != TOPIC_COUNT)
        return found;
    for (int i = 0; i < TOPIC_COUNT; i++)
        used +=
            (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", topic_name((enum topic)i).data);
    say("%s is no topic; these are: %s", argument, names);
    return TOPIC_COUNT;
}

const char *topic_full_name(const char *prefix, enum topic topic, char buffer[TOPIC_NAME])
{
    struct text name = topic_name(topic);

    (void)snprintf(buffer, TOPIC_NAME, "%s%.*s", prefix, (int)name.size, name.data);
    return buffer;
}

const char *topic_subject(const char *prefix, enum topic topic, const struct record_type *type,
                          char buffer[SUBJECT_NAME])
{
    char name[TOPIC_NAME];
    const struct topic_row *row = &rows[topic];
    const char *suffix = row->records[1] ? type->full_name : "value";

    (void)snprintf(buffer, SUBJECT_NAME, "%s-%s", topic_full_name(prefix, topic, name), suffix);
    return buffer;
}

const struct record_type *topic_record_of(enum topic topic, struct text key)
{
    const struct topic_row *row = &rows[topic];
    bool is_position = key.size > 2 && !memcmp(key.data, "p:", 2);

    if (!row->records || !row->records[1])
        return row->records ? row->records[0] : NULL;
    if (is_position)
        return &position_record;
    if (topic == TOPIC_CATALOGUE_STATE)
        return &catalogue_state_record;
    enum state_kind kind = state_key_kind(key);
    return kind == STATE_KINDS ? NULL : state_record_type(kind);
}
