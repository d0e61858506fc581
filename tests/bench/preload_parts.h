/* Internal to preload*.c: one topic after the other, begin, send each record, finish. */
#ifndef OSBILL_BENCH_PRELOAD_PARTS_H
#define OSBILL_BENCH_PRELOAD_PARTS_H

#include "preload.h"
#include "record.h"

bool preload_begin(struct preload *preload, const char *topic, const struct record_type *type);
bool preload_send(struct preload *preload, struct text key, const void *record);
bool preload_finish(struct preload *preload);
const struct workload *preload_workload(const struct preload *preload);
const struct preload_options *preload_choices(const struct preload *preload);

#endif
