/* What the VPSs that Redis holds use of the catalogue; those that are alike are counted together.
 *
 * There are far fewer kinds of them than VPSs: a module, an OS, tariffs and months. So everything that a plan says of
 * VPSs is worked out once for each kind, whatever their number. */
#ifndef OSBILL_CLI_CATALOGUE_USAGE_H
#define OSBILL_CLI_CATALOGUE_USAGE_H

#include "worker/cli/cluster/context.h"
#include "worker/cli/common/text_map.h"

struct usage_period {
    struct text tariff_id;
    int32_t months;
};

/* ACTIVE and PENDING ones. */
struct usage {
    struct text module_id, template; /* what is installed */
    enum install_source source;
    struct usage_period *periods; /* that run at `now` or later, each pair once */
    uint32_t period_count;
    uint64_t count; /* how many VPSs */
    int mark;       /* the visitor's own; 0 for a new one */
};

/* What an answer from Redis is worth. */
struct usage_partition {
    bool held; /* Redis holds something of it */
    int64_t seq, decided_at, catalogue_version;
};

struct usages {
    struct memory memory;
    struct text_map kinds;
    struct item_list items; /* struct usage by number */
    int64_t now;
    uint64_t vps; /* all of them */
    struct usage_partition *partitions;
    int32_t partition_count;
};

/* Called once for each VPS while it is read. Text is valid during the call; usage->count does count it. */
typedef void usage_visit(void *context, struct text account_id, struct text vps_id, struct usage *usage);

/* Reads all partitions; `visit` may be NULL. Release in any case. EXIT_UNAVAILABLE: Redis does not answer, said. */
enum exit_code usages_read(struct context *context, struct redis_dump *redis, int32_t partitions, int64_t now,
                           usage_visit *visit, void *visitor, struct usages *ret);
void usages_release(struct usages *usages);

/* usages_read without Redis: counts one VPS. False: no memory. */
bool usages_init(struct usages *usages, int64_t now, int32_t partitions);
struct usage *usages_add(struct usages *usages, const struct vps_state *vps);

static inline struct usage *usage_number(const struct usages *usages, uint32_t number)
{
    return (struct usage *)usages->items.items + number;
}

/* Partitions of which Redis holds nothing yet; the oldest and newest moments of the others, 0: there is none. */
int32_t usages_empty_partitions(const struct usages *usages, int64_t *ret_oldest, int64_t *ret_newest);

#endif
