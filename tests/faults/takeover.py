#!/usr/bin/env python3
"""takeover: how long the partitions of a worker that died stand still, the longest gap of a rolling restart, and how fast an
emptied Redis is filled again.

    tests/faults/takeover [--repetitions 10] [--partitions 4] [--accounts 20000] [--session-timeout 6s] [--transaction-timeout 10s]
                          [--markdown FILE]

Two workers with one thread each, all partitions under load. Dead: SIGKILL at a failpoint, until each of its partitions has
a Decision by the other one, read as a consumer with read_committed reads it. Rolling restart: SIGTERM, end, start, one worker
after the other; the longest time without a Decision in any partition. Prints medians and the longest, with what sets the
floor.
"""
import argparse
import os
import pathlib
import platform
import re
import signal
import statistics
import sys
import tempfile
import threading
import time
import types

import scenario  # noqa: F401, I001 (first: it puts the bench's folder into sys.path)
import confluent_kafka
from field import Field, programs, say, wait_for
from installation import Stack

RATE = 400
# point, what was open
DEATHS = {"committed": "no transaction open", "produced": "a transaction open",
          "offsets-sent": "a transaction open, offsets pending"}
FLOORS = {"committed": "session-timeout, less what has passed since the last heartbeat",
          "produced": "transaction-timeout, and the broker's next look (the sweep)",
          "offsets-sent": "transaction-timeout, and the broker's next look (the sweep)"}
PAGE = """# How long partitions stand still

<!-- Written by `tests/faults/takeover --markdown docs/takeover.md`. -->

Seconds from a worker's death to a Decision in the last one of its partitions, two workers under load; and the longest time
without a Decision in any partition while both are restarted, one after the other.

| | p50 | max | n | what sets the floor |
|---|---|---|---|---|
{rows}

Redis emptied: {rebuild}.

{settings}

- A worker that is told to end (SIGTERM) leaves the group at once; the others learn it from their next heartbeat
  (`kafka.heartbeat.interval.ms`, 500 ms), roll forward what Redis lacks, and go on. With `instance` it does not leave: its
  partitions wait for it up to `session-timeout`.
- A worker that dies is missed after `session-timeout` (10 s unless configured; brokers allow no less than
  `group.min.session.timeout.ms`, 6 s). What it had committed is taken over then.
- A transaction that it left open is ended by the broker: after `transaction-timeout` (25 s unless configured), at the next look
  of `transaction.abort.timed.out.transaction.cleanup.interval.ms` (10 s unless configured; the local stack: 1 s). Until then
  nobody knows whether it was committed, so its partitions wait; the others do not. With `instance` the restarted worker has the
  same transactional id, and ends it at once.
- Of an emptied Redis each partition is filled by itself and goes on as soon as it is full.
"""
BROKER = ("transaction.abort.timed.out.transaction.cleanup.interval.ms", "group.initial.rebalance.delay.ms",
          "transactional.id.expiration.ms")


class Tail:
    """When a Decision of each partition came last, and the gaps between them."""

    def __init__(self, field):
        self.field, self.stopping, self.lock = field, threading.Event(), threading.Lock()
        self.last, self.longest = {}, {}
        self.consumer = confluent_kafka.Consumer({"bootstrap.servers": field.stack.servers, "group.id": "osbill-takeover",
                                                  "isolation.level": "read_committed", "fetch.wait.max.ms": 5,
                                                  "auto.offset.reset": "latest", "log_level": 0})
        self.consumer.assign([confluent_kafka.TopicPartition(field.prefix + "decision", partition, confluent_kafka.OFFSET_END)
                              for partition in range(field.partitions)])
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping.is_set():
            message = self.consumer.poll(0.05)
            if message is None or message.error():
                continue
            with self.lock:
                now, partition = time.monotonic(), message.partition()
                self.longest[partition] = max(self.longest.get(partition, 0), now - self.last.get(partition, now))
                self.last[partition] = now
        self.consumer.close()

    def newest(self, partitions):
        """The time of the last Decision in each; 0: none."""
        with self.lock:
            return [self.last.get(partition, 0) for partition in partitions]

    def forget_gaps(self):
        with self.lock:
            self.longest = {}

    def longest_gap(self):
        with self.lock:
            return max(self.longest.values(), default=0)

    def close(self):
        self.stopping.set()
        self.thread.join()


def active_partitions(worker):
    """Of the newest assignment."""
    text = worker.log[worker.log.rfind(" assigned: "):]
    return sorted({int(number) for number in re.findall(r" partition (\d+) active: ", text)})


class Run:
    def __init__(self, field, options):
        self.field, self.options, self.tail, self.number = field, options, None, 0
        field.common = [f"--session-timeout={options.session_timeout}", f"--transaction-timeout={options.transaction_timeout}"]

    def prepare(self):
        self.field.prepare()
        self.tail = Tail(self.field)
        self.field.load(rate=RATE)
        wait_for(lambda: all(self.tail.newest(range(self.field.partitions))), "decisions in all partitions", 60)

    def balanced(self):
        """Two workers, each with its half of the partitions, deciding."""
        half, workers = self.field.partitions // 2, self.field.workers
        wait_for(lambda: len(workers) == 2 and all(len(active_partitions(worker)) == half for worker in workers),
                 "each worker has its half", 60, must_hold=self.field.must_run)
        self.fresh(time.monotonic())

    def fresh(self, since, partitions=None):
        partitions = range(self.field.partitions) if partitions is None else partitions
        wait_for(lambda: min(self.tail.newest(partitions)) > since, f"decisions in partitions {list(partitions)}", 120,
                 0.005, self.field.must_run)

    def start(self, name, **how):
        self.number += 1
        return self.field.start(f"{name}-{self.number}", **how)

    def death(self, point):
        """Seconds from the death to a Decision in the last one of its partitions."""
        field = self.field
        code = field.kill(field.workers[0], signal.SIGTERM)
        assert code == 0, f"exit code {code} after SIGTERM"
        victim = self.start("victim", failpoint=f"{point}:150")
        victim.process.wait(120)
        died = time.monotonic()
        field.expect_end(victim)
        partitions = active_partitions(victim)
        self.start("next")
        self.fresh(died + 1, partitions)  # what was on its way when it died has come by then
        took = min(self.tail.newest(partitions)) - died
        self.balanced()
        return took

    def rolling_restart(self):
        self.balanced()
        self.tail.forget_gaps()
        for worker in list(self.field.workers):
            self.field.kill(worker, signal.SIGTERM)
            self.start("rolled")
            self.balanced()
        return self.tail.longest_gap()

    def rebuild(self):
        """(seconds, records) from FLUSHALL until all partitions are active again. Nothing else is to do."""
        field = self.field
        lines = {worker: worker.log.count(" active: ") for worker in field.workers}
        field.stack.redis("flushall")
        field.preload("installations", first=0, count=200)  # redeliveries: somebody must notice
        began = time.monotonic()
        wait_for(lambda: all(worker.log.count(" active: ") >= lines[worker] + field.partitions // 2 for worker in field.workers),
                 "all partitions are active again", 120, 0.01, field.must_run)
        took = time.monotonic() - began
        found = [int(number) for worker in field.workers for number in
                 re.findall(r"rolled forward (\d+) records \(all\)", worker.log)[-field.partitions // 2:]]
        return took, sum(found)


class Report:
    def __init__(self):
        self.rows, self.rebuild, self.settings = [], "", ""

    def row(self, title, floor, values):
        self.rows.append(f"| {title} | {statistics.median(values):.2f} | {max(values):.2f} | {len(values)} | {floor} |")
        print(f"  {title:58} p50 {statistics.median(values):6.2f} s   max {max(values):6.2f} s   n {len(values)}", flush=True)

    def settings_of(self, field, options):
        properties = (field.stack.folder / "kafka/server.properties").read_text()
        broker = [line for line in properties.splitlines() if line.split("=")[0] in BROKER]
        self.settings = (f"session-timeout {options.session_timeout}, transaction-timeout {options.transaction_timeout}; broker: "
                         f"{', '.join(broker)}. {os.cpu_count()} x {platform.machine()}, load {os.getloadavg()[0]:.0f} beside it, "
                         f"{time.strftime('%Y-%m-%d')}.")
        print(self.settings, flush=True)

    def rebuilt(self, accounts, took, records):
        self.rebuild = (f"{records:,} records of {accounts:,} accounts in {took:.2f} s: {accounts / took:,.0f} accounts/s, "
                        f"{records / took:,.0f} records/s, by two workers")
        print(f"  Redis emptied: {self.rebuild}", flush=True)

    def write(self, path):
        path.write_text(PAGE.format(settings=self.settings, rows="\n".join(self.rows), rebuild=self.rebuild))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--session-timeout", default="6s")
    parser.add_argument("--transaction-timeout", default="10s")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="writes the results as a page")
    return parser.parse_args()


def measure(run, options):
    run.prepare()
    report = Report()
    report.settings_of(run.field, options)
    run.balanced()
    for point, what in DEATHS.items():
        report.row(f"killed, {what}", FLOORS[point], [run.death(point) for _ in range(options.repetitions)])
    report.row("rolling restart, longest gap in a partition", "a heartbeat's interval, and the rebalance",
               [run.rolling_restart() for _ in range(options.repetitions)])
    run.field.generator.kill()
    run.field.generator.wait()
    run.field.generator = None
    run.field.all_decided()
    report.rebuilt(options.accounts, *run.rebuild())
    return report


def main():
    options = parse()
    built = programs()  # before anything is started
    folder = pathlib.Path(tempfile.mkdtemp(prefix="osbill-takeover-"))
    given = os.environ.get("STACK_DIR")
    stack = Stack(given) if given else Stack.start(folder / "stack")
    field = Field(stack, folder / "takeover", types.SimpleNamespace(cache="16MiB", **built), "takeover",
                  accounts=options.accounts, events=RATE * 3_600, partitions=options.partitions, zipf=0)
    run = Run(field, options)
    try:
        report = measure(run, options)
        if any(codes := field.stop_workers()):
            raise SystemExit(f"FAILED: exit codes {codes}")
        if (done := field.osbill("verify", check=False)).returncode:
            raise SystemExit(f"FAILED: osbill verify: {done.stdout}")
        say("osbill verify: exit code 0")
        if options.markdown:
            report.write(options.markdown)
    finally:
        if run.tail:
            run.tail.close()
        field.close()
        field.forget()
        stack.close()


if __name__ == "__main__":
    sys.exit(main())
