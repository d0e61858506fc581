/* The engine's codec port over a codec. */
#ifndef OSBILL_WORKER_AVRO_CODEC_PORT_H
#define OSBILL_WORKER_AVRO_CODEC_PORT_H

#include "worker/avro/codec.h"
#include "worker/engine/ports/codec.h"

struct codec_port {
    struct codec *codec;
    struct buffer scratch;
};

/* Starts with *port zeroed; the port and the codec must outlive what is returned. Every type that is to be encoded has
 * its id set. An encode that fails for another reason than memory (a string that is not UTF-8, an enum out of range: a
 * defect of this program) is CODEC_OUT_OF_MEMORY's answer too, data NULL. */
struct record_codec codec_port_open(struct codec_port *port, struct codec *codec);
void codec_port_release(struct codec_port *port);

#endif
