"""What the contract tests are made of. Nothing here uses osbill's own code: schemas come from the registry, bytes are
written and read by fastavro, records travel by confluent-kafka, ids and amounts are computed again from rules.md."""
