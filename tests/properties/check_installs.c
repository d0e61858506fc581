/* At the end of a history, VPSs are reinstalled in different ways: rules.md 3, A -> B -> A. */
#include "property.h"

#include "core/catalogue.h"
#include "core/decide.h"

#include <inttypes.h>

/* A VPS that runs, of an account that can pay, in a world of its own. */
struct ground {
    struct trial *trial;
    struct world world;
    struct text account_id, vps_id, module_id;
    int64_t moment; /* an installation from now on is the newest */
    uint32_t ids;
};

static const struct text templates[] = {{"osbill__Debian", 14},
                                        {"osbill__Windows", 15},
                                        {"osbill__Windows-Pro", 19},
                                        {"isp__cPanel", 11},
                                        {"osbill__Ubuntu", 14},
                                        {"other__Windows", 14},
                                        {"", 0}};

static struct text some_template(struct trial *trial)
{
    return templates[chance_below(&trial->chance, sizeof templates / sizeof *templates)];
}

static bool take_step(struct ground *ground, const struct step *step, struct outcome *ret_outcome)
{
    const char *problem = world_step(&ground->world, step, ret_outcome);

    ground->trial->decided++;
    return !problem || fail(ground->trial, ground->trial->run->count - 1, ground->account_id, "%s", problem);
}

/* Money for everything. */
static bool enrich(struct ground *ground, struct text currency)
{
    struct step step = {.kind = STEP_INPUT, .now = ground->moment, .account_id = ground->account_id};
    struct outcome outcome;

    step.input = (struct input){.topic = TOPIC_ACCOUNT, .key = ground->account_id};
    step.input.as.account = (struct account_event){.event_id = TEXT("plenty"),
                                                   .occurred_at = ground->moment,
                                                   .account_id = ground->account_id,
                                                   .kind = ACCOUNT_KIND_DEPOSIT,
                                                   .amount_micros = INT64_MAX / 4,
                                                   .currency = currency};
    return take_step(ground, &step, &outcome);
}

static bool install(struct ground *ground, struct text template_name, int64_t moment, struct outcome *ret_outcome)
{
    struct step step = {.kind = STEP_INPUT, .now = ground->moment + 1000, .account_id = ground->account_id};

    step.input = (struct input){.topic = TOPIC_OS_INSTALLED, .key = ground->account_id};
    step.input.as.os_installed =
        (struct os_installed){.event_id = take_format(&ground->world.memory, "again%u", ++ground->ids),
                              .occurred_at = moment,
                              .account_id = ground->account_id,
                              .vps_id = ground->vps_id,
                              .module_id = ground->module_id,
                              .template = template_name,
                              .installed_at = moment,
                              .source = INSTALL_SOURCE_REINSTALL};
    return take_step(ground, &step, ret_outcome);
}

/* What the installation itself is charged, beside cases that it lets settle; NULL: nothing. */
static const struct charge *own_charge(const struct outcome *outcome)
{
    const struct decision *decision = &outcome->decisions.items[outcome->decisions.count - 1];

    for (uint32_t i = 0; i < outcome->charges.count; i++)
        if (text_equal(outcome->charges.items[i].charge_id, decision->charge_id))
            return &outcome->charges.items[i];
    return NULL;
}

/* It would be confirmed, not decided; after a detour it is decided again. */
static bool installed_already(const struct outcome *outcome)
{
    return text_equal(outcome->decisions.items[outcome->decisions.count - 1].rule, TEXT("os.same"));
}

/* --- flapping --- */

static bool flap(struct ground *ground)
{
    struct text names[2] = {some_template(ground->trial), some_template(ground->trial)};
    struct outcome outcome;
    int free_from = 2;

    for (int i = 0; i < 6; i++) {
        if (!install(ground, names[i % 2], ground->moment + i, &outcome))
            return false;
        if (i == 0 && installed_already(&outcome))
            free_from = 4;
        const struct charge *charge = own_charge(&outcome);
        if (i >= free_from && charge)
            return fail(ground->trial, ground->trial->run->count - 1, ground->account_id,
                        "VPS %.*s: after %.*s, %.*s the %s %.*s is charged %" PRId64, TEXT_ARGUMENTS(ground->vps_id),
                        TEXT_ARGUMENTS(names[0]), TEXT_ARGUMENTS(names[1]), i < 4 ? "second" : "third",
                        TEXT_ARGUMENTS(names[i % 2]), charge->amount_micros);
    }
    return true;
}

/* --- splitting --- */

static const struct charge_line *line_of_period(const struct charge *charge, int64_t period_start)
{
    for (uint32_t i = 0; charge && i < charge->lines.count; i++)
        if (charge->lines.items[i].period_start == period_start)
            return &charge->lines.items[i];
    return NULL;
}

/* One rounding unit per line, and what the detour took for its one millisecond. -1: it was dearer than the end. */
static __int128 allowance(const struct ground *ground, const struct charge *direct, const struct charge *detour)
{
    __int128 allowed = 0;

    for (uint32_t i = 0; detour && i < detour->lines.count; i++) {
        const struct charge_line *by = &detour->lines.items[i], *end = line_of_period(direct, by->period_start);
        const struct catalogue_tariff *tariff = catalogue_tariff(ground->world.catalogue, by->tariff_id);
        if (!end || end->price_micros < by->price_micros || !tariff)
            return -1;
        allowed += 2 * tariff_terms(tariff)->rounding_micros + 1;
        if (by->period_end)
            allowed += by->price_micros / (by->period_end - by->period_start);
    }
    return allowed;
}

static bool split(struct ground *ground)
{
    struct text by = some_template(ground->trial), end = some_template(ground->trial);
    struct outcome direct, first, second;
    struct ground other = *ground;

    world_fork(&ground->world, &other.world);
    bool holds = install(ground, end, ground->moment + 1, &direct) && install(&other, by, ground->moment, &first) &&
                 install(&other, end, ground->moment + 1, &second);
    if (holds) {
        const struct charge *one = own_charge(&direct), *two = own_charge(&first), *three = own_charge(&second);
        __int128 allowed = installed_already(&direct) ? -1 : allowance(ground, one, two);
        __int128 difference = (__int128)(two ? two->amount_micros : 0) + (three ? three->amount_micros : 0) -
                              (one ? one->amount_micros : 0);
        if (allowed >= 0 && (difference > allowed || -difference > allowed))
            holds = fail(ground->trial, ground->trial->run->count - 1, ground->account_id,
                         "VPS %.*s: %.*s costs %" PRId64 " more by way of %.*s", TEXT_ARGUMENTS(ground->vps_id),
                         TEXT_ARGUMENTS(end), (int64_t)difference, TEXT_ARGUMENTS(by));
    }
    world_clear(&other.world);
    return holds;
}

/* --- every VPS that runs --- */

/* A period that an open order case would begin, with another OS line for each OS that is installed by then. */
static bool owes_period(const struct vps_state *vps)
{
    for (uint32_t i = 0; i < vps->cases.count; i++)
        if (vps->cases.items[i].kind == CASE_KIND_PLACED || vps->cases.items[i].kind == CASE_KIND_RENEWED)
            return true;
    return false;
}

static bool on_vps(struct trial *trial, struct text account_id, const struct account_state *account, struct text vps_id,
                   bool (*check)(struct ground *ground))
{
    const struct vps_state *vps = world_vps(&trial->run->world, account_id, vps_id);
    struct ground ground = {.trial = trial, .account_id = account_id, .vps_id = vps_id};

    if (!vps || vps->status != VPS_STATUS_ACTIVE || owes_period(vps))
        return true;
    ground.module_id = vps->module_id;
    ground.moment = trial->history->steps[trial->history->count - 1].now;
    if (ground.moment <= vps->newest_known)
        ground.moment = vps->newest_known + 1;
    world_fork(&trial->run->world, &ground.world);
    bool holds = enrich(&ground, account->currency) && check(&ground);
    world_clear(&ground.world);
    return holds;
}

static bool on_each_vps(struct trial *trial, bool (*check)(struct ground *ground))
{
    for (const struct stored *stored = trial->run->world.first; stored; stored = stored->next) {
        if (stored->kind != STATE_ACCOUNT || !stored->record)
            continue;
        struct text account_id = {stored->key.data + 2, stored->key.size - 2};
        const struct account_state *account = stored->record;
        for (int32_t number = 0; account->status == ACCOUNT_STATUS_ACTIVE && number * 64 < account->vps_count;
             number++) {
            struct state_key key = {.kind = STATE_VPS_LIST, .account_id = account_id, .number = number};
            const struct vps_list *list = world_state(&trial->run->world, &key);
            for (uint32_t i = 0; list && i < list->vps_ids.count; i++)
                if (!on_vps(trial, account_id, account, list->vps_ids.items[i], check))
                    return false;
        }
    }
    return true;
}

bool check_flapping(struct trial *trial)
{
    return on_each_vps(trial, flap);
}

bool check_splitting(struct trial *trial)
{
    return on_each_vps(trial, split);
}
