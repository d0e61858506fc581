/* The catalogue of a history, and how it changes. */
#include "tests/simulation/story.h"

#include <stdio.h>

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

    story_write(sim, TOPIC_CATALOGUE, 0, name(sim, "%s:%d", set, (int)index), &catalogue_change_record, &event);
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

    story_write(sim, TOPIC_TEMPLATE_DISCOVERED, 0, TEXT("m1"), &template_discovered_record, &event);
}

/* The Windows price comes late: installations before it are held. */
void next_lane_event(struct sim *sim, struct story *story)
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
