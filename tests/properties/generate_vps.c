/* Orders and installations. */
#include "generator.h"

#include "core/calendar.h"

/* Mostly one that lives. */
static struct text some_vps(struct generator *gen, uint32_t account)
{
    struct text vps_id = vps_name(pick(gen, gen->vpss));

    for (uint32_t tries = 0; tries < 3 && !often(gen, 100); tries++) {
        const struct vps_state *vps = world_vps(&gen->run->world, account_name(account), vps_id);
        if (vps && vps->status == VPS_STATUS_ACTIVE)
            break;
        vps_id = vps_name(pick(gen, gen->vpss));
    }
    return vps_id;
}

/* Mostly a tariff, module and template that the account may order. */
static void choose_offer(struct generator *gen, struct order *order)
{
    const struct catalogue *catalogue = gen->run->world.catalogue;
    const struct account_state *account = world_account(&gen->run->world, order->account_id);

    for (uint32_t tries = 0; tries < 25; tries++) {
        order->tariff_id = tariff_name(gen);
        order->module_id = module_name(gen);
        order->template = some_template(gen);
        const struct catalogue_tariff *tariff = catalogue_tariff(catalogue, order->tariff_id);
        if (often(gen, 15) || (account && tariff && tariff_terms(tariff)->enabled &&
                               text_equal(tariff_terms(tariff)->currency, account->currency) &&
                               catalogue_orderable(catalogue, tariff, order->module_id, order->template)))
            return;
    }
}

/* Mostly at midnight, at times such that the period ends about now. */
static int64_t first_start(struct generator *gen, int32_t months)
{
    int64_t today = gen->now / DAY * DAY;

    if (often(gen, 60) && months > 0)
        return calendar_add_months(gen->now, -months, civil_from_millis(gen->now).day) + (int64_t)pick(gen, 3) - 1;
    if (often(gen, 100))
        return gen->now + (int64_t)pick(gen, 3) - 1;
    return today + ((int64_t)pick(gen, 9) - 6) * (pick(gen, 3) ? 0 : DAY);
}

static struct text new_order_id(struct generator *gen, uint32_t account)
{
    if (often(gen, 60) && gen->orders[account])
        return take_format(&gen->history->memory, "o%u", 1 + pick(gen, gen->orders[account]));
    return take_format(&gen->history->memory, "o%u", ++gen->orders[account]);
}

/* Mostly a period that has a base price. */
static int32_t priced_months(struct generator *gen, struct text tariff_id)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(gen->run->world.catalogue, tariff_id);
    int32_t months = some_months(gen);

    for (uint32_t tries = 0; tries < 6 && tariff && !often(gen, 50); tries++) {
        if (catalogue_price(tariff, TEXT(""), months, gen->now).found == PRICE_FOUND)
            break;
        months = some_months(gen);
    }
    return months;
}

static void place(struct generator *gen, uint32_t account, struct order *order)
{
    order->kind = ORDER_KIND_PLACED;
    order->order_id = new_order_id(gen, account);
    choose_offer(gen, order);
    order->period_months = priced_months(gen, order->tariff_id);
    order->period_start = first_start(gen, order->period_months);
}

static void renew(struct generator *gen, const struct vps_state *vps, struct order *order)
{
    int64_t end = order->occurred_at / DAY * DAY;

    if (vps->periods.count)
        end = vps->periods.items[vps->periods.count - 1].period_end;
    for (uint32_t i = 0; i < vps->cases.count; i++)
        if (vps->cases.items[i].kind == CASE_KIND_RENEWED && vps->cases.items[i].period_end > end)
            end = vps->cases.items[i].period_end;
    order->kind = ORDER_KIND_RENEWED;
    order->period_months = pick(gen, 4) ? 1 : priced_months(gen, order->tariff_id);
    order->period_start = end;
    if (often(gen, 100))
        order->period_start = end - (int64_t)pick(gen, 2) * DAY;
    if (often(gen, 150))
        order->period_start = pick(gen, 2) ? gen->now : end + (int64_t)pick(gen, 3) - 1;
    if (order->period_start < 0)
        order->period_start = 0;
}

static void change_tariff(struct generator *gen, const struct vps_state *vps, struct order *order)
{
    struct order offer = *order;

    choose_offer(gen, &offer);
    order->kind = ORDER_KIND_TARIFF_CHANGED;
    order->tariff_id = offer.tariff_id;
    for (uint32_t i = 0; i < vps->periods.count; i++) {
        const struct period *period = &vps->periods.items[i];
        if (period->period_start > order->occurred_at && i > 0)
            break;
        order->period_start = period->period_start;
        order->period_months = period->period_months;
    }
    if (often(gen, 40))
        order->period_start++;
}

/* What fits the state of the VPS, mostly. */
static enum order_kind some_kind(struct generator *gen, const struct vps_state *vps)
{
    static const uint32_t weights[][ORDER_KIND_COUNT] = {
        [VPS_STATUS_NONE] = {800, 70, 60, 70},
        [VPS_STATUS_PENDING] = {100, 150, 100, 100},
        [VPS_STATUS_ACTIVE] = {60, 500, 350, 40},
        [VPS_STATUS_CANCELLED] = {850, 50, 50, 50},
    };

    return (enum order_kind)pick_weighted(gen, weights[vps ? vps->status : VPS_STATUS_NONE], ORDER_KIND_COUNT);
}

static const struct input *as_input(struct generator *gen, enum topic topic, const void *record)
{
    struct input *input = take(&gen->history->memory, 1, sizeof *input);

    *input = (struct input){.topic = topic};
    memcpy(input_record(input), record, input_record_type(topic)->size);
    return input;
}

void gen_order(struct generator *gen, uint32_t account)
{
    struct text vps_id = some_vps(gen, account);
    const struct vps_state *vps = world_vps(&gen->run->world, account_name(account), vps_id);
    bool lives = vps && vps->status != VPS_STATUS_NONE;
    struct order order = {
        .event_id = new_id(gen),
        .occurred_at = some_moment(gen),
        .account_id = account_name(account),
        .order_id = lives && !often(gen, 40) ? vps->order_id : TEXT("o1"),
        .vps_id = vps_id,
        .module_id = lives ? vps->module_id : module_name(gen),
        .tariff_id = lives && pick(gen, 4) ? vps->tariff_id : tariff_name(gen),
        .template = lives ? vps->template : some_template(gen),
        .period_start = gen->now / DAY * DAY,
        .period_months = 1,
    };
    enum order_kind kind = some_kind(gen, vps);

    if (kind == ORDER_KIND_PLACED)
        place(gen, account, &order);
    else if (kind == ORDER_KIND_CANCELLED)
        order.kind = ORDER_KIND_CANCELLED;
    else if (lives && kind == ORDER_KIND_RENEWED)
        renew(gen, vps, &order);
    else if (lives)
        change_tariff(gen, vps, &order);
    else
        order.kind = kind;
    if (often(gen, 5))
        order.period_months = 121;
    if (kind != ORDER_KIND_CANCELLED && often(gen, 150))
        gen_just_funds(gen, as_input(gen, TOPIC_ORDER, &order));
    gen_input(gen, TOPIC_ORDER, &order);
}

/* About the edges of a period, at times. */
static int64_t installed_at(struct generator *gen, const struct vps_state *vps)
{
    int64_t moment = some_moment(gen);

    if (vps && vps->periods.count && often(gen, 250)) {
        const struct period *period = &vps->periods.items[pick(gen, vps->periods.count)];
        int64_t edge = (pick(gen, 2) ? period->period_start : period->period_end) + (int64_t)pick(gen, 3) - 1;
        if (edge >= 0 && edge <= gen->now + HOUR_MS)
            moment = edge;
    }
    if (vps && often(gen, 100) && vps->newest_known >= 0)
        moment = vps->newest_known + (int64_t)pick(gen, 3) - 1;
    return moment < 0 ? 0 : moment;
}

void gen_install(struct generator *gen, uint32_t account)
{
    static const enum install_source sources[] = {
        INSTALL_SOURCE_REINSTALL, INSTALL_SOURCE_REINSTALL, INSTALL_SOURCE_REINSTALL, INSTALL_SOURCE_SCAN,
        INSTALL_SOURCE_ORDER,     INSTALL_SOURCE_ISO,       INSTALL_SOURCE_IMAGE,     INSTALL_SOURCE_UNKNOWN};
    struct text vps_id = some_vps(gen, account);
    const struct vps_state *vps = world_vps(&gen->run->world, account_name(account), vps_id);
    bool lives = vps && vps->status != VPS_STATUS_NONE;
    struct os_installed install = {
        .event_id = new_id(gen),
        .account_id = account_name(account),
        .vps_id = vps_id,
        .module_id = lives && !often(gen, 50) ? vps->module_id : module_name(gen),
        .template = lives && often(gen, 80) ? vps->template : some_template(gen),
        .installed_at = installed_at(gen, vps),
        .source = sources[pick(gen, sizeof sources / sizeof *sources)],
    };

    install.occurred_at = install.installed_at;
    if (often(gen, 100))
        gen_just_funds(gen, as_input(gen, TOPIC_OS_INSTALLED, &install));
    gen_input(gen, TOPIC_OS_INSTALLED, &install);
}
