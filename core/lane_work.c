#include "core/lane_work.h"

void *lane_alloc(struct lane_work *work, size_t count, size_t size)
{
    void *memory = arena_alloc(work->arena, count * size + (count == 0), 16);

    if (memory)
        memset(memory, 0, count * size);
    else
        work->no_memory = true;
    return memory;
}

struct text lane_said(struct lane_work *work, struct text joined)
{
    if (text_empty(joined))
        work->no_memory = true;
    return joined;
}

struct text lane_number(struct lane_work *work, int64_t number)
{
    return lane_said(work, text_from_int(work->arena, number));
}

struct text lane_quoted(struct lane_work *work, struct text name)
{
    return SAY(work, TEXT("\""), name, TEXT("\""));
}

void lane_begin(struct lane_work *work, struct lane *lane, const struct input *input, struct text event_id,
                struct outcome *outcome)
{
    *work = (struct lane_work){
        .lane = lane, .book = lane->book, .arena = outcome->arena, .input = input, .outcome = outcome};
    work->decision.caused_by = (struct caused_by){event_id, topic_name(input->topic), input->partition, input->offset};
    work->decision.origin = ORIGIN_INPUT;
    work->decision.event_id = event_id;
    work->decision.input = topic_name(input->topic);
    work->decision.catalogue_version = lane->version;
}

void lane_rule(struct lane_work *work, enum rule rule, struct text reason)
{
    work->decision.rule = rule_info(rule)->id;
    work->decision.verdict = rule_info(rule)->verdict;
    work->decision.reason = reason;
}

void lane_dead(struct lane_work *work, enum rule rule, struct text message)
{
    const struct input *input = work->input;
    const char *code = rule_info(rule)->id.data;

    lane_rule(work, rule, message);
    work->take_back = true;
    *outcome_dead_letter(work->outcome) = (struct dead_letter){
        input->topic, input->partition, input->offset, input->key, input->value, code, message,
    };
}

void lane_effect(struct lane_work *work, enum rule rule, struct text template_name)
{
    struct effect_array *effects = &work->decision.effects;

    if (effects->count == LANE_EFFECTS_MAX)
        return;
    if (effects->count == work->effect_room) {
        uint32_t room = work->effect_room ? work->effect_room * 4 : 4;
        struct effect *items = lane_alloc(work, room, sizeof *items);
        if (!items)
            return;
        if (effects->count)
            memcpy(items, effects->items, effects->count * sizeof *items);
        effects->items = items;
        work->effect_room = room;
    }
    effects->items[effects->count++] = (struct effect){
        .rule = rule_info(rule)->id,
        .verdict = rule_info(rule)->verdict,
        .template = template_name,
    };
}

/* rules.md 8: `n-` and the first 16 bytes of SHA-256 over (topic/partition/offset, kind, n), joined by NUL. */
static struct text notice_id(struct lane_work *work, enum notification_kind kind)
{
    static const char hex[] = "0123456789abcdef";
    const struct text nul = {"", 1};
    const struct caused_by *cause = &work->decision.caused_by;
    struct text key = SAY(work, cause->topic, TEXT("/"), lane_number(work, cause->partition), TEXT("/"),
                          lane_number(work, cause->offset), nul, text_from_enum(&notification_kind_enum, (int)kind),
                          nul, lane_number(work, work->notices));
    uint8_t digest[32];
    char id[34] = "n-";

    work->lane->hashes->sha256(key.data, key.size, digest);
    for (int i = 0; i < 16; i++) {
        id[2 + 2 * i] = hex[digest[i] >> 4];
        id[3 + 2 * i] = hex[digest[i] & 15];
    }
    return lane_said(work, text_copy(work->arena, (struct text){id, sizeof id}));
}

struct notification *lane_notice(struct lane_work *work, enum notification_kind kind, enum severity severity,
                                 enum rule rule, struct text text)
{
    struct notification *notice = outcome_notification(work->outcome);

    work->notices++;
    notice->caused_by = work->decision.caused_by;
    notice->decided_at = work->lane->now;
    notice->rule = rule_info(rule)->id;
    notice->notification_id = notice_id(work, kind);
    notice->kind = kind;
    notice->severity = severity;
    notice->module_id = work->decision.module_id;
    notice->text = text;
    return notice;
}

const struct catalogue *lane_offers(struct lane_work *work)
{
    struct lane *lane = work->lane;

    if (!lane->offers || lane->offers_revision != work->book->offers_revision) {
        lane->offers = catalogue_build_offers(work->book, lane->version, work->arena);
        lane->offers_revision = work->book->offers_revision;
    }
    if (!lane->offers)
        work->no_memory = true;
    return lane->offers;
}
