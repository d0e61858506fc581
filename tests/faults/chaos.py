#!/usr/bin/env python3
"""chaos: two workers, three threads, 24 partitions, 300,000 installations; kill -9 of one in the middle (restarted),
Redis FLUSHALL in the middle, SIGTERM of the other at the end. Then one INPUT Decision for each input, balances equal to
the oracle's, and `osbill verify` agrees."""
import argparse
import signal
import subprocess
import time

from scenario import IMPATIENT, installation, ready, say, workload  # noqa: I001
from installation import wait_for
from oracle import Oracle
from published import check


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=12_000, help="installations a second")
    parser.add_argument("--partitions", type=int, default=24)
    return parser.parse_args()


def wait_for_share(made, share, seconds=90):
    """Until so much of all installations is decided; how many are."""
    wanted = int(made.workload.events * share)
    seen = wait_for(lambda: (made.decided(["os-installed"]) or 0) >= wanted and made.decided(["os-installed"]),
                    f"{wanted} decided installations; logs: {made.folder}", seconds, must_hold=made.must_run)
    if seen >= made.workload.events:
        raise SystemExit("FAILED: everything was decided before the fault: lower --rate or raise --events")
    return seen


def kill_and_restart(made):
    victim = made.workers.pop(0)
    victim.process.send_signal(signal.SIGKILL)
    victim.process.wait()
    made.start_worker(2, IMPATIENT, name="worker-1-again")


def terminate_last(made):
    other = made.workers.pop(0)  # worker-2: the restarted one stands behind it
    code, took = other.stop(signal.SIGTERM, 30)
    say(f"SIGTERM: exit code {code} after {took:.1f} s")
    if code != 0 or took > 10:
        raise SystemExit(f"FAILED: SIGTERM: expected exit code 0 within 10 s, got {code} after {took:.1f} s: {other.log_path}")


def attack(made):
    say(f"kill -9 of a worker with two threads after {wait_for_share(made, 0.25)}")
    kill_and_restart(made)
    seen = wait_for_share(made, 0.5)
    made.stack.redis("flushall")
    say(f"FLUSHALL after {seen}")
    say(f"SIGTERM of the other worker after {wait_for_share(made, 0.85)}")
    terminate_last(made)


def main():
    options = parse()
    load = workload(options.accounts, options.events)
    oracle = Oracle(load).run()
    with installation("chaos", load, options.partitions) as made:
        ready(made, (2, IMPATIENT), (1, IMPATIENT))
        began = time.monotonic()
        with subprocess.Popen(made.generate_command("installations", rate=options.rate), env=made.environment,
                              stdout=subprocess.DEVNULL) as generator:
            try:
                attack(made)
                if generator.wait(120):
                    raise SystemExit("FAILED: generate could not write everything")
            finally:
                if generator.poll() is None:
                    generator.kill()
        made.wait_decided(["os-installed"], 90)
        say(f"{options.events} installations decided {time.monotonic() - began:.0f} s after the first one was sent")
        if any(codes := made.stop_workers()):
            raise SystemExit(f"FAILED: the last worker ended with {codes}: {made.folder}")
        print(check(made, oracle).rstrip())
        say("one Decision for each input, all balances equal to the oracle's, osbill verify: exit code 0")


if __name__ == "__main__":
    main()
