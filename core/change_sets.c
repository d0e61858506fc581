/* Deciding a CatalogueChange: collecting a set's parts, applying it whole or refusing it whole (rules.md 1, 9). */
#include "core/change_view.h"
#include "core/rule_tables.h"
#include "core/scans.h"

/* --- actions --- */

static struct change_set_state set_state(const struct change_view *view, enum change_set_status status)
{
    return (struct change_set_state){
        .status = status,
        .count = view->set ? view->set->count : view->event->count,
        .received = view->set ? view->set->received : 0,
        .part_hashes = TEXT(""),
        .reason = TEXT(""),
    };
}

static void drop_parts(struct lane_work *work, const struct change_view *view)
{
    for (const struct book_entry *entry = book_group_first(work->book, BOOK_PART, view->event->change_set); entry;
         entry = book_group_next(entry))
        book_put(work->book, BOOK_PART, entry->group, entry->name, NULL);
}

static void keep_part(struct lane_work *work, const struct change_view *view)
{
    struct change_set_state state = set_state(view, CHANGE_SET_STATUS_OPEN);

    state.received++;
    book_put(work->book, BOOK_PART, view->event->change_set, lane_number(work, view->event->index), view->event);
    book_put(work->book, BOOK_CHANGE_SET, TEXT(""), view->event->change_set, &state);
    work->decision.verdict = VERDICT_RECORDED;
    work->decision.reason = change_kept_reason(work, view, state.received);
}

/* A refused set stays refused: the one thing that a dead letter leaves behind. */
static void refuse_set(struct lane_work *work, const struct change_view *view)
{
    struct change_set_state state = set_state(view, CHANGE_SET_STATUS_REFUSED);

    book_rollback(work->book);
    book_begin(work->book);
    state.reason = change_refusal(work, view);
    drop_parts(work, view);
    book_put(work->book, BOOK_CHANGE_SET, TEXT(""), view->event->change_set, &state);
    work->take_back = false;
}

static struct text hashes_of(struct lane_work *work, const struct change_parts *parts)
{
    char *hashes = lane_alloc(work, parts->count, CHANGE_HASH_SIZE);

    if (!hashes)
        return TEXT("");
    for (uint32_t i = 0; i < parts->count; i++)
        change_hash(work, parts->items[i], hashes + (size_t)i * CHANGE_HASH_SIZE);
    return (struct text){hashes, parts->count * CHANGE_HASH_SIZE};
}

static int32_t approve_all(struct lane_work *work, const struct change_parts *parts)
{
    int32_t removed = 0;

    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->items[i]->change.kind == CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL)
            removed += scan_approve(work, &parts->items[i]->change.as.scan_approval);
    return removed;
}

/* Overrides and approvals in a set of several parts. */
static void list_effects(struct lane_work *work, const struct change_parts *parts)
{
    for (uint32_t i = 0; i < parts->count && parts->count > 1; i++) {
        const struct catalogue_change_change *change = &parts->items[i]->change;
        bool override = change->kind == CATALOGUE_CHANGE_CHANGE_OVERRIDE;
        bool approval = change->kind == CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL;
        const struct table_row *row =
            rule_table_match(TABLE_PART, (override ? PART_OVERRIDE : 0) | (approval ? PART_APPROVAL : 0));
        if (row->rule != RULE_NONE)
            lane_effect(work, row->rule, override ? change->as.override.template : TEXT(""));
    }
}

/* The set is in the book already: what follows from it, and its memory. */
static void apply_set(struct lane_work *work, const struct change_view *view)
{
    struct change_set_state state = set_state(view, CHANGE_SET_STATUS_APPLIED);

    state.received = state.count;
    state.part_hashes = hashes_of(work, &view->parts);
    list_effects(work, &view->parts);
    change_switches(work, &view->parts);
    int32_t removed = approve_all(work, &view->parts);
    drop_parts(work, view);
    book_put(work->book, BOOK_CHANGE_SET, TEXT(""), view->event->change_set, &state);
    work->decision.reason = change_applied_reason(work, view, removed);
}

/* --- deciding --- */

/* What the change is about, in the decision's own fields. */
static void name_subject(struct decision *decision, const struct catalogue_change_change *change)
{
    switch (change->kind) {
    case CATALOGUE_CHANGE_CHANGE_MODULE: decision->module_id = change->as.module.module_id; break;
    case CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL: decision->module_id = change->as.scan_approval.module_id; break;
    case CATALOGUE_CHANGE_CHANGE_PRICE: decision->item_id = change->as.price.item_id; break;
    case CATALOGUE_CHANGE_CHANGE_OVERRIDE:
        decision->template = change->as.override.template;
        if (change->as.override.scope == OVERRIDE_SCOPE_MODULE)
            decision->module_id = change->as.override.scope_id;
        break;
    case CATALOGUE_CHANGE_CHANGE_ALIAS: decision->template = change->as.alias.template; break;
    case CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS: decision->template = change->as.template_settings.template; break;
    default: break;
    }
}

static void act(struct lane_work *work, const struct change_view *view, enum change_action action)
{
    switch (action) {
    case CHANGE_KEEP: keep_part(work, view); break;
    case CHANGE_APPLY: apply_set(work, view); break;
    case CHANGE_NOTHING: work->decision.reason = change_duplicate_reason(work, view); break;
    case CHANGE_REFUSE_SET:
    case CHANGE_DEAD: break;
    }
}

void decide_change(struct lane_work *work, const struct catalogue_change *event)
{
    struct change_view view;

    change_look(work, event, &view);
    if (work->no_memory || work->book->out_of_memory)
        return;
    const struct table_row *row = rule_table_match(TABLE_CHANGE, view.facts);
    name_subject(&work->decision, &event->change);
    if (row->action == CHANGE_DEAD || row->action == CHANGE_REFUSE_SET) {
        lane_dead(work, row->rule, change_dead_message(work, &view));
        if (row->action == CHANGE_REFUSE_SET)
            refuse_set(work, &view);
        return;
    }
    lane_rule(work, row->rule, TEXT(""));
    act(work, &view, (enum change_action)row->action);
}
