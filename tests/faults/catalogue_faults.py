"""Rows 10 and 11: the catalogue changes under load; deleted state stays deleted."""
import subprocess
import time

import confluent_kafka.admin
from catalogue import catalogue
from field import wait_for
from inputs import Sender
from redis_faults import COPY_ALL
from table import scenario

SWAPS = 6


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


def compact_soon(field):
    """account-state forgets tombstones after a second."""
    alter = confluent_kafka.admin
    resource = alter.ConfigResource("topic", field.prefix + "account-state", incremental_configs=[
        alter.ConfigEntry(name, value, incremental_operation=alter.AlterConfigOpType.SET)
        for name, value in (("delete.retention.ms", "1000"), ("segment.ms", "1000"), ("max.compaction.lag.ms", "1000"),
                            ("min.cleanable.dirty.ratio", "0.01"))])
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


def restore_what_was_deleted(field, forget):
    """A parked event is deleted when it is released; Redis goes back to before. forget(keys): what Kafka does meanwhile."""
    field.prepare()
    field.load()
    field.all_decided()
    sender, redis = Sender(field), field.redis_now()
    parked(field, sender, "late-1")
    before = field.repairs()
    redis("EVAL", COPY_ALL, 0, 1)
    order(field, sender, "late-1", "PLACED", field.workload.start)
    keys = [key for key, value in newest(field).items() if value is None]
    if not keys:
        raise SystemExit(f"FAILED: no tombstone of a parked event: {newest(field)}")
    forget(sender, keys)
    redis("SWAPDB", 0, 1)
    parked(field, sender, "after")
    wait_for(lambda: field.repairs() > before, "a repair", 30, 0.3)
    field.stop_workers()
    done = field.osbill("verify", check=False)
    redis("SELECT", 1)
    redis("FLUSHDB")
    if done.returncode:
        raise SystemExit("FAILED: osbill verify: " + done.stdout.replace("\n", "; "))
    return f"{len(keys)} tombstones, then Redis from before them"


@scenario("deleted-restored", "11", "an older Redis is restored after something was deleted: it stays deleted", proof=False,
          accounts=300, events=3_000)
def deleted_restored(field):
    return restore_what_was_deleted(field, lambda sender, keys: None)


@scenario("tombstones", "11", "account-state forgot the tombstones (delete.retention.ms 1 s), an older Redis is restored: what was "
          "deleted stays deleted", proof=False, accounts=300, events=3_000,
          failing="the engine counts on 7 days (engine_defaults), whatever delete.retention.ms of account-state is")
def tombstones(field):
    def forget(sender, keys):
        compact_soon(field)

        def forgotten():  # each write rolls the segment, so that the cleaner may take it
            parked(field, sender, f"roll-{time.monotonic_ns()}")
            return not any(key in newest(field) for key in keys)

        wait_for(forgotten, "account-state forgets the tombstone", 150, 2, field.must_run)

    return restore_what_was_deleted(field, forget)
