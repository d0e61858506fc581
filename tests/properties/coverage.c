#include "coverage.h"

#include "core/catalogue.h"

static bool same_life(const struct cover *a, const struct cover *b)
{
    return text_equal(a->vps_id, b->vps_id) && text_equal(a->account_id, b->account_id) &&
           text_equal(a->order_id, b->order_id);
}

bool same_period(const struct cover *a, const struct cover *b)
{
    return a->period_start == b->period_start && same_life(a, b);
}

bool unfollowed(const struct coverage *coverage, const struct cover *cover)
{
    for (uint32_t i = 0; i < coverage->left_count; i++)
        if (same_life(&coverage->left[i], cover))
            return true;
    return false;
}

/* --- lines --- */

static bool was_there(struct coverage *coverage, const struct cover *cover)
{
    for (uint32_t i = 0; i < coverage->count; i++) {
        struct cover *other = &coverage->covers[i];
        if (other->gone && text_equal(other->owner, cover->owner) && other->from == cover->from &&
            other->until == cover->until && other->low == cover->low && other->high == cover->high &&
            other->period_start == cover->period_start) {
            other->gone = false;
            return true;
        }
    }
    return false;
}

static void add_cover(struct coverage *coverage, const struct cover *cover)
{
    if (was_there(coverage, cover))
        return;
    if (coverage->count == coverage->room) {
        uint32_t room = coverage->room ? 2 * coverage->room : 64;
        struct cover *grown = take(&coverage->run.world.memory, room, sizeof *grown);
        if (coverage->count)
            memcpy(grown, coverage->covers, coverage->count * sizeof *grown);
        coverage->covers = grown;
        coverage->room = room;
    }
    coverage->covers[coverage->count++] = *cover;
}

static void drop_owner(struct coverage *coverage, struct text owner)
{
    for (uint32_t i = 0; i < coverage->count && owner.size; i++)
        if (text_equal(coverage->covers[i].owner, owner))
            coverage->covers[i].gone = true;
}

static int64_t rounding_of(const struct coverage *coverage, struct text tariff_id)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(coverage->run.world.catalogue, tariff_id);

    return tariff ? tariff_terms(tariff)->rounding_micros : 1;
}

static bool has_covers(const struct coverage *coverage, struct text owner)
{
    for (uint32_t i = 0; i < coverage->count; i++)
        if (!coverage->covers[i].gone && text_equal(coverage->covers[i].owner, owner))
            return true;
    return false;
}

/* The owner's lines as they are now. */
static void set_lines(struct coverage *coverage, const struct cover *owner, const struct charge_line_array *lines)
{
    drop_owner(coverage, owner->owner);
    for (uint32_t i = 0; i < lines->count; i++) {
        const struct charge_line *line = &lines->items[i];
        struct cover cover = *owner;
        if (line->kind != LINE_KIND_OS || line->amount_micros <= 0)
            continue;
        cover.period_start = line->period_start;
        cover.period_end = line->period_end;
        cover.from = line->charged_from;
        cover.until = line->charged_until ? line->charged_until : INT64_MAX;
        cover.low = line->credited_price_micros;
        cover.high = line->price_micros;
        cover.amount_micros = line->amount_micros;
        cover.rounding_micros = rounding_of(coverage, line->tariff_id);
        add_cover(coverage, &cover);
    }
}

/* --- what a step brings --- */

/* This life of the VPS is not followed any further. */
static void stop_following(struct coverage *coverage, struct text account_id, struct text vps_id)
{
    const struct vps_state *vps = world_vps(&coverage->run.world, account_id, vps_id);
    struct cover life = {.account_id = account_id, .vps_id = vps_id, .order_id = vps ? vps->order_id : TEXT("")};

    for (uint32_t i = 0; i < coverage->count; i++)
        if (same_life(&coverage->covers[i], &life))
            coverage->covers[i].gone = true;
    if (unfollowed(coverage, &life))
        return;
    if (coverage->left_count == coverage->left_room) {
        uint32_t room = coverage->left_room ? 2 * coverage->left_room : 16;
        struct cover *grown = take(&coverage->run.world.memory, room, sizeof *grown);
        if (coverage->left_count)
            memcpy(grown, coverage->left, coverage->left_count * sizeof *grown);
        coverage->left = grown;
        coverage->left_room = room;
    }
    coverage->left[coverage->left_count++] = life;
}

static void take_part(struct coverage *coverage, struct text account_id, struct text rule, enum verdict verdict,
                      struct text vps_id, struct text case_id)
{
    bool applied = verdict == VERDICT_CHARGED || verdict == VERDICT_APPLIED || verdict == VERDICT_REFUNDED ||
                   verdict == VERDICT_INSUFFICIENT_FUNDS;

    if (text_equal(rule, TEXT("order.tariff-changed")) && applied)
        stop_following(coverage, account_id, vps_id); /* from T on the new tariff's levels count */
    if (text_equal(rule, TEXT("case.closed")) || text_equal(rule, TEXT("case.expired")) ||
        text_equal(rule, TEXT("case.covered")) || verdict == VERDICT_REJECTED)
        drop_owner(coverage, case_id);
    if (text_equal(rule, TEXT("case.waived")) && !has_covers(coverage, case_id))
        stop_following(coverage, account_id, vps_id); /* it gets its lines in this very step */
}

static void open_cases(struct coverage *coverage, struct text account_id)
{
    const struct account_state *account = world_account(&coverage->run.world, account_id);

    for (uint32_t i = 0; account && i < account->cases.count; i++) {
        const struct case_ref *ref = &account->cases.items[i];
        const struct vps_state *vps = world_vps(&coverage->run.world, account_id, ref->vps_id);
        for (uint32_t k = 0; vps && k < vps->cases.count; k++) {
            const struct open_case *it = &vps->cases.items[k];
            struct cover owner = {
                .account_id = account_id, .vps_id = ref->vps_id, .order_id = it->order_id, .owner = it->case_id};
            if (it->epoch == ref->epoch && it->kind != CASE_KIND_TARIFF)
                set_lines(coverage, &owner, &it->lines);
        }
    }
}

static void charges(struct coverage *coverage, struct text account_id, const struct outcome *outcome)
{
    for (uint32_t i = 0; i < outcome->charges.count; i++) {
        const struct charge *charge = &outcome->charges.items[i];
        struct cover owner = {.account_id = account_id,
                              .vps_id = charge->vps_id,
                              .order_id = charge->order_id,
                              .owner = charge->case_id.size ? charge->case_id : charge->charge_id};
        set_lines(coverage, &owner, &charge->lines);
    }
}

/* A step may bring several at once, each of which credits those before it. */
static bool judge_new(struct coverage *coverage)
{
    for (uint32_t i = 0; i < coverage->count; i++) {
        struct cover *cover = &coverage->covers[i];
        if (cover->gone || cover->judged)
            continue;
        cover->judged = true;
        if (!coverage->judge(coverage, cover))
            return false;
    }
    return true;
}

static bool after_step(struct coverage *coverage)
{
    const struct outcome *outcome = &coverage->run.outcomes[coverage->run.count - 1];
    struct text account_id = coverage->run.history->steps[coverage->run.count - 1].account_id;

    for (uint32_t i = 0; i < outcome->decisions.count; i++) {
        const struct decision *decision = &outcome->decisions.items[i];
        take_part(coverage, account_id, decision->rule, decision->verdict, decision->vps_id, decision->case_id);
        for (uint32_t k = 0; k < decision->effects.count; k++) {
            const struct effect *effect = &decision->effects.items[k];
            take_part(coverage, account_id, effect->rule, effect->verdict, effect->vps_id, effect->case_id);
        }
    }
    charges(coverage, account_id, outcome);
    open_cases(coverage, account_id);
    return judge_new(coverage);
}

bool coverage_follow(struct coverage *coverage, struct trial *trial,
                     bool (*judge)(struct coverage *coverage, const struct cover *cover))
{
    struct world_options options = {.batch = 1, .plant = trial->run->world.options.plant};
    bool holds = true;

    *coverage = (struct coverage){.trial = trial, .judge = judge};
    run_init(&coverage->run, trial->history, &options);
    while (holds && coverage->run.count < trial->history->count) {
        holds = run_step(&coverage->run) ||
                fail(trial, coverage->run.count - 1, TEXT(""), "decided again: %s", coverage->run.problem);
        holds = holds && (is_lane_step(&trial->history->steps[coverage->run.count - 1]) || after_step(coverage));
    }
    return holds;
}

void coverage_release(struct coverage *coverage)
{
    coverage->trial->decided += coverage->run.world.decided;
    run_clear(&coverage->run);
}
