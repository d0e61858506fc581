/* Inputs that cannot be decided at all: each is a dead letter (rules.md 8, 9; design.md promise 5). */
#ifndef OSBILL_CORE_INPUT_H
#define OSBILL_CORE_INPUT_H

#include "core/table.h"

#define INPUT_FACTS(FACT)                                                                   \
    FACT(INPUT_ELSEWHERE, "its key or partition is not the account's")                      \
    FACT(INPUT_UNREADABLE, "its bytes cannot be decoded")                                   \
    FACT(INPUT_TOO_LARGE, "its outputs are larger than the topics take")                    \
    FACT(INPUT_BAD_VALUE, "a field is not what the contract allows")                        \
    FACT(INPUT_EARLY, "it claims to have happened later than the worker's clock tolerates") \
    FACT(INPUT_OVERFLOWS, "an amount would exceed 64 bits")                                 \
    FACT(INPUT_OVER_LIMIT, "a limit of an account or change set is reached")                \
    FACT(INPUT_FAILS_ALONE, "even alone in a transaction it fails for good")

enum { INPUT_FACTS(FACT_BIT) };
enum input_fault { INPUT_SOUND, INPUT_FACTS(FACT_MASK) };

extern const struct rule_table input_table;

/* Not INPUT_SOUND. */
enum rule rule_of_fault(enum input_fault fault);

#endif
