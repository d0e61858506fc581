/* How long the hot lookups, a snapshot and a lane decision take: measure_catalogue [TEMPLATES [TARIFFS [MODULES]]] */
#include "fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "worker/cli/common/digest.h"

enum { ITEMS = 40, LOOKUPS = 2000000 };

struct shop {
    struct fixture *f;
    int templates, tariffs, modules;
    const struct catalogue *catalogue;
    struct text *names; /* known templates */
};

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void deliver(struct fixture *f, const struct input *input)
{
    outcome_init(&f->outcome, &f->event_memory.arena);
    if (lane_decide(&f->lane, input, &f->outcome) != DECIDE_DONE)
        abort();
}

static void apply(struct fixture *f, struct catalogue_change_change content)
{
    struct input input = {.topic = TOPIC_CATALOGUE};

    input.as.catalogue_change = (struct catalogue_change){
        .event_id = TEXT("e"),
        .change_set = words(format(f, "s%d", ++f->sets)),
        .count = 1,
        .change = content,
    };
    deliver(f, &input);
}

static void discover(struct shop *shop, int module, int scan, int template)
{
    struct input input = {.topic = TOPIC_TEMPLATE_DISCOVERED};
    struct fixture *f = shop->f;

    input.as.template_discovered = (struct template_discovered){
        .event_id = TEXT("e"),
        .module_id = words(format(f, "module-%d", module)),
        .scan_id = words(format(f, "scan-%d", scan)),
        .scan_size = shop->templates,
        .repository = TEXT("ISPsystem"),
        .name = words(format(f, "operating-system-%d-amd64", template)),
    };
    deliver(f, &input);
}

static void fill(struct shop *shop)
{
    struct fixture *f = shop->f;
    struct enumeration_item items[ITEMS + 1] = {{.item_id = TEXT("free")}};
    struct catalogue_change_change enumeration = an_enumeration(f, "os", "");

    for (int i = 0; i < shop->modules; i++)
        apply(f, a_module(format(f, "module-%d", i), AUTO_CONNECT_ALL));
    for (int i = 1; i <= ITEMS; i++)
        items[i] = (struct enumeration_item){
            .item_id = words(format(f, "item-%d", i)),
            .internal_name = words(format(f, "ISPsystem__operating-system-%d-amd64", i * 2)),
        };
    enumeration.as.enumeration.items = (struct enumeration_item_array){items, ITEMS + 1};
    apply(f, enumeration);
    for (int t = 0; t < shop->tariffs; t++) {
        const char *tariff_id = format(f, "tariff-%d", t);
        apply(f, a_tariff(f, tariff_id, format(f, "module-%d", t % shop->modules), "os"));
        for (int i = 1; i <= ITEMS; i++)
            for (int months = 1; months <= 12; months += 11)
                apply(f, a_price(tariff_id, format(f, "item-%d", i), months, 5, 0));
    }
    shop->names = calloc((size_t)shop->templates, sizeof *shop->names);
    for (int i = 0; i < shop->templates; i++)
        shop->names[i] = words(format(f, "ISPsystem__operating-system-%d-amd64", i));
}

static void report(const char *what, double time, double count)
{
    printf("%-44s %10.1f ns\n", what, time / count * 1e9);
}

static void measure_items(const struct shop *shop, const char *what, int first, int step, int count)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(shop->catalogue, words("tariff-0"));
    uint64_t sum = 0;
    double start = seconds();

    for (int i = 0; i < LOOKUPS; i++)
        sum += catalogue_item(shop->catalogue, tariff, shop->names[first + i % count * step]).item_id.size;
    report(what, seconds() - start, LOOKUPS);
    if (sum == 0)
        abort();
}

static void measure_lookups(const struct shop *shop)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(shop->catalogue, words("tariff-0"));
    struct text item = words("item-7"), tariff_id = words("tariff-1"), module = words("module-0");
    int64_t sum = 0;
    double start = seconds();

    for (int i = 0; i < LOOKUPS; i++)
        sum += catalogue_tariff(shop->catalogue, tariff_id) != NULL;
    report("catalogue_tariff", seconds() - start, LOOKUPS);
    measure_items(shop, "catalogue_item, mapped", 2, 2, ITEMS);
    measure_items(shop, "catalogue_item, default", 1, 2, ITEMS);
    start = seconds();
    for (int i = 0; i < LOOKUPS; i++)
        sum += catalogue_price(tariff, item, 1 + i % 2 * 11, 1000 + i).amount_micros;
    report("catalogue_price", seconds() - start, LOOKUPS);
    start = seconds();
    for (int i = 0; i < LOOKUPS; i++)
        sum += catalogue_orderable(shop->catalogue, tariff, module, shop->names[i % shop->templates]);
    report("catalogue_orderable, all templates in turn", seconds() - start, LOOKUPS);
    if (sum == 0)
        abort();
}

static void measure_snapshot(struct shop *shop)
{
    double start = seconds();

    for (int i = 0; i < 5; i++) {
        test_arena_reset(&shop->f->snapshot_memory);
        shop->catalogue = catalogue_build(&shop->f->book, 1, &shop->f->snapshot_memory.arena);
    }
    printf("%-44s %10.1f ms\n", "catalogue_build", (seconds() - start) / 5 * 1e3);
}

static void measure_scans(struct shop *shop, int scan, const char *what)
{
    double start = seconds();

    for (int m = 0; m < shop->modules; m++) {
        for (int i = 0; i < shop->templates; i++)
            discover(shop, m, scan, i);
        book_written(&shop->f->book);
        test_arena_reset(&shop->f->event_memory);
        shop->f->lane.offers = NULL;
    }
    report(what, seconds() - start, (double)shop->templates * shop->modules);
}

/* A price list as one change set: the parts that wait, and the one that applies them all. */
static void measure_price_list(struct shop *shop)
{
    struct fixture *f = shop->f;
    struct input input = {.topic = TOPIC_CATALOGUE};
    int32_t parts = shop->tariffs * ITEMS * 6;
    double start = seconds(), last = 0;

    for (int32_t i = 0; i < parts; i++) {
        input.as.catalogue_change = (struct catalogue_change){
            .event_id = TEXT("e"),
            .change_set = TEXT("list"),
            .index = i,
            .count = parts,
            .change =
                a_price(format(f, "tariff-%d", i / (ITEMS * 6)), format(f, "item-%d", i / 6 % ITEMS + 1), i % 6, i, 7),
        };
        if (i == parts - 1)
            last = seconds();
        deliver(f, &input);
    }
    report("CatalogueChange, waits", last - start, parts - 1);
    printf("%-44s %10.1f ms for %d parts\n", "CatalogueChange, applies its set", (seconds() - last) * 1e3, (int)parts);
    book_written(&f->book);
}

int main(int count, char **arguments)
{
    struct shop shop = {.templates = 1000, .tariffs = 100, .modules = 10};
    struct rusage usage;
    void *state;

    if (fixture_setup(&state) != 0)
        return 1;
    shop.f = state;
    shop.f->book_memory.chunk = shop.f->event_memory.chunk = shop.f->snapshot_memory.chunk = 1 << 20;
    shop.f->words.chunk = 1 << 20;
    shop.templates = count > 1 ? (int)strtol(arguments[1], NULL, 10) : shop.templates;
    shop.tariffs = count > 2 ? (int)strtol(arguments[2], NULL, 10) : shop.tariffs;
    shop.modules = count > 3 ? (int)strtol(arguments[3], NULL, 10) : shop.modules;
    shop.f->lane = (struct lane){
        .book = &shop.f->book, .hashes = &library_hashes, .settings = &shop.f->settings, .now = NOW, .version = 1};
    fill(&shop);
    book_written(&shop.f->book);
    printf("%d templates, %d tariffs, %d modules\n", shop.templates, shop.tariffs, shop.modules);
    measure_scans(&shop, 1, "TemplateDiscovered, new");
    measure_scans(&shop, 2, "TemplateDiscovered, seen");
    measure_price_list(&shop);
    measure_snapshot(&shop);
    measure_lookups(&shop);
    getrusage(RUSAGE_SELF, &usage);
    printf("%-44s %10ld KiB\n", "peak memory", usage.ru_maxrss);
    return 0;
}
