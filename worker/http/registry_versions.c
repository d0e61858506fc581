/* Which schema ids a subject has. The API names the versions; what id a version has is asked for once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/http/registry_call.h"

/* NULL: no memory. When all places are taken the first one is given away: they are many more than a worker's inputs. */
static struct subject_versions *versions_of(struct registry *registry, const char *subject)
{
    struct subject_versions *versions = registry->listed;

    for (; versions < registry->listed + REGISTRY_SUBJECTS && versions->subject; versions++)
        if (!strcmp(versions->subject, subject))
            return versions;
    if (versions == registry->listed + REGISTRY_SUBJECTS)
        versions = registry->listed;
    free(versions->subject);
    versions->count = 0;
    versions->subject = strdup(subject);
    return versions->subject ? versions : NULL;
}

static bool find_version(const struct subject_versions *versions, int32_t version, int32_t *ret_id)
{
    for (uint32_t i = 0; i < versions->count; i++)
        if (versions->versions[i] == version) {
            *ret_id = versions->ids[i];
            return true;
        }
    return false;
}

static struct schema_result ask_version(struct registry *registry, const char *subject, int32_t version,
                                        int32_t *ret_id)
{
    char path[REGISTRY_PATH], after[64];

    snprintf(after, sizeof after, "/versions/%ld?deleted=true", (long)version);
    if (!registry_subject_path(path, "/subjects/", subject, after))
        return registry_result(registry, SCHEMA_MALFORMED, "the subject's name is too long");
    struct schema_result result = registry_call(registry, "GET", path, NULL);
    if (result.answer == SCHEMA_OK && !registry_integer(registry, "id", ret_id))
        return registry_result(registry, SCHEMA_MALFORMED, "the answer for subject %.100s has no id", subject);
    return result;
}

/* A version that was removed for good since the list was made is left out. */
static struct schema_result take_version(struct registry *registry, const struct subject_versions *known,
                                         const json_t *number, struct subject_versions *ret_versions)
{
    struct schema_result result = {SCHEMA_OK, ""};
    int32_t version = (int32_t)json_integer_value(number), id;

    if (!json_is_integer(number) || json_integer_value(number) != version)
        return registry_result(registry, SCHEMA_MALFORMED, "a version of subject %.100s is no number", known->subject);
    if (!find_version(known, version, &id))
        result = ask_version(registry, known->subject, version, &id);
    if (result.answer == SCHEMA_NOT_FOUND)
        return (struct schema_result){SCHEMA_OK, ""};
    if (result.answer == SCHEMA_OK) {
        ret_versions->versions[ret_versions->count] = version;
        ret_versions->ids[ret_versions->count++] = id;
    }
    return result;
}

/* What was learnt is kept also when a later answer is missing. */
static struct schema_result take_versions(struct registry *registry, struct subject_versions *known, const json_t *list)
{
    struct subject_versions now = {.subject = known->subject};
    struct schema_result result = {SCHEMA_OK, ""};
    size_t size = json_array_size(list), skipped = size > SCHEMA_LISTED ? size - SCHEMA_LISTED : 0;

    for (size_t i = skipped; i < size && result.answer == SCHEMA_OK; i++)
        result = take_version(registry, known, json_array_get(list, i), &now);
    *known = now;
    return result;
}

struct schema_result registry_ids(struct registry *registry, const char *subject, int32_t ret_ids[SCHEMA_LISTED],
                                  uint32_t *ret_count)
{
    struct subject_versions *versions = versions_of(registry, subject);
    char path[REGISTRY_PATH];

    if (!versions)
        return registry_result(registry, SCHEMA_RETRY, "no memory");
    if (!registry_subject_path(path, "/subjects/", subject, "/versions?deleted=true"))
        return registry_result(registry, SCHEMA_MALFORMED, "the subject's name is too long");
    struct schema_result result = registry_call_list(registry, path);
    if (result.answer != SCHEMA_OK)
        return result;
    json_t *list = json_incref(registry->answer);
    result = take_versions(registry, versions, list);
    json_decref(list);
    *ret_count = versions->count;
    memcpy(ret_ids, versions->ids, versions->count * sizeof *ret_ids);
    return result;
}
