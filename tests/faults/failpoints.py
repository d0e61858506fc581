"""Row 1: a worker kills itself at a named point (failpoint.c) under load; another one takes over."""
import functools
import os
import random
import signal
import subprocess
import time

from catalogue import catalogue
from installation import LANE_TOPICS, wait_for
from table import scenario

DAY_MS = 86_400_000
SEED = int(os.environ.get("FAULTS_SEED") or random.randrange(10_000))  # which pass of a point; printed by the command
# (first, last) pass at which it dies
POINTS = {"after-poll": (2, 20), "after-read": (2, 20), "decided": (2, 20), "produced": (2, 20), "offsets-sent": (2, 20),
          "in-endtxn": (2, 20), "committed": (2, 20), "in-the-redis-call": (2, 20)}


def chosen(name, attempt=0, first=2, last=20):
    return f"{name}:{random.Random(f'{SEED} {name} {attempt}').randint(first, last)}"


def must_have_died(field, worker, point):
    code = field.expect_end(worker)
    if code != -signal.SIGKILL or f"failpoint {point.partition(':')[0]}" not in worker.log:
        raise SystemExit(f"FAILED: {worker.name} must die at {point}; it ended with {code}: {worker.log[-1500:]}")
    return time.monotonic()


def taken_over(field, other, before, since):
    """Seconds until the other worker owns all partitions again."""
    topics = 3 * field.partitions + 2
    field.wait_log(other, f"assigned: {topics} topic partitions", count=before + 1)
    return time.monotonic() - since


def times_all_assigned(field, worker):
    return worker.log.count(f"assigned: {3 * field.partitions + 2} topic partitions")


def run_point(field, name):
    _, other = field.prepare(lambda: field.start("first"), lambda: field.start("other"))
    field.kill(field.workers[0], signal.SIGTERM)
    taken_over(field, other, 0, time.monotonic())
    field.load_on()
    observed = []
    for attempt in range(field.given.strikes):
        point, before = chosen(name, attempt, *POINTS[name]), times_all_assigned(field, other)
        victim = field.start(f"victim-{attempt}", failpoint=point)
        died = must_have_died(field, victim, point)
        observed.append(f"{point}: taken over after {taken_over(field, other, before, died):.1f} s")
    return "; ".join(observed)


for _name in POINTS:
    scenario(f"kill-{_name}", "1", "killed at the point, all partitions taken over", events=200_000)(
        functools.partial(run_point, name=_name))


def empty_until(field, reached, what):
    """Redis is emptied again and again, so that there is something to roll forward."""
    def emptied():
        field.stack.redis("flushall")
        return reached()
    wait_for(emptied, what, 60, 2)


def roll_forward(field, name):
    other = field.prepare(lambda: field.start("other"))[0]
    field.load_on()
    before, point = times_all_assigned(field, other), chosen(name, last=3)
    victim = field.start("victim", failpoint=point)
    empty_until(field, lambda: victim.process.poll() is not None, f"{point} is passed")
    died = must_have_died(field, victim, point)
    return f"{point}: taken over after {taken_over(field, other, before, died):.1f} s"


for _name in ("in-roll-forward", "in-the-position"):
    scenario(f"kill-{_name}", "1", "the next owner rolls forward from the start; equal to account-state",
             events=200_000)(
        functools.partial(roll_forward, name=_name))


def kill_lane_owner(field, attempt, action):
    """Alone it owns the lane. action() gives it something to do there; another worker finishes that."""
    victim = field.start(f"victim-{attempt}", failpoint="in-the-lane:1")
    field.wait_log(victim, "partition lane active")
    action()
    died = must_have_died(field, victim, "in-the-lane:1")
    other = field.start(f"other-{attempt}")
    return other, f"taken over after {taken_over(field, other, 0, died):.1f} s"


@scenario("kill-in-the-lane", "1", "change set and scan are applied once, by the next owner")
def lane(field):
    path, applying = field.folder / "catalogue.yaml", []
    path.write_text(catalogue())
    field.initialise()
    other, first = kill_lane_owner(field, 0, lambda: applying.append(subprocess.Popen(
        [field.program, "catalogue", "apply", path], env=field.environment, stdout=subprocess.DEVNULL)))
    if applying[0].wait(60):
        raise SystemExit(f"FAILED: osbill catalogue apply ended with {applying[0].returncode}")
    field.kill(other, signal.SIGTERM)
    other, second = kill_lane_owner(field, 1, lambda: field.preload("templates"))
    field.wait_decided(LANE_TOPICS, 60)
    field.accounts_and_orders()
    field.load()
    return f"change set: {first}; scan: {second}"


def yesterday(field, seconds):
    """How a worker is started whose reminders of what it decides now fall due so many seconds later by the true clock.
    Everybody must bear with clocks that differ by a day."""
    field.common += ["--clock-tolerance=1d", "--future-tolerance=2d"]
    clock = -(DAY_MS - int(seconds * 1000))
    return lambda: field.start("yesterday", clock_ms=clock)


def must_have_reminded_once(field):
    twice = len(field.outcome.reminders) - len(set(field.outcome.reminders))
    if twice or not field.outcome.reminders:
        raise SystemExit(f"FAILED: {len(field.outcome.reminders)} reminders, {twice} of them more than once")
    return f"{len(field.outcome.reminders)} reminders, each once"


@scenario("kill-in-a-timer-batch", "1", "each reminder once")
def timer_batch(field):
    earlier = field.prepare(yesterday(field, 5))[0]
    field.kill(earlier, signal.SIGTERM)
    point = chosen("in-a-timer-batch", last=1, first=1)
    victim = field.start("victim", failpoint=point)
    died = must_have_died(field, victim, point)
    other = field.start("other")
    took = taken_over(field, other, 0, died)
    field.load()
    field.wait_reminders(30)
    field.conclude()
    return f"{point}: taken over after {took:.1f} s, {must_have_reminded_once(field)}"

