/* What the exit codes of osbill mean: the one place. `osbill help` and docs/commands.md print these lines. */
#ifndef OSBILL_CLI_EXIT_CODE_H
#define OSBILL_CLI_EXIT_CODE_H

#define EXIT_CODES(X)                                                                                                 \
    X(EXIT_DONE, 0, "done; nothing differs, nothing is wrong")                                                        \
    X(EXIT_FOUND, 1, "a check failed or differences were found: what is printed says which")                          \
    X(EXIT_USAGE, 2, "the command line or an input file is wrong: nothing was done")                                  \
    X(EXIT_CONFIGURATION, 3, "a setting is wrong or missing")                                                         \
    X(EXIT_UNAVAILABLE, 4, "Kafka, Redis, the schema registry or a worker did not answer in time: try again")         \
    X(EXIT_REFUSED, 5, "refused: by a guard, by a rule, or because another installation owns this")                   \
    X(EXIT_FENCED, 6, "another process uses the same instance or transactional id: do not restart before it is gone") \
    X(EXIT_BROKEN, 7, "the program cannot go on: no memory, standard output is closed, a defect")

enum exit_code {
#define EXIT_CODE_CONSTANT(name, code, meaning) name = (code),
    EXIT_CODES(EXIT_CODE_CONSTANT)
#undef EXIT_CODE_CONSTANT
};

#endif
