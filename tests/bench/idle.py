"""idle: what a worker costs that has nothing to do: CPU of the worker, Redis and the broker (also without a worker), and whether
anything is written: no transaction when there is nothing to decide.

    tests/bench/idle [--seconds 60] [--threads N] [--partitions N] ...
"""
import sys
import time

from installation import wait_for
from measure import Sample, memory_mb
from question import Bench, parser, say
from runs import Expected, compare, installation, prepare

WRITTEN = ("account-state", "decision", "charge", "notification", "dead-letter")


def cores(pids, seconds):
    """Used by each within that time."""
    before = Sample(pids)
    time.sleep(seconds)  # that long is what is measured
    took, _, cpu, _ = Sample(pids).since(before)
    return {f"{name}_cores": round(used / took, 5) for name, used in cpu.items()}


def measure(bench, made):
    options = bench.options
    pids = {"broker": bench.stack.pid("kafka"), "redis": bench.stack.pid("redis")}
    without = {f"{name}_without_worker": value for name, value in cores(pids, options.seconds).items()}
    worker = made.start_worker(options.threads, options.worker_argument, bench.cores, "worker")
    wait_for(lambda: worker.log.count(" active: ") > made.partitions, "all partitions are active", 60, 0.1, made.must_run)
    before = made.written(WRITTEN)
    figures = cores(bench.pids(worker), options.seconds) | without
    figures |= {"records_written": made.written(WRITTEN) - before, "worker_rss_mb": round(memory_mb(worker.pid))}
    made.stop_workers()
    return figures


def main():
    made = parser(__doc__, accounts=10_000)
    made.add_argument("--seconds", type=int, default=60)
    options = made.parse_args()
    with Bench("idle", options) as bench:
        for number in range(1, options.runs + 1):
            with installation(bench, bench.workload_with(count=0), options.partitions) as place:
                prepare(bench, place)
                say(f"idle for {options.seconds} s, twice")
                figures = measure(bench, place)
                compare(place, Expected())
            if figures["records_written"]:
                raise SystemExit(f"FAILED: {figures['records_written']} records were written though there was nothing to do")
            bench.results.add("idle", figures, run=number, seconds=options.seconds, threads=options.threads,
                              partitions=options.partitions, pin=options.pin)


if __name__ == "__main__":
    sys.exit(main())
