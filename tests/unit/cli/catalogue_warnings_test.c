/* What is said before a catalogue goes live: one row for each kind of surprise, and for what is none. */
#include "cmocka_all.h"

#include <string.h>

#include "core/text.h"
#include "tests/unit/cli/catalogue_world.h"
#include "worker/cli/catalogue_plan/catalogue_warnings.h"

enum { ALL = 4000, NOW = 1000 };

#define MODULE      "modules: {m: {auto_connect: ALL}}\n"
#define ENUMERATION "enumerations: {os: {free: {internal_name: \"\"}, win: {internal_name: \"ISP__Windows\"}}}\n"
#define TARIFF      "currency: EUR, modules: [m], enumeration: os, default_item: free"

static const struct {
    const char *what, *file, *templates; /* templates: a scan of module m; NULL: none was made */
    int32_t runs_months;                 /* a VPS runs on tariff t for these; -1: none does */
    const char *expected[3];             /* words of each warning, in any order */
} cases[] = {
    {"all is well",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n",
     "Windows Debian",
     1,
     {NULL}},
    {"no price for months that other prices have",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5, 12: 50}, os_prices: {win: {1: 9}}}}\n",
     NULL,
     -1,
     {"tariff t has no price of win for 12 months"}},
    {"no base price for months that an item has",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9, 12: 90}}}}\n",
     NULL,
     -1,
     {"tariff t has no price of base for 12 months"}},
    {"no price for months that VPSs run on",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n",
     NULL,
     3,
     {"no price of base for 3 months, 1 VPSs run on it", "no price of win for 3 months, 1 VPSs"}},
    {"a disabled tariff matters while VPSs run on it",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", enabled: false, prices: {1: 5, 12: 50}}}\n",
     NULL,
     12,
     {"no price of win for 12 months"}},
    {"a disabled tariff without VPSs does not matter",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", enabled: false, prices: {1: 5, 12: 50}}}\n",
     NULL,
     -1,
     {NULL}},
    {"a default item with prices, not all of them (rules.md 2.3)",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF
                        ", prices: {1: 5, 12: 50}, os_prices: {free: {1: 0}, win: {1: 9, 12: 90}}}}\n",
     NULL,
     -1,
     {"no price of free for 12 months"}},
    {"a default item that costs money",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {free: {1: 1}, win: {1: 9}}}}\n",
     NULL,
     -1,
     {"default item free costs money"}},
    {"a price that begins later",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: {2030-01-01: 9}}}}}\n",
     NULL,
     -1,
     {"the price of win for 1 months begins only at 2030-01-01"}},
    {"a price that changes later is there already",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF
                        ", prices: {1: 5}, os_prices: {win: {1: {1970-01-01: 8, 2030-01-01: 9}}}}}\n",
     NULL,
     -1,
     {NULL}},
    {"a tariff without anything",
     "tariffs: {t: {currency: EUR}}\n",
     NULL,
     -1,
     {"t has no price of its own", "t has no module"}},
    {"a near miss (rules.md 2.2)",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n",
     "Windows windows",
     -1,
     {"template ISP__windows counts as the default item in tariff t, but is nearly item win"}},
    {"a near miss of a free item costs nothing",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 0}}}}\n",
     "Windows windows",
     -1,
     {NULL}},
    {"a near miss that only an override names",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n"
                        "overrides: {tariffs: {t: {\"isp__Windows\": ON}}}\n",
     NULL,
     -1,
     {"template isp__Windows counts as the default item"}},
    {"an alias ends a near miss",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n"
                        "aliases: {ISP__windows: ISP__Windows}\n",
     "Windows windows",
     -1,
     {NULL}},
    {"an item that no module ever showed",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n",
     "Debian",
     -1,
     {"item win of enumeration os: no module ever showed the template ISP__Windows"}},
    {"an item that is reached by an alias",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n"
                        "aliases: {ISP__Debian: ISP__Windows}\n",
     "Debian",
     -1,
     {NULL}},
    {"an alias that leads nowhere",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n"
                        "aliases: {ISP__Debian: ISP__Deiban}\n",
     "Windows Debian",
     -1,
     {"alias ISP__Debian: ISP__Deiban is no item's internal name"}},
    {"an alias of a template that nobody has",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n"
                        "aliases: {ISP__Win: ISP__Windows}\n",
     "Windows",
     -1,
     {"alias ISP__Win: no module ever showed such a template"}},
    {"an alias over another one",
     MODULE ENUMERATION "tariffs: {t: {" TARIFF ", prices: {1: 5}, os_prices: {win: {1: 9}}}}\n"
                        "aliases: {ISP__W: ISP__Wi, ISP__Wi: ISP__Windows}\n",
     "Windows W Wi",
     -1,
     {NULL}},
};

static void keep(void *context, const char *text)
{
    char *all = context;

    strncat(all, text, ALL - 1 - strlen(all));
    strncat(all, "\n", ALL - 1 - strlen(all));
}

static void run_on(struct usages *usages, int32_t months)
{
    struct period period = {.period_end = NOW + 1, .period_months = months, .tariff_id = TEXT("t")};
    const struct vps_state vps = {.status = VPS_STATUS_ACTIVE, .periods = {&period, 1}};

    assert_true(usages_init(usages, NOW, 1));
    if (months >= 0)
        assert_non_null(usages_add(usages, &vps));
}

static void check(size_t row)
{
    struct world world;
    struct usages usages;
    char all[ALL] = "";
    int expected = 0;

    world_open(&world);
    world_apply(&world, cases[row].file);
    if (world.refusal.size)
        fail_msg("%s: refused: %.*s", cases[row].what, (int)world.refusal.size, world.refusal.data);
    if (cases[row].templates)
        world_scan(&world, "m", cases[row].templates);
    run_on(&usages, cases[row].runs_months);
    int found =
        catalogue_warnings(&(struct warning_sources){&world.book, &usages, NOW}, &world.memory.arena, keep, all);
    while (expected < 3 && cases[row].expected[expected]) {
        if (!strstr(all, cases[row].expected[expected]))
            fail_msg("%s: expected \"%s\", got:\n%s", cases[row].what, cases[row].expected[expected], all);
        expected++;
    }
    if (found != expected)
        fail_msg("%s: expected %d warnings, got %d:\n%s", cases[row].what, expected, found, all);
    usages_release(&usages);
    world_close(&world);
}

static void test_warnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_warnings)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
