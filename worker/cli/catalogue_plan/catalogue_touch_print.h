/* What a plan touches, for people and for programs. */
#ifndef OSBILL_CLI_CATALOGUE_TOUCH_PRINT_H
#define OSBILL_CLI_CATALOGUE_TOUCH_PRINT_H

#include "worker/cli/catalogue_plan/catalogue_touch.h"
#include "worker/cli/common/table.h"

/* Lists are cut to `limit` rows for people; as JSON they are whole, a line each. */
struct touch_printer {
    const struct touch *touch;
    const struct usages *usages; /* NULL: what is touched is not known */
    bool json;
    uint64_t limit;
    struct table vps, cases; /* rows for people, kept until they are shown */
    uint64_t vps_shifted, cases_held, cases_decided;
};

void touch_printer_init(struct touch_printer *printer, const struct touch *touch, bool json, uint64_t limit);
void touch_printer_release(struct touch_printer *printer);

/* While Redis is read: usage_visit and held_cases_try's callback; the context is the printer. As JSON a VPS has a line
 * for each period that is touched, as a row it has its first one. */
void touch_print_vps(void *context, struct text account_id, struct text vps_id, struct usage *usage);
void touch_print_case(void *context, const struct held_case *held);

/* The differences, each with what it touches. */
void touch_print_differences(struct touch_printer *printer, const struct differences *differences);
/* The lists, what they are worth, the totals. */
void touch_print_rest(struct touch_printer *printer, const struct differences *differences,
                      const struct orderable_changes *templates);

#endif
