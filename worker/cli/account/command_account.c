/* osbill account show */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/account/account_view.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/table.h"

/* Saturates, as outputs do (rules.md 9). */
static int64_t available(const struct account_state *account)
{
    int64_t limit = account->credit_limit_micros;

    return account->balance_micros > INT64_MAX - limit ? INT64_MAX : account->balance_micros + limit;
}

static void print_json(const struct call *call, const struct account_view *view)
{
    json_t *vps = json_object();

    for (uint32_t i = 0; i < view->vps_count; i++)
        json_object_setn_new(vps, view->vps[i].vps_id.data, view->vps[i].vps_id.size,
                             view->vps[i].state ? json_from_record(&vps_state_record, view->vps[i].state)
                                                : json_null());
    put_json(json_pack("{s:s, s:i, s:I, s:I, s:o, s:o, s:o}", "account_id", call->arguments[0], "partition",
                       view->partition, "seq", (json_int_t)view->position.seq, "available_micros",
                       (json_int_t)available(&view->account), "account",
                       json_from_record(&account_state_record, &view->account), "vps", vps, "position",
                       json_from_record(&position_record, &view->position)));
}

static void print_account(const struct call *call, const struct account_view *view)
{
    const struct account_state *account = &view->account;
    char balance[DECIMAL_TEXT], limit[DECIMAL_TEXT], free[DECIMAL_TEXT];

    put("account %s: %s, balance %s %.*s, credit limit %s, available %s\n", call->arguments[0],
        account_status_names[account->status], decimal_from_micros(account->balance_micros, balance),
        (int)account->currency.size, account->currency.size ? account->currency.data : "",
        decimal_from_micros(account->credit_limit_micros, limit), decimal_from_micros(available(account), free));
    position_print(view->partition, &view->position);
    if (account->parked.count)
        put("%u events wait for the account or a VPS that is not known yet\n", account->parked.count);
}

static void add_period(struct table *table, const struct vps_entry *entry, const struct period *period, bool first)
{
    const struct vps_state *vps = entry->state;

    table_cell(table, first ? entry->vps_id : TEXT(""));
    table_format(table, "%s", first ? vps_status_names[vps->status] : "");
    table_cell(table, first ? vps->template : TEXT(""));
    table_cell(table, period ? period->tariff_id : vps->tariff_id);
    table_time(table, period ? period->period_start : 0);
    table_time(table, period ? period->period_end : 0);
    table_money(table, period ? period->base_level_micros : 0);
    table_money(table, period ? period->os_level_micros : 0);
}

static void print_vps(const struct account_view *view)
{
    static const struct table_column columns[] = {
        {"vps", false},         {"status", false}, {"installed", false}, {"tariff", false},
        {"period from", false}, {"until", false},  {"base", true},       {"os", true}};
    struct table table = {.columns = columns, .column_count = 8};

    for (uint32_t i = 0; i < view->vps_count; i++) {
        const struct vps_state *vps = view->vps[i].state;
        for (uint32_t k = 0; vps && k < vps->periods.count; k++)
            add_period(&table, &view->vps[i], &vps->periods.items[k], k == 0);
        if (vps && !vps->periods.count)
            add_period(&table, &view->vps[i], NULL, true);
    }
    if (table.cell_count) {
        put("\n");
        table_flush(&table);
    }
    table_free(&table);
}

static void print_cases(const struct account_view *view)
{
    static const struct table_column columns[] = {{"open case", false}, {"vps", false},   {"kind", false},
                                                  {"waits for", false}, {"amount", true}, {"template", false},
                                                  {"opened", false},    {"rule", false}};
    struct table table = {.columns = columns, .column_count = 8};

    for (uint32_t i = 0; i < view->vps_count; i++) {
        const struct vps_state *vps = view->vps[i].state;
        for (uint32_t k = 0; vps && k < vps->cases.count; k++) {
            const struct open_case *open = &vps->cases.items[k];
            table_cell(&table, open->case_id);
            table_cell(&table, view->vps[i].vps_id);
            table_format(&table, "%s", case_kind_names[open->kind]);
            table_format(&table, "%s", case_state_names[open->state]);
            table_money(&table, open->amount_micros);
            table_cell(&table, open->template);
            table_time(&table, open->opened_at);
            table_cell(&table, open->rule);
        }
    }
    if (table.cell_count) {
        put("\n");
        table_flush(&table);
    }
    table_free(&table);
}

static enum exit_code show(struct context *context, struct redis_dump *redis, int32_t partitions,
                           const struct call *call)
{
    struct text account_id = {call->arguments[0], (uint32_t)strlen(call->arguments[0])};
    struct account_view view;
    enum exit_code code = account_view_read(context, redis, partitions, account_id, &view);

    if (code != EXIT_DONE)
        return code;
    if (!view.found) {
        say("account %s is not known (partition %d, seq %lld)", call->arguments[0], view.partition,
            (long long)view.position.seq);
        return EXIT_FOUND;
    }
    if (call->config->json) {
        print_json(call, &view);
        return EXIT_DONE;
    }
    print_account(call, &view);
    print_vps(&view);
    print_cases(&view);
    return EXIT_DONE;
}

static enum exit_code run_show(const struct call *call)
{
    struct redis_dump *redis = NULL;
    struct context context;
    enum exit_code code = EXIT_BROKEN;
    int32_t partitions;

    if (strlen(call->arguments[0]) > 128) {
        say("an account id has at most 128 characters");
        return EXIT_USAGE;
    }
    if (context_open(&context, call->config))
        code = redis_open_accounts(&context, &redis, &partitions);
    if (code == EXIT_DONE)
        code = show(&context, redis, partitions, call);
    redis_dump_close(redis);
    context_release(&context);
    return code;
}

const struct command account_show_command = {
    .name = "account show",
    .usage = "ACCOUNT",
    .summary = "Shows an account, its VPSs, periods and open cases, from Redis.",
    .details =
        "The answer names the position that it is for; a running worker moves on. base and os are the full-period\n"
        "prices that are paid or owed so far.",
    .codes = "0: shown; 1: no such account; 4: Redis holds nothing yet",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_REDIS,
    .argument_minimum = 1,
    .argument_maximum = 1,
    .run = run_show,
};
