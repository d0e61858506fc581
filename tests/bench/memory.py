"""memory: whether the worker's resident memory stays flat, under full load for a time, and with a large backlog.

    tests/bench/memory [--seconds 600] [--backlog 10000000] [--accounts N] ...

Load: the backlog is refilled before it runs out. Backlog: written while no worker runs, then decided. RSS is read every second;
the first tenth of each part (caches fill) is told apart. Both parts together are compared with the oracle.
"""
import sys
import time

from measure import memory_mb
from question import Bench, parser, say
from runs import Expected, compare, installation, prepare


def shape(samples):
    """Of (seconds, RSS in MB) from the first to the last."""
    first = samples[:max(1, len(samples) // 10)]
    rest = samples[len(first):] or first
    middle = [rss for _, rss in rest]
    hours = (rest[-1][0] - rest[0][0]) / 3600
    return {"after_first_tenth_mb": round(first[-1][1], 1), "end_mb": round(middle[-1], 1), "most_mb": round(max(middle), 1),
            "least_mb": round(min(middle), 1), "growth_mb_per_hour": round((middle[-1] - middle[0]) / hours, 1) if hours else 0.0,
            "seconds": round(samples[-1][0]), "curve": [[round(at), round(rss, 1)] for at, rss in samples[::max(1, len(samples) // 60)]]}


class Load:
    """Installations sent so far; the oracle is told when all are."""

    def __init__(self, made, step):
        self.made, self.step, self.sent = made, step, 0

    def send(self, count):
        self.made.preload("installations", first=self.sent, count=count)
        self.sent += count

    def decided(self):
        return self.made.decided(["os-installed"]) or 0

    def refill(self):
        if self.sent - self.decided() < self.step:
            self.send(self.step)


def watch(load, worker, is_over, between):
    """(seconds, RSS in MB) each second until it is over."""
    began, samples = time.monotonic(), []
    while not samples or not is_over(time.monotonic() - began):
        load.made.must_run()
        between()
        samples.append((time.monotonic() - began, memory_mb(worker.pid, "VmRSS")))
        time.sleep(1)
    return samples


def run(bench, made):
    options, load, figures = bench.options, Load(made, bench.options.step), {}

    def start(name):
        return made.start_worker(options.threads, options.worker_argument, bench.cores, name)

    say(f"full load for {options.seconds} s")
    load.refill()
    samples = watch(load, start("loaded"), lambda seconds: seconds > options.seconds, load.refill)
    figures["load"] = shape(samples) | {"events": load.decided()}
    made.stop_workers()
    say(f"a backlog of {options.backlog}")
    load.send(max(1, options.backlog - (load.sent - load.decided())))
    before = load.decided()
    samples = watch(load, start("behind"), lambda _: load.decided() >= load.sent, lambda: None)
    figures["backlog"] = shape(samples) | {"events": load.sent - before}
    made.stop_workers()
    return figures, load.sent


def main():
    made = parser(__doc__)
    made.add_argument("--seconds", type=int, default=600)
    made.add_argument("--backlog", type=int, default=10_000_000)
    made.add_argument("--step", type=int, default=500_000, help="installations that are added at a time")
    options = made.parse_args()
    options.events = 300_000 * options.seconds + options.backlog + 10 * options.step  # more than will be sent: their times rise
    with Bench("memory", options) as bench:
        with installation(bench, bench.workload, options.partitions) as place:
            prepare(bench, place)
            figures, sent = run(bench, place)
            place.workload.count = sent
            compare(place, Expected())
        for name, values in figures.items():
            bench.results.add(name, values, accounts=options.accounts, partitions=options.partitions, threads=options.threads,
                              pin=options.pin)


if __name__ == "__main__":
    sys.exit(main())
