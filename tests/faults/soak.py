#!/usr/bin/env python3
"""soak: the benchmark's load for some minutes; one worker stays, another comes and goes (SIGTERM and kill -9 in turn), so
that partitions move all the time. Memory (RSS) and descriptors of the one that stays are sampled: over the second half
neither may grow. Then oracle and `osbill verify` must agree. --asan: with a build that has the address sanitizer, workers
end with an error when something leaked or was misused; their RSS, which the sanitizer fills, is not judged.

    tests/faults/soak --minutes 10
    tests/build-preset asan && OSBILL_BUILD=build/asan tests/faults/soak --minutes 10 --asan
"""
import argparse
import contextlib
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

from scenario import IMPATIENT, installation, ready, say, workload  # noqa: I001
from installation import Stack, wait_for
from oracle import Oracle
from published import check

# bounded early, so that what grows later is a leak
SMALL = ["--cache-bytes=2MiB", *IMPATIENT]
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:exitcode=99:quarantine_size_mb=8", "UBSAN_OPTIONS": "print_stacktrace=1",
              "LSAN_OPTIONS": "report_objects=1"}
# Over the second half. Arenas of batches and calls keep the largest that they were, and malloc's pools are cut to pieces when
# partitions move: both settle within this. Of 60,000 events it is 70 bytes each. A run of less than WARM_MINUTES is judged
# while caches and pools are still filled.
WARM_MINUTES, WARMING_KB = 5, 12288
GROWTH_KB, DESCRIPTORS = 4096, 2


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--rate", type=int, default=2_000, help="installations a second")
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--partitions", type=int, default=6)
    parser.add_argument("--stay", type=float, default=12, help="seconds for which the second worker is there")
    parser.add_argument("--away", type=float, default=4, help="seconds between two of its lives")
    parser.add_argument("--curve", type=pathlib.Path, metavar="FILE", help="write the samples: seconds, RSS in KiB, descriptors")
    parser.add_argument("--asan", action="store_true", help="the programs have the address sanitizer")
    return parser.parse_args()


class Curve(threading.Thread):
    """What a process holds, each half second."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.rows, self.ended = pid, [], threading.Event()

    def run(self):
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while not self.ended.wait(0.5):
                pages = int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1])
                descriptors = len(os.listdir(f"/proc/{self.pid}/fd"))
                self.rows.append((time.monotonic() - began, pages * os.sysconf("SC_PAGE_SIZE") / 1024, descriptors))

    def end(self):
        self.ended.set()
        self.join()

    def second_half(self, column):
        half = self.rows[len(self.rows) // 2:]
        return [(row[0], row[column]) for row in half]

    def growth(self, column):
        """Over the second half, by the median of all slopes (Theil and Sen): a few samples apart do not move it."""
        rows = self.second_half(column)[::max(1, len(self.rows) // 600)]
        slopes = [(later[1] - row[1]) / (later[0] - row[0]) for number, row in enumerate(rows) for later in rows[number + 1:]]
        return statistics.median(slopes) * (rows[-1][0] - rows[0][0])

    def median(self, column):
        return statistics.median(value for _, value in self.second_half(column))


def wait_until(moment, made):
    wait_for(lambda: time.monotonic() > moment, "a moment", 3600, 0.2, made.must_run)


def come_and_go(made, options):
    """Comes, works, goes, until the time is over. How often."""
    deadline, count = time.monotonic() + options.minutes * 60, 0
    while time.monotonic() < deadline:
        guest = made.start_worker(1, SMALL, name=f"guest-{count}")
        wait_for(lambda guest=guest: " started: " in guest.log, "the guest's first line", 60, 0.2, made.must_run)
        wait_until(min(time.monotonic() + options.stay, deadline), made)
        made.workers.remove(guest)
        if count % 2:
            guest.process.kill()
            guest.process.wait()
        elif (code := guest.stop(seconds=60)[0]) != 0:
            raise SystemExit(f"FAILED: SIGTERM: the guest ended with {code}: {guest.log_path}:\n{guest.log[-6000:]}")
        wait_until(min(time.monotonic() + options.away, deadline), made)
        count += 1
    return count


def judge(curve, options):
    """SystemExit when it grows."""
    rss, grown, descriptors = curve.median(1), curve.growth(1), curve.growth(2)
    say(f"RSS {rss / 1024:.1f} MiB (median of the second half), {grown / 1024:+.2f} MiB over it; "
        f"{curve.median(2):.0f} descriptors, {descriptors:+.1f}; {len(curve.rows)} samples")
    allowed = GROWTH_KB + (WARMING_KB if options.minutes < WARM_MINUTES else 0)
    if not options.asan and grown > allowed:
        raise SystemExit(f"FAILED: RSS grows: {grown:.0f} KiB over the second half of the run, on {rss:.0f} KiB; allowed: {allowed}")
    if descriptors > DESCRIPTORS:
        raise SystemExit(f"FAILED: descriptors grow: {descriptors:.1f} over the second half of the run")


def soak(made, options):
    ready(made, (2, SMALL))
    with subprocess.Popen(made.generate_command("installations", rate=options.rate), env=made.environment,
                          stdout=subprocess.DEVNULL) as generator:
        curve = Curve(made.workers[0].pid)
        try:
            wait_for(lambda: made.decided(["os-installed"]), "the first decisions", 30, must_hold=made.must_run)
            curve.start()
            guests = come_and_go(made, options)
            curve.end()
            if generator.wait(120 + options.minutes * 60):
                raise SystemExit("FAILED: generate could not write everything")
        finally:
            if generator.poll() is None:
                generator.kill()
    made.wait_decided(["os-installed"], 120 + options.minutes * 60)
    say(f"{made.workload.events} installations decided; a second worker came and went {guests} times")
    stayed = made.workers[0]
    if any(codes := made.stop_workers()):
        raise SystemExit(f"FAILED: SIGTERM: exit codes {codes}: {made.folder}:\n{stayed.log[-6000:]}")
    return curve


def main():
    options = parse()
    load = workload(options.accounts, int(options.rate * options.minutes * 60))
    oracle = Oracle(load).run()
    own = None if "STACK_DIR" in os.environ else Stack.start(tempfile.mkdtemp(prefix="osbill-soak-stack-"))
    try:
        if own:
            os.environ["STACK_DIR"] = str(own.folder)
        with installation("soak", load, options.partitions) as made:
            made.environment |= SANITIZERS if options.asan else {}
            curve = soak(made, options)
            if options.curve:
                options.curve.write_text("".join(f"{at:.1f} {rss:.0f} {count}\n" for at, rss, count in curve.rows))
            print(check(made, oracle).rstrip())
            judge(curve, options)
    finally:
        if own:
            own.close()
    say("nothing grew; one Decision for each input, balances equal to the oracle's, osbill verify: exit code 0")


if __name__ == "__main__":
    main()
