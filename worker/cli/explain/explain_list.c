/* Lists of what was found, and which parts of a Decision belong to the story. */
#include <string.h>

#include "core/text.h"
#include "worker/cli/explain/explain.h"

enum { FIRST_ROOM = 8, ID_DIGITS = 32 };

/* How every list begins. */
struct any_list {
    void *items;
    uint32_t count, room;
};

void *found_add(struct memory *memory, void *list, size_t item_size)
{
    struct any_list any;

    memcpy(&any, list, sizeof any);
    if (any.count == any.room) {
        uint32_t room = any.room ? any.room * 2 : FIRST_ROOM;
        void *grown = memory_zeroed(memory, room, item_size);
        if (!grown)
            return NULL;
        if (any.count)
            memcpy(grown, any.items, any.count * item_size);
        any.items = grown;
        any.room = room;
    }
    any.count++;
    memcpy(list, &any, sizeof any);
    return (char *)any.items + (any.count - 1) * item_size;
}

bool id_has(const struct id_list *list, struct text id)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i], id))
            return true;
    return false;
}

bool id_add(struct memory *memory, struct id_list *list, struct text id)
{
    bool failed = false;

    if (text_empty(id) || id_has(list, id))
        return false;
    struct text copy = memory_text(memory, id, &failed);
    struct text *item = failed ? NULL : found_add(memory, list, sizeof *item);
    if (item)
        *item = copy;
    return item != NULL;
}

const char *const id_kind_names[ID_KINDS] = {
    [ID_CHARGE] = "charge", [ID_CASE] = "case", [ID_NOTIFICATION] = "notification", [ID_EVENT] = "event"};

static bool is_digit(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
}

/* rules.md 6, 8: a letter, '-', 32 hex digits. */
enum id_kind id_kind_of(struct text id)
{
    if (id.size != ID_DIGITS + 2 || id.data[1] != '-')
        return ID_EVENT;
    for (uint32_t i = 2; i < id.size; i++)
        if (!is_digit(id.data[i]))
            return ID_EVENT;
    switch (id.data[0]) {
    case 'c': return ID_CHARGE;
    case 'k': return ID_CASE;
    case 'n': return ID_NOTIFICATION;
    default: return ID_EVENT;
    }
}

struct record_place place_of(const struct caused_by *cause)
{
    return (struct record_place){topic_find(cause->topic), cause->partition, cause->offset};
}

const struct found_charge *find_charge(const struct explanation *all, struct text charge_id)
{
    for (uint32_t i = 0; i < all->charges.count; i++)
        if (text_equal(all->charges.items[i].charge.charge_id, charge_id))
            return &all->charges.items[i];
    return NULL;
}

const struct found_input *find_input(const struct explanation *all, const struct record_place *place)
{
    for (uint32_t i = 0; i < all->inputs.count; i++)
        if (record_place_equal(&all->inputs.items[i].place, place))
            return &all->inputs.items[i];
    return NULL;
}

static struct deed own_deed(const struct decision *decision)
{
    return (struct deed){
        .event_id = decision->event_id,
        .rule = decision->rule,
        .vps_id = decision->vps_id,
        .template = decision->template,
        .item_id = decision->item_id,
        .charge_id = decision->charge_id,
        .case_id = decision->case_id,
        .verdict = decision->verdict,
        .amount_micros = decision->amount_micros,
        .own = true,
    };
}

bool deed_of(const struct decision *decision, uint32_t number, struct deed *ret)
{
    if (number == 0)
        *ret = own_deed(decision);
    if (number == 0 || number > decision->effects.count)
        return number == 0;
    const struct effect *effect = &decision->effects.items[number - 1];
    *ret = (struct deed){
        .event_id = effect->event_id,
        .rule = effect->rule,
        .vps_id = effect->vps_id,
        .template = effect->template,
        .item_id = effect->item_id,
        .charge_id = effect->charge_id,
        .case_id = effect->case_id,
        .verdict = effect->verdict,
        .amount_micros = effect->amount_micros,
    };
    return true;
}

bool deed_matters(const struct explanation *all, const struct deed *deed)
{
    return id_has(&all->events, deed->event_id) || id_has(&all->cases, deed->case_id) ||
           id_has(&all->charge_ids, deed->charge_id);
}

/* A reminder is about all cases of the account: what caused it is not part of this story. */
bool deed_learn(struct memory *memory, struct explanation *all, const struct deed *deed)
{
    if (text_equal(deed->rule, TEXT("case.reminder")) || text_equal(deed->rule, TEXT("case.recovered")))
        return false;
    bool event = id_add(memory, &all->events, deed->event_id), open = id_add(memory, &all->cases, deed->case_id);
    (void)id_add(memory, &all->charge_ids, deed->charge_id);
    return event || open;
}
