#include "core/snapshot_internal.h"

void *snapshot_alloc(struct arena *arena, size_t count, size_t size)
{
    void *memory = arena_alloc(arena, count * size + (count == 0), 16);

    if (memory)
        memset(memory, 0, count * size);
    return memory;
}

const struct catalogue *catalogue_build_offers(const struct catalogue_book *book, int64_t version, struct arena *arena)
{
    struct catalogue *catalogue = snapshot_alloc(arena, 1, sizeof *catalogue);

    if (!catalogue || !name_index_init(&catalogue->templates, arena, 0) || !offers_build(catalogue, book, arena))
        return NULL;
    catalogue->version = version;
    return catalogue;
}

const struct catalogue *catalogue_build(const struct catalogue_book *book, int64_t version, struct arena *arena)
{
    struct catalogue *catalogue = snapshot_alloc(arena, 1, sizeof *catalogue);

    if (!catalogue || !offers_build(catalogue, book, arena) || !templates_build(catalogue, book, arena))
        return NULL;
    catalogue->version = version;
    return catalogue;
}

const struct catalogue *catalogue_renumber(const struct catalogue *catalogue, int64_t version, struct arena *arena)
{
    struct catalogue *renumbered = snapshot_alloc(arena, 1, sizeof *renumbered);

    if (!renumbered)
        return NULL;
    *renumbered = *catalogue;
    renumbered->version = version;
    return renumbered;
}

int64_t catalogue_version(const struct catalogue *catalogue)
{
    return catalogue->version;
}

bool catalogue_module_known(const struct catalogue *catalogue, struct text module_id)
{
    return name_find(&catalogue->modules, module_id) != NAME_NONE;
}

bool catalogue_module_strict(const struct catalogue *catalogue, struct text module_id)
{
    uint32_t module = name_find(&catalogue->modules, module_id);

    return module != NAME_NONE && catalogue->strict[module];
}

const struct catalogue_tariff *catalogue_tariff(const struct catalogue *catalogue, struct text tariff_id)
{
    uint32_t tariff = name_find(&catalogue->tariff_ids, tariff_id);

    return tariff == NAME_NONE ? NULL : &catalogue->tariffs[tariff];
}

const struct catalogue_tariff *catalogue_tariff_number(const struct catalogue *catalogue, uint32_t number)
{
    return number < catalogue->tariff_ids.count ? &catalogue->tariffs[number] : NULL;
}

const struct tariff *tariff_terms(const struct catalogue_tariff *tariff)
{
    return &tariff->record;
}

bool tariff_has_module(const struct catalogue_tariff *tariff, struct text module_id)
{
    uint32_t module = name_find(&tariff->catalogue->modules, module_id);

    return module != NAME_NONE && bit_get(tariff->modules, module);
}
