#!/usr/bin/env python3
"""planted: `osbill verify` can fail. A small installation is decided and verified; then each fault is planted by itself,
verify must report it with exit code 1 and name the check, and after it is taken back verify must be content again."""
import io
import sys

import confluent_kafka
import confluent_kafka.admin
import fastavro
from scenario import installation, ready, say, workload  # noqa: I001
from oracle import Oracle
from published import check, read_topic
from redis_client import Redis

from kit import wire
from kit.registry import Registry

LIE = 1_000_000


class Planter:
    def __init__(self, made):
        self.made, self.prefix = made, made.prefix
        self.registry = Registry(made.environment["OSBILL_REGISTRY_URL"])
        self.redis = Redis(made.stack.folder / "redis.sock")
        self.servers = {"bootstrap.servers": made.stack.servers}
        self.producer = confluent_kafka.Producer(self.servers)
        self.failures = []

    # --- reading and writing as a stranger would ---

    def produce(self, topic, key, value, partition):
        self.producer.produce(self.prefix + topic, value, key, partition)
        if self.producer.flush(20):
            raise SystemExit(f"FAILED: {topic} could not be written")

    def change(self, value, change):
        schema_id = wire.schema_id_of(value)
        record = fastavro.schemaless_reader(io.BytesIO(value[5:]), self.registry.schema(schema_id), None)
        change(record)
        return wire.encode(schema_id, self.registry.schema(schema_id), record)

    def account(self, number=7):
        """(key, value, partition) of an account's state."""
        key, found = f"a:a{number:06}".encode(), None
        for message in read_topic(self.made.stack.servers, self.prefix + "account-state"):
            if message.key() == key:
                found = key, message.value(), message.partition()
        return found

    def redis_hash(self, field):
        for key in self.redis("KEYS", f"*{self.prefix}*"):
            if self.redis("TYPE", key) == b"hash" and self.redis("HEXISTS", key, field):
                return key
        raise SystemExit(f"FAILED: no hash in Redis holds {field}")

    def last_batch(self):
        for message in read_topic(self.made.stack.servers, self.prefix + "decision"):
            last = message
        return last.value(), last.partition()

    # --- verify ---

    def verify(self, what, expected, words=()):
        done = self.made.osbill("verify", check=False, seconds=120)
        text = done.stdout + done.stderr
        told = [line for line in text.splitlines() if any(word in line for word in words)]
        if done.returncode != expected:
            self.failures.append(f"{what}: expected exit code {expected}, got {done.returncode}:\n{text}")
        elif words and not told:
            self.failures.append(f"{what}: none of {words} is named:\n{text}")
        say(f"{what}: exit code {done.returncode}" + "".join(f"\n    {line}" for line in told[:3]))

    def balance_in_redis(self):
        key, value, _ = self.account()
        place = self.redis_hash(key)
        lie = self.change(value, lambda record: record.update(balance_micros=record["balance_micros"] + LIE))
        self.redis("HSET", place, key, lie)
        self.verify("a wrong balance in Redis", 1, ["VIOLATION redis"])
        self.redis("HSET", place, key, value)
        self.verify("  taken back", 0)
        self.redis("HDEL", place, key)
        self.verify("an account missing in Redis", 1, ["VIOLATION redis"])
        self.redis("HSET", place, key, value)
        self.verify("  taken back", 0)

    def balance_in_account_state(self):
        """The last one: a record without a position behind it stays a violation, even with the right bytes."""
        key, value, partition = self.account()
        place = self.redis_hash(key)
        lie = self.change(value, lambda record: record.update(balance_micros=record["balance_micros"] + LIE))
        self.produce("account-state", key, lie, partition)
        self.verify("a wrong balance in account-state", 1, ["VIOLATION balance"])
        self.redis("HSET", place, key, lie)
        self.verify("the same wrong balance in account-state and in Redis", 1, ["VIOLATION balance", "VIOLATION totals"])

    def false_charge(self):
        for message in read_topic(self.made.stack.servers, self.prefix + "charge"):
            last = message
        lie = self.change(last.value(), lambda record: record.update(charge_id="c-" + 32 * "0"))
        self.produce("charge", last.key(), lie, last.partition())
        self.verify("a charge that nobody decided", 1, ["VIOLATION charge-once"])
        self.rewrite("charge", lambda values: values[:-1], last.partition())
        self.verify("  taken back", 0)

    def duplicate(self):
        value, partition = self.last_batch()
        one = self.change(value, lambda batch: batch.update(decisions=batch["decisions"][:1]))
        self.produce("decision", None, one, partition)
        self.verify("a Decision twice", 1, ["VIOLATION one-decision"])
        self.rewrite("decision", lambda messages: messages[:-1], partition)
        self.verify("  taken back", 0)

    def loss(self):
        value, partition = self.last_batch()
        less = self.change(value, lambda batch: batch.update(decisions=batch["decisions"][1:]))
        self.rewrite("decision", lambda messages: [*messages[:-1], less], partition)
        self.verify("a Decision missing", 1, ["VIOLATION one-decision"])
        self.rewrite("decision", lambda messages: [*messages[:-1], value], partition)
        self.verify("  taken back", 0)

    def rewrite(self, topic, change, partition):
        """The topic anew, with what change(values of that partition) returns in their place."""
        name, kept = self.prefix + topic, {number: [] for number in range(self.made.partitions)}
        for message in read_topic(self.made.stack.servers, name):
            kept[message.partition()].append((message.key(), message.value()))
        keys = [key for key, _ in kept[partition]]
        values = change([value for _, value in kept[partition]])
        kept[partition] = list(zip(keys, values))
        self.create_anew(name)
        for number, records in kept.items():
            for key, value in records:
                self.producer.produce(name, value, key, number)
        if self.producer.flush(30):
            raise SystemExit(f"FAILED: {topic} could not be written")

    def create_anew(self, name):
        admin = confluent_kafka.admin.AdminClient(self.servers)
        admin.delete_topics([name])[name].result(20)
        wanted = confluent_kafka.admin.NewTopic(name, self.made.partitions, 1, config={"cleanup.policy": "delete"})
        for attempt in range(100):
            try:
                admin.create_topics([wanted])[name].result(20)
                break
            except confluent_kafka.KafkaException:  # the old one is still being deleted
                if attempt == 99:
                    raise
        self.producer = confluent_kafka.Producer(self.servers)


def main():
    load = workload(300, 6_000)
    with installation("planted", load, 3) as made:
        ready(made, (1, []))
        made.preload("installations")
        made.wait_decided(["os-installed"], 60)
        made.stop_workers()
        check(made, Oracle(load).run())
        planter = Planter(made)
        for plant in (planter.balance_in_redis, planter.false_charge, planter.duplicate, planter.loss,
                      planter.balance_in_account_state):
            plant()
        if planter.failures:
            raise SystemExit("FAILED: osbill verify\n" + "\n".join(planter.failures))
        say("verify found every planted fault")


if __name__ == "__main__":
    sys.exit(main())
