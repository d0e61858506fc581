/* What became of a case, from the Decisions that name it (rules.md 6). */
#include "core/text.h"
#include "worker/cli/explain/explain.h"

const char *const case_step_names[STEP_COUNT] = {
    [STEP_OPENED] = "opened",   [STEP_WAITS] = "waits",       [STEP_TOLD] = "told",
    [STEP_SETTLED] = "settled", [STEP_COVERED] = "covered",   [STEP_WAIVED] = "waived",
    [STEP_EXPIRED] = "expired", [STEP_REJECTED] = "rejected", [STEP_CLOSED] = "closed",
};

const char *const case_step_words[STEP_COUNT] = {
    [STEP_OPENED] = "opened",
    [STEP_WAITS] = "waits for something else now",
    [STEP_TOLD] = "people were told",
    [STEP_SETTLED] = "settled: the money was taken",
    [STEP_COVERED] = "covered: it costs nothing after all",
    [STEP_WAIVED] = "waived: closed without a charge",
    [STEP_EXPIRED] = "expired: its period ended unpaid",
    [STEP_REJECTED] = "rejected after all",
    [STEP_CLOSED] = "closed",
};

enum case_step case_step_of(const struct deed *deed, bool open)
{
    switch (rule_find(deed->rule)) {
    case RULE_CASE_SETTLED: return STEP_SETTLED;
    case RULE_CASE_COVERED: return STEP_COVERED;
    case RULE_CASE_WAIVED: return STEP_WAIVED;
    case RULE_CASE_EXPIRED: return STEP_EXPIRED;
    case RULE_CASE_CLOSED: return STEP_CLOSED;
    case RULE_CASE_REMINDER:
    case RULE_CASE_RECOVERED: return STEP_TOLD;
    default: break;
    }
    if (deed->verdict == VERDICT_REJECTED)
        return STEP_REJECTED;
    return open ? STEP_WAITS : STEP_OPENED;
}

bool case_walk(const struct explanation *all, struct text case_id, case_visit *visit, void *context)
{
    bool open = false;
    struct deed deed;

    for (uint32_t i = 0; i < all->decisions.count; i++)
        for (uint32_t k = 0; deed_of(&all->decisions.items[i].decision, k, &deed); k++) {
            if (!text_equal(deed.case_id, case_id))
                continue;
            enum case_step step = case_step_of(&deed, open);
            if (visit)
                visit(context, &all->decisions.items[i], &deed, step);
            open = step == STEP_OPENED || (open && step < STEP_SETTLED);
        }
    return open;
}

bool case_is_open(const struct explanation *all, struct text case_id)
{
    return !text_empty(case_id) && case_walk(all, case_id, NULL, NULL);
}

const struct open_case *case_state_of(const struct explanation *all, struct text case_id, struct text *ret_vps_id)
{
    for (uint32_t i = 0; all->account && i < all->account->vps_count; i++) {
        const struct vps_entry *entry = &all->account->vps[i];
        for (uint32_t k = 0; entry->state && k < entry->state->cases.count; k++)
            if (text_equal(entry->state->cases.items[k].case_id, case_id)) {
                *ret_vps_id = entry->vps_id;
                return &entry->state->cases.items[k];
            }
    }
    return NULL;
}

const char *case_waits_for(enum case_state state)
{
    switch (state) {
    case CASE_STATE_SHORT: return "money";
    case CASE_STATE_FROZEN: return "the account to be unfrozen";
    case CASE_STATE_PRICE: return "a price";
    case CASE_STATE_STRICT: return "its template to be mapped to an item (the module is strict)";
    case CASE_STATE_GRACE: return "the catalogue to know its tariff, module or template";
    default: return "something that this version does not know";
    }
}
