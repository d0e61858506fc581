"""rebuild: how fast a worker starts when Redis is behind (roll forward) or empty (rebuild), in records of account-state.

    tests/bench/rebuild --runs 5 [--accounts N] [--events N] ...

Redis is saved when accounts and orders are decided; installations are decided; then a worker starts with the saved Redis, and
one with an empty one. Records and time are what the worker says of each partition; partitions are read side by side.
"""
import re
import shutil
import sys
import time

from installation import wait_for
from measure import Sample
from question import Bench, parser, say
from runs import Expected, compare, drain_osbill, installation, prepare

ROLLED = re.compile(r"active: rolled forward (\d+) records(?: \(all\))? in (\d+) ms")


class Redis:
    """The stack's, its data put aside and taken back."""

    def __init__(self, stack):
        self.stack, self.data = stack, stack.folder / "redis/data"
        self.saved = stack.folder / "redis/saved"

    def save(self):
        self.stack("stop", "redis")
        shutil.copytree(self.data, self.saved, dirs_exist_ok=True)
        self.stack("start", "redis")

    def restore(self):
        self.stack("stop", "redis")
        shutil.rmtree(self.data)
        self.saved.rename(self.data)
        self.stack("start", "redis")


def start(bench, made, name):
    """Figures of a worker that starts."""
    began = time.monotonic()
    worker = made.start_worker(bench.options.threads, bench.options.worker_argument, bench.cores, name)
    pids = bench.pids(worker)
    before = Sample(pids)
    wait_for(lambda: worker.log.count(" active: ") > made.partitions, "all partitions are active", 900, 0.05, made.must_run)
    ready = time.monotonic() - began
    _, _, cpu, _ = Sample(pids).since(before)
    found = [(int(records), int(ms)) for records, ms in ROLLED.findall(worker.log)]
    made.stop_workers()
    records, longest = sum(records for records, _ in found), max((ms for _, ms in found), default=0)
    return {"records": records, "ms": longest, "records_per_s": round(1000 * records / max(1, longest)), "ready_s": round(ready, 2),
            **{f"{part}_cpu_s_per_million": round(1e6 * used / max(1, records), 2) for part, used in cpu.items()}}


def main():
    options = parser(__doc__, events=1_000_000).parse_args()
    expected = Expected()
    with Bench("rebuild", options) as bench:
        redis = Redis(bench.stack)
        for number in range(1, options.runs + 1):
            with installation(bench, bench.workload, options.partitions) as made:
                prepare(bench, made)
                redis.save()
                bench.pin(options.pin)
                made.preload("installations")
                drain_osbill(bench, made, options.threads, options.worker_argument)
                redis.restore()
                bench.pin(options.pin)
                say("Redis is behind")
                figures = {"roll forward": start(bench, made, "rolled")}
                bench.stack.redis("flushall")
                say("Redis is empty")
                figures["rebuild"] = start(bench, made, "rebuilt")
                compare(made, expected)
            for name, values in figures.items():
                bench.results.add(name, values, run=number, accounts=options.accounts, events=options.events,
                                  partitions=options.partitions, threads=options.threads, pin=options.pin)


if __name__ == "__main__":
    sys.exit(main())
