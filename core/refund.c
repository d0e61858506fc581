/* Refunds: first against what the VPS still owes, the rest as money (rules.md 4 Refund). */
#include "core/case_tables.h"
#include "core/cases.h"
#include "core/rule_tables.h"

#include <assert.h>

/* Moves `amount` from the first negative lines to the end of a case's; one that is wholly taken is gone. */
static void move_lines(struct work *work, struct charge_line_array *from, struct charge_line_array *to, int64_t amount)
{
    for (uint32_t i = 0; amount > 0;) {
        assert(i < from->count); /* it is no more than their sum */
        struct charge_line *line = &from->items[i];
        struct charge_line moved = *line;
        if (line->amount_micros >= 0) {
            i++;
            continue;
        }
        if (-line->amount_micros > amount)
            moved.amount_micros = -amount;
        amount += moved.amount_micros;
        WORK_PUSH(work, to, moved);
        line->amount_micros -= moved.amount_micros;
        if (line->amount_micros == 0)
            WORK_REMOVE(from, i);
    }
}

static void reduce_case(struct work *work, struct text vps_id, struct vps_state *vps, struct open_case *it,
                        struct charge_line_array *lines)
{
    int64_t left = -lines_sum(work, lines);
    int64_t taken = left < it->amount_micros ? left : it->amount_micros;

    move_lines(work, lines, &it->lines, taken);
    it->amount_micros -= taken;
    if (it->amount_micros > 0) {
        case_file(work, vps_id, it);
        return;
    }
    struct effect *effect =
        work_effect(work, rule_table_match(TABLE_REFUND, REFUND_EATS_CASE)->rule, VERDICT_APPLIED, vps_id);
    effect->case_id = it->case_id;
    case_remove(work, vps_id, vps, it);
}

struct text refund(struct work *work, struct text vps_id, struct vps_state *vps, struct charge_line_array *lines,
                   int64_t *ret_amount)
{
    if (lines_sum(work, lines) < 0)
        work->retry_cases = true; /* a case that owes less may fit now, too */
    for (uint32_t i = vps->cases.count; i-- > 0 && lines_sum(work, lines) < 0;)
        if (!is_order_case(&vps->cases.items[i]) && vps->cases.items[i].amount_micros > 0)
            reduce_case(work, vps_id, vps, &vps->cases.items[i], lines);
    if (lines_sum(work, lines) == 0)
        return TEXT("");
    *ret_amount = lines_sum(work, lines);
    return charge(work, rule_table_match(TABLE_REFUND, 0)->rule, vps_id, vps, NULL, lines);
}
