"""Rows 3 and 6: workers that stand still, come back, come and go."""
import functools
import random
import signal
import threading
import time

from failpoints import SEED, chosen, empty_until, must_have_reminded_once, taken_over, times_all_assigned, yesterday
from field import wait_for
from table import scenario

DUE_S = 30  # reminders fall due so long after the orders


def while_away(field, old):
    """What the others do while a worker stands still for longer than its session."""
    other = field.start("other")
    took = taken_over(field, other, 0, time.monotonic())
    field.progress()
    wait_for(lambda: field.reminders() > 0, "the first reminders", DUE_S + 60, 1, other.must_run)
    old.process.send_signal(signal.SIGCONT)
    field.wait_log(old, " lost: | assigned: |exit code", count=2)
    return f"taken over after {took:.1f} s"


@scenario("zombie", "3", "one reminder each, nothing by the old producer after the take-over; it rejoins", events=40_000)
def zombie(field):
    earlier = field.prepare(yesterday(field, DUE_S))[0]
    field.kill(earlier, signal.SIGTERM)
    old = field.start("old")
    field.wait_log(old, " assigned: ")
    field.load()
    field.reach(0.1)
    old.process.send_signal(signal.SIGSTOP)
    observed = while_away(field, old)
    field.wait_reminders(DUE_S + 30)
    field.conclude()
    return f"{observed}, {must_have_reminded_once(field)}"


def zombie_at(field, name):
    """It stands still at a failpoint and goes on from there."""
    field.prepare(lambda: field.start("other"))
    other, point = field.workers[0], chosen(name)
    field.load()
    before = times_all_assigned(field, other)
    old = field.start("old", failpoint=point, environment={"OSBILL_FAILPOINT_SIGNAL": "stop"})
    field.wait_log(old, "failpoint")
    took = taken_over(field, other, before, time.monotonic())
    field.progress()
    assigned = old.log.count(" assigned: ")
    old.process.send_signal(signal.SIGCONT)
    wait_for(lambda: old.process.poll() is not None or old.log.count(" assigned: ") > assigned,
             lambda: f"the zombie rejoins or ends: {old.log[-1500:]}", 60)
    if old.process.poll() is not None:
        raise SystemExit(f"FAILED: the zombie ended with {field.expect_end(old)}: {old.log[-1500:]}")
    return f"{point}: taken over after {took:.1f} s; rejoined"


for _name in ("after-poll", "decided", "produced", "offsets-sent", "in-endtxn", "committed", "in-the-redis-call"):
    scenario(f"zombie-{_name}", "3", "stands still there past its session; what it then does changes nothing", events=40_000)(
        functools.partial(zombie_at, name=_name))


@scenario("zombie-in-roll-forward", "3", "its chunks come too late and are refused", events=200_000)
def zombie_in_roll_forward(field):
    other = field.prepare(lambda: field.start("other"))[0]
    field.load_on()
    before = times_all_assigned(field, other)
    old = field.start("old", failpoint="in-roll-forward:1", environment={"OSBILL_FAILPOINT_SIGNAL": "stop"})
    empty_until(field, lambda: "failpoint" in old.log, "the roll forward")
    took = taken_over(field, other, before, time.monotonic())
    old.process.send_signal(signal.SIGCONT)
    field.wait_log(old, " assigned: ", count=2)
    return f"taken over after {took:.1f} s; rejoined"


class Storm:
    def __init__(self, field, seconds):
        self.field, self.seconds, self.chance = field, seconds, random.Random(SEED)
        self.number, self.counts = 4, {signal.SIGKILL: 0, signal.SIGTERM: 0, signal.SIGSTOP: 0}

    def run(self):
        field, end = self.field, time.monotonic() + self.seconds
        while time.monotonic() < end:
            time.sleep(self.chance.uniform(2, 5))  # how often, not how long something takes
            self.strike(self.chance.choice(field.workers), self.chance.choice(list(self.counts)))
        return ", ".join(f"{count} x {how.name}" for how, count in self.counts.items())

    def strike(self, worker, how):
        self.counts[how] += 1
        if how == signal.SIGSTOP:
            worker.process.send_signal(how)
            threading.Timer(self.chance.uniform(1, 12), lambda: worker.process.send_signal(signal.SIGCONT)).start()
            return
        worker.process.send_signal(signal.SIGCONT)
        code = self.field.kill(worker, how)
        if how == signal.SIGTERM and code:
            raise SystemExit(f"FAILED: exit code {code} after SIGTERM: {worker.log[-1500:]}")
        self.field.start(f"worker-{self.number}")
        self.number += 1


@scenario("storm", "6", "four workers, one of them killed, ended or stopped every 2-5 s", partitions=8, events=400_000)
def storm(field):
    field.prepare(*(functools.partial(field.start, f"worker-{number}") for number in range(4)))
    field.load_on(rate=500)
    observed = Storm(field, field.given.storm_seconds).run()
    for worker in field.workers:
        worker.process.send_signal(signal.SIGCONT)
    return f"{observed} within {field.given.storm_seconds} s"
