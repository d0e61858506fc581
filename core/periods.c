/* The periods that a VPS has paid for or owes (rules.md 3). */
#include "core/cases.h"

struct period *period_last(const struct vps_state *vps)
{
    return vps->periods.count ? &vps->periods.items[vps->periods.count - 1] : NULL;
}

bool period_kept(const struct vps_state *vps, uint32_t index, int64_t now)
{
    return index + 1 >= vps->periods.count || ends_after(vps->periods.items[index].period_end, now) ||
           ends_after(vps->periods.items[index + 1].period_end, now);
}

static void forget_ended(struct work *work, struct vps_state *vps)
{
    while (!period_kept(vps, 0, work->desk->now))
        WORK_REMOVE(&vps->periods, 0);
}

/* Periods are in order of start; a late payment may bring an earlier one. */
static void insert_sorted(struct work *work, struct vps_state *vps, const struct period *period)
{
    WORK_PUSH(work, &vps->periods, *period);
    for (uint32_t i = vps->periods.count - 1; i > 0; i--) {
        struct period *below = &vps->periods.items[i - 1], *it = &vps->periods.items[i];
        if (below->period_start <= it->period_start)
            break;
        struct period swapped = *below;
        *below = *it;
        *it = swapped;
    }
}

void period_begin(struct work *work, struct vps_state *vps, const struct open_case *of, int64_t waived)
{
    struct period period = {
        .period_start = of->period_start,
        .period_end = of->period_end,
        .period_months = of->period_months,
        .tariff_id = of->tariff_id,
        .waived_micros = waived,
        .raised_at = -1,
    };

    for (uint32_t i = 0; i < of->lines.count; i++) {
        const struct charge_line *line = &of->lines.items[i];
        if (line->kind == LINE_KIND_BASE) {
            period.base_level_micros = line->price_micros;
        } else {
            period.os_level_micros = line->price_micros;
            WORK_PUSH(work, &period.items, line->item_id);
        }
    }
    insert_sorted(work, vps, &period);
    forget_ended(work, vps);
    vps->status = VPS_STATUS_ACTIVE;
    vps->tariff_id = period_last(vps)->tariff_id;
    if (period_last(vps)->period_start == of->period_start)
        vps->anchor_day = of->anchor_day;
}
