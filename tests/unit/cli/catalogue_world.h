/* A catalogue in memory that files are applied to by the lane's own rules. */
#ifndef OSBILL_TEST_CATALOGUE_WORLD_H
#define OSBILL_TEST_CATALOGUE_WORLD_H

#include "worker/cli/catalogue/change_set.h"

struct world {
    struct memory memory, book_memory;
    struct catalogue_book book;
    struct catalogue_file file;
    struct differences differences;
    struct change_set set;
    struct text refusal;
};

extern const char catalogue_example[];

void world_open(struct world *world);
void world_close(struct world *world);
/* Plans and applies a file, which must be readable; the number of changes. */
uint32_t world_apply(struct world *world, const char *file);
/* A whole scan of the module: names without the repository ISP, blanks between them. */
void world_scan(struct world *world, const char *module_id, const char *names);

#endif
