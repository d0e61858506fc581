#!/usr/bin/env python3
"""starved: a worker in whose process one allocation fails, the Nth: of its own code, hiredis, libcurl or jansson (librdkafka
ends by an assertion of its own when it lacks memory). It ends with exit code 7 and says that memory is missing, or it
goes on. Many lives, each with another N, by a seed that is printed; in the end nothing is lost: oracle and `osbill verify`.

    tests/faults/starved --lives 200"""
import argparse
import os
import random
import time

from scenario import IMPATIENT, installation, ready, say, workload  # noqa: I001
from installation import wait_for
from oracle import Oracle
from published import check

BROKEN = 7
CALLERS = "program libhiredis libcurl libjansson"
LIFE_S = 3  # of a worker that goes on


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lives", type=int, default=12)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("FAULTS_SEED", "0")) or time.time_ns() % 1_000_000)
    parser.add_argument("--from-first", action="store_true", help="N = 1, 2, 3, ... instead of by chance")
    return parser.parse_args()


class Lives:
    def __init__(self, made, options):
        self.made, self.options, self.chance = made, options, random.Random(options.seed)
        self.plain, self.count = dict(made.environment), made.folder / "allocations"
        self.ended, self.went_on, self.total, self.sent = 0, 0, 0, 0
        self.share = made.workload.events // (options.lives + 2)

    def start(self, number):
        """The environment of an installation is that of its workers."""
        self.made.environment |= {"LD_PRELOAD": os.environ["FAIL_ALLOCATION_SHIM"], "FAIL_ALLOCATION": str(number),
                                  "FAIL_ALLOCATION_OF": CALLERS, "FAIL_ALLOCATION_COUNT": str(self.count)}
        try:
            return self.made.start_worker(1, [*IMPATIENT, "--cache-bytes=1MiB"], name=f"life-{number}")
        finally:
            self.made.environment = dict(self.plain)

    def live(self, number):
        """With its share of the load; until it ends by itself, or LIFE_S are over."""
        self.made.preload("installations", first=self.sent, count=self.share)
        self.sent += self.share
        worker = self.start(number)
        wait_for(lambda: worker.process.poll() is not None or " started: " in worker.log, "the worker's first line", 60)
        until = time.monotonic() + LIFE_S
        wait_for(lambda: worker.process.poll() is not None or time.monotonic() > until, "the worker's end", LIFE_S + 5)
        went_on = worker.process.poll() is None
        code = worker.stop()[0] if went_on else worker.process.returncode
        self.made.workers.remove(worker)
        if code not in (0, BROKEN) or (code == BROKEN and "memory" not in worker.log):
            raise SystemExit(f"FAILED: allocation {number} of {self.total}: expected exit code {BROKEN} and a message about "
                             f"memory, or 0; got {code}: {worker.log_path}:\n{worker.log[-3000:]}")
        self.went_on, self.ended = self.went_on + (code == 0), self.ended + (code == BROKEN)

    def run(self):
        self.live(0)
        self.total = int(self.count.read_text())
        say(f"{self.total} allocations in {LIFE_S} s without a failure; seed {self.options.seed}")
        for number in range(1, self.options.lives + 1):
            self.live(number if self.options.from_first else self.pick())
        say(f"{self.ended} lives ended with {BROKEN} for lack of memory, {self.went_on} went on")
        if not self.ended:
            raise SystemExit("FAILED: no allocation failed, so this proves nothing")

    def pick(self):
        """Mostly early: the later ones are alike."""
        return int(self.total ** self.chance.random())


def main():
    options = parse()
    load = workload(500, 30_000)
    oracle = Oracle(load).run()
    with installation("starved", load, 4) as made:
        ready(made, (1, IMPATIENT))
        made.stop_workers()
        lives = Lives(made, options)
        lives.run()
        made.preload("installations", first=lives.sent, count=load.events - lives.sent)
        made.start_worker(1, IMPATIENT, name="fed")
        made.wait_decided(["os-installed"], 120)
        if any(codes := made.stop_workers()):
            raise SystemExit(f"FAILED: the last worker ended with {codes}: {made.folder}")
        print(check(made, oracle).rstrip())
        say("nothing lost, all balances equal to the oracle's, osbill verify: exit code 0")


if __name__ == "__main__":
    main()
