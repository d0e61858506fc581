/* Section 1 of rules.md once more, plain and slow: whole histories, sets as bits, nothing shared with core. */
#ifndef OSBILL_TESTS_LANE_MODEL_H
#define OSBILL_TESTS_LANE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum { MODEL_TEMPLATES = 8, MODEL_MODULES = 2, MODEL_TARIFFS = 3, MODEL_SCANS = 600 };

enum model_status { MODEL_RUNNING, MODEL_COMPLETE, MODEL_ABANDONED, MODEL_INVALID };
enum model_setting { MODEL_AUTO, MODEL_ON, MODEL_OFF };
enum model_connect { MODEL_CONNECT_ALL, MODEL_CONNECT_FREE_ONLY, MODEL_CONNECT_NONE };

struct model_scan {
    int id, size, linked_before;
    enum model_status status;
    unsigned seen; /* bits by template */
    bool held;
};

struct model_module {
    struct model_scan scans[MODEL_SCANS]; /* all that ever began */
    int count;
    int hold; /* index of the scan that began it; -1: none */
    bool ever[MODEL_TEMPLATES], present[MODEL_TEMPLATES];
    int since[MODEL_TEMPLATES]; /* index of the first scan that could miss it */
    enum model_setting setting[MODEL_TEMPLATES];
    enum model_connect connect;
};

struct model {
    int remove_after, breaker_count, breaker_percent;
    struct model_module modules[MODEL_MODULES];
    unsigned tariff_modules[MODEL_TARIFFS]; /* bits by module */
    bool pair[MODEL_TARIFFS][MODEL_TEMPLATES], on[MODEL_TARIFFS][MODEL_TEMPLATES];
    enum model_setting setting[MODEL_TARIFFS][MODEL_TEMPLATES];
    unsigned priced[MODEL_TARIFFS]; /* bits by template: its item has a positive price */
};

/* What an event must be decided as. */
struct model_outcome {
    const char *rule;
    int removed;       /* TEMPLATE_REMOVED notifications */
    bool hold_noticed; /* SCAN_HELD */
};

void model_init(struct model *model);
struct model_outcome model_see(struct model *model, int module, int scan_id, int size, int template);
struct model_outcome model_approve(struct model *model, int module, int scan_id);
void model_set_modules(struct model *model, int tariff, unsigned modules);

bool model_linked(const struct model *model, int module, int template);
bool model_orderable(const struct model *model, int tariff, int module, int template);

#endif
