"""Confluent's wire format: 0x00, schema id in 4 bytes big-endian, Avro binary."""
import io
import struct

import fastavro


def frame(schema_id, body, magic=0):
    return struct.pack(">bI", magic, schema_id) + body


def encode(schema_id, schema, record):
    """`schema` as kit.registry.parse returns it."""
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema, record, strict_allow_default=True)
    return frame(schema_id, body.getvalue())


def schema_id_of(value):
    magic, schema_id = struct.unpack(">bI", value[:5])
    assert magic == 0, f"contract.md Rules: the first byte must be 0, got {magic}"
    return schema_id


def decode(registry, value):
    """(name of the record type, record). Bytes behind the record are an error."""
    schema = registry.schema(schema_id_of(value))
    body = io.BytesIO(value[5:])
    record = fastavro.schemaless_reader(body, schema, return_record_name=True)
    rest = body.read()
    assert not rest, f"contract.md Rules: {len(rest)} bytes behind the {schema['name']}"
    return schema["name"].rpartition(".")[2], record
