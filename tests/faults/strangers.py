"""Row 12: what else runs on the same names: twins, other installations, other clocks, other formats, other topics."""
import io
import signal
import subprocess

import confluent_kafka
import confluent_kafka.admin
import fastavro
from field import wait_for
from installation import STACK, Stack
from outcome import Outcome
from published import read_topic
from table import scenario

from kit import wire
from kit.registry import Registry

MINUTES_MS = 60_000


@scenario("twin", "12", "a second process with the same instance id: one of them ends with code 6 and says why", events=40_000)
def twin(field):
    field.prepare(lambda: field.start("one", "--instance=same"))
    first = field.workers[0]
    field.load()
    field.reach(0.2)
    second = field.start("twin", "--instance=same")
    field.wait_log(first, "ended: exit code", 60)
    code, lines = field.expect_end(first), [line for line in first.log.splitlines() if " stopped: " in line]
    second.must_run()
    if code != 6 or not lines:
        raise SystemExit(f"FAILED: expected exit code 6 with a message, got {code}: {first.log[-1500:]}")
    return lines[0].partition(" ")[2]


@scenario("second-installation", "12", "another cluster's worker on the same Redis and prefix is refused; the first goes on",
          events=40_000)
def second_installation(field):
    folder = field.folder / "other"
    subprocess.run([STACK, "up", "--fresh", "--dir", folder], check=True)
    other = Stack(folder, started=True)
    try:
        field.prepare()
        field.load()
        field.reach(0.2)
        redis = {"OSBILL_REDIS_URL": field.environment["OSBILL_REDIS_URL"]}
        environment = {name: other.environment[name] for name in ("OSBILL_KAFKA_BOOTSTRAP_SERVERS", "OSBILL_REGISTRY_URL")}
        environment["OSBILL_REGISTRY_CACHE"] = str(field.folder / "other-schemas")
        done = subprocess.run([field.program, "init", "--replication-factor", "1", "--partitions", str(field.partitions)],
                              env=field.environment | environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"FAILED: osbill init: {done.stderr}")
        stranger = field.start("stranger", environment=environment | redis)
        line = field.wait_log(stranger, "for another installation", count=field.partitions)[0]
        field.kill(stranger, signal.SIGTERM)
        field.conclude()
    finally:
        other.close()
    return line.partition(" ")[2]


@scenario("second-group", "12", "a worker of another consumer group on the same topics is refused", events=200_000)
def second_group(field):
    field.prepare(lambda: field.start("one"))
    field.load_on()
    field.progress()
    stranger = field.start("stranger", "--group=mistyped")
    line = field.wait_log(stranger, " refused: | stopped: | active: ")[-1]
    field.more(3_000)
    field.kill(stranger, signal.SIGTERM)
    if " active: " in line:
        field.all_decided()
        field.stop_workers()
        raise SystemExit("FAILED: it is not refused, it decides beside the first group; "
                         + ("; ".join(Outcome(field).problems) or "this time nothing twice"))
    return line.partition(" ")[2]


def add_partitions(field, topics):
    wanted = [confluent_kafka.admin.NewPartitions(field.prefix + topic, field.partitions + 1) for topic in topics]
    for future in field.admin.create_partitions(wanted).values():
        future.result(20)


def must_refuse(field, worker, text):
    line = field.wait_log(worker, text, 90)[0]
    if worker.process.poll() is None and "ended" not in worker.log:
        worker.process.send_signal(signal.SIGTERM)
    field.expect_end(worker)
    return line.partition(" ")[2]


@scenario("partitions-added", "12", "refused with a message; what was decided stays", proof=False)
def partitions_added(field):
    """A key's partition is another one then: no event may be decided there."""
    field.prepare()
    field.load()
    field.conclude()
    add_partitions(field, ("order",))
    one = must_refuse(field, field.start("order-grown"), "refused: |stopped: ")
    add_partitions(field, ("account", "os-installed", "charge", "decision", "account-state"))
    return f"{one}; all grown: {must_refuse(field, field.start('all-grown'), 'refused|stopped')}"


@scenario("topic-recreated", "12", "refused with a message", proof=False)
def topic_recreated(field):
    field.prepare()
    field.load()
    field.conclude()
    name = field.prefix + "os-installed"
    field.admin.delete_topics([name])[name].result(20)
    # the old one is still being deleted for a moment
    wait_for(lambda: field.osbill("init", "--replication-factor", "1", "--partitions", str(field.partitions), check=False)
             .returncode == 0, "the topic is created anew", 60, 0.5)
    lines = [must_refuse(field, field.start("empty"), "partition [0-9] refused")]
    field.preload("installations", first=field.workload.events // 2)  # others than at these offsets before
    field.preload("installations")
    lines.append(must_refuse(field, field.start("filled"), "partition [0-9] refused"))
    return "; ".join(lines)


@scenario("clock-off", "12", "a worker whose clock is 10 minutes off pauses and says so; the other decides its own", events=40_000)
def clock_off(field):
    field.prepare()
    off = [field.start(name, clock_ms=minutes * MINUTES_MS) for name, minutes in (("ahead", 10), ("behind", -10))]
    lines = [field.wait_log(worker, "the clock", 60)[0] for worker in off]
    field.load()
    field.reach(0.05)
    for worker in off:
        field.kill(worker, signal.SIGTERM)
    return "; ".join(line.partition(" ")[2] for line in lines)


@scenario("clocks-differ", "12", "decided_at of a partition never goes back, though owners' clocks are 20 minutes apart",
          events=40_000)
def clocks_differ(field):
    field.common.append("--clock-tolerance=30m")
    field.prepare(lambda: field.start("ahead", clock_ms=10 * MINUTES_MS), lambda: field.start("behind", clock_ms=-10 * MINUTES_MS))
    field.load()
    for share, name in ((0.2, "ahead"), (0.4, "behind"), (0.6, "ahead")):
        field.reach(share)
        gone = next(worker for worker in field.workers if worker.name.startswith(name))
        field.kill(gone, signal.SIGTERM)
        field.start(f"{name}-{share}", clock_ms=(10 if name == "ahead" else -10) * MINUTES_MS)
    return "owners changed three times"


def position(field, partition):
    """(value, its schema, record) of P."""
    for message in read_topic(field.stack.servers, field.prefix + "account-state"):
        if message.key() == f"p:{partition}".encode():
            value = message.value()
    schema = Registry(field.environment["OSBILL_REGISTRY_URL"]).schema(wire.schema_id_of(value))
    return value, schema, fastavro.schemaless_reader(io.BytesIO(value[5:]), schema, None)


@scenario("newer-format", "12", "a partition written by a newer version: an older worker ends with code 5 and says what to run",
          proof=False)
def newer_format(field):
    field.prepare()
    field.stop_workers()
    value, schema, record = position(field, 0)
    record["format"] += 1
    producer = confluent_kafka.Producer({"bootstrap.servers": field.stack.servers})
    producer.produce(field.prefix + "account-state", wire.encode(wire.schema_id_of(value), schema, record), "p:0", 0)
    producer.flush(20)
    older = field.start("older")
    field.wait_log(older, "ended: exit code", 60)
    code, lines = field.expect_end(older), [line for line in older.log.splitlines() if "run the newer osbill" in line]
    if code != 5 or not lines:
        raise SystemExit(f"FAILED: expected exit code 5 with a message, got {code}: {older.log[-1500:]}")
    return lines[0].partition(" ")[2]
