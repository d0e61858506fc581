/* What a function writes to standard output. */
#ifndef OSBILL_TESTS_UNIT_CLI_CAPTURE_H
#define OSBILL_TESTS_UNIT_CLI_CAPTURE_H

/* Static memory, until the next call; what is longer than 40,000 bytes is cut. */
const char *captured(void (*print)(const void *context), const void *context);

#endif
