"""Rows 10 and 11: the catalogue changes under load; deleted state stays deleted."""
import subprocess
import time

import confluent_kafka
import confluent_kafka.admin
from catalogue import catalogue
from field import wait_for
from inputs import Sender
from redis_faults import COPY_ALL
from table import scenario

SWAPS = 6
ASKED_S, CONFIGURATION = 60, 3  # how often a worker asks for the topic's settings; its exit code


def renamed(number):
    """The same items and prices in another enumeration: half of it applied, a priced template would be the default item."""
    name = f"os{number}"
    return catalogue().replace("\n  os:\n", f"\n  {name}:\n").replace("enumeration: os\n", f"enumeration: {name}\n")


class Swap:
    """`osbill catalogue apply` of one change set that moves all tariffs."""

    def __init__(self, field, number):
        path = field.folder / f"catalogue-{number}.yaml"
        path.write_text(renamed(number))
        self.process = subprocess.Popen([field.program, "catalogue", "apply", path], env=field.environment, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def wait(self):
        output = self.process.communicate(timeout=90)[0]
        if self.process.returncode:
            raise SystemExit(f"FAILED: osbill catalogue apply ended with {self.process.returncode}: {output}")


def lane_owner(field):
    return next(worker for worker in field.workers if field.metric("osbill_catalogue_lane", worker))


@scenario("catalogue-swap", "10", "tariffs move to new enumerations while the lane's owner is killed and partitions move: no "
          "os.default for a priced template, catalogue_version monotone", events=200_000)
def catalogue_swap(field):
    field.prepare()
    field.load_on()
    killed = 0
    for number in range(SWAPS):
        swap = Swap(field, number)
        if number % 2:
            owner = lane_owner(field)
            field.kill(owner)
            killed += 1
            field.start(f"after-{number}")
        swap.wait()
        field.progress()
    return f"{SWAPS} change sets, the lane's owner killed {killed} times"


def remember_deletions(field, delete_retention_ms):
    """How long account-state does; it is compacted as soon as it can be."""
    alter = confluent_kafka.admin
    resource = alter.ConfigResource("topic", field.prefix + "account-state", incremental_configs=[
        alter.ConfigEntry(name, value, incremental_operation=alter.AlterConfigOpType.SET)
        for name, value in (("delete.retention.ms", str(delete_retention_ms)), ("segment.ms", "1000"),
                            ("max.compaction.lag.ms", "1000"), ("min.cleanable.dirty.ratio", "0.01"))])
    field.admin.incremental_alter_configs([resource])[resource].result(20)


def parked(field, sender, vps):
    now = int(time.time() * 1000)
    sender.send("os-installed", sender.encode("os-installed", {
        "event_id": f"parked-{vps}", "occurred_at": now, "account_id": "a000007", "vps_id": vps, "module_id": "m1",
        "template": "ISPsystem__OS 19", "installed_at": now, "source": "REINSTALL"}), "a000007")
    sender.flush()
    field.wait_decided(["os-installed"], 30)


def order(field, sender, vps, kind, moment):
    sender.send("order", sender.encode("order", {
        "event_id": f"{kind}-{vps}", "occurred_at": moment, "account_id": "a000007", "order_id": f"order-{vps}", "vps_id": vps,
        "module_id": "m1", "tariff_id": "t0", "template": "ISPsystem__OS 19", "kind": kind,
        "period_start": field.workload.start, "period_months": 1}), "a000007")
    sender.flush()
    field.wait_decided(["order"], 30)


def newest(field):
    """Values of the parked records in account-state, by key, as they are stored now; tombstones are None."""
    return {message.key(): message.value() for message in field.read("account-state") if message.key().startswith(b"q:")}


def delete_something(field):
    """A parked event is deleted when it is released; Redis database 1 is a copy of before. Its keys."""
    field.prepare()
    field.load()
    field.all_decided()
    sender = Sender(field)
    parked(field, sender, "late-1")
    field.redis_now()("EVAL", COPY_ALL, 0, 1)
    order(field, sender, "late-1", "PLACED", field.workload.start)
    keys = [key for key, value in newest(field).items() if value is None]
    if not keys:
        raise SystemExit(f"FAILED: no tombstone of a parked event: {newest(field)}")
    return keys


def must_stay_deleted(field):
    """Somebody has noticed that Redis is older, and mended it."""
    redis = field.redis_now()
    field.stop_workers()
    done = field.osbill("verify", check=False)
    redis("SELECT", 1)
    redis("FLUSHDB")
    if done.returncode:
        raise SystemExit("FAILED: osbill verify: " + done.stdout.replace("\n", "; "))


@scenario("deleted-restored", "11", "an older Redis is restored after something was deleted: it stays deleted", proof=False,
          accounts=300, events=3_000)
def deleted_restored(field):
    keys = delete_something(field)
    before = field.repairs()
    field.redis_now()("SWAPDB", 0, 1)
    parked(field, Sender(field), "after")
    wait_for(lambda: field.repairs() > before, "a repair", 30, 0.3)
    must_stay_deleted(field)
    return f"{len(keys)} tombstones, then Redis from before them"


def forgotten(field, producer, keys):
    """Each write rolls the segment, so that the cleaner may take it: a transaction that is aborted, which counts for nobody."""
    producer.begin_transaction()
    for partition in range(field.partitions):
        producer.produce(field.prefix + "account-state", b"", b"rolls", partition)
    producer.flush(20)
    producer.abort_transaction(20)
    return not any(key in newest(field) for key in keys)


@scenario("tombstones", "11", "delete.retention.ms of account-state becomes 1 s: refused with the way to mend it; after `osbill "
          "rebuild` what was deleted stays deleted, though an older Redis is restored and the tombstones are gone", proof=False,
          accounts=300, events=3_000)
def tombstones(field):
    keys, workers = delete_something(field), list(field.workers)
    remember_deletions(field, 1_000)
    lines = [field.wait_log(worker, "refused: ", ASKED_S + 30)[0] for worker in workers]
    if codes := [code for code in map(field.expect_end, workers) if code != CONFIGURATION]:
        raise SystemExit(f"FAILED: exit code {codes[0]}, expected {CONFIGURATION}: {lines[0]}")
    roller = confluent_kafka.Producer({"bootstrap.servers": field.stack.servers, "transactional.id": field.prefix + "roller"})
    roller.init_transactions(30)
    wait_for(lambda: forgotten(field, roller, keys), "account-state forgets the tombstone", 150, 2)
    remember_deletions(field, 604_800_000)
    field.redis_now()("SWAPDB", 0, 1)
    field.osbill("rebuild", check=False)  # 0 or "waits for a worker"
    field.start("three")
    parked(field, Sender(field), "after")
    must_stay_deleted(field)
    return lines[0].partition(" ")[2]
