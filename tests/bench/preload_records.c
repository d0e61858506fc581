#include "preload.h"
#include "preload_parts.h"

#include <time.h>

#include "records.h"

#define DAY_MS        INT64_C(86400000)
#define TEXT(literal) ((struct text){"" literal, sizeof(literal) - 1})

enum { ID_SIZE = 32 };

/* Prefix and number with at least `digits` digits. */
static struct text id(char buffer[ID_SIZE], const char *prefix, int digits, int64_t number)
{
    char reversed[20];
    int count = 0;
    uint32_t size = 0;

    for (; number || count < digits; number /= 10)
        reversed[count++] = (char)('0' + number % 10);
    while (prefix[size]) {
        buffer[size] = prefix[size];
        size++;
    }
    while (count)
        buffer[size++] = reversed[--count];
    return (struct text){buffer, size};
}

static struct text template_id(char buffer[ID_SIZE], int64_t number)
{
    return id(buffer, "ISPsystem__OS ", 2, number);
}

/* The peer's catalogue is compiled in; ours comes through one complete scan. */
bool preload_templates(struct preload *preload)
{
    const struct workload *workload = preload_workload(preload);
    char event[ID_SIZE], scan[ID_SIZE], name[ID_SIZE];
    struct template_discovered record = {.occurred_at = workload->start - 3 * DAY_MS,
                                         .module_id = TEXT("m1"),
                                         .scan_id = id(scan, "scan", 1, (int64_t)time(NULL)),
                                         .scan_size = (int32_t)workload->templates,
                                         .repository = TEXT("ISPsystem")};

    if (!preload_begin(preload, "template-discovered", &template_discovered_record))
        return false;
    for (int64_t i = 0; i < workload->templates; i++) {
        record.event_id = id(event, "td", 2, i);
        record.name = id(name, "OS ", 2, i);
        if (!preload_send(preload, record.module_id, &record))
            return false;
    }
    return preload_finish(preload);
}

bool preload_accounts(struct preload *preload)
{
    const struct workload *workload = preload_workload(preload);
    char event[ID_SIZE], account[ID_SIZE];
    struct account_event record = {.occurred_at = workload->start - 2 * DAY_MS, .currency = TEXT("EUR")};

    if (!preload_begin(preload, "account", &account_event_record))
        return false;
    for (int64_t a = 0; a < workload->accounts; a++) {
        record.account_id = id(account, "a", 6, a);
        record.event_id = id(event, "ao", 6, a);
        record.kind = ACCOUNT_KIND_OPENED;
        record.amount_micros = 0;
        if (!preload_send(preload, record.account_id, &record))
            return false;
        record.event_id = id(event, "ad", 6, a);
        record.kind = ACCOUNT_KIND_DEPOSIT;
        record.amount_micros = workload_deposit(workload, a);
        if (!preload_send(preload, record.account_id, &record))
            return false;
    }
    return preload_finish(preload);
}

bool preload_orders(struct preload *preload)
{
    const struct workload *workload = preload_workload(preload);
    char event[ID_SIZE], account[ID_SIZE], order[ID_SIZE], vps[ID_SIZE], tariff[ID_SIZE], template[ID_SIZE];
    struct order record = {.occurred_at = workload->start - DAY_MS,
                           .module_id = TEXT("m1"),
                           .kind = ORDER_KIND_PLACED,
                           .period_start = workload->start,
                           .period_months = 1};

    if (!preload_begin(preload, "order", &order_record))
        return false;
    for (int64_t v = 0; v < 2 * workload->accounts; v++) {
        record.event_id = id(event, "o", 7, v);
        record.account_id = id(account, "a", 6, v / 2);
        record.order_id = id(order, "or", 7, v);
        record.vps_id = id(vps, "v", 7, v);
        record.tariff_id = id(tariff, "t", 1, workload_tariff(workload, v));
        record.template = template_id(template, workload_order_template(workload, v));
        if (!preload_send(preload, record.account_id, &record))
            return false;
    }
    return preload_finish(preload);
}

bool preload_installations(struct preload *preload)
{
    const struct workload *workload = preload_workload(preload);
    char event[ID_SIZE], account[ID_SIZE], vps[ID_SIZE], template[ID_SIZE];
    struct os_installed record = {.module_id = TEXT("m1"), .source = INSTALL_SOURCE_REINSTALL};
    const struct preload_options *options = preload_choices(preload);
    int64_t end = options->count < 0 ? workload->events : options->first + options->count;

    if (!preload_begin(preload, "os-installed", &os_installed_record))
        return false;
    for (int64_t i = options->first; i < end; i++) {
        int64_t j = workload_origin(i), v = workload_event_vps(workload, j);
        record.event_id = id(event, "e", 9, j);
        record.occurred_at = record.installed_at = workload_event_time(workload, j);
        record.account_id = id(account, "a", 6, v / 2);
        record.vps_id = id(vps, "v", 7, v);
        record.template = template_id(template, workload_event_template(workload, j));
        if (!preload_send(preload, record.account_id, &record))
            return false;
    }
    return preload_finish(preload);
}
