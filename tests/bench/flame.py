"""flame: where the worker's CPU goes in a drain: a flame graph, and the largest costs by name.

    tests/bench/flame [--events N] [--seconds 8] [--svg docs/benchmarks/flame.svg] ...

Needs perf (Debian: linux-perf). Samples the worker's CPU clock; call chains by DWARF, so that release builds do. Each sample
belongs to the folder of its innermost function of osbill (debug information says which), so libraries to who calls them.
"""
import collections
import pathlib
import re
import subprocess
import sys
import time

from installation import REPOSITORY
from question import Bench, output, parser, say
from runs import Expected, compare, installation, prepare
from svg import flame

COSTS = {"core": "deciding (core)", "worker/engine": "engine: batches, cache, commit", "worker/avro": "Avro: decoding and encoding",
         "worker/redis": "Redis client", "worker/kafka": "Kafka adapter, with what it calls in librdkafka", "worker/cli": "digests, threads",
         "worker/admin": "metrics"}


def folders(program):
    """{function: its folder}, from the program's debug information; names that two folders have are left out."""
    found = {}
    for line in output("nm", "-l", "--defined-only", program).splitlines():
        place = re.match(rf"\S+ [tTwW] (\S+)\t.*?/({'|'.join(COSTS)})/", line)
        if place:
            found.setdefault(re.sub(r"\..*", "", place[1]), set()).add(place[2])
    return {name: folder.pop() for name, folder in found.items() if len(folder) == 1}


def frame(line):
    """Name of a line of a call chain; the kernel's end in _[k]."""
    name, _, where = line.split(None, 1)[1].rpartition(" (")
    return re.sub(r"\+0x[0-9a-f]+$", "", name) + ("_[k]" if "kernel" in where else "")


def stacks(text):
    """Counter of call chains, outermost function first, of what `perf script` prints."""
    found = collections.Counter()
    for sample in text.split("\n\n"):
        lines = sample.strip("\n").split("\n")
        chain = [frame(line) for line in lines[1:] if " (" in line]
        if chain:
            found[(lines[0].split()[0], *reversed(chain))] += 1
    return found


def cost_of(chain, known):
    """That of the innermost function of this program; with the kernel's part apart."""
    folder = next((known[name] for name in (re.sub(r"\..*", "", full) for full in reversed(chain)) if name in known), None)
    name = COSTS[folder] if folder else "librdkafka's own threads" if chain[0].startswith("rdk") else "other"
    return name + ", in the kernel" * chain[-1].endswith("_[k]")


def shares(found, known):
    """[(name, share)], largest first: costs, then functions by themselves."""
    total, costs, functions = sum(found.values()), collections.Counter(), collections.Counter()
    for chain, count in found.items():
        costs[cost_of(chain, known)] += count
        functions[chain[-1]] += count
    return ([[name, round(count / total, 4)] for name, count in counter.most_common(limit)]
            for counter, limit in ((costs, 14), (functions, 20)))


def record(worker, seconds, data):
    done = subprocess.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", "299", "--call-graph", "dwarf,8192", "-p", str(worker.pid),
                           "-o", data, "--", "sleep", str(seconds)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"FAILED: perf record: {done.stderr}")
    text = subprocess.run(["perf", "script", "-i", data, "--no-inline", "-F", "comm,tid,ip,sym,dso"], capture_output=True, text=True,
                          check=True).stdout
    pathlib.Path(data).unlink()
    return stacks(text)


def main():
    made = parser(__doc__)
    made.add_argument("--seconds", type=int, default=8)
    made.add_argument("--svg", default=str(REPOSITORY / "docs/benchmarks/flame.svg"))
    options = made.parse_args()
    with Bench("flame", options) as bench, installation(bench, bench.workload, options.partitions) as place:
        prepare(bench, place)
        place.preload("installations")
        worker = place.start_worker(options.threads, options.worker_argument, bench.cores, "worker")
        while not (before := place.decided(["os-installed"])):
            place.must_run()
            time.sleep(0.05)
        found = record(worker, options.seconds, str(bench.folder / "perf.data"))
        after = place.decided(["os-installed"])
        say(f"{sum(found.values())} samples")
        place.wait_decided(["os-installed"], options.limit)
        place.stop_workers()
        compare(place, Expected())
        if after == place.workload.events:
            say("the drain ended before the samples did: more --events")
        path = pathlib.Path(options.svg)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(flame(found, f"osbill worker, {sum(found.values())} samples of its CPU clock"))
        costs, functions = shares(found, folders(options.program))
        bench.results.add("flame", {"samples": sum(found.values()), "events": after - before, "costs": costs, "functions": functions},
                          seconds=options.seconds, events=options.events, partitions=options.partitions, threads=options.threads)


if __name__ == "__main__":
    sys.exit(main())
