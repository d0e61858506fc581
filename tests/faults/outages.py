#!/usr/bin/env python3
"""outages: Redis, Kafka and the schema registry are stopped under load, one at a time. The worker stays, says once that it
waits and once that it goes on; then nothing is lost and nothing is a dead letter: oracle and `osbill verify` agree.
In CI a part is away for 8 s; --seconds 60 is the full run. OUTAGE_SECONDS sets it too."""
import argparse
import collections
import copy
import os
import time

import confluent_kafka
from scenario import IMPATIENT, installation, ready, say, workload  # noqa: I001
from installation import wait_for
from oracle import Oracle
from published import check

from kit import wire
from kit.registry import Registry
from kit.registry import parse as parse_schema

NAMES = {"redis": "Redis", "kafka": "Kafka", "registry": "the schema registry"}
SLOW = ["--batch-max-events=100"]  # so that there is work left when the part goes

SAID = 3  # times at most, on a loaded machine
LIBRARY_LINES = 3  # a fatal error that is repaired by a new producer is logged by librdkafka too


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("OUTAGE_SECONDS", "8")))
    parser.add_argument("--chunk", type=int, default=25_000, help="installations for each outage")
    parser.add_argument("--worker-argument", action="append", default=[], help="for osbill worker, such as --log-level=debug")
    parser.add_argument("--parts", nargs="+", default=list(NAMES), choices=list(NAMES))
    return parser.parse_args()


def send_with_new_schema(made, registry, count=60):
    """The first installations again, with a schema that the worker has not met: it must ask the registry. They are
    redeliveries, so the oracle's money does not change."""
    subject = made.prefix + "os-installed-value"
    schema = copy.deepcopy(registry.latest_json(subject))
    schema["fields"].append({"name": "outage_note", "type": "string", "default": ""})
    schema_id = registry.register(subject, schema)
    yield  # the registry may go now
    producer = confluent_kafka.Producer({"bootstrap.servers": made.stack.servers, "partitioner": "murmur2_random"})
    for number, (origin, vps, template, moment) in zip(range(count), made.workload.installations()):
        account = f"a{vps // 2:06}"
        record = {"event_id": f"e{origin:09}", "occurred_at": moment, "account_id": account, "vps_id": f"v{vps:07}",
                  "module_id": "m1", "template": f"ISPsystem__OS {template:02}", "installed_at": moment,
                  "source": "REINSTALL", "outage_note": str(number)}
        producer.produce(made.prefix + "os-installed", wire.encode(schema_id, parse_schema(schema), record), account)
    producer.flush(20)
    yield


class Outage:
    def __init__(self, made, part, number, given):
        self.made, self.part, self.name, self.seconds = made, part, NAMES[part], given.seconds
        self.worker, self.first, self.count = made.workers[0], number * given.chunk, given.chunk

    def run(self):
        made = self.made
        before = made.decided(["os-installed"])
        made.preload("installations", first=self.first, count=self.count)
        stranger = None
        if self.part == "registry":
            stranger = send_with_new_schema(made, Registry(made.environment["OSBILL_REGISTRY_URL"]))
            next(stranger)
        total = made.written(["os-installed"]) + (60 if stranger else 0)
        wait_for(lambda: (made.decided(["os-installed"]) or 0) > before, "the first decisions of this load", 30,
                 must_hold=made.must_run)
        self.away(stranger)
        made.stack("start", self.part)
        began, then = time.monotonic(), made.decided(["os-installed"]) or 0
        wait_for(lambda: (made.decided(["os-installed"]) or 0) > then, "a decision after the outage", 60,
                 must_hold=made.must_run)
        first = time.monotonic() - began
        made.wait_decided(["os-installed"], 120, total)
        say(f"{self.name} is ready again; first decisions {first:.1f} s later, all {total} after "
            f"{time.monotonic() - began:.1f} s")
        self.must_be_said_once()

    def away(self, stranger):
        self.log_before = len(self.worker.log)
        seen = self.made.decided(["os-installed"])
        if seen is not None and seen >= self.first + self.count:
            raise SystemExit(f"FAILED: all {seen} were decided before {self.name} was stopped: raise --chunk")
        self.made.stack("stop", self.part)
        began = time.monotonic()
        if stranger:
            next(stranger)
        wait_for(lambda: self.lines("waiting for " + self.name), f"the line that says it waits for {self.name}, "
                 f"stopped after {seen} of {self.first + self.count}; log: {self.worker.log_path}", 40, must_hold=self.made.must_run)
        say(f"{self.name} stopped; said after {time.monotonic() - began:.1f} s: {self.lines('waiting for')[0]}")
        wait_for(lambda: time.monotonic() - began > self.seconds, "the outage's end", self.seconds + 5,
                 must_hold=self.made.must_run)

    def lines(self, text=""):
        return [line for line in self.worker.log[self.log_before:].splitlines() if text in line]

    def must_be_said_once(self):
        """A machine under load waits now and then for a part that has just come back, and says so: each time both."""
        begins, ends = "waiting for " + self.name, self.name + " answers again"
        said = wait_for(lambda: self.pairs(begins, ends), f"'{ends}' as the last of both lines", 20)
        if said != [begins, ends] * (len(said) // 2) or len(said) > 2 * SAID:
            raise SystemExit(f"FAILED: '{begins}' and '{ends}' must be said by turns, once:\n" + "\n".join(self.lines()))
        self.others_must_be_few(len(said) // 2)

    def pairs(self, begins, ends):
        """Which of the two lines was said, in order, once the outage is over."""
        said = [begins if begins in line else ends for line in self.lines() if begins in line or ends in line]
        return said if said and said[-1] == ends else None

    def others_must_be_few(self, times):
        """Beside these, membership and the lane, each partition says at most once that it rolls forward and once that
        it goes on."""
        ours = [line for line in self.lines() if " librdkafka: " not in line]
        said = collections.Counter(" ".join(line.split()[1:]).partition(": ")[0] for line in ours)
        theirs = len(self.lines()) - len(ours)
        if max(said.values()) > times or len(ours) > times * (4 + 2 * (self.made.partitions + 1)) or theirs > LIBRARY_LINES:
            raise SystemExit(f"FAILED: too much is said about one outage of {self.name}:\n" + "\n".join(self.lines()[:40]))


def main():
    given = parse()
    load = workload(3_000, given.chunk * len(given.parts))
    oracle = Oracle(load).run()
    with installation("outages", load, 6) as made:
        try:
            ready(made, (1, IMPATIENT + SLOW + given.worker_argument))
            for number, part in enumerate(given.parts):
                Outage(made, part, number, given).run()
        finally:
            made.stack("up")  # the next test finds all parts
        if codes := [code for code in made.stop_workers() if code]:
            raise SystemExit(f"FAILED: exit code after SIGTERM: {codes}")
        print(check(made, oracle, rules="registry" not in given.parts).rstrip())
        say("nothing lost, no dead letter, all balances equal to the oracle's, osbill verify: exit code 0")


if __name__ == "__main__":
    main()
