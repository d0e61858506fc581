/* Which item a template is (rules.md 2.1, 2.2). */
#include "core/snapshot_internal.h"

/* --- os.near-miss --- */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct text trim(struct text name)
{
    while (name.size && is_space(name.data[0])) {
        name.data++;
        name.size--;
    }
    while (name.size && is_space(name.data[name.size - 1]))
        name.size--;
    return name;
}

struct text normal_part(struct text name)
{
    name = trim(name);
    if (text_empty(name))
        return name;
    const char *end = name.data + name.size, *at = name.data;
    while (at < end && (at = memchr(at, '_', (size_t)(end - at))) && at + 1 < end) {
        if (at[1] == '_')
            return (struct text){at + 2, (uint32_t)(end - at - 2)};
        at++;
    }
    return name;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static struct text lower_copy(struct arena *arena, struct text name)
{
    char *copy = arena_alloc(arena, name.size, 1);

    if (!copy)
        return TEXT("");
    for (uint32_t i = 0; i < name.size; i++)
        copy[i] = lower(name.data[i]);
    return (struct text){copy, name.size};
}

static bool equals_lowered(struct text lowered, struct text name)
{
    if (lowered.size != name.size)
        return false;
    for (uint32_t i = 0; i < name.size; i++)
        if (lowered.data[i] != lower(name.data[i]))
            return false;
    return true;
}

uint32_t name_find_lower(const struct name_index *lowered, struct text name)
{
    uint64_t hash = text_hash_lower(name);

    for (uint32_t at = (uint32_t)hash & lowered->mask;; at = (at + 1) & lowered->mask) {
        const struct name_slot *slot = &lowered->slots[at];
        if (!slot->number)
            return NAME_NONE;
        if (slot->hash == (uint32_t)hash && equals_lowered(lowered->names[slot->number - 1], name))
            return slot->number - 1;
    }
}

/* --- the items of an enumeration --- */

/* Items of one normal name keep the enumeration's order. */
static void chain_item(struct item_table *table, uint32_t normal, uint32_t item)
{
    uint32_t *link = &table->first_item[normal];

    while (*link != NAME_NONE)
        link = &table->next_item[*link];
    *link = item;
    table->next_item[item] = NAME_NONE;
}

static bool add_item(struct item_table *table, const struct enumeration_item *item, struct arena *arena)
{
    struct text name = text_copy(arena, item->internal_name), item_id = text_copy(arena, item->item_id);
    uint32_t known = table->names.count, number = name_add(&table->names, name);
    struct text normal = normal_part(name);

    if (number < known) /* two items of one name are refused by the lane: the first counts */
        return true;
    table->item_ids[number] = item_id;
    table->next_item[number] = NAME_NONE;
    if (text_empty(normal))
        return name.size == item->internal_name.size && item_id.size == item->item_id.size;
    struct text lowered = lower_copy(arena, normal);
    uint32_t before = table->normal.count, at = name_add(&table->normal, lowered);
    if (at == before)
        table->first_item[at] = NAME_NONE;
    chain_item(table, at, number);
    return name.size == item->internal_name.size && item_id.size == item->item_id.size && lowered.size == normal.size;
}

bool item_table_build(struct item_table *table, const struct enumeration *enumeration, struct arena *arena)
{
    uint32_t count = enumeration->items.count;

    table->item_ids = snapshot_alloc(arena, count, sizeof *table->item_ids);
    table->first_item = snapshot_alloc(arena, count, sizeof *table->first_item);
    table->next_item = snapshot_alloc(arena, count, sizeof *table->next_item);
    if (!table->item_ids || !table->first_item || !table->next_item || !name_index_init(&table->names, arena, count) ||
        !name_index_init(&table->normal, arena, count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!text_empty(enumeration->items.items[i].internal_name) &&
            !add_item(table, &enumeration->items.items[i], arena))
            return false;
    return true;
}

/* --- lookup --- */

/* rules.md 2.2: the template, then each of its aliases in turn: the first that equals an item's internal_name. */
static uint32_t find_mapped(const struct catalogue *catalogue, const struct item_table *items, struct text name)
{
    uint64_t hash = text_hash(name);

    for (int hops = 0;; hops++) {
        uint32_t item = name_find_hashed(&items->names, hash, name);
        if (item != NAME_NONE || hops == ALIAS_CHAIN_MAX)
            return item;
        uint32_t alias = name_find_hashed(&catalogue->aliases, hash, name);
        if (alias == NAME_NONE)
            return NAME_NONE;
        name = catalogue->alias_targets[alias].same_as;
        hash = catalogue->alias_targets[alias].hash;
    }
}

/* os.near-miss: an item with a positive price in this tariff that the template equals when both are normalised. */
static struct text near_miss(const struct catalogue_tariff *tariff, struct text template_name)
{
    const struct item_table *items = tariff->items;
    struct text normal = text_empty(template_name) ? template_name : normal_part(template_name);
    uint32_t found = text_empty(normal) ? NAME_NONE : name_find_lower(&items->normal, normal);

    if (found == NAME_NONE)
        return TEXT("");
    for (uint32_t item = items->first_item[found]; item != NAME_NONE; item = items->next_item[item])
        if (tariff_item_priced(tariff, items->item_ids[item]))
            return items->item_ids[item];
    return TEXT("");
}

struct item catalogue_item(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                           struct text template_name)
{
    if (!tariff->items)
        return (struct item){ITEM_NO_ADDON, TEXT(""), TEXT("")}; /* price.no-addon */
    uint32_t mapped = text_empty(template_name) ? NAME_NONE : find_mapped(catalogue, tariff->items, template_name);
    if (mapped != NAME_NONE)
        return (struct item){ITEM_MAPPED, tariff->items->item_ids[mapped], TEXT("")};
    return (struct item){ITEM_DEFAULT, tariff->record.default_item, near_miss(tariff, template_name)};
}

bool catalogue_template_priced(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                               struct text template_name)
{
    struct item item = catalogue_item(catalogue, tariff, template_name);

    return item.match != ITEM_NO_ADDON && tariff_item_priced(tariff, item.item_id);
}
