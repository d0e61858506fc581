#include "worker/cli/catalogue/change_set.h"

#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/lane.h"
#include "core/text.h"
#include "worker/cli/cluster/publisher.h"
#include "worker/cli/common/digest.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

static struct text from_c(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

static struct text who_runs_this(struct arena *arena)
{
    const char *name = getenv("USER");

    if (!name || !*name)
        name = getenv("LOGNAME");
    if (!name || !*name) {
        const struct passwd *user = getpwuid(getuid());
        name = user ? user->pw_name : "unknown";
    }
    return text_copy(arena, from_c(name));
}

static struct catalogue_change make_part(const struct change_set *set, const struct difference *difference,
                                         uint32_t index, struct arena *arena)
{
    return (struct catalogue_change){
        .event_id = TEXT_JOIN(arena, set->id, TEXT("-"), text_from_int(arena, index)),
        .occurred_at = moment_now(),
        .actor = set->actor,
        .reason = set->reason,
        .change_set = set->id,
        .index = (int32_t)index,
        .count = (int32_t)set->count,
        .change = difference->change,
    };
}

bool change_set_make(const struct differences *differences, const char *id, const char *actor, const char *reason,
                     struct arena *arena, struct change_set *ret)
{
    char made[NEW_ID];
    uint32_t index = 0;

    ret->id = text_copy(arena, from_c(*id ? id : new_id("set-", made)));
    ret->actor = *actor ? text_copy(arena, from_c(actor)) : who_runs_this(arena);
    ret->reason = text_copy(arena, from_c(reason));
    ret->count = differences->changes;
    ret->parts = arena_alloc(arena, (ret->count + 1) * sizeof *ret->parts, 16);
    if (!ret->parts || !ret->id.size || differences->out_of_memory) {
        say("out of memory");
        return false;
    }
    for (const struct difference *at = differences->first; at; at = at->next)
        if (at->kind != DIFFERENCE_KEPT) {
            ret->parts[index] = make_part(ret, at, index, arena);
            index++;
        }
    return true;
}

/* --- trying --- */

bool change_set_try(const struct change_set *set, struct catalogue_book *book, struct arena *arena,
                    struct text *ret_refusal)
{
    const struct lane_settings settings = lane_defaults();
    struct lane lane = {
        .book = book, .hashes = &library_hashes, .settings = &settings, .now = moment_now(), .version = 1};
    struct outcome outcome;

    *ret_refusal = TEXT("");
    for (uint32_t i = 0; i < set->count; i++) {
        struct input input = {.topic = TOPIC_CATALOGUE, .offset = i};
        input.as.catalogue_change = set->parts[i];
        outcome_init(&outcome, arena);
        if (lane_decide(&lane, &input, &outcome) != DECIDE_DONE || outcome.decisions.count == 0) {
            say("out of memory");
            return false;
        }
        if (outcome.dead_letters.count) {
            *ret_refusal = outcome.dead_letters.items[0].message;
            return true;
        }
    }
    return true;
}

/* --- publishing --- */

struct outcome_of_set {
    bool applied, refused;
    struct text reason;
    struct arena *arena;
    int64_t version;
};

static void on_decision(void *context, const struct decision *decision)
{
    struct outcome_of_set *outcome = context;
    bool refused = decision->verdict == VERDICT_DEAD_LETTER;

    if (!refused && decision->verdict != VERDICT_APPLIED && decision->verdict != VERDICT_DUPLICATE)
        return;
    if (outcome->refused)
        return;
    outcome->applied = !refused;
    outcome->refused = refused;
    outcome->reason = text_copy(outcome->arena, decision->reason);
    outcome->version = decision->catalogue_version;
}

static enum exit_code send_parts(struct publisher *publisher, const struct change_set *set, struct arena *arena)
{
    enum exit_code code = EXIT_DONE;

    for (uint32_t i = 0; i < set->count && code == EXIT_DONE; i++) {
        const struct catalogue_change_change *change = &set->parts[i].change;
        struct text key = TEXT_JOIN(arena, change_kind_name(change), TEXT(":"), change_id(change, arena));
        code = publisher_send(publisher, key, &set->parts[i]);
    }
    return code == EXIT_DONE ? publisher_flush(publisher) : code;
}

static enum exit_code show_outcome(const struct context *context, const struct change_set *set,
                                   const struct outcome_of_set *outcome)
{
    const char *word = outcome->applied ? "applied" : outcome->refused ? "refused" : "published";

    if (context->config->json)
        put_json(json_pack("{s:s%, s:s, s:i, s:s%, s:I}", "change_set", set->id.data, (size_t)set->id.size, "outcome",
                           word, "parts", (int)set->count, "reason", outcome->reason.size ? outcome->reason.data : "",
                           (size_t)outcome->reason.size, "catalogue_version", (json_int_t)outcome->version));
    else
        put("%s: %.*s\n", word, (int)(outcome->reason.size ? outcome->reason.size : set->id.size),
            outcome->reason.size ? outcome->reason.data : set->id.data);
    return outcome->refused ? EXIT_REFUSED : EXIT_DONE;
}

enum exit_code change_set_publish(struct context *context, const struct change_set *set, int64_t timeout_ms)
{
    struct outcome_of_set outcome = {.arena = &context->memory.arena};
    struct publisher publisher;
    enum exit_code code = publisher_open(&publisher, context, TOPIC_CATALOGUE, timeout_ms > 0);

    if (code == EXIT_DONE)
        code = send_parts(&publisher, set, &context->memory.arena);
    if (code == EXIT_DONE && timeout_ms > 0)
        code = decision_wait_run(publisher.wait, timeout_ms, on_decision, &outcome);
    if (code == EXIT_DONE)
        code = show_outcome(context, set, &outcome);
    publisher_release(&publisher);
    return code;
}
