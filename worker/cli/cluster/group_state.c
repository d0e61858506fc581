#include "worker/cli/cluster/group_state.h"

#include <stdio.h>
#include <string.h>

struct search {
    const char *group;
    char *state;
};

static void look(void *context, const char *group, const char *state)
{
    const struct search *search = context;

    if (!strcmp(group, search->group))
        (void)snprintf(search->state, GROUP_STATE, "%s", state);
}

enum exit_code group_state(struct context *context, struct kafka_admin *admin, char ret_state[GROUP_STATE])
{
    struct search search = {context->config->group, ret_state};

    (void)snprintf(ret_state, GROUP_STATE, "Empty");
    struct result result = kafka_admin_groups(admin, CONTEXT_TIMEOUT_MS, look, &search);
    return result.kind == RESULT_OK ? EXIT_DONE : context_failed("Kafka", result);
}

bool group_has_members(const char *state)
{
    return strcmp(state, "Empty") != 0 && strcmp(state, "Dead") != 0;
}
