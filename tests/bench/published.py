"""What an installation published, read as anyone could (read_committed, fastavro), against the oracle."""
import collections
import concurrent.futures
import sys
import time

import confluent_kafka
from installation import wait_for  # noqa: F401 (puts the kit's folder into sys.path)
from oracle import Oracle, balances_mark, charge_mark

from kit.registry import Registry
from kit.wire import decode

READER = {"bootstrap.servers": None, "group.id": "osbill-bench-reader", "enable.auto.commit": False, "log_level": 0,
          "isolation.level": "read_committed", "enable.partition.eof": True, "fetch.wait.max.ms": 20,
          "auto.offset.reset": "error"}


def read_topic(servers, name):
    """Every committed message, partition by partition interleaved, up to the end as it is now."""
    consumer = confluent_kafka.Consumer(READER | {"bootstrap.servers": servers})
    partitions = consumer.list_topics(name, timeout=20).topics[name].partitions
    places = [confluent_kafka.TopicPartition(name, partition, confluent_kafka.OFFSET_BEGINNING) for partition in partitions]
    consumer.assign(places)
    open_partitions, last = set(partitions), time.monotonic()
    while open_partitions:
        messages = consumer.consume(10000, 0.1)  # waits that long unless it gets so many
        if messages:
            last = time.monotonic()
        elif time.monotonic() - last > 30:
            raise SystemExit(f"FAILED: {name}: nothing read for 30 s; partitions {sorted(open_partitions)} have no end: "
                             "a transaction is open")
        for message in messages:
            if message.error() is None:
                yield message
            elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                open_partitions.discard(message.partition())
            else:
                raise SystemExit(f"FAILED: {name}: {message.error()}")
    consumer.close()


class Published:
    def __init__(self, installation, decisions=True):
        self.prefix, self.servers = installation.prefix, installation.stack.servers
        self.registry = Registry(installation.environment["OSBILL_REGISTRY_URL"])
        self.problems = []
        self.charges()
        self.notifications()
        self.balances()
        self.dead_letters = sum(1 for _ in read_topic(self.servers, self.prefix + "dead-letter"))
        self.rules, self.effects, self.inputs = collections.Counter(), collections.Counter(), 0
        if decisions:
            self.decisions(installation)

    def records(self, topic):
        for message in read_topic(self.servers, self.prefix + topic):
            yield decode(self.registry, message.value())[1]

    def charges(self):
        seen, self.charge_count, self.charged, mark = set(), 0, 0, 0
        for record in self.records("charge"):
            if record["charge_id"] in seen:
                self.problems.append(f"charge {record['charge_id']} is there twice")
            seen.add(record["charge_id"])
            self.charge_count, self.charged = self.charge_count + 1, self.charged + record["amount_micros"]
            mark += charge_mark(int(record["account_id"][1:]), record["amount_micros"], record["balance_after_micros"])
        self.charge_mark = f"{mark & (1 << 64) - 1:016x}"

    def notifications(self):
        self.notified = collections.Counter(record["kind"] for record in self.records("notification"))

    def balances(self):
        last = {}
        for message in read_topic(self.servers, self.prefix + "account-state"):
            if message.key().startswith(b"a:"):
                last[message.key()] = message.value()
        self.balance_of = {int(key[3:]): decode(self.registry, value)[1]["balance_micros"] for key, value in last.items()}

    def decisions(self, installation):
        """One with origin INPUT for each offset of the account topics."""
        places = collections.Counter()
        for batch in self.records("decision"):
            for decision in batch["decisions"]:
                if decision["origin"] == "INPUT" and decision["input"] in ("account", "order", "os-installed"):
                    cause = decision["caused_by"]
                    places[cause["topic"], cause["partition"], cause["offset"]] += 1
                    self.rules[decision["rule"]] += 1
                self.effects.update(effect["rule"] for effect in decision["effects"])
        self.inputs = len(places)
        twice = [place for place, count in places.items() if count > 1]
        if twice:
            self.problems.append(f"{len(twice)} inputs have more than one Decision, such as {twice[:3]}")
        written = installation.written(["account", "order", "os-installed"])
        if len(places) != written:
            self.problems.append(f"{written} inputs, {len(places)} with a Decision")

    def compare(self, oracle: Oracle, rules=True):
        """What differs, a line each; empty: all is as it must be."""
        expected = oracle.summary()
        pairs = [("charges", expected["charges"], self.charge_count),
                 ("sum of the charges", expected["charged_micros"], self.charged),
                 ("checksum of the charges", expected["charge_mark"], self.charge_mark),
                 ("INSUFFICIENT_FUNDS", expected["short"], self.notified["INSUFFICIENT_FUNDS"]),
                 ("accounts", len(oracle.balances), len(self.balance_of)),
                 ("sum of the balances", expected["balance_micros"], sum(self.balance_of.values())),
                 ("checksum of the balances", expected["balance_mark"], balances_mark(self.balance_of.items())),
                 ("dead letters", 0, self.dead_letters)]
        if self.inputs and rules:
            pairs += [(f"rule {rule}", oracle.rules.get(rule, 0), self.rules[rule])
                      for rule in sorted({*oracle.rules, *self.rules})]
        differing = [f"{what}: expected {want}, got {got}" for what, want, got in pairs if want != got]
        differing += self.differing_balances(oracle)
        return self.problems + differing

    def differing_balances(self, oracle):
        wrong = [(account, balance, self.balance_of.get(account)) for account, balance in enumerate(oracle.balances)
                 if self.balance_of.get(account) != balance]
        return [f"{len(wrong)} balances differ, such as (account, expected, got) {wrong[:3]}"] if wrong else []


def check(installation, oracle, decisions=True, rules=True):
    """Oracle and `osbill verify`; SystemExit if one of them says no. What verify printed."""
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        verifying = beside.submit(installation.osbill, "verify", check=False, seconds=3600)
        differing = Published(installation, decisions).compare(oracle, rules)
        done = verifying.result()
    if differing:
        raise SystemExit(f"FAILED: not what the oracle expects (prefix {installation.prefix}, logs in {installation.folder}):\n  "
                         + "\n  ".join(differing))
    if done.returncode:
        raise SystemExit(f"FAILED: osbill verify ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit("a module")
