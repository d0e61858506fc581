/* Records <-> JSON, for people and pipes: `osbill watch`, `publish`, `account show`.
 *
 *   string          string
 *   bytes, fixed    string, a character U+0000 to U+00FF for each byte (Avro's JSON encoding)
 *   int, long       integer: money in micro-units, times in ms, as in the record
 *   boolean, enum   true or false, the symbol as a string
 *   record, array   object, array
 *   ["null", X]     null or X
 *   union           {"TypeName": {...}}
 *
 * Limits: JSON nested as deep as the record types are; lists up to JSON_MAX_ITEMS. */
#ifndef OSBILL_WORKER_AVRO_JSON_H
#define OSBILL_WORKER_AVRO_JSON_H

#include <stdbool.h>

#include "core/arena.h"
#include "record.h"

#define JSON_MAX_ITEMS  (1u << 20)
#define JSON_ERROR_SIZE 256

struct json_t; /* jansson's */

/* A new reference, fields in the order of the schema; NULL: no memory, or a string that is not UTF-8, or an enum or
 * union out of range. */
struct json_t *json_from_record(const struct record_type *type, const void *record);

/* Fills the record from an object. Fields left out take their default; unknown ones are errors, since they are usually
 * typing errors. Strings and lists are copied into the arena. On false *ret_error, of JSON_ERROR_SIZE bytes, names the
 * field and what is wrong ("lines[2].kind: must be one of BASE, OS"), and *ret_record is undefined. */
bool record_from_json(const struct record_type *type, const struct json_t *json, struct arena *arena, void *ret_record,
                      char *ret_error);

#endif
