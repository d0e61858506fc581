/* A schema source without a registry: the schemas of this program, id n being all_records[n - 1]. For tests, simulation
 * and benchmarks. */
#ifndef OSBILL_WORKER_AVRO_EMBEDDED_SOURCE_H
#define OSBILL_WORKER_AVRO_EMBEDDED_SOURCE_H

#include "schemas/schema_source.h"

/* Has no state and needs no release. Any subject is fine. */
struct schema_source embedded_source(void);

#endif
