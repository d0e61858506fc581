/* Which row of which decision table chose a rule. Outputs name the rule: the table follows from the input's kind, and
 * where several rows of it have the rule, the verdict may say which. */
#include <stdio.h>

#include "core/lane_tables.h"
#include "core/order.h"
#include "core/text.h"
#include "worker/cli/explain/explain.h"

struct tables {
    enum rule_table_id ids[5];
    uint32_t count;
};

/* --- which tables --- */

static struct tables tables_of_order(const struct order *order)
{
    if (!order)
        return (struct tables){{TABLE_PLACED, TABLE_RENEWED, TABLE_TARIFF_CHANGED, TABLE_CANCELLED}, 4};
    return (struct tables){{(enum rule_table_id)(TABLE_PLACED + (int)order->kind)}, 1};
}

static struct tables tables_of(enum topic topic, const void *record)
{
    switch (topic) {
    case TOPIC_ACCOUNT: return (struct tables){{TABLE_ACCOUNT}, 1};
    case TOPIC_ORDER: return tables_of_order(record);
    case TOPIC_OS_INSTALLED: return (struct tables){{TABLE_INSTALL, TABLE_PERIOD, TABLE_PAYMENT}, 3};
    case TOPIC_TEMPLATE_DISCOVERED: return (struct tables){{TABLE_SIGHTING}, 1};
    case TOPIC_CATALOGUE: return (struct tables){{TABLE_CHANGE}, 1};
    default: return (struct tables){.count = 0};
    }
}

/* An effect that names an event is what became of that event: its own Decision, PARKED, says where it is. */
static struct tables tables_of_deed(const struct explanation *all, const struct found_decision *found,
                                    const struct deed *deed)
{
    const struct decision *about = &found->decision;

    for (uint32_t i = 0; !deed->own && i < all->decisions.count; i++)
        if (text_equal(all->decisions.items[i].decision.event_id, deed->event_id))
            about = &all->decisions.items[i].decision;
    const struct record_place place = place_of(&about->caused_by);
    const struct found_input *input = find_input(all, &place);
    return tables_of(place.topic, input ? input->record : NULL);
}

/* --- which rows --- */

/* Where a rule both waits and decides, the verdict tells them apart. */
static bool fits(enum rule_table_id table, const struct table_row *row, enum verdict verdict)
{
    bool held = verdict == VERDICT_HELD, recorded = verdict == VERDICT_RECORDED;

    if (table == TABLE_PLACED || table == TABLE_RENEWED)
        return row->action == ORDER_WAIT ? held : !held || row->action != ORDER_REJECT;
    if (table == TABLE_CHANGE && rule_info(row->rule)->verdict != VERDICT_DEAD_LETTER)
        return (row->action == CHANGE_KEEP) == recorded;
    return true;
}

static uint32_t add_rows(enum rule_table_id id, const struct deed *deed, struct matched_row rows[ROWS_MAX],
                         uint32_t count)
{
    const struct rule_table *table = rule_table(id);
    enum rule rule = rule_find(deed->rule);

    for (uint32_t i = 0; i < table->count && count < ROWS_MAX; i++) {
        if (table->rows[i].rule != rule || !fits(id, &table->rows[i], deed->verdict))
            continue;
        bool also = id == TABLE_PAYMENT && count > 0; /* what is due was found by the table before */
        rows[count++] = (struct matched_row){id, i + 1, also};
    }
    return count;
}

static uint32_t rows_in(const struct tables *tables, const struct deed *deed, struct matched_row rows[ROWS_MAX])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < tables->count; i++)
        count = add_rows(tables->ids[i], deed, rows, count);
    return count;
}

uint32_t explain_rows(const struct explanation *all, const struct found_decision *found, const struct deed *deed,
                      struct matched_row ret_rows[ROWS_MAX])
{
    static const struct tables later = {{TABLE_CASE, TABLE_DEBT, TABLE_PARKED, TABLE_REFUND}, 4};
    const struct tables own = tables_of_deed(all, found, deed);
    bool arrived = deed->event_id.size && (!deed->own || found->decision.origin == ORIGIN_INPUT);
    uint32_t count = 0;

    if (rule_find(deed->rule) == RULE_NONE)
        return 0;
    count = rows_in(arrived ? &own : &later, deed, ret_rows);
    if (!count)
        count = rows_in(arrived ? &later : &own, deed, ret_rows);
    for (int id = 0; id < TABLE_COUNT && !count; id++)
        count = add_rows((enum rule_table_id)id, deed, ret_rows, 0);
    return count;
}

/* --- in words --- */

static size_t add_words(const struct rule_table *table, uint64_t facts, const char *before, char *buffer, size_t used)
{
    for (uint32_t i = 0; i < table->fact_count && used < ROW_WORDS; i++)
        if (facts >> i & 1)
            used += (size_t)snprintf(buffer + used, ROW_WORDS - used, "%s%s%s", used ? ", and " : "", before,
                                     table->facts[i]);
    return used;
}

const char *row_words(const struct matched_row *matched, char buffer[ROW_WORDS])
{
    const struct rule_table *table = rule_table(matched->table);
    const struct table_row *row = &table->rows[matched->number - 1];
    size_t used = add_words(table, row->all, "", buffer, 0);

    if (!add_words(table, row->none, "not: ", buffer, used))
        (void)snprintf(buffer, ROW_WORDS, "otherwise: no row before it matches");
    return buffer;
}
