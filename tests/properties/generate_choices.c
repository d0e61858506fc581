/* Names, moments and numbers that the generator chooses from. */
#include "generator.h"

uint32_t pick_weighted(struct generator *gen, const uint32_t *weights, uint32_t count)
{
    uint32_t sum = 0, at = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += weights[i];
    uint32_t chosen = pick(gen, sum);
    while (chosen >= weights[at])
        chosen -= weights[at++];
    return at;
}

/* Slashes and percent signs must not make two keys one. */
struct text account_name(uint32_t number)
{
    static const struct text names[ACCOUNTS_MAX] = {{"a1", 2}, {"a/1", 3}, {"a", 1}, {"a%2F1", 5}};

    return names[number];
}

struct text vps_name(uint32_t number)
{
    static const struct text names[VPSS_MAX] = {{"v1", 2}, {"1/v1", 4}, {"v3", 2}};

    return names[number];
}

struct text module_name(struct generator *gen)
{
    static const struct text names[] = {{"m1", 2}, {"m2", 2}, {"m9", 2}};

    return names[often(gen, 30) ? 2 : pick(gen, MODULES)];
}

struct text tariff_name(struct generator *gen)
{
    static const struct text names[] = {{"t1", 2}, {"t2", 2}, {"t3", 2}, {"t4", 2}, {"t9", 2}};

    return names[often(gen, 30) ? TARIFFS : pick(gen, TARIFFS)];
}

/* The last two are near misses of the second: another case, another repository. */
struct text template_number(uint32_t number)
{
    static const struct text names[TEMPLATES] = {
        {"osbill__Debian", 14}, {"osbill__Windows", 15}, {"osbill__Windows-Pro", 19}, {"isp__cPanel", 11},
        {"osbill__Ubuntu", 14}, {"isp__Plesk", 10},      {"osbill__Alma", 12},        {"osbill__Rocky", 13},
        {"osbill__Fedora", 14}, {"osbill__Big", 11},     {"osbill__Gen too", 15},     {"osbill__windows", 15},
        {"other__Windows", 14},
    };

    return names[number];
}

struct text some_template(struct generator *gen)
{
    if (often(gen, 30))
        return TEXT("osbill__Arch");
    if (often(gen, 30))
        return TEXT("");
    return template_number(pick(gen, pick(gen, 3) ? 5 : TEMPLATES));
}

struct text new_id(struct generator *gen)
{
    return take_format(&gen->history->memory, "e%u", ++gen->ids);
}

int32_t some_months(struct generator *gen)
{
    static const int32_t months[] = {1, 1, 1, 1, 0, 3, 12, 120};

    return months[pick(gen, sizeof months / sizeof *months)];
}

int64_t some_moment(struct generator *gen)
{
    static const uint32_t weights[] = {600, 150, 150, 60, 25, 8, 7};

    switch (pick_weighted(gen, weights, sizeof weights / sizeof *weights)) {
    case 0: return gen->now;
    case 1: return gen->now - chance_between(&gen->chance, 1, 60 * SECOND_MS);
    case 2: return gen->now - chance_between(&gen->chance, 1, 3 * DAY);
    case 3: return gen->now - chance_between(&gen->chance, 1, 60 * DAY);
    case 4: return gen->now + chance_between(&gen->chance, 1, HOUR_MS);
    case 5: return gen->now + HOUR_MS + 1;
    default: return gen->now + HOUR_MS;
    }
}
