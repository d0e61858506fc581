/* What is allowed in a catalogue and yet likely to surprise: said before it goes live. */
#ifndef OSBILL_CLI_CATALOGUE_WARNINGS_H
#define OSBILL_CLI_CATALOGUE_WARNINGS_H

#include "core/book.h"
#include "core/catalogue.h"
#include "worker/cli/catalogue/catalogue_usage.h"

struct warning_sources {
    const struct catalogue_book *book;
    const struct usages *usages; /* NULL: not known */
    int64_t now;
};

/* Calls `warn` for each; returns how many, or -1: out of memory. The text is valid during the call. What only scans
 * can show (templates that nearly are an item, items that no module offers) is said of a book that holds some. */
int catalogue_warnings(const struct warning_sources *sources, struct arena *arena,
                       void (*warn)(void *context, const char *text), void *context);

/* Internal to catalogue_warnings*.c. */
struct warning_search {
    const struct warning_sources *sources;
    const struct catalogue *catalogue;
    struct arena *arena;
    int found;
    void (*warn)(void *context, const char *text);
    void *context;
};
void add_warning(struct warning_search *search, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* catalogue_warnings_prices.c, catalogue_warnings_names.c; false: out of memory. */
bool warn_of_prices(struct warning_search *search);
bool warn_of_names(struct warning_search *search);

#endif
