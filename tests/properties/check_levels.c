/* Rules.md 3: levels, and what they cost. */
#include "coverage.h"

#include <inttypes.h>

static uint32_t last_step(const struct coverage *coverage)
{
    return coverage->run.count - 1;
}

static bool overlap(const struct cover *a, const struct cover *b)
{
    return a->from < b->until && b->from < a->until && a->low < b->high && b->low < a->high;
}

/* Nothing is charged twice, and what is credited is what is covered already. */
static bool judge_level(struct coverage *coverage, const struct cover *cover)
{
    bool credited = cover->low == 0;

    if (unfollowed(coverage, cover))
        return true;
    for (uint32_t i = 0; i < coverage->count; i++) {
        const struct cover *other = &coverage->covers[i];
        if (other->gone || !same_period(other, cover) || text_equal(other->owner, cover->owner))
            continue;
        if (overlap(other, cover))
            return fail(coverage->trial, last_step(coverage), cover->account_id,
                        "VPS %.*s, period %" PRId64 ": %.*s covers %" PRId64 " to %" PRId64 " from %" PRId64
                        " on, %.*s covers %" PRId64 " to %" PRId64 " from %" PRId64 " on",
                        TEXT_ARGUMENTS(cover->vps_id), cover->period_start, TEXT_ARGUMENTS(cover->owner), cover->low,
                        cover->high, cover->from, TEXT_ARGUMENTS(other->owner), other->low, other->high, other->from);
        if (other->from <= cover->from && cover->from < other->until && other->high == cover->low)
            credited = true;
    }
    if (!credited)
        return fail(coverage->trial, last_step(coverage), cover->account_id,
                    "VPS %.*s, period %" PRId64 ": %.*s credits %" PRId64 ", which nothing before it reaches",
                    TEXT_ARGUMENTS(cover->vps_id), cover->period_start, TEXT_ARGUMENTS(cover->owner), cover->low);
    return true;
}

bool check_levels(struct trial *trial)
{
    struct coverage coverage;
    bool holds = coverage_follow(&coverage, trial, judge_level);

    coverage_release(&coverage);
    return holds;
}

/* --- price --- */

/* The share of the time, to half a rounding unit; lifetime in full. */
static bool judge_amount(struct coverage *coverage, const struct cover *cover)
{
    __int128 price = (__int128)cover->high - cover->low, whole = 1, part = 1, miss;

    if (unfollowed(coverage, cover)) /* its case may settle when the tariff rounds otherwise */
        return true;
    if (cover->period_end) {
        whole = cover->period_end - cover->period_start;
        part = (cover->until < cover->period_end ? cover->until : cover->period_end) - cover->from;
    }
    miss = cover->amount_micros - price * part / whole;
    if (2 * (miss < 0 ? -miss : miss) > cover->rounding_micros + 1)
        return fail(coverage->trial, last_step(coverage), cover->account_id,
                    "VPS %.*s, period %" PRId64 ": %.*s takes %" PRId64 " for %" PRId64 " to %" PRId64 " from %" PRId64
                    " on",
                    TEXT_ARGUMENTS(cover->vps_id), cover->period_start, TEXT_ARGUMENTS(cover->owner),
                    cover->amount_micros, cover->low, cover->high, cover->from);
    return true;
}

static bool sum_fits(struct coverage *coverage, uint32_t first)
{
    const struct cover *period = &coverage->covers[first];
    __int128 sum = 0, room = 0;
    int64_t dearest = 0;

    if (period->gone || unfollowed(coverage, period))
        return true;
    for (uint32_t i = 0; i < coverage->count; i++) {
        const struct cover *cover = &coverage->covers[i];
        if (cover->gone || !same_period(cover, period))
            continue;
        sum += cover->amount_micros;
        room += cover->rounding_micros;
        dearest = cover->high > dearest ? cover->high : dearest;
    }
    return sum <= dearest + room ||
           fail(coverage->trial, last_step(coverage), period->account_id,
                "VPS %.*s, period %" PRId64 ": its OS lines make %" PRId64 ", the dearest item costs %" PRId64,
                TEXT_ARGUMENTS(period->vps_id), period->period_start, (int64_t)sum, dearest);
}

bool check_price(struct trial *trial)
{
    struct coverage coverage;
    bool holds = coverage_follow(&coverage, trial, judge_amount);

    for (uint32_t i = 0; holds && i < coverage.count; i++)
        holds = sum_fits(&coverage, i);
    coverage_release(&coverage);
    return holds;
}
