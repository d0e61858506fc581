/* osbill case list */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/account/account_view.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/table.h"

enum { RETRIES = 5, ROWS_AT_ONCE = 200 };

struct case_options {
    const char *account;
};

static const struct option case_options[] = {
    {.name = "account",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct case_options, account),
     .help = "Only this account's."},
};

struct listing {
    struct context context;
    struct redis_dump *redis;
    struct memory scratch;
    struct table table;
    uint64_t cases;
    enum exit_code code;
};

static void show_case(struct listing *listing, struct text account_id, const struct account_state *account,
                      const struct case_ref *reference)
{
    listing->cases++;
    if (listing->context.config->json) {
        json_t *json = json_from_record(&case_ref_record, reference);
        json_object_set_new(json, "account_id", json_stringn(account_id.data, account_id.size));
        json_object_set_new(json, "currency",
                            json_stringn(account->currency.size ? account->currency.data : "", account->currency.size));
        put_json(json);
        return;
    }
    table_cell(&listing->table, reference->case_id);
    table_cell(&listing->table, account_id);
    table_cell(&listing->table, reference->vps_id);
    table_format(&listing->table, "%s", case_state_names[reference->state]);
    table_money(&listing->table, reference->amount_micros);
    table_cell(&listing->table, account->currency);
    table_time(&listing->table, reference->opened_at);
    table_time(&listing->table, reference->due_at);
    if (listing->table.cell_count >= ROWS_AT_ONCE * listing->table.column_count)
        table_flush(&listing->table);
}

static void show_account(struct listing *listing, struct text account_id, const struct account_state *account)
{
    for (uint32_t i = 0; i < account->cases.count; i++)
        show_case(listing, account_id, account, &account->cases.items[i]);
}

static bool visit(void *context, struct text key, struct text value)
{
    struct listing *listing = context;
    struct account_state account;

    if (key.size < 3 || memcmp(key.data, "a:", 2) != 0)
        return !interrupted();
    memory_reset(&listing->scratch);
    struct codec_result result = codec_decode(listing->context.codec, &account_state_record, value.data, value.size,
                                              &listing->scratch.arena, &account);
    if (result.status != CODEC_OK)
        listing->code = context_codec_failed("Redis", result);
    else
        show_account(listing, (struct text){key.data + 2, key.size - 2}, &account);
    return listing->code == EXIT_DONE && !interrupted() && !print_failed();
}

/* Begun again when Redis was rebuilt meanwhile: nothing was shown of it then, or what was shown may come twice. */
static enum exit_code scan_partition(struct listing *listing, int32_t partition)
{
    struct text position;
    struct result result = {RESULT_RETRY, ""};
    bool moved;

    for (int tries = 0; tries < RETRIES && result.kind == RESULT_RETRY && listing->code == EXIT_DONE; tries++)
        result = redis_dump_scan(listing->redis, partition, REDIS_DUMP_STATE, visit, listing, &position, &moved);
    if (result.kind != RESULT_OK)
        return context_failed("Redis", result);
    if (!position.data)
        say("note: Redis holds nothing of partition %d yet", partition);
    return listing->code;
}

static enum exit_code list_all(struct listing *listing, int32_t partitions)
{
    enum exit_code code = EXIT_DONE;

    for (int32_t i = 0; i < partitions && code == EXIT_DONE && !interrupted(); i++)
        code = scan_partition(listing, i);
    return code;
}

static enum exit_code list_account(struct listing *listing, int32_t partitions, const char *account)
{
    struct text account_id = {account, (uint32_t)strlen(account)};
    struct account_view view;
    enum exit_code code = account_view_read(&listing->context, listing->redis, partitions, account_id, &view);

    if (code == EXIT_DONE && view.found)
        show_account(listing, account_id, &view.account);
    if (code == EXIT_DONE && !view.found) {
        say("account %s is not known", account);
        code = EXIT_FOUND;
    }
    return code;
}

static enum exit_code run_list(const struct call *call)
{
    static const struct table_column columns[] = {{"case", false},      {"account", false}, {"vps", false},
                                                  {"waits for", false}, {"amount", true},   {"", false},
                                                  {"opened", false},    {"ends", false}};
    const struct case_options *options = call->options;
    struct listing listing = {.table = {.columns = columns, .column_count = 8}};
    enum exit_code code = EXIT_BROKEN;
    int32_t partitions;

    interrupt_catch();
    memory_init(&listing.scratch, 64 << 10, 1 << 20);
    if (context_open(&listing.context, call->config))
        code = redis_open_accounts(&listing.context, &listing.redis, &partitions);
    if (code == EXIT_DONE)
        code =
            *options->account ? list_account(&listing, partitions, options->account) : list_all(&listing, partitions);
    if (!call->config->json && listing.table.cell_count)
        table_flush(&listing.table);
    if (code == EXIT_DONE && !call->config->json && !listing.cases)
        put("no open cases\n");
    table_free(&listing.table);
    redis_dump_close(listing.redis);
    memory_clear(&listing.scratch);
    context_release(&listing.context);
    return code;
}

const struct command case_list_command = {
    .name = "case list",
    .usage = "",
    .summary = "Lists open cases: what waits for money, a price, a mapping.",
    .details = "SHORT waits for money, FROZEN for the account, PRICE and STRICT for the catalogue, GRACE for a\n"
               "tariff, module or template that is not known yet. From Redis, while workers move on;\n"
               "`osbill account show` says what a case is for.",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_REDIS,
    .options = case_options,
    .option_count = 1,
    .options_size = sizeof(struct case_options),
    .run = run_list,
};
