/* A change set: made of differences, tried on a copy of the book by the lane's own rules, published, waited for. */
#ifndef OSBILL_CLI_CHANGE_SET_H
#define OSBILL_CLI_CHANGE_SET_H

#include "worker/cli/catalogue/catalogue_diff.h"
#include "worker/cli/cluster/context.h"

struct change_set {
    struct text id, actor, reason;
    struct catalogue_change *parts;
    uint32_t count;
};

/* Empty id: a new one. Empty actor: who runs this. False: out of memory. */
bool change_set_make(const struct differences *differences, const char *id, const char *actor, const char *reason,
                     struct arena *arena, struct change_set *ret);

/* Applies the set to the book as the catalogue lane would (core/lane.h). *ret_refusal: why it would be refused, empty
 * when it would not. False: out of memory. */
bool change_set_try(const struct change_set *set, struct catalogue_book *book, struct arena *arena,
                    struct text *ret_refusal);

/* Publishes and waits for the outcome, which is printed. EXIT_REFUSED: the lane refused it. timeout_ms 0: does not
 * wait. */
enum exit_code change_set_publish(struct context *context, const struct change_set *set, int64_t timeout_ms);

#endif
