/* The inputs of a history: accounts that pay, order and reinstall, a catalogue that changes, and what strangers send:
 * garbage, duplicates, wrong partitions, null keys. */
#include "tests/simulation/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ACCOUNTS = 2, VPSS = 2, EVENTS = 40, LANE_EVENTS = 14 };

struct story {
    struct text accounts[MAX_PARTS][ACCOUNTS];
    uint32_t written[MAX_PARTS], events;
    uint32_t lane_written, lane_events;
    uint64_t chance;
    struct text last[TOPIC_INPUTS][MAX_PARTS]; /* for duplicates */
    struct text last_key[TOPIC_INPUTS][MAX_PARTS];
};

static uint32_t pick(struct story *story, uint32_t bound)
{
    story->chance = story->chance * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(story->chance >> 33) % bound;
}

__attribute__((format(printf, 2, 3))) static struct text name(struct sim *sim, const char *format, ...)
{
    char buffer[96];
    va_list arguments;
    bool failed = false;

    va_start(arguments, format);
    int size = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    return memory_text(&sim->memory, (struct text){buffer, (uint32_t)size}, &failed);
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

static void write(struct sim *sim, enum topic topic, int32_t n, struct text key, const struct record_type *type,
                  const void *record)
{
    struct text value = sim_encode(type, record, &sim->memory.arena);

    sim->story->last[topic][n] = value;
    sim->story->last_key[topic][n] = key;
    kafka_write(sim, topic, n, key, value);
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

    write(sim, TOPIC_ACCOUNT, n, account, &account_event_record, &event);
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

    write(sim, TOPIC_ORDER, n, account, &order_record, &event);
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

    write(sim, TOPIC_OS_INSTALLED, n, account, &os_installed_record, &event);
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
        write(sim, TOPIC_ACCOUNT, n, event.account_id, &account_event_record, &event);
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
    write(sim, TOPIC_ACCOUNT, n, event.account_id, &account_event_record, &event);
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

/* --- the catalogue --- */

static void change(struct sim *sim, const char *set, int32_t index, int32_t count,
                   const struct catalogue_change_change *what)
{
    struct catalogue_change event = {
        .event_id = name(sim, "%s-%d", set, (int)index),
        .occurred_at = sim->wall,
        .actor = TEXT("sim"),
        .change_set = name(sim, "%s", set),
        .index = index,
        .count = count,
        .change = *what,
    };

    write(sim, TOPIC_CATALOGUE, 0, name(sim, "%s:%d", set, (int)index), &catalogue_change_record, &event);
}

static void price(struct sim *sim, const char *set, int32_t index, int32_t count, const char *tariff, const char *item,
                  int64_t amount)
{
    struct catalogue_change_change what = {.kind = CATALOGUE_CHANGE_CHANGE_PRICE};

    what.as.price = (struct price){name(sim, "%s", tariff), name(sim, "%s", item), 1, TEXT("USD"), amount, 0};
    change(sim, set, index, count, &what);
}

static void first_change(struct sim *sim, uint32_t index)
{
    static struct enumeration_item items[] = {{{"free", 4}, {"osbill__Debian", 14}, {"Free", 4}, 0},
                                              {{"win", 3}, {"osbill__Windows", 15}, {"Windows", 7}, 1}};
    static struct text modules[] = {{"m1", 2}};
    struct catalogue_change_change what = {.kind = CATALOGUE_CHANGE_CHANGE_MODULE};

    switch (index) {
    case 0: what.as.module = (struct module){modules[0], TEXT("one"), AUTO_CONNECT_ALL, false}; break;
    case 1:
        what.kind = CATALOGUE_CHANGE_CHANGE_ENUMERATION;
        what.as.enumeration = (struct enumeration){TEXT("e1"), {items, 2}};
        break;
    case 2:
    case 3:
        what.kind = CATALOGUE_CHANGE_CHANGE_TARIFF;
        what.as.tariff = (struct tariff){
            .tariff_id = index == 2 ? TEXT("t1") : TEXT("t2"),
            .currency = TEXT("USD"),
            .module_ids = {modules, 1},
            .os_param = TEXT("ostempl"),
            .enumeration_id = index == 2 ? TEXT("e1") : TEXT(""),
            .default_item = index == 2 ? TEXT("free") : TEXT(""),
            .refund = REFUND_PRORATA,
            .rounding_micros = 1,
            .enabled = true,
        };
        break;
    case 4: price(sim, "first", 4, 6, "t1", "", 2000000); return;
    default: price(sim, "first", 5, 6, "t2", "", 1000000); return;
    }
    change(sim, "first", (int32_t)index, 6, &what);
}

static void scan(struct sim *sim, uint32_t scan, uint32_t index)
{
    struct template_discovered event = {
        .event_id = name(sim, "s%u-%u", scan, index),
        .occurred_at = sim->wall,
        .module_id = TEXT("m1"),
        .scan_id = name(sim, "scan%u", scan),
        .scan_size = 2,
        .repository = TEXT("osbill"),
        .name = index ? TEXT("Windows") : TEXT("Debian"),
    };

    write(sim, TOPIC_TEMPLATE_DISCOVERED, 0, TEXT("m1"), &template_discovered_record, &event);
}

/* The Windows price comes late: installations before it are held. */
static void next_lane_event(struct sim *sim, struct story *story)
{
    uint32_t number = story->lane_written++;
    char set[16];

    if (number < 6)
        first_change(sim, number);
    else if (number < 8)
        scan(sim, 1, number - 6);
    else if (number == 8)
        price(sim, "windows", 0, 1, "t1", "win", 3000000);
    else if (pick(story, 3) == 0)
        scan(sim, 2 + number / 4, pick(story, 2));
    else if (pick(story, 4) == 0)
        kafka_write(sim, TOPIC_CATALOGUE, 0, TEXT("k"), TEXT("garbage"));
    else {
        snprintf(set, sizeof set, "set%u", number);
        price(sim, set, 0, 1, "t1", pick(story, 2) ? "win" : "", (int64_t)(1 + pick(story, 4)) * 1000000);
    }
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
    sim->story->events = EVENTS / (uint32_t)sim->options.parts;
    sim->story->lane_events = LANE_EVENTS;
    find_accounts(sim, sim->story);
    for (uint32_t i = 0; i < 9 && pick(sim->story, 4); i++)
        story_next(sim, (uint32_t)sim->options.parts);
}
