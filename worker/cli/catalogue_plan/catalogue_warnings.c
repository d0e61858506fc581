#include "worker/cli/catalogue_plan/catalogue_warnings.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/snapshot.h"

void add_warning(struct warning_search *search, const char *format, ...)
{
    char text[800];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    search->found++;
    search->warn(search->context, text);
}

int catalogue_warnings(const struct warning_sources *sources, struct arena *arena,
                       void (*warn)(void *context, const char *text), void *context)
{
    struct warning_search search = {
        .sources = sources,
        .catalogue = catalogue_build(sources->book, 0, arena),
        .arena = arena,
        .warn = warn,
        .context = context,
    };

    return search.catalogue && warn_of_prices(&search) && warn_of_names(&search) ? search.found : -1;
}
