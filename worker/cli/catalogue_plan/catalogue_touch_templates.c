/* Templates that can be ordered in other tariffs than before. */
#include "core/name_index.h"
#include "core/text.h"
#include "worker/cli/catalogue_plan/catalogue_touch.h"

static bool orderable_in(const struct template_view *view, struct text tariff_id)
{
    for (uint32_t i = 0; view && i < view->switch_count; i++)
        if (text_equal(view->switches[i].tariff_id, tariff_id))
            return view->switches[i].orderable;
    return false;
}

/* Tariffs in which `view` is orderable and `other` is not. */
static bool list_more(const struct template_view *view, const struct template_view *other, struct arena *arena,
                      struct text_array *ret)
{
    uint32_t room = view ? view->switch_count : 0;

    *ret = (struct text_array){arena_alloc(arena, (room + 1) * sizeof(struct text), _Alignof(struct text)), 0};
    for (uint32_t i = 0; i < room && ret->items; i++)
        if (view->switches[i].orderable && !orderable_in(other, view->switches[i].tariff_id))
            ret->items[ret->count++] = view->switches[i].tariff_id;
    return ret->items != NULL;
}

static bool index_views(const struct template_view_list *list, struct arena *arena, struct name_index *ret)
{
    if (!name_index_init(ret, arena, list->count))
        return false;
    for (uint32_t i = 0; i < list->count; i++)
        name_add(ret, list->items[i].template);
    return true;
}

/* A template never leaves the views: what was seen is remembered, and what a file no longer names was not orderable. */
bool touch_templates(const struct template_view_list *before, const struct template_view_list *after,
                     struct arena *arena, struct orderable_changes *ret)
{
    struct name_index names;

    *ret = (struct orderable_changes){
        arena_alloc(arena, (after->count + 1) * sizeof *ret->items, _Alignof(struct orderable_change)), 0};
    if (!ret->items || !index_views(before, arena, &names))
        return false;
    for (uint32_t i = 0; i < after->count; i++) {
        const struct template_view *view = &after->items[i];
        uint32_t number = name_find(&names, view->template);
        const struct template_view *was = number == NAME_NONE ? NULL : &before->items[number];
        struct orderable_change *change = &ret->items[ret->count];
        *change = (struct orderable_change){view->template, was ? was->status : TEMPLATE_NONE, view->status, {0}, {0}};
        if (!list_more(view, was, arena, &change->gained) || !list_more(was, view, arena, &change->lost))
            return false;
        ret->count += change->gained.count || change->lost.count;
    }
    return true;
}
