/* Obligations: charges, refunds and open cases of a VPS, and its periods (rules.md 3, 6). Internal to core.
 *
 * `vps` is always the record that edit_vps gave for `vps_id` within the same savepoint. A pointer to an open case is
 * valid until the next case of that VPS is opened or removed. */
#ifndef OSBILL_CORE_CASES_H
#define OSBILL_CORE_CASES_H

#include "core/pricing.h"
#include "core/table.h"
#include "core/work.h"

/* Opens a case from a draft: gives it epoch, id, time and cause. */
struct open_case *case_open(struct work *work, struct text vps_id, struct vps_state *vps,
                            const struct open_case *draft);
/* Brings the account's reference to a case up to date after a change of state, amount or lines. */
void case_file(struct work *work, struct text vps_id, const struct open_case *changed);
/* Forgets a case, here and in the account. */
void case_remove(struct work *work, struct text vps_id, struct vps_state *vps, const struct open_case *removed);
struct open_case *case_find(struct vps_state *vps, int64_t epoch);
/* Closes every order case of the VPS; each is an effect. */
void close_order_cases(struct work *work, struct text vps_id, struct vps_state *vps);
/* The row of TABLE_CASE for these facts of a case. */
const struct table_row *case_row(const struct open_case *it, uint64_t facts);

static inline bool is_order_case(const struct open_case *it)
{
    return it->kind == CASE_KIND_PLACED || it->kind == CASE_KIND_RENEWED;
}
static inline bool is_held_for_catalogue(enum case_state state)
{
    return state == CASE_STATE_PRICE || state == CASE_STATE_STRICT || state == CASE_STATE_GRACE;
}

/* Publishes a Charge with these lines and books it; a refund when their sum is negative. `settled`: the case that it
 * settles, NULL: an obligation of its own with the next epoch. Returns the charge_id. */
struct text charge(struct work *work, enum rule rule, struct text vps_id, struct vps_state *vps,
                   const struct open_case *settled, const struct charge_line_array *lines);

/* A case is paid: charge, period begun if it is an order's, case gone, effect case.settled. */
void case_settle(struct work *work, struct text vps_id, struct vps_state *vps, struct open_case *settled);

/* The period of an order's case or of an order paid at once begins. `waived`: of the levels, full-period price. */
void period_begin(struct work *work, struct vps_state *vps, const struct open_case *of, int64_t waived);
/* rules.md 3: the last ended period, the running one and those ahead are kept; earlier ones do not count any more. */
bool period_kept(const struct vps_state *vps, uint32_t index, int64_t now);
/* Kept, and it ends after T: what an event of the moment T meets (rules.md 4, 5). */
static inline bool period_met(const struct vps_state *vps, uint32_t index, int64_t moment, int64_t now)
{
    return period_kept(vps, index, now) && ends_after(vps->periods.items[index].period_end, moment);
}
/* A due > 0 from `moment` on raised its level: nothing is given back from before the last such moment (rules.md 9). */
static inline void period_raised(struct period *period, int64_t moment)
{
    if (period->raised_at < moment)
        period->raised_at = moment;
}
/* The last one by period_start; NULL: none. */
struct period *period_last(const struct vps_state *vps);

/* Takes a refund's lines (all negative) off the VPS's open OS and tariff cases, newest first; what is left becomes a
 * Charge. Returns its charge_id, empty when nothing was left. */
struct text refund(struct work *work, struct text vps_id, struct vps_state *vps, struct charge_line_array *lines,
                   int64_t *ret_amount);

/* Tries one case again with the present catalogue, OS and funds (rules.md 4 Unpaid, 6). */
void case_retry(struct work *work, struct text vps_id, int64_t epoch);
/* Ends the grace of an order's case: rejected, VPS and order id as if it had never been placed. */
void case_reject(struct work *work, struct text vps_id, struct vps_state *vps, struct open_case *it);
/* Tries all that wait for money or permission, in order of opening; then case.recovered if the last short one was
 * settled. */
void retry_cases(struct work *work);
/* FUNDS_RECOVERED when this event settled the last case that was short of funds (rules.md 6). */
void recovered(struct work *work);
bool any_short(const struct account_state *account);

/* Another OS or tariff replaces what held OS cases of the VPS were made for: they get `until`. */
void held_until(struct vps_state *vps, int64_t moment);

#endif
