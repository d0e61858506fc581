"""Rows 9 and 14, and transactional inputs of row 5: what others may write into our topics."""
import random
import time

import confluent_kafka
import confluent_kafka.admin
from field import wait_for
from table import scenario

from kit import wire
from kit.arithmetic import partition_of
from kit.registry import Registry

UNKNOWN_IDS = 10_000
PARKED_LIMIT, ID_LIMIT = 64, 4_096


class Sender:
    """Writes the workload's events as a stranger's client would."""

    def __init__(self, field, **settings):
        self.field, self.registry = field, Registry(field.environment["OSBILL_REGISTRY_URL"])
        self.producer = confluent_kafka.Producer({"bootstrap.servers": field.stack.servers, "partitioner": "murmur2_random",
                                                  "message.max.bytes": 64 << 20, "log_level": 0} | settings)
        if "transactional.id" in settings:
            self.producer.init_transactions(30)

    def encode(self, topic, record):
        schema_id = self.registry.id_of(f"{self.field.prefix}{topic}-value")
        return wire.encode(schema_id, self.registry.schema(schema_id), record)

    def installation(self, origin, vps, template, moment):
        """(key, value), as generate writes them."""
        account = f"a{vps // 2:06}"
        return account, self.encode("os-installed", {
            "event_id": f"e{origin:09}", "occurred_at": moment, "account_id": account, "vps_id": f"v{vps:07}",
            "module_id": "m1", "template": f"ISPsystem__OS {template:02}", "installed_at": moment, "source": "REINSTALL"})

    def send(self, topic, value, key=None, partition=None):
        placed = {} if partition is None else {"partition": partition}
        while True:
            try:
                self.producer.produce(self.field.prefix + topic, value, key, **placed)
                return
            except BufferError:
                self.producer.poll(0.1)

    def flush(self):
        if self.producer.flush(60):
            raise SystemExit("FAILED: not everything could be written")


@scenario("transactional-input", "5", "inputs in transactions, every third one aborted and sent again: one Decision for each that "
          "counts", events=12_000)
def transactional_input(field):
    field.prepare()
    sender, batch, aborted = Sender(field, **{"transactional.id": field.prefix + "panel"}), [], 0
    numbers = list(field.workload.installations())
    for number, at in enumerate(range(0, len(numbers), 300)):
        batch = [sender.installation(*one) for one in numbers[at:at + 300]]
        for abort in (True, False) if number % 3 == 0 else (False,):
            sender.producer.begin_transaction()
            for key, value in batch:
                sender.send("os-installed", value, key)
            aborted += abort
            (sender.producer.abort_transaction if abort else sender.producer.commit_transaction)(30)
    return f"{aborted} transactions aborted"


def stalls(field, text):
    return [line for worker in field.workers for line in worker.log.splitlines() if text in line]


def open_transaction(field, end):
    """Some events again, as redeliveries: they move no money."""
    field.prepare()
    sender = Sender(field, **{"transactional.id": field.prefix + "stranger", "transaction.timeout.ms": 300_000})
    first = [sender.installation(*one) for one, _ in zip(field.workload.installations(), range(40))]
    field.load(rate=0, count=100)
    field.sent()
    field.wait_decided(["os-installed"], 60)
    sender.producer.begin_transaction()
    for key, value in first:
        sender.send("os-installed", value, key)
    sender.flush()
    field.load(first=100)
    wait_for(lambda: field.metric("osbill_stalled_events") > 0, "osbill_stalled_events above 0", 30, 0.3, field.must_run)
    field.sent()
    held_up = {partition_of(sender.installation(*one)[0], field.partitions) for one, _ in zip(field.workload.installations(), range(40))}
    wait_for(lambda: len(stalls(field, " stalled: ")) == len(held_up), lambda: f"a line for each of {held_up}; there are "
             f"{stalls(field, 'stalled: ')}", 60, 0.3, field.must_run)
    stalled = field.metric("osbill_stalled_events")
    (sender.producer.commit_transaction if end == "committed" else sender.producer.abort_transaction)(30)
    wait_for(lambda: len(stalls(field, "transaction at offset")) == len(held_up), "a line for each end", 60, 0.3, field.must_run)
    said = stalls(field, " stalled: ")
    field.conclude(rules=False)
    if len(said) != len(held_up):
        raise SystemExit("FAILED: each stall must be said once:\n" + "\n".join(said))
    return f"{stalled} events stalled; {said[0].partition(' ')[2]}"


for _end in ("committed", "aborted"):
    scenario(f"foreign-transaction-{_end}", "14", "stall named in log and metric, once for each partition; goes on when it ends")(
        lambda field, end=_end: open_transaction(field, end))


def poisons(sender, field):
    """(name, topic, key, value, partition); None: wherever the key belongs."""
    numbers = field.workload.installations()
    key, good = sender.installation(*next(numbers))
    home = partition_of(key, field.partitions)
    noise = random.Random(1).randbytes
    yield "maximum size", "os-installed", key, b"\xff" + noise((1 << 20) - 200), home
    yield "wrong partition", "os-installed", key, good, (home + 1) % field.partitions
    yield "null key", "os-installed", None, good, home
    yield "truncated", "os-installed", key, good[:-1], home
    yield "trailing bytes", "os-installed", key, good + b"\0", home
    yield "key that is no text", "os-installed", b"\xff\0", good, home
    yield "empty", "account", key, b"", home
    yield "tombstone", "order", key, None, home
    yield "8 MB that compress", "os-installed", key, b"\0" * (8 << 20), home


@scenario("poison", "9", "one dead letter each, the next good event of the partition decided within 5 s", events=20_000)
def poison(field):
    field.prepare()
    field.load()
    field.reach(0.1)
    sender, worst = Sender(field, **{"compression.type": "lz4"}), 0
    sent = list(poisons(sender, field))
    for _, topic, key, value, partition in sent:
        sender.send(topic, value, key, partition)
        sender.flush()
        worst = max(worst, decided_up_to(field, topic, partition))
        field.dead_letters += 1
    field.conclude(rules=False)
    return f"{len(sent)} kinds; the slowest was decided after {worst:.1f} s"


def decided_up_to(field, topic, partition):
    """Seconds until all that is there now is decided."""
    place, began = confluent_kafka.TopicPartition(field.prefix + topic, partition), time.monotonic()
    end = field.consumer.get_watermark_offsets(place, timeout=20)[1]
    wait_for(lambda: field.consumer.committed([place], timeout=20)[0].offset >= end,
             f"{place.topic}/{partition} is decided to {end}", 60, must_hold=field.must_run)
    return time.monotonic() - began


@scenario("unknown-schemas", "9", "10^4 schema ids that nobody knows: one dead letter each, good events go on", events=20_000)
def unknown_schemas(field):
    field.prepare()
    field.load()
    field.reach(0.1)
    sender, began = Sender(field), time.monotonic()
    for number in range(UNKNOWN_IDS):
        key = f"a{number % field.workload.accounts:06}"
        sender.send("os-installed", wire.frame(0x40000000 + number, b"\0\0\0"), key)
    sender.flush()
    field.dead_letters += UNKNOWN_IDS
    wait_for(lambda: field.decided(["os-installed"]) >= field.written(["os-installed"]),
             lambda: f"the end of os-installed; {sum(1 for _ in field.read('dead-letter'))} dead letters", 120, 1, field.must_run)
    took = time.monotonic() - began
    field.conclude(rules=False)
    return f"decided after {took:.0f} s"


def deep(levels):
    """A schema of records in unions in records, and a value of so many levels."""
    schema = {"type": "record", "name": "Deep", "fields": [{"name": "next", "type": ["null", "Deep"]}]}
    return schema, b"\x02" * levels + b"\0"


@scenario("deep-unions", "9", "a writer's field that nobody reads, 10^3 levels deep: decided or one dead letter, no crash",
          events=10_000)
def deep_unions(field):
    field.prepare()
    field.load()
    sender, subject = Sender(field), field.prefix + "os-installed-value"
    schema, nested = deep(1_000)
    writer = sender.registry.latest_json(subject)
    writer["fields"].append({"name": "deep", "type": ["null", schema], "default": None})
    schema_id = sender.registry.register(subject, writer)
    key, good = sender.installation(*next(field.workload.installations()))
    sender.send("os-installed", wire.frame(schema_id, good[5:] + b"\x02" + nested), key)
    sender.flush()
    field.all_decided()
    dead = sum(1 for _ in field.read("dead-letter"))
    field.dead_letters = dead
    field.conclude(rules=False)
    return f"{dead} dead letter(s)"


@scenario("account-at-its-limits", "9", "64 parked events and more, 4,096 remembered ids and more: the rest is said in dead "
          "letters")
def at_limits(field):
    field.prepare()
    field.load()
    sender, account, now = Sender(field), "a000007", int(time.time() * 1000)
    for number in range(PARKED_LIMIT + 6):
        sender.send("os-installed", sender.encode("os-installed", {
            "event_id": f"parked-{number}", "occurred_at": now, "account_id": account, "vps_id": f"nobodys-{number}",
            "module_id": "m1", "template": "ISPsystem__OS 01", "installed_at": now, "source": "REINSTALL"}), account)
    for number in range(ID_LIMIT + 500):
        sender.send("account", sender.encode("account", {
            "event_id": f"limit-{number}", "occurred_at": now + number, "account_id": account, "kind": "CREDIT_LIMIT",
            "amount_micros": 0, "currency": "EUR", "case_id": "", "note": ""}), account)
    sender.flush()
    field.dead_letters = 6
    field.all_decided()
    field.conclude(rules=False)
    return f"{PARKED_LIMIT + 6} events parked or dead, {ID_LIMIT + 500} account events"
