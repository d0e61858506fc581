/* What covers an installed OS: an item that is paid for, or a level at least as high (rules.md 3). */
#include "core/text.h"
#include "worker/cli/explain/explain.h"

bool is_covered(const struct decision *decision)
{
    return text_equal(decision->rule, TEXT("os.covered"));
}

/* T; without the input, when it was decided. */
static int64_t installed_at(const struct explanation *all, const struct found_decision *found)
{
    const struct record_place place = place_of(&found->decision.caused_by);
    const struct found_input *input = find_input(all, &place);

    if (!input || !input->record || input->type != &os_installed_record)
        return found->decided_at;
    return ((const struct os_installed *)input->record)->installed_at;
}

/* Better: of an earlier period, of the same item, of a higher price. */
static bool beats(const struct charge_line *line, bool by_item, const struct cover *best, bool any)
{
    if (!any || line->period_start != best->period_start)
        return !any || line->period_start < best->period_start;
    if (by_item != best->by_item)
        return by_item;
    return line->price_micros > best->level_micros;
}

struct covering {
    struct text item_id;
    int64_t moment;
    bool any;
    struct cover *best;
};

static void consider(struct covering *covering, const struct charge_line *line, struct text charge_id,
                     struct text case_id, int64_t paid_at)
{
    bool by_item = text_equal(line->item_id, covering->item_id);

    if (line->kind != LINE_KIND_OS || (line->period_end != 0 && line->period_end <= covering->moment) ||
        !beats(line, by_item, covering->best, covering->any))
        return;
    covering->any = true;
    *covering->best = (struct cover){by_item, line->item_id, line->price_micros, charge_id,
                                     case_id, paid_at,       line->period_start, line->period_end};
}

static const struct vps_state *state_of(const struct explanation *all, struct text vps_id)
{
    for (uint32_t i = 0; all->account && i < all->account->vps_count; i++)
        if (text_equal(all->account->vps[i].vps_id, vps_id))
            return all->account->vps[i].state;
    return NULL;
}

/* An open case counts as owed. */
static void consider_cases(struct covering *covering, const struct vps_state *vps, int64_t before)
{
    for (uint32_t i = 0; vps && i < vps->cases.count; i++) {
        const struct open_case *open = &vps->cases.items[i];
        for (uint32_t k = 0; open->opened_at <= before && k < open->lines.count; k++)
            consider(covering, &open->lines.items[k], (struct text){NULL, 0}, open->case_id, open->opened_at);
    }
}

/* Periods that began without a charge, as they are now. */
static void consider_periods(struct covering *covering, const struct vps_state *vps)
{
    for (uint32_t i = 0; vps && i < vps->periods.count && !covering->any; i++) {
        const struct period *period = &vps->periods.items[i];
        struct charge_line line = {.kind = LINE_KIND_OS,
                                   .price_micros = period->os_level_micros,
                                   .period_start = period->period_start,
                                   .period_end = period->period_end};
        for (uint32_t k = 0; k < period->items.count; k++)
            if (text_equal(period->items.items[k], covering->item_id))
                line.item_id = covering->item_id;
        consider(covering, &line, (struct text){NULL, 0}, (struct text){NULL, 0}, 0);
    }
}

bool explain_cover(const struct explanation *all, const struct found_decision *found, struct cover *ret)
{
    const struct decision *decision = &found->decision;
    const struct vps_state *vps = state_of(all, decision->vps_id);
    struct covering covering = {decision->item_id, installed_at(all, found), false, ret};

    *ret = (struct cover){0};
    if (!is_covered(decision))
        return false;
    for (uint32_t i = 0; i < all->history.count; i++) {
        const struct charge *charge = &all->history.items[i].charge;
        bool before = charge->decided_at <= found->decided_at && text_equal(charge->vps_id, decision->vps_id);
        for (uint32_t k = 0; before && k < charge->lines.count; k++)
            consider(&covering, &charge->lines.items[k], charge->charge_id, charge->case_id, charge->decided_at);
    }
    consider_cases(&covering, vps, found->decided_at);
    consider_periods(&covering, vps);
    return covering.any;
}
