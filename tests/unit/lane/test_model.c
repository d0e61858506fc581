/* Random histories of scans, overrides, approvals and module lists: core decides as the plain model does, at every
 * step.
 *
 * test_model [SEED [STEPS]]; a failure prints the seed. */
#include "fixture.h"
#include "model.h"

#include <stdlib.h>

static uint64_t seed = 1;
static int histories = 20, steps = 250;

static unsigned roll(uint64_t *random, unsigned sides)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (unsigned)(*random % sides);
}

struct history {
    struct fixture *f;
    struct model model;
    uint64_t seed, random;
    int step;
    int current[MODEL_MODULES], size[MODEL_MODULES]; /* of the scan that is likely to go on */
};

static const char *module_id(struct fixture *f, int module)
{
    return format(f, "m%d", module);
}

static const char *template_id(struct fixture *f, int template)
{
    return format(f, "r__%d", template);
}

static void check_rule(struct history *h, struct model_outcome expected)
{
    if (!text_equal(h->f->decision->rule, words(expected.rule)))
        fail_msg("seed %llu step %d: expected %s, got %.*s: %.*s", (unsigned long long)h->seed, h->step, expected.rule,
                 (int)h->f->decision->rule.size, h->f->decision->rule.data, (int)h->f->decision->reason.size,
                 h->f->decision->reason.data);
    if ((int)h->f->outcome.notifications.count != expected.removed + expected.hold_noticed)
        fail_msg("seed %llu step %d: expected %d removals and %d holds, got %u notifications",
                 (unsigned long long)h->seed, h->step, expected.removed, expected.hold_noticed,
                 h->f->outcome.notifications.count);
}

static void check_catalogue(struct history *h)
{
    for (int t = 0; t < MODEL_TEMPLATES; t++) {
        for (int m = 0; m < MODEL_MODULES; m++) {
            const char *module = module_id(h->f, m), *template = template_id(h->f, t);
            if (linked(h->f, module, template) != model_linked(&h->model, m, t))
                fail_msg("seed %llu step %d: %s on %s: linked %d", (unsigned long long)h->seed, h->step, template,
                         module, !model_linked(&h->model, m, t));
            for (int tariff = 0; tariff < MODEL_TARIFFS; tariff++)
                if (orderable(h->f, format(h->f, "t%d", tariff), module, template) !=
                    model_orderable(&h->model, tariff, m, t))
                    fail_msg("seed %llu step %d: %s on %s for t%d: orderable %d", (unsigned long long)h->seed, h->step,
                             template, module, tariff, !model_orderable(&h->model, tariff, m, t));
        }
    }
}

/* --- steps --- */

static void one_message(struct history *h, int m)
{
    int scan_id = h->current[m], size = h->size[m], template = (int)roll(&h->random, MODEL_TEMPLATES);

    if (roll(&h->random, 12) == 0)
        scan_id -= (int)roll(&h->random, 11); /* an earlier one, perhaps forgotten */
    if (roll(&h->random, 40) == 0)
        size++;
    scan_id = scan_id < 0 ? 0 : scan_id;
    struct model_outcome expected = model_see(&h->model, m, scan_id, size, template);
    see(h->f, module_id(h->f, m), format(h->f, "s%d", scan_id), size, format(h->f, "%d", template));
    check_rule(h, expected);
}

static void next_scan(struct history *h, int m)
{
    h->current[m]++;
    h->size[m] = 1 + (int)roll(&h->random, MODEL_TEMPLATES);
}

static void override_module(struct history *h, int m)
{
    static const enum override_setting settings[] = {OVERRIDE_SETTING_AUTO, OVERRIDE_SETTING_ON, OVERRIDE_SETTING_OFF};
    int template = (int)roll(&h->random, MODEL_TEMPLATES), setting = (int)roll(&h->random, 3);

    h->model.modules[m].setting[template] = (enum model_setting)setting;
    change(h->f,
           an_override(OVERRIDE_SCOPE_MODULE, module_id(h->f, m), template_id(h->f, template), settings[setting]));
}

static void override_tariff(struct history *h)
{
    static const enum override_setting settings[] = {OVERRIDE_SETTING_AUTO, OVERRIDE_SETTING_ON, OVERRIDE_SETTING_OFF};
    int tariff = (int)roll(&h->random, MODEL_TARIFFS), template = (int)roll(&h->random, MODEL_TEMPLATES);
    int setting = (int)roll(&h->random, 3);

    h->model.setting[tariff][template] = (enum model_setting)setting;
    change(h->f, an_override(OVERRIDE_SCOPE_TARIFF, format(h->f, "t%d", tariff), template_id(h->f, template),
                             settings[setting]));
}

static void approve(struct history *h, int m)
{
    int scan_id = h->current[m] - (int)roll(&h->random, 10);
    const struct model_module *module = &h->model.modules[m];

    if (module->hold >= 0 && roll(&h->random, 2))
        scan_id = module->scans[module->hold].id;
    scan_id = scan_id < 0 ? 0 : scan_id;
    struct model_outcome expected = model_approve(&h->model, m, scan_id);
    change(h->f, an_approval(module_id(h->f, m), format(h->f, "s%d", scan_id)));
    check_rule(h, expected);
}

static void connect(struct history *h, int m)
{
    enum auto_connect connect = (enum auto_connect)roll(&h->random, 3);

    h->model.modules[m].connect = (enum model_connect)connect;
    change(h->f, a_module(module_id(h->f, m), connect));
}

static void move_tariff(struct history *h)
{
    static const char *const lists[] = {"", "m0", "m1", "m0 m1"};
    int tariff = (int)roll(&h->random, MODEL_TARIFFS);
    unsigned modules = roll(&h->random, 4);

    model_set_modules(&h->model, tariff, modules);
    change(h->f, a_tariff(h->f, format(h->f, "t%d", tariff), lists[modules], tariff ? "os" : ""));
}

static void step(struct history *h)
{
    int m = (int)roll(&h->random, MODEL_MODULES);
    unsigned what = roll(&h->random, 100);

    if (what < 76)
        one_message(h, m);
    else if (what < 84)
        next_scan(h, m);
    else if (what < 87)
        override_module(h, m);
    else if (what < 90)
        override_tariff(h);
    else if (what < 94)
        approve(h, m);
    else if (what < 97)
        connect(h, m);
    else
        move_tariff(h);
}

/* --- histories --- */

/* t0 has no addon; in t1 template 0 costs, in t2 templates 0 and 1. */
static void prepare(struct history *h)
{
    struct fixture *f = h->f;

    f->settings.remove_after = h->model.remove_after = 1 + (int)roll(&h->random, 3);
    f->settings.breaker_count = h->model.breaker_count = (int)roll(&h->random, 4);
    f->settings.breaker_percent = h->model.breaker_percent = (int)roll(&h->random, 101);
    change(f, a_module("m0", AUTO_CONNECT_ALL));
    change(f, a_module("m1", AUTO_CONNECT_ALL));
    change(f, an_enumeration(f, "os", "free=|zero=r__0|one=r__1"));
    change(f, a_tariff(f, "t0", "", ""));
    change(f, a_tariff(f, "t1", "", "os"));
    change(f, a_tariff(f, "t2", "", "os"));
    change(f, a_price("t1", "zero", 1, 1, 0));
    change(f, a_price("t2", "zero", 1, 1, 0));
    change(f, a_price("t2", "one", 12, 1, 0));
    h->model.priced[1] = 1;
    h->model.priced[2] = 3;
    for (int m = 0; m < MODEL_MODULES; m++)
        next_scan(h, m);
}

static void run(struct fixture *f, uint64_t history_seed)
{
    struct history *h = calloc(1, sizeof *h);

    *h = (struct history){.f = f, .seed = history_seed, .random = history_seed * UINT64_C(0x9E3779B97F4A7C15) + 1};
    model_init(&h->model);
    prepare(h);
    for (h->step = 0; h->step < steps; h->step++) {
        step(h);
        check_catalogue(h);
    }
    free(h);
}

static void core_decides_as_the_model(void **unused)
{
    (void)unused;
    for (int i = 0; i < histories; i++) {
        void *state;
        assert_int_equal(fixture_setup(&state), 0);
        run(state, seed + (uint64_t)i);
        assert_int_equal(fixture_teardown(&state), 0);
    }
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(core_decides_as_the_model)};

    if (count > 1) {
        seed = strtoull(arguments[1], NULL, 10);
        histories = 1;
    }
    if (count > 2)
        steps = (int)strtol(arguments[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
