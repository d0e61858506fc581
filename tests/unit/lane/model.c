#include "model.h"

#include <string.h>

void model_init(struct model *model)
{
    memset(model, 0, sizeof *model);
    for (int m = 0; m < MODEL_MODULES; m++)
        model->modules[m].hold = -1;
}

static bool counts_as_linked(const struct model_module *module, int template)
{
    if (!module->ever[template] || module->setting[template] == MODEL_OFF)
        return false;
    return module->setting[template] == MODEL_ON || module->present[template];
}

bool model_linked(const struct model *model, int module, int template)
{
    return counts_as_linked(&model->modules[module], template);
}

bool model_orderable(const struct model *model, int tariff, int module, int template)
{
    bool on = model->pair[tariff][template] && model->on[tariff][template];

    if (model->setting[tariff][template] != MODEL_AUTO)
        on = model->setting[tariff][template] == MODEL_ON;
    return on && (model->tariff_modules[tariff] >> module & 1) && model_linked(model, module, template);
}

/* --- pairs --- */

static void appear(struct model *model, int tariff, int module, int template)
{
    enum model_connect connect = model->modules[module].connect;
    bool priced = model->priced[tariff] >> template & 1;

    if (model->pair[tariff][template])
        return;
    model->pair[tariff][template] = true;
    model->on[tariff][template] = connect == MODEL_CONNECT_ALL || (connect == MODEL_CONNECT_FREE_ONLY && !priced);
}

void model_set_modules(struct model *model, int tariff, unsigned modules)
{
    model->tariff_modules[tariff] = modules;
    for (int m = 0; m < MODEL_MODULES; m++)
        for (int t = 0; t < MODEL_TEMPLATES; t++)
            if ((modules >> m & 1) && model->modules[m].ever[t])
                appear(model, tariff, m, t);
}

/* --- scans --- */

static int find_among_last_8(const struct model_module *module, int scan_id)
{
    for (int i = module->count - 1; i >= 0 && i >= module->count - 8; i--)
        if (module->scans[i].id == scan_id)
            return i;
    return -1;
}

static int begin(struct model_module *module, int scan_id, int size)
{
    int linked = 0;

    if (module->count && module->scans[module->count - 1].status == MODEL_RUNNING)
        module->scans[module->count - 1].status = MODEL_ABANDONED;
    for (int t = 0; t < MODEL_TEMPLATES; t++)
        linked += counts_as_linked(module, t);
    module->scans[module->count] = (struct model_scan){.id = scan_id, .size = size, .linked_before = linked};
    return module->count++;
}

static bool lacks(const struct model_scan *scan, int template)
{
    return !(scan->seen >> template & 1);
}

/* Complete scans in a row, newest first, that lack the template since it was linked. */
static int missed(const struct model_module *module, int template)
{
    int count = 0;

    for (int i = module->count - 1; i >= module->since[template]; i--) {
        if (module->scans[i].status != MODEL_COMPLETE)
            continue;
        if (!lacks(&module->scans[i], template))
            break;
        count++;
    }
    return count;
}

static bool goes(const struct model *model, const struct model_module *module, int scan, int template)
{
    return module->present[template] && lacks(&module->scans[scan], template) &&
           missed(module, template) >= model->remove_after;
}

static int remove_all(const struct model *model, struct model_module *module, int scan)
{
    unsigned going = 0;
    int notices = 0;

    for (int t = 0; t < MODEL_TEMPLATES; t++)
        going |= (unsigned)goes(model, module, scan, t) << t;
    for (int t = 0; t < MODEL_TEMPLATES; t++) {
        if (!(going >> t & 1))
            continue;
        module->present[t] = false;
        notices += module->setting[t] != MODEL_OFF;
    }
    return notices;
}

static void release(struct model_module *module)
{
    module->hold = -1;
    for (int i = 0; i < module->count; i++)
        module->scans[i].held = false;
}

/* The scan has all it promised: hold it or remove. */
static void end(const struct model *model, struct model_module *module, int scan, struct model_outcome *outcome)
{
    int unlinked = 0;

    module->scans[scan].status = MODEL_COMPLETE;
    for (int t = 0; t < MODEL_TEMPLATES; t++)
        unlinked += module->setting[t] == MODEL_AUTO && goes(model, module, scan, t);
    if (unlinked > model->breaker_count &&
        unlinked * 100 > model->breaker_percent * module->scans[scan].linked_before) {
        outcome->rule = "scan.held";
        outcome->hold_noticed = module->hold < 0;
        module->hold = module->hold < 0 ? scan : module->hold;
        module->scans[scan].held = true;
        return;
    }
    release(module);
    outcome->removed = remove_all(model, module, scan);
}

static void link_it(struct model *model, int m, int template, bool first)
{
    struct model_module *module = &model->modules[m];
    bool running = module->scans[module->count - 1].status == MODEL_RUNNING;

    if (!module->present[template])
        module->since[template] = running ? module->count - 1 : module->count;
    module->present[template] = true;
    module->ever[template] = true;
    for (int tariff = 0; first && tariff < MODEL_TARIFFS; tariff++)
        if (model->tariff_modules[tariff] >> m & 1)
            appear(model, tariff, m, template);
}

struct model_outcome model_see(struct model *model, int m, int scan_id, int size, int template)
{
    struct model_module *module = &model->modules[m];
    bool first = !module->ever[template];
    struct model_outcome outcome = {.rule = first ? "template.new" : "template.seen"};
    int at = find_among_last_8(module, scan_id);

    if (at < 0)
        at = begin(module, scan_id, size);
    struct model_scan *scan = &module->scans[at];
    bool beyond = scan->status == MODEL_COMPLETE && lacks(scan, template);
    link_it(model, m, template, first);
    if (beyond)
        scan->seen |= 1U << template; /* an approval later spares it */
    if (scan->size != size && scan->status == MODEL_RUNNING)
        scan->status = MODEL_INVALID;
    if (scan->size != size || beyond) {
        outcome.rule = "scan.invalid";
        return outcome;
    }
    if (scan->status != MODEL_RUNNING)
        return outcome;
    scan->seen |= 1U << template;
    if (__builtin_popcount(scan->seen) == scan->size)
        end(model, module, at, &outcome);
    return outcome;
}

struct model_outcome model_approve(struct model *model, int m, int scan_id)
{
    struct model_module *module = &model->modules[m];
    struct model_outcome outcome = {.rule = "scan.approved"};
    int at = find_among_last_8(module, scan_id);

    if (module->hold >= 0 && module->scans[module->hold].id == scan_id)
        at = module->hold;
    if (at < 0) {
        outcome.rule = "scan.unknown";
        return outcome;
    }
    if (!module->scans[at].held)
        return outcome;
    outcome.removed = remove_all(model, module, at);
    release(module);
    return outcome;
}
