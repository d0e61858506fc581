/* The lane with a book of its own, and words to feed it and to say what must come of it.
 *
 * After each event the changed records travel into a second book, as they would through catalogue-state; at the end
 * both must be equal. */
#ifndef OSBILL_TESTS_LANE_FIXTURE_H
#define OSBILL_TESTS_LANE_FIXTURE_H

#include "core/lane.h"
#include "core/snapshot.h"
#include "core/text.h"
#include "test_arena.h"

#include "tests/unit/cmocka_all.h"

#define HOUR INT64_C(3600000)
#define NOW  INT64_C(1750000000000)

struct fixture {
    struct test_arena book_memory, follower_memory, event_memory, snapshot_memory, words;
    struct catalogue_book book, follower;
    struct lane_settings settings;
    struct lane lane;
    int64_t now, version, offset;
    int sets;               /* change sets made so far */
    bool batch;             /* decide the next events with one lane, as the engine does with those of a batch */
    struct outcome outcome; /* of the last event */
    const struct decision *decision;   /* of the last event */
    const struct catalogue *catalogue; /* NULL: older than the book */
};

/* cmocka's setup and teardown: *state is a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Both hold the same live records. */
void compare_books(const struct catalogue_book *a, const struct catalogue_book *b);

struct text words(const char *text);
/* Lives as long as the fixture. */
const char *format(struct fixture *f, const char *pattern, ...) __attribute__((format(printf, 2, 3)));

/* --- events; each must leave one Decision, and one dead letter exactly if its verdict is DEAD_LETTER --- */

void decide(struct fixture *f, const struct input *input);
/* After events with f->batch: their records are written. */
void end_batch(struct fixture *f);
/* A scan's message about the template r__<name>. */
void see(struct fixture *f, const char *module_id, const char *scan_id, int32_t scan_size, const char *name);
/* A whole scan of these templates, separated by spaces. */
void scan(struct fixture *f, const char *module_id, const char *scan_id, const char *names);
/* A part of a change set. */
void send_part(struct fixture *f, const char *change_set, int32_t index, int32_t count,
               struct catalogue_change_change change);
/* A change set of one part. */
void change(struct fixture *f, struct catalogue_change_change content);

/* --- what changes hold --- */

struct catalogue_change_change a_module(const char *module_id, enum auto_connect auto_connect);
struct catalogue_change_change a_strict_module(const char *module_id);
/* EUR, rounding 1, default item `free` if there is an enumeration. Modules separated by spaces. */
struct catalogue_change_change a_tariff(struct fixture *f, const char *tariff_id, const char *module_ids,
                                        const char *enumeration_id);
/* Items as `item=internal name`, separated by `|`. */
struct catalogue_change_change an_enumeration(struct fixture *f, const char *enumeration_id, const char *items);
struct catalogue_change_change a_price(const char *tariff_id, const char *item_id, int32_t months, int64_t amount,
                                       int64_t effective_from);
struct catalogue_change_change an_override(enum override_scope scope, const char *scope_id, const char *template,
                                           enum override_setting setting);
struct catalogue_change_change an_alias(const char *template, const char *same_as);
struct catalogue_change_change some_settings(const char *template, int32_t sort);
struct catalogue_change_change an_approval(const char *module_id, const char *scan_id);

/* Modules m1 with this auto_connect, m2 with ALL. Tariffs of m1: t1 (no item costs anything), t2 (Windows costs), t3
 * (no addon). */
void open_shop(struct fixture *f, enum auto_connect auto_connect);

/* --- what came of the last event --- */

void expect(const struct fixture *f, const char *rule, enum verdict verdict);
/* The reason of the decision holds these words. */
void expect_reason(const struct fixture *f, const char *part);
void expect_dead(const struct fixture *f, const char *rule, const char *part_of_message);
/* Notifications in order, as "KIND SEVERITY rule template", separated by `|`. */
void expect_notices(const struct fixture *f, const char *notices);
/* Effects in order, as "rule template", separated by `|`. */
void expect_effects(const struct fixture *f, const char *effects);

/* --- the catalogue now --- */

const struct catalogue *snapshot(struct fixture *f);
bool linked(struct fixture *f, const char *module_id, const char *template);
bool orderable(struct fixture *f, const char *tariff_id, const char *module_id, const char *template);
/* Item of a template, e.g. "mapped windows", "default free", "default free near windows", "no-addon". */
void expect_item(struct fixture *f, const char *tariff_id, const char *template, const char *item);

#endif
