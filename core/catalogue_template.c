/* Which templates may be ordered (rules.md 1, 4). */
#include "core/snapshot_internal.h"

bool catalogue_template_known(const struct catalogue *catalogue, struct text template_name)
{
    return name_find(&catalogue->templates, template_name) != NAME_NONE;
}

bool catalogue_linked(const struct catalogue *catalogue, struct text module_id, struct text template_name)
{
    uint32_t template = name_find(&catalogue->templates, template_name);
    uint32_t module = name_find(&catalogue->modules, module_id);

    return template != NAME_NONE && module != NAME_NONE && bit_get(catalogue->linked[module], template);
}

bool catalogue_orderable(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                         struct text module_id, struct text template_name)
{
    uint32_t template = name_find(&catalogue->templates, template_name);
    uint32_t module = name_find(&catalogue->modules, module_id);

    return template != NAME_NONE && module != NAME_NONE && bit_get(catalogue->linked[module], template) &&
           bit_get(tariff->on, template) && bit_get(tariff->modules, module);
}

bool catalogue_fits(const struct catalogue *catalogue, const struct catalogue_tariff *tariff, struct text template_name)
{
    uint32_t template = name_find(&catalogue->templates, template_name);

    if (template == NAME_NONE)
        return true;
    const struct template_entry *entry = &catalogue->template_entries[template];
    int64_t disk_mib = tariff->record.disk_mib, ram_mib = tariff->record.ram_mib;
    return (disk_mib == 0 || entry->min_disk_mib <= disk_mib) && (ram_mib == 0 || entry->min_ram_mib <= ram_mib);
}

/* --- the nearest orderable template --- */

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static uint32_t common_prefix(struct text a, struct text b)
{
    uint32_t size = a.size < b.size ? a.size : b.size, at = 0;

    while (at < size && lower(a.data[at]) == lower(b.data[at]))
        at++;
    return at;
}

/* A template and how near it is; ties: sort, then bytes. */
struct candidate {
    struct text name;
    uint32_t prefix;
    int32_t sort;
};

static bool nearer(const struct candidate *a, const struct candidate *b)
{
    if (a->prefix != b->prefix)
        return a->prefix > b->prefix;
    if (a->sort != b->sort)
        return a->sort < b->sort;
    return text_compare(a->name, b->name) < 0;
}

struct text catalogue_nearest(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                              struct text module_id, struct text template_name)
{
    uint32_t module = name_find(&catalogue->modules, module_id);
    struct candidate best = {.name = TEXT("")};
    bool found = false;

    if (module == NAME_NONE || !bit_get(tariff->modules, module))
        return best.name;
    for (uint32_t i = 0; i < catalogue->templates.count; i++) {
        if (!bit_get(catalogue->linked[module], i) || !bit_get(tariff->on, i))
            continue;
        struct text name = catalogue->templates.names[i];
        struct candidate candidate = {name, common_prefix(name, template_name), catalogue->template_entries[i].sort};
        if (!found || nearer(&candidate, &best))
            best = candidate;
        found = true;
    }
    return best.name;
}
