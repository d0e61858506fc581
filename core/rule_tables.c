#include "core/rule_tables.h"

#include "core/account.h"
#include "core/case_tables.h"
#include "core/input.h"
#include "core/install.h"
#include "core/lane_tables.h"
#include "core/order.h"

const struct rule_table *rule_table(enum rule_table_id id)
{
    static const struct rule_table *const tables[TABLE_COUNT] = {
        [TABLE_INPUT] = &input_table,
        [TABLE_ACCOUNT] = &account_table,
        [TABLE_PLACED] = &order_tables[ORDER_KIND_PLACED],
        [TABLE_RENEWED] = &order_tables[ORDER_KIND_RENEWED],
        [TABLE_TARIFF_CHANGED] = &order_tables[ORDER_KIND_TARIFF_CHANGED],
        [TABLE_CANCELLED] = &order_tables[ORDER_KIND_CANCELLED],
        [TABLE_INSTALL] = &install_table,
        [TABLE_PERIOD] = &period_table,
        [TABLE_PAYMENT] = &payment_table,
        [TABLE_UNMAPPED] = &unmapped_table,
        [TABLE_CASE] = &case_table,
        [TABLE_DEBT] = &debt_table,
        [TABLE_PARKED] = &parked_table,
        [TABLE_REFUND] = &refund_table,
        [TABLE_SIGHTING] = &sighting_table,
        [TABLE_DEPARTURE] = &departure_table,
        [TABLE_CHANGE] = &change_table,
        [TABLE_PART] = &part_table,
    };
    return tables[id];
}

const struct table_row *rule_table_match(enum rule_table_id id, uint64_t facts)
{
    const struct rule_table *table = rule_table(id);

    for (uint32_t i = 0; i < table->count; i++)
        if ((facts & table->rows[i].all) == table->rows[i].all && (facts & table->rows[i].none) == 0)
            return &table->rows[i];
    return 0;
}
