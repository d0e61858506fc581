"""`osbill verify` can fail: it proves a small story, then is run on copies of its topics with one thing wrong in each. The
story's topics are also looked at with `osbill watch`, in both forms.

Runs against the local stack (OSBILL_PROGRAM, OSBILL_KAFKA_BOOTSTRAP_SERVERS, OSBILL_REGISTRY_URL, OSBILL_REDIS_URL). Inputs
are copied offset by offset; outputs lie at other offsets in the copy, as there are no markers, which verify does not mind.
"""
import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
import urllib.request

import confluent_kafka
import fastavro

PROGRAM, SERVERS = os.environ["OSBILL_PROGRAM"], os.environ["OSBILL_KAFKA_BOOTSTRAP_SERVERS"]
REGISTRY = os.environ["OSBILL_REGISTRY_URL"]
PREFIX = f"verify-{time.time_ns()}."
PARTITIONS = 2
LANE = ("template-discovered", "catalogue", "catalogue-state")
STATE_AND_OUTPUTS = ("notification", "dead-letter")
TOPICS = LANE + ("account", "order", "os-installed", "charge", "decision", "account-state")

CATALOGUE = """
modules: {m: {auto_connect: ALL}}
enumerations: {os: {free: {internal_name: free-os}, windows: {internal_name: os__windows}}}
tariffs:
  t:
    {currency: EUR, modules: [m], enumeration: os, default_item: free, prices: {1: "31.00"},
     os_prices: {free: {1: "0"}, windows: {1: "62.00"}}}
"""


def osbill(*arguments, text="", prefix=PREFIX, code=0):
    done = subprocess.run([PROGRAM, *arguments, "--topic-prefix", prefix, "--group", prefix + "group"], input=text,
                          capture_output=True, text=True, timeout=120)
    assert code is None or done.returncode == code, f"osbill {' '.join(arguments)}: {done}"
    return done


def init(prefix):
    osbill("init", "--replication-factor", "1", "--partitions", str(PARTITIONS), prefix=prefix)


def publish(topic, *events):
    osbill("publish", topic, "--wait", text="\n".join(json.dumps(event) for event in events))


def tell_the_story():
    start = int(time.time() * 1000)
    osbill("catalogue", "apply", "-", text=CATALOGUE)
    publish("template-discovered", *({"module_id": "m", "scan_id": "s", "scan_size": 2, "repository": "os", "name": name}
                                     for name in ("debian", "windows")))
    for account in ("anna", "bert", "carl", "dora"):
        publish("account", {"account_id": account, "kind": "OPENED", "currency": "EUR"},
                {"account_id": account, "kind": "DEPOSIT", "currency": "EUR", "amount_micros": 200_000_000},
                {"account_id": account, "kind": "WITHDRAWAL", "currency": "EUR", "amount_micros": 1_000_000})
        publish("order", {"account_id": account, "order_id": "o", "vps_id": "v", "module_id": "m", "tariff_id": "t",
                          "template": "os__debian", "kind": "PLACED", "period_start": start, "period_months": 1})
        publish("os-installed", {"account_id": account, "vps_id": "v", "module_id": "m", "template": "os__windows",
                                 "installed_at": start + 1, "source": "REINSTALL"})
    late = {"account_id": "anna", "kind": "DEPOSIT", "currency": "EUR", "amount_micros": 1, "occurred_at": "2099-01-01"}
    osbill("publish", "account", "--wait", text=json.dumps(late), code=1)  # a dead letter


def run_story():
    init(PREFIX)
    command = [PROGRAM, "worker", "--topic-prefix", PREFIX, "--group", PREFIX + "group", "--log-level", "error"]
    worker = subprocess.Popen(command)
    try:
        tell_the_story()
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0


def watch_all():
    """Each topic as a table and as JSON lines; what --values writes, publish would take."""
    for topic in TOPICS + STATE_AND_OUTPUTS:
        table = osbill("watch", topic, "--once").stdout.splitlines()
        lines = [json.loads(line) for line in osbill("watch", topic, "--once", "--json").stdout.splitlines()]
        assert len(table) == len(lines) + 1, f"{topic}: a title and a row for each: {table}"
        assert all({"partition", "offset", "key", "value"} <= set(line) for line in lines), lines
        assert topic == "notification" or lines, f"{topic}: the story left something in it"
    values = osbill("watch", "order", "--once", "--json", "--values", "--account", "anna").stdout.splitlines()
    assert [json.loads(value)["kind"] for value in values] == ["PLACED"], values
    print(f"ok: watch shows {len(TOPICS + STATE_AND_OUTPUTS)} topics")


class Schemas:
    def __init__(self):
        self.known = {}

    def of(self, number):
        if number not in self.known:
            with urllib.request.urlopen(f"{REGISTRY}/schemas/ids/{number}") as answer:
                self.known[number] = fastavro.parse_schema(json.loads(json.load(answer)["schema"]))
        return self.known[number]

    def change(self, value, change):
        """The record of these bytes, changed."""
        number = struct.unpack(">bI", value[:5])[1]
        record = fastavro.schemaless_reader(io.BytesIO(value[5:]), self.of(number))
        change(record)
        out = io.BytesIO(value[:5])
        out.seek(5)
        fastavro.schemaless_writer(out, self.of(number), record)
        return out.getvalue()


def read_topics():
    """[(topic, partition, key, value)] of the story, committed records only."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": SERVERS, "group.id": "none", "enable.partition.eof": True,
                                         "isolation.level": "read_committed", "auto.offset.reset": "earliest"})
    records = []
    for topic in TOPICS:
        for partition in range(1 if topic in LANE else PARTITIONS):
            consumer.assign([confluent_kafka.TopicPartition(PREFIX + topic, partition, 0)])
            while not (message := consumer.poll(30)).error():
                records.append((topic, partition, message.key(), message.value()))
    consumer.close()
    return records


def plant(fault, records, schemas):
    """The records with one thing wrong."""
    def is_it(record):
        topic, _, key, value = record
        return topic == fault["topic"] and (not fault.get("key") or (key or b"").startswith(fault["key"])) and value
    places = [place for place, record in enumerate(records) if is_it(record)]
    place = places[fault.get("which", 0)]
    topic, partition, key, value = records[place]
    changed = [(topic, partition, key, schemas.change(value, fault["change"]))] if "change" in fault else []
    return records[:place] + changed + [records[place]] * fault.get("copies", 0) + records[place + 1:]


def copy(records, prefix):
    init(prefix)
    producer = confluent_kafka.Producer({"bootstrap.servers": SERVERS, "linger.ms": 5})
    for topic, partition, key, value in records:
        producer.produce(prefix + topic, value, key, partition)
    producer.flush()



def set_field(name, step):
    def change(record):
        record[name] += step
    return change


def set_total(name):
    def change(position):
        position["totals"][0][name] += 1
    return change


FAULTS = {  # name: what is wrong, and the check that must say so
    "nothing": ({}, None),
    "an input that was decided is lost": ({"topic": "order", "which": -1}, "one-decision"),
    "a lane input is lost": ({"topic": "catalogue", "which": -1}, "one-decision"),
    "a decision is lost": ({"topic": "decision", "which": -1, "change": lambda batch: batch["decisions"].pop()}, "one-decision"),
    "an input is decided twice":
        ({"topic": "decision", "which": -1, "change": lambda batch: batch["decisions"].append(batch["decisions"][-1])},
         "one-decision"),
    "decisions in the wrong order": ({"topic": "decision", "which": -1, "change": set_field("seq", -2)}, "decision-order"),
    "a charge is lost": ({"topic": "charge"}, "charge-kept"),
    "a charge is there twice": ({"topic": "charge", "copies": 2}, "charge-once"),
    "a charge of another amount": ({"topic": "charge", "change": set_field("amount_micros", 1)}, "balance"),
    "a wrong balance_after": ({"topic": "charge", "change": set_field("balance_after_micros", 1)}, "balance-chain"),
    "a wrong balance": ({"topic": "account-state", "key": b"a:", "which": -1, "change": set_field("balance_micros", -1)}, "balance"),
    "a deposit too much": ({"topic": "account-state", "key": b"p:", "which": -1, "change": set_total("deposited_micros")}, "totals"),
    "a wrong sum": ({"topic": "account-state", "key": b"p:", "which": -1, "change": set_total("balance_micros")}, "totals"),
    "a position that goes back": ({"topic": "account-state", "key": b"p:", "which": -1, "change": set_field("seq", -2)}, "position"),
    "the last position is lost": ({"topic": "account-state", "key": b"p:", "which": -1}, "position"),
}


def violations(done):
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["violation"] for line in lines if "violation" in line}


def check(name, number, records, schemas):
    fault, expected = FAULTS[name]
    prefix = f"{PREFIX}{number}."
    copy(plant(fault, records, schemas) if fault else records, prefix)
    done = osbill("verify", "--no-redis", "--json", prefix=prefix, code=None)
    found = violations(done)
    good = (done.returncode == 0 and not found) if expected is None else (done.returncode == 1 and expected in found)
    print(f"{'ok' if good else 'NOT OK'}: {name}: exit code {done.returncode}, {', '.join(sorted(found)) or 'no violations'}")
    return good


def check_redis():
    """The same keys, other bytes: found by the comparison of Redis with account-state."""
    cli = ["redis-cli", "-s", os.environ["OSBILL_REDIS_URL"].removeprefix("unix://")]
    keys = subprocess.run(cli + ["keys", f"*{PREFIX}:*:state:*"], capture_output=True, text=True, check=True).stdout.split()
    fields = subprocess.run(cli + ["hkeys", keys[0]], capture_output=True, text=True, check=True).stdout.split()
    for command in (["hset", keys[0], fields[0], "rotten"], ["hset", keys[0], "a:nobody", "x"], ["hdel", keys[0], fields[1]]):
        subprocess.run(cli + command, capture_output=True, check=True)
    done = osbill("verify", "--json", code=None)
    texts = [json.loads(line).get("text", "") for line in done.stdout.splitlines()]
    good = done.returncode == 1 and all(any(words in text for text in texts)
                                        for words in ("other bytes", "lacks what Redis holds", "Redis lacks"))
    print(f"{'ok' if good else 'NOT OK'}: Redis: exit code {done.returncode}, {texts}")
    return good


def main():
    run_story()
    done = osbill("verify")
    print(done.stdout)
    watch_all()
    records, schemas = read_topics(), Schemas()
    results = [check(name, number, records, schemas) for number, name in enumerate(FAULTS)]
    results.append(check_redis())
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
