/* Scans: complete, broken, too small, of a wrong size. */
#include "generator.h"

static uint32_t bits(uint32_t set)
{
    uint32_t count = 0;

    for (; set; set &= set - 1)
        count++;
    return count;
}

/* What a module has: nearly all, or so little that the breaker must hold it. */
static void plan(struct generator *gen, struct scan_plan *scan)
{
    uint32_t all = (1U << TEMPLATES) - 1;

    *scan = (struct scan_plan){.number = scan->number + 1, .found = all};
    for (uint32_t i = 0; i < TEMPLATES; i++)
        if (often(gen, 100))
            scan->found &= ~(1U << i);
    if (scan->number > 1 && often(gen, 250))
        scan->found &= (uint32_t)chance_next(&gen->chance);
    if (scan->found == 0)
        scan->found = 1;
    scan->size = (int32_t)bits(scan->found);
    if (often(gen, 60))
        scan->size += (int32_t)pick(gen, 3) - 1;
    scan->broken = scan->number > 1 && often(gen, 150);
}

static struct template_discovered message(struct generator *gen, uint32_t module, const struct scan_plan *scan,
                                          uint32_t which)
{
    struct text name = template_number(which);
    uint32_t cut = 0;

    while (name.data[cut] != '_')
        cut++;
    return (struct template_discovered){
        .event_id = new_id(gen),
        .occurred_at = gen->now,
        .module_id = module ? TEXT("m2") : TEXT("m1"),
        .scan_id = take_format(&gen->history->memory, "s%u", scan->number),
        .scan_size = scan->size,
        .repository = {name.data, cut},
        .name = {name.data + cut + 2, name.size - cut - 2},
        .min_disk_mib = which == 9 ? 40000 : 10000,
    };
}

/* The next message of a module's scan; the next scan begins when it is through. */
void gen_scan_message(struct generator *gen)
{
    uint32_t module = pick(gen, MODULES);
    struct scan_plan *scan = &gen->scans[module];
    uint32_t which = pick(gen, TEMPLATES);

    if (scan->sent == scan->found || (scan->broken && bits(scan->sent) + 2 > bits(scan->found)))
        plan(gen, scan);
    while (!(scan->found & ~scan->sent & (1U << which)))
        which = (which + 1) % TEMPLATES;
    scan->sent |= 1U << which;
    struct template_discovered event = message(gen, module, scan, which);
    if (often(gen, 20))
        event.scan_id = take_format(&gen->history->memory, "s%u", scan->number - (scan->number > 1));
    if (often(gen, 15))
        event.scan_size += (int32_t)pick(gen, 3) - 1;
    if (often(gen, 5))
        event.scan_size = 0;
    if (often(gen, 10))
        event.module_id = TEXT("m9");
    if (often(gen, 3))
        event.occurred_at = -1;
    gen_input(gen, TOPIC_TEMPLATE_DISCOVERED, &event);
}
