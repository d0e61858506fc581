/* The clock, and what happens next. */
#include "generator.h"

#include "core/calendar.h"

#define FIRST_DAY INT64_C(1735689600000) /* 2025-01-01 */

/* --- steps --- */

bool gen_full(const struct generator *gen)
{
    return gen->history->count >= gen->events || gen->run->problem;
}

void gen_input(struct generator *gen, enum topic topic, const void *record)
{
    if (gen_full(gen))
        return;
    history_add_input(gen->history, gen->now, topic, record);
    (void)run_step(gen->run);
}

void gen_again(struct generator *gen, const struct input *input)
{
    gen_input(gen, input->topic, &input->as);
}

void gen_due(struct generator *gen, struct text account_id)
{
    if (gen_full(gen))
        return;
    history_add_due(gen->history, gen->now, account_id);
    (void)run_step(gen->run);
}

/* --- the clock --- */

/* A moment after now at which something ends or is due, give or take a millisecond; 0: none. */
static int64_t edge_ahead(struct generator *gen)
{
    struct text account_id = account_name(pick(gen, gen->accounts));
    const struct account_state *account = world_account(&gen->run->world, account_id);
    const struct vps_state *vps = world_vps(&gen->run->world, account_id, vps_name(pick(gen, gen->vpss)));
    int64_t edge = account && pick(gen, 2) ? account_filing(account).due_at : 0;

    if (edge == 0 && vps && vps->periods.count) {
        const struct period *period = &vps->periods.items[pick(gen, vps->periods.count)];
        edge = pick(gen, 2) ? period->period_end : period->period_start;
    }
    edge += (int64_t)pick(gen, 3) - 1;
    return edge > gen->now && edge < gen->now + 400 * DAY ? edge : 0;
}

static int64_t next_moment(struct generator *gen)
{
    static const uint32_t weights[] = {340, 250, 200, 70, 70, 6, 4, 1};
    int64_t edge;

    switch (pick_weighted(gen, weights, sizeof weights / sizeof *weights)) {
    case 0: return gen->now;
    case 1: return gen->now + chance_between(&gen->chance, 1, 10 * SECOND_MS);
    case 2: return gen->now + chance_between(&gen->chance, 1, HOUR_MS);
    case 3: return gen->now + chance_between(&gen->chance, 1, 2 * DAY);
    case 4: edge = edge_ahead(gen); return edge ? edge : gen->now + 1;
    case 5: return gen->now + 8 * DAY;
    case 6: return gen->now + 31 * DAY;
    default: return gen->now + chance_between(&gen->chance, 1, 1000) * DAY;
    }
}

/* Timers fire when they are due; now and then the worker was away, and they fire late. */
static void pass_time(struct generator *gen, int64_t until)
{
    for (uint32_t rounds = 0; rounds < 40 && !gen_full(gen); rounds++) {
        int64_t first = until + 1;
        struct text due = TEXT("");
        for (uint32_t i = 0; i < gen->accounts; i++) {
            const struct account_state *account = world_account(&gen->run->world, account_name(i));
            int64_t due_at = account ? account_filing(account).due_at : 0;
            if (due_at && due_at < first) {
                first = due_at;
                due = account_name(i);
            }
        }
        if (first > until || often(gen, 100))
            break;
        gen->now = first > gen->now ? first : gen->now;
        gen_due(gen, due);
    }
    gen->now = until;
}

/* The worker looks at what waits for the catalogue. */
static void look_at_held(struct generator *gen)
{
    for (uint32_t i = 0; i < gen->accounts; i++) {
        const struct account_state *account = world_account(&gen->run->world, account_name(i));
        if (account && account_filing(account).held && often(gen, 700))
            gen_due(gen, account_name(i));
    }
}

/* --- what happens --- */

/* Many wait for an account that nobody opened: more than fit. */
static void gen_burst(struct generator *gen)
{
    uint32_t account = gen->accounts - 1;

    gen->burst--;
    if (pick(gen, 2))
        gen_install(gen, account);
    else
        gen_money(gen, account, ACCOUNT_KIND_DEPOSIT, UNIT);
}

/* An input of before comes again, at times with the same id and other content. */
static void gen_redelivery(struct generator *gen)
{
    uint32_t back = 1 + pick(gen, pick(gen, 4) ? 12 : 200);
    struct input input;

    if (back > gen->history->count || gen->history->steps[gen->history->count - back].kind == STEP_DUE)
        return;
    input = gen->history->steps[gen->history->count - back].input;
    if (often(gen, 200)) {
        if (input.topic == TOPIC_ORDER)
            input.as.order.template = some_template(gen);
        if (input.topic == TOPIC_OS_INSTALLED)
            input.as.os_installed.template = some_template(gen);
        if (input.topic == TOPIC_ACCOUNT)
            input.as.account.amount_micros++;
    }
    if (often(gen, 100) && input.topic == TOPIC_ORDER)
        input.as.order.event_id = new_id(gen);
    gen_again(gen, &input);
}

static void gen_event(struct generator *gen)
{
    uint32_t account = pick(gen, gen->accounts);
    int64_t version = gen->run->world.version;

    if (gen->burst) {
        gen_burst(gen);
        return;
    }
    if (often(gen, gen->lane_share)) {
        gen_lane_event(gen);
        if (gen->run->world.version != version)
            look_at_held(gen);
    } else if (often(gen, 80)) {
        gen_redelivery(gen);
    } else if (often(gen, gen->account_share)) {
        gen_account_event(gen, account);
    } else if (pick(gen, 2)) {
        gen_order(gen, account);
    } else {
        gen_install(gen, account);
    }
}

/* What kind of history it will be. */
static void choose_mood(struct generator *gen)
{
    gen->accounts = 1 + pick(gen, ACCOUNTS_MAX);
    gen->vpss = 1 + pick(gen, VPSS_MAX);
    gen->lane_share = 20 + pick(gen, 150);
    gen->account_share = 150 + pick(gen, 350);
    gen->huge = often(gen, 60);
    gen->now = FIRST_DAY + (int64_t)pick(gen, 700) * DAY + (pick(gen, 3) ? (int64_t)pick(gen, 86400000) : 0);
    uint32_t length = 300 + pick(gen, 900); /* chosen in any case: the seed's history stays the same */
    if (gen->events == 0)
        gen->events = length;
    if (often(gen, 50))
        gen->burst = 70;
}

void generate(uint64_t seed, uint32_t events, struct codec *codec, const struct world_options *options,
              struct history *ret_history, struct run *ret_run)
{
    struct generator gen = {.chance = {seed * UINT64_C(0xD6E8FEB86659FD93) + 1}, .events = events};

    history_init(ret_history, codec);
    run_init(ret_run, ret_history, options);
    gen.history = ret_history;
    gen.run = ret_run;
    choose_mood(&gen);
    gen_first_catalogue(&gen);
    while (!gen_full(&gen)) {
        pass_time(&gen, next_moment(&gen));
        gen_event(&gen);
    }
    if (!ret_run->problem)
        ret_run->problem = world_finish(&ret_run->world);
}
