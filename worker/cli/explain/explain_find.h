/* osbill explain's way to the records. Internal to explain_read.c, explain_search.c, explain_gather.c and the command.
 */
#ifndef OSBILL_CLI_EXPLAIN_FIND_H
#define OSBILL_CLI_EXPLAIN_FIND_H

#include "worker/cli/common/progress.h"
#include "worker/cli/explain/explain.h"

struct explaining {
    struct context context;
    struct explanation all;
    struct kafka_range from;        /* --from */
    struct text account_id, vps_id; /* --account, --vps; empty: any */
    int32_t partitions;             /* of the account topics */
    int32_t partition;              /* of the account; -1: not known */
    struct memory scratch;          /* of one record */
    struct progress progress;       /* of the topic that is read */
    enum exit_code code;            /* EXIT_DONE while it goes on */
};

typedef bool explain_take(void *context, const struct kafka_record *record);

/* explain_read.c: all records of a range to the present end; false from the callback: that is enough. Tells of its
 * progress on standard error when it takes long. False: explaining->code. */
bool explain_read(struct explaining *explaining, enum topic topic, struct kafka_range range, explain_take *take,
                  void *context);
/* Decodes into scratch memory, which this call forgets first. False: it cannot be read, or explaining->code is set. */
bool explain_look(struct explaining *explaining, const struct record_type *type, const struct kafka_record *record,
                  void *ret_record);
/* The same for good. */
bool explain_keep(struct explaining *explaining, const struct record_type *type, const struct kafka_record *record,
                  void *ret_record);
bool explain_no_memory(struct explaining *explaining);

/* explain_search.c: fills decisions, events, cases, charge_ids. */
void explain_search(struct explaining *explaining);
/* explain_gather.c: everything else that these name. */
void explain_gather(struct explaining *explaining);
/* explain_inputs.c: the inputs, by exact offset, and the dead letters. */
void explain_gather_inputs(struct explaining *explaining);
void explain_gather_dead_letters(struct explaining *explaining);

/* The partition that all decisions found are in; -1: they are in several, or it is the lane's. */
int32_t explain_partition(const struct explanation *all);
/* When the first of the decisions was made, and a while before: clocks differ. */
int64_t explain_since(const struct explanation *all);

#endif
