/* What must have come of the last event. */
#include "fixture.h"

#include <stdio.h>

#define SHOWN(text) (int)(text).size, (text).data

void expect(const struct fixture *f, const char *rule, enum verdict verdict)
{
    const struct decision *decision = f->decision;

    if (!text_equal(decision->rule, words(rule)) || decision->verdict != verdict)
        fail_msg("expected %s %s, got %.*s %s: %.*s", rule, verdict_names[verdict], SHOWN(decision->rule),
                 verdict_names[decision->verdict], SHOWN(decision->reason));
}

static bool holds(struct text text, const char *part)
{
    uint32_t size = (uint32_t)strlen(part);

    for (uint32_t at = 0; at + size <= text.size; at++)
        if (memcmp(text.data + at, part, size) == 0)
            return true;
    return false;
}

void expect_reason(const struct fixture *f, const char *part)
{
    if (!holds(f->decision->reason, part))
        fail_msg("%.*s: expected the reason to say \"%s\", it says: %.*s", SHOWN(f->decision->rule), part,
                 SHOWN(f->decision->reason));
}

void expect_dead(const struct fixture *f, const char *rule, const char *part_of_message)
{
    expect(f, rule, VERDICT_DEAD_LETTER);
    expect_reason(f, part_of_message);
}

void expect_notices(const struct fixture *f, const char *notices)
{
    char got[4096] = "", *at = got;

    for (uint32_t i = 0; i < f->outcome.notifications.count; i++) {
        const struct notification *notice = &f->outcome.notifications.items[i];
        assert_true(notice->text.size > 0);
        assert_true(notice->module_id.size > 0);
        assert_int_equal(notice->decided_at, f->now);
        at += snprintf(at, (size_t)(got + sizeof got - at), "%s%s %s %.*s %.*s", i ? "|" : "",
                       notification_kind_names[notice->kind], severity_names[notice->severity], SHOWN(notice->rule),
                       SHOWN(notice->template));
    }
    if (strcmp(got, notices) != 0)
        fail_msg("%.*s: expected notifications \"%s\", got \"%s\"", SHOWN(f->decision->rule), notices, got);
}

void expect_effects(const struct fixture *f, const char *effects)
{
    char got[4096] = "", *at = got;

    for (uint32_t i = 0; i < f->decision->effects.count; i++) {
        const struct effect *effect = &f->decision->effects.items[i];
        at += snprintf(at, (size_t)(got + sizeof got - at), "%s%.*s %.*s", i ? "|" : "", SHOWN(effect->rule),
                       SHOWN(effect->template));
    }
    if (strcmp(got, effects) != 0)
        fail_msg("%.*s: expected effects \"%s\", got \"%s\"", SHOWN(f->decision->rule), effects, got);
}

const struct catalogue *snapshot(struct fixture *f)
{
    if (!f->catalogue) {
        test_arena_reset(&f->snapshot_memory);
        f->catalogue = catalogue_build(&f->book, f->version, &f->snapshot_memory.arena);
    }
    assert_non_null(f->catalogue);
    return f->catalogue;
}

bool linked(struct fixture *f, const char *module_id, const char *template)
{
    return catalogue_linked(snapshot(f), words(module_id), words(template));
}

static const struct catalogue_tariff *tariff_of(struct fixture *f, const char *tariff_id)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(snapshot(f), words(tariff_id));

    assert_non_null(tariff);
    return tariff;
}

bool orderable(struct fixture *f, const char *tariff_id, const char *module_id, const char *template)
{
    return catalogue_orderable(snapshot(f), tariff_of(f, tariff_id), words(module_id), words(template));
}

void expect_item(struct fixture *f, const char *tariff_id, const char *template, const char *item)
{
    static const char *const matches[] = {"no-addon", "mapped", "default"};
    struct item found = catalogue_item(snapshot(f), tariff_of(f, tariff_id), words(template));
    char got[400];

    snprintf(got, sizeof got, "%s%s%.*s%s%.*s", matches[found.match], found.item_id.size ? " " : "",
             SHOWN(found.item_id), found.near_miss.size ? " near " : "", SHOWN(found.near_miss));
    if (strcmp(got, item) != 0)
        fail_msg("%s (rules.md 2.1, 2.2, os.near-miss): expected item \"%s\", got \"%s\"", template, item, got);
}
