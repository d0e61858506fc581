"""Row 7: three brokers with min.insync.replicas 2; one or two of them die, stand still, restart, or have no room left."""
import subprocess
import time

from field import wait_for
from network import leader_of
from table import scenario

PAUSE_S = 30
EVENTS = 200_000  # at most


def under_load(field):
    field.prepare()
    field.load_on(rate=500)
    field.progress()


def parts(field):
    count = field.stack.servers.count(",") + 1
    return ["kafka", *(f"kafka-{number}" for number in range(2, count + 1))]


def coordinator_of(field):
    number = field.admin.describe_consumer_groups([field.group])[field.group].result(20).coordinator.id
    return "kafka" if number == 1 else f"kafka-{number}"


def kill_and_start(field, part):
    """Decisions go on without it, and with it."""
    field.stack("kill", part)
    without = field.progress(90)
    field.stack("start", part)
    field.progress(90)
    return f"{part}: a decision {without:.1f} s after it was killed"


@scenario("broker-leader-killed", "7", "decisions go on, no dead letter", brokers=3, events=EVENTS)
def leader_killed(field):
    under_load(field)
    return "; ".join(kill_and_start(field, leader_of(field, topic, 0)) for topic in ("account-state", "os-installed")[:field.given.strikes])


@scenario("broker-coordinator-killed", "7", "decisions go on, no dead letter", brokers=3, events=EVENTS)
def coordinator_killed(field):
    under_load(field)
    return kill_and_start(field, coordinator_of(field))


@scenario("broker-rolling-restart", "7", "decisions go on, no dead letter", brokers=3, events=EVENTS)
def rolling_restart(field):
    under_load(field)
    took = []
    for part in parts(field):
        field.stack("stop", part)
        field.stack("start", part)
        took.append(field.progress(90))
    return f"a decision at most {max(took):.1f} s after each"


@scenario("broker-paused", "7", "a leader stands still for 30 s: decisions go on, no dead letter", brokers=3, events=EVENTS)
def paused(field):
    under_load(field)
    part = leader_of(field, "account-state", 0)
    field.stack("pause", part)
    began = time.monotonic()
    first = field.progress(90)
    wait_for(lambda: time.monotonic() - began > PAUSE_S, "the pause's end", PAUSE_S + 5)
    field.stack("resume", part)
    field.progress(90)
    return f"{part}: a decision {first:.1f} s after it stood still"


@scenario("broker-without-room", "7", "one broker cannot write its files any more: decisions go on, no dead letter", brokers=3,
          events=EVENTS)
def without_room(field):
    """RLIMIT_FSIZE: each write fails, as on a full disk; the broker gives up its only folder. Its log cannot grow either."""
    under_load(field)
    part = leader_of(field, "account-state", 0)
    subprocess.run(["prlimit", "--pid", str(field.stack.pid(part)), "--fsize=1"], check=True)
    wait_for(lambda: leader_of(field, "account-state", 0) != part, f"{part} leads no longer", 60, must_hold=field.must_run)
    first = field.progress(90)
    field.stack("kill", part)
    field.stack("start", part)
    field.progress(90)
    return f"{part}: a decision {first:.1f} s later"


@scenario("broker-minority-lost", "7", "one of three is away: decisions go on, no dead letter", brokers=3, events=EVENTS)
def minority(field):
    under_load(field)
    field.stack("kill", "kafka-2")
    field.all_decided(240)
    field.stack("start", "kafka-2")
    return "all decided by two brokers"


@scenario("broker-majority-lost", "7", "two of three are away: pauses, says so, goes on; no dead letter", brokers=3, events=EVENTS)
def majority(field):
    under_load(field)
    for part in ("kafka-2", "kafka-3"):
        field.stack("kill", part)
    line = field.wait_log(field.workers[0], "waiting for Kafka", 90)[0]
    for part in ("kafka-2", "kafka-3"):
        field.stack("start", part)
    field.wait_log(field.workers[0], "Kafka answers again", 120)
    return line.partition(" ")[2]
