#include "worker/avro/schema_asker.h"

#include <stdio.h>
#include <string.h>

void asker_start(struct schema_asker *asker, const struct codec_options *options)
{
    asker->options = options;
    asker->retry_at = asker->period_ends = INT64_MIN;
}

bool asker_expect(struct schema_asker *asker, const struct record_type *type, const char *subject)
{
    size_t size = strlen(subject) + 1;

    if (asker->list_count == CODEC_MAX_INPUTS || size > SUBJECT_SIZE)
        return false;
    struct subject_list *list = &asker->lists[asker->list_count++];
    list->type = type;
    memcpy(list->subject, subject, size);
    return true;
}

static int64_t now_of(const struct schema_asker *asker)
{
    return asker->options->now_ms(asker->options->clock);
}

static enum codec_status answer(struct schema_asker *asker, enum codec_status status, const char *reason)
{
    asker->said = reason;
    return status;
}

/* No id is asked for until it may have passed. */
static enum codec_status out_of_order(struct schema_asker *asker, struct schema_result result)
{
    asker->failure = result.answer == SCHEMA_DENIED ? CODEC_REGISTRY_DENIED : CODEC_REGISTRY_UNAVAILABLE;
    asker->retry_at = now_of(asker) + asker->options->unavailable_ms;
    snprintf(asker->reason, sizeof asker->reason, "%s", result.reason);
    return answer(asker, asker->failure, asker->reason);
}

/* --- ids that the source denies --- */

/* Its own place, or that of another id, which then is forgotten. */
static struct denial *denial_of(struct schema_asker *asker, int32_t id)
{
    return &asker->denials[((uint32_t)id * UINT32_C(0x9E3779B1)) >> 22];
}

_Static_assert(CODEC_MAX_DENIED == 1 << (32 - 22), "denial_of finds every place");

static void begin_period(struct schema_asker *asker, int64_t now)
{
    if (now < asker->period_ends)
        return;
    asker->period_ends = now + asker->options->not_found_ms;
    asker->patience = asker->believed = 0;
}

/* A few ids get time: a replica of the registry may lag behind the one that a producer has just registered with. More
 * than a few within a period are no such accident. */
static enum codec_status deny(struct schema_asker *asker, int32_t id, const char *reason)
{
    const struct codec_options *options = asker->options;
    struct denial *denial = denial_of(asker, id);
    int64_t now = now_of(asker);

    if (denial->id != id || denial->tries >= options->not_found_tries)
        *denial = (struct denial){.id = id};
    if (denial->tries == 0 && asker->patience == CODEC_PATIENCE)
        denial->tries = options->not_found_tries - 1;
    else if (denial->tries == 0 && options->not_found_tries > 1)
        asker->patience++;
    denial->tries++;
    if (denial->tries < options->not_found_tries) {
        denial->until = now + (options->settle_ms << (denial->tries - 1));
        return answer(asker, CODEC_REGISTRY_UNAVAILABLE, reason);
    }
    denial->until = now + options->not_found_ms;
    asker->believed++;
    return answer(asker, CODEC_SCHEMA_UNKNOWN, reason);
}

static bool still_denied(struct schema_asker *asker, int32_t id, int64_t now, enum codec_status *ret_status)
{
    const struct denial *denial = denial_of(asker, id);

    if (denial->id != id || now >= denial->until)
        return false;
    *ret_status = denial->tries < asker->options->not_found_tries
                      ? answer(asker, CODEC_REGISTRY_UNAVAILABLE, "the schema registry is asked again in a moment")
                      : answer(asker, CODEC_SCHEMA_UNKNOWN, "the schema registry did not know it a moment ago");
    return true;
}

/* --- floods --- */

/* NULL: ids for this type are asked for one by one. */
static struct subject_list *list_in_flood(struct schema_asker *asker, const struct record_type *type)
{
    if (asker->believed < CODEC_FLOOD || asker->received == 0 || !asker->options->source.list)
        return NULL;
    for (uint32_t i = 0; i < asker->list_count; i++)
        if (asker->lists[i].type == type)
            return &asker->lists[i];
    return NULL;
}

/* A list older than the message could lack the message's schema. */
static enum codec_status refresh(struct schema_asker *asker, struct subject_list *list, int64_t now)
{
    const struct schema_source *source = &asker->options->source;

    if (list->received == asker->received)
        return CODEC_OK;
    if (list->received && now < list->asked_at + asker->options->list_ms)
        return answer(asker, CODEC_REGISTRY_UNAVAILABLE, "the subject's schemas are asked for again in a moment");
    struct schema_result result = source->list(source->context, list->subject, list->ids, &list->count);
    if (result.answer != SCHEMA_OK && result.answer != SCHEMA_NOT_FOUND)
        return out_of_order(asker, result);
    if (result.answer == SCHEMA_NOT_FOUND)
        list->count = 0;
    list->asked_at = now;
    list->received = asker->received;
    return CODEC_OK;
}

static enum codec_status find_listed(struct schema_asker *asker, struct subject_list *list, int32_t id, int64_t now)
{
    enum codec_status status = refresh(asker, list, now);

    for (uint32_t i = 0; status == CODEC_OK && i < list->count; i++)
        if (list->ids[i] == id)
            return CODEC_OK;
    if (status != CODEC_OK)
        return status;
    snprintf(asker->reason, sizeof asker->reason, "it is not among the schemas of subject %.100s", list->subject);
    return answer(asker, CODEC_SCHEMA_UNKNOWN, asker->reason);
}

/* --- asking --- */

static enum codec_status ask(struct schema_asker *asker, int32_t id, struct text *ret_json)
{
    const struct schema_source *source = &asker->options->source;
    struct schema_result result = source->fetch(source->context, id, ret_json);

    switch (result.answer) {
    case SCHEMA_OK: return CODEC_OK;
    case SCHEMA_NOT_FOUND: return deny(asker, id, result.reason);
    case SCHEMA_REFUSED: return answer(asker, CODEC_SCHEMA_INVALID, result.reason);
    default: return out_of_order(asker, result);
    }
}

static enum codec_status fetch(struct schema_asker *asker, const struct record_type *type, int32_t id,
                               struct text *ret_json)
{
    int64_t now = now_of(asker);
    enum codec_status status;

    if (id <= 0)
        return answer(asker, CODEC_SCHEMA_UNKNOWN, "schema ids are positive");
    if (now < asker->retry_at)
        return answer(asker, asker->failure, asker->reason);
    begin_period(asker, now);
    if (still_denied(asker, id, now, &status))
        return status;
    struct subject_list *list = list_in_flood(asker, type);
    status = list ? find_listed(asker, list, id, now) : CODEC_OK;
    return status == CODEC_OK ? ask(asker, id, ret_json) : status;
}

enum codec_status asker_fetch(struct schema_asker *asker, const struct record_type *type, int32_t id,
                              struct text *ret_json, const char **ret_reason)
{
    enum codec_status status = fetch(asker, type, id, ret_json);

    *ret_reason = asker->said;
    return status;
}
