/* Obligation ids computed from their definition in rules.md 6 rather than taken from core. */
#ifndef OSBILL_TESTS_RULES_DIGEST_H
#define OSBILL_TESTS_RULES_DIGEST_H

#include "runner_line.h"

/* `name` is VPS/START/EPOCH or ACCOUNT/VPS/START/EPOCH (account a1 when left out): prefix + 32 hex digits of
 * SHA-256(account NUL vps NUL start in ms NUL epoch). */
struct text digest_obligation(struct arena *arena, const struct line *line, const char *prefix, struct text name);

#endif
