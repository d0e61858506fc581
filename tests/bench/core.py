"""core: decisions a second of core by itself, one thread, states in memory, and what it allocates (nothing).

    tests/bench/core [--runs 5] [--events 2000000] [--sizes 1000,10000,100000]        sizes: accounts, two VPSs each

CPU time of the thread. The number of charges is compared with the oracle's.
"""
import argparse
import json
import os
import subprocess
import sys

from oracle import Oracle, Workload
from question import Results, results_argument


def numbers(text):
    return [int(float(part)) for part in text.split(",")]


def main():
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--runs", type=int, default=1)
    made.add_argument("--events", type=int, default=2_000_000)
    made.add_argument("--sizes", type=numbers, default=[1000, 10_000, 100_000])
    made.add_argument("--batch", type=int, default=2000)
    results_argument(made)
    options = made.parse_args()
    results = Results("core", options)
    program = f"{os.environ['BENCH_PROGRAMS']}/core_alone"
    charges = {accounts: Oracle(Workload(accounts=accounts, events=options.events + options.events // 5)).run().charges
               for accounts in options.sizes}
    for run in range(1, options.runs + 1):
        for accounts in options.sizes:
            done = subprocess.run([program, str(options.events), str(accounts), str(options.batch)], check=True,
                                  capture_output=True, text=True)
            figures = json.loads(done.stdout)
            if figures["charges"] != charges[accounts]:
                raise SystemExit(f"FAILED: {accounts} accounts: expected {charges[accounts]} charges, got {figures['charges']}")
            results.add(f"{accounts} accounts", figures, run=run, accounts=accounts, events=options.events, batch=options.batch)


if __name__ == "__main__":
    sys.exit(main())
