/* The inputs of a history: accounts that pay, order and reinstall, and what strangers send: garbage, duplicates, wrong
 * partitions, null keys, records that are too large. */
#include "tests/simulation/story.h"

#include <stdarg.h>
#include <stdio.h>

uint32_t pick(struct story *story, uint32_t bound)
{
    story->chance = story->chance * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(story->chance >> 33) % bound;
}

struct text name(struct sim *sim, const char *format, ...)
{
    char buffer[96];
    va_list arguments;
    bool failed = false;

    va_start(arguments, format);
    int size = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    return memory_text(&sim->memory, (struct text){buffer, (uint32_t)size}, &failed);
}

void story_write(struct sim *sim, enum topic topic, int32_t n, struct text key, const struct record_type *type,
                 const void *record)
{
    struct text value = sim_encode(type, record, &sim->memory.arena);

    sim->story->last[topic][n] = value;
    sim->story->last_key[topic][n] = key;
    kafka_write(sim, topic, n, key, value);
}

static void find_accounts(struct sim *sim, struct story *story)
{
    for (int n = 0; n < sim->options.parts; n++)
        for (int i = 0, number = 0; i < ACCOUNTS; number++) {
            struct text id = name(sim, "a%d", number);
            if (key_partition(id, sim->options.parts) == n)
                story->accounts[n][i++] = id;
        }
}

/* --- accounts --- */

static void account_event(struct sim *sim, struct story *story, int32_t n, struct text account, struct text id)
{
    static const enum account_kind kinds[] = {ACCOUNT_KIND_DEPOSIT, ACCOUNT_KIND_DEPOSIT,    ACCOUNT_KIND_DEPOSIT,
                                              ACCOUNT_KIND_OPENED,  ACCOUNT_KIND_WITHDRAWAL, ACCOUNT_KIND_CREDIT_LIMIT,
                                              ACCOUNT_KIND_FROZEN,  ACCOUNT_KIND_UNFROZEN,   ACCOUNT_KIND_UNFROZEN,
                                              ACCOUNT_KIND_CLOSED,  ACCOUNT_KIND_CASE_WAIVED};
    uint32_t choice = story->written[n] < 4 ? 3 : pick(story, sizeof kinds / sizeof *kinds);
    struct account_event event = {
        .event_id = id,
        .occurred_at = sim->wall,
        .account_id = account,
        .kind = kinds[choice == 9 && pick(story, 3) ? 0 : choice],
        .amount_micros = (int64_t)(1 + pick(story, 9)) * 1000000,
        .currency = TEXT("USD"),
    };

    story_write(sim, TOPIC_ACCOUNT, n, account, &account_event_record, &event);
}

static void order_event(struct sim *sim, struct story *story, int32_t n, struct text account, struct text id)
{
    static const enum order_kind kinds[] = {ORDER_KIND_PLACED,  ORDER_KIND_PLACED,         ORDER_KIND_PLACED,
                                            ORDER_KIND_RENEWED, ORDER_KIND_TARIFF_CHANGED, ORDER_KIND_CANCELLED};
    uint32_t vps = pick(story, VPSS);
    struct order event = {
        .event_id = id,
        .occurred_at = sim->wall,
        .account_id = account,
        .order_id = name(sim, "o%u", pick(story, 4) ? vps : vps + VPSS),
        .vps_id = name(sim, "v%u", vps),
        .module_id = TEXT("m1"),
        .tariff_id = pick(story, 8) ? TEXT("t1") : TEXT("t2"),
        .template = pick(story, 3) ? TEXT("osbill__Debian") : TEXT("osbill__Windows"),
        .kind = kinds[pick(story, sizeof kinds / sizeof *kinds)],
        .period_start = sim->wall / 86400000 * 86400000,
        .period_months = 1,
    };

    story_write(sim, TOPIC_ORDER, n, account, &order_record, &event);
}

static void install_event(struct sim *sim, struct story *story, int32_t n, struct text account, struct text id)
{
    static const char *const templates[] = {"osbill__Debian", "osbill__Windows", "osbill__windows", ""};
    struct os_installed event = {
        .event_id = id,
        .occurred_at = sim->wall,
        .account_id = account,
        .vps_id = name(sim, "v%u", pick(story, VPSS)),
        .module_id = TEXT("m1"),
        .template = name(sim, "%s", templates[pick(story, 4)]),
        .installed_at = sim->wall - (int64_t)pick(story, 5000),
        .source = INSTALL_SOURCE_REINSTALL,
    };

    story_write(sim, TOPIC_OS_INSTALLED, n, account, &os_installed_record, &event);
}

/* What must become a dead letter, or a duplicate, and stop nothing. */
static void disturb(struct sim *sim, struct story *story, int32_t n, struct text account, struct text id)
{
    enum topic topic = (enum topic)(TOPIC_ACCOUNT + pick(story, 3));
    struct text last = story->last[topic][n];

    switch (pick(story, 6)) {
    case 0: kafka_write(sim, topic, n, account, TEXT("\xB1garbage")); break;
    case 1: kafka_write(sim, topic, n, account, (struct text){NULL, 0}); break;
    case 2: kafka_write(sim, topic, n, (struct text){NULL, 0}, last.data ? last : TEXT("x")); break;
    case 3: { /* the account's home is another partition */
        struct account_event event = {.event_id = id,
                                      .occurred_at = sim->wall,
                                      .kind = ACCOUNT_KIND_DEPOSIT,
                                      .amount_micros = 1000000,
                                      .currency = TEXT("USD")};
        event.account_id = sim->options.parts > 1 ? story->accounts[(n + 1) % sim->options.parts][0] : account;
        story_write(sim, TOPIC_ACCOUNT, n, event.account_id, &account_event_record, &event);
        break;
    }
    default:
        if (last.data)
            kafka_write(sim, topic, n, story->last_key[topic][n], last);
    }
}

/* Large enough for the broker to refuse what must be kept of it: a poisoned transaction. */
static void poison(struct sim *sim, struct story *story, int32_t n, struct text id)
{
    char *note = arena_alloc(&sim->memory.arena, 4096, 1);
    (void)story;
    memset(note, 'x', 4096);
    struct account_event event = {
        .event_id = id,
        .occurred_at = sim->wall,
        .account_id = name(sim, "unknown"),
        .kind = ACCOUNT_KIND_DEPOSIT,
        .amount_micros = 1000000,
        .currency = TEXT("USD"),
        .note = {note, 4096},
    };
    for (int i = 0; key_partition(event.account_id, sim->options.parts) != n; i++)
        event.account_id = name(sim, "unknown%d", i);
    story_write(sim, TOPIC_ACCOUNT, n, event.account_id, &account_event_record, &event);
}

static void next_event(struct sim *sim, struct story *story, int32_t n)
{
    uint32_t number = story->written[n]++, kind = pick(story, 20);
    struct text id = name(sim, "e%d-%u", (int)n, number);
    struct text account = story->accounts[n][number < 2 ? number : pick(story, ACCOUNTS)];

    if (number < 2)
        account_event(sim, story, n, account, id);
    else if (kind < 8)
        account_event(sim, story, n, account, id);
    else if (kind < 12)
        order_event(sim, story, n, account, id);
    else if (kind < 17)
        install_event(sim, story, n, account, id);
    else if (kind < 19)
        disturb(sim, story, n, account, id);
    else if (sim->broker_limit < 100000)
        poison(sim, story, n, id);
}

/* --- */

bool story_next(struct sim *sim, uint32_t which)
{
    struct story *story = sim->story;
    uint32_t n = which % (uint32_t)(sim->options.parts + 1);

    if (n == (uint32_t)sim->options.parts) {
        if (story->lane_written >= story->lane_events)
            return false;
        next_lane_event(sim, story);
        return true;
    }
    if (story->written[n] >= story->events)
        return false;
    next_event(sim, story, (int32_t)n);
    return true;
}

void story_rest(struct sim *sim)
{
    for (int n = 0; n <= sim->options.parts; n++)
        while (story_next(sim, (uint32_t)n))
            ;
}

void story_begin(struct sim *sim)
{
    sim->story = memory_zeroed(&sim->memory, 1, sizeof *sim->story);
    sim->story->chance = sim->seed * 0x9E3779B97F4A7C15U + 1;
    sim->story->events = (uint32_t)(sim->options.events / sim->options.parts);
    sim->story->lane_events = LANE_EVENTS;
    find_accounts(sim, sim->story);
    for (uint32_t i = 0; i < 9 && pick(sim->story, 4); i++)
        story_next(sim, (uint32_t)sim->options.parts);
}
