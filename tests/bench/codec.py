"""codec: nanoseconds for decoding and encoding real records of the benchmark, by the worker's codec and by avro-c.

    tests/bench/codec [--runs 5] [--calls 20000]

CPU time of the thread, the best of five rounds each.
"""
import argparse
import json
import os
import subprocess
import sys

from question import Results, results_argument


def main():
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--runs", type=int, default=1)
    made.add_argument("--calls", type=int, default=20_000)
    results_argument(made)
    options = made.parse_args()
    results = Results("codec", options)
    for run in range(1, options.runs + 1):
        done = subprocess.run([f"{os.environ['BENCH_PROGRAMS']}/codec_cost", str(options.calls)], check=True, capture_output=True,
                              text=True)
        for figures in map(json.loads, done.stdout.splitlines()):
            results.add(f"{figures['record']}, {figures['bytes']} bytes", figures, run=run, calls=options.calls)


if __name__ == "__main__":
    sys.exit(main())
