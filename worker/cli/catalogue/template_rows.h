/* One template as an administrator looks at it: a row, or a line of JSON. */
#ifndef OSBILL_CLI_TEMPLATE_ROWS_H
#define OSBILL_CLI_TEMPLATE_ROWS_H

#include "core/catalogue_view.h"
#include "worker/cli/catalogue/catalogue_usage.h"
#include "worker/cli/common/table.h"

extern const char *const template_status_names[]; /* by enum template_status */

struct template_rows {
    const struct catalogue_book *book;
    const struct catalogue *catalogue; /* of the book */
    const struct usages *usages;       /* NULL: nobody asked how many VPSs have it installed */
    struct table table;
};

void template_rows_init(struct template_rows *rows, const struct catalogue_book *book,
                        const struct catalogue *catalogue, const struct usages *usages);
void template_row_add(struct template_rows *rows, const struct template_view *view);
void template_row_json(const struct template_rows *rows, const struct template_view *view);

#endif
