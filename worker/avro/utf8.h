#ifndef OSBILL_WORKER_AVRO_UTF8_H
#define OSBILL_WORKER_AVRO_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the bytes are well-formed UTF-8 (Unicode, table 3-7: no surrogates, nothing overlong, at most U+10FFFF). */
bool utf8_valid(const uint8_t *data, size_t size);

#endif
