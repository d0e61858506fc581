"""flame: where the worker's CPU goes in a drain: a flame graph, and the largest costs by name.

    tests/bench/flame [--events N] [--seconds 8] [--svg docs/benchmarks/flame.svg] ...

Needs perf (Debian: linux-perf). Samples the worker's CPU clock; call chains by DWARF, so that release builds do. Each sample
belongs to the first of COSTS that one of its functions matches, from the innermost out.
"""
import collections
import pathlib
import re
import subprocess
import sys
import time

from installation import REPOSITORY
from question import Bench, parser, say
from runs import Expected, compare, installation, prepare
from svg import flame

COSTS = [("network", r"rd_kafka_transport|rd_kafka_recv|rd_kafka_send|sock_|tcp_|__send|__recv|sendmsg|recvmsg|redisBufferWrite"),
         ("Kafka client: checksums and compression", r"crc32c|LZ4|lz4|ZSTD|snappy"),
         ("Kafka client: messages in and out", r"rd_kafka|rk_|rd_buf|rd_slice"),
         ("Redis client", r"redis|hi_|sds|store_"),
         ("decoding and encoding (Avro)", r"codec_|plan_|decode|encode|utf8|buffer_"),
         ("digests", r"sha256|XXH|hash128"),
         ("deciding (core)", r"decide_(input|due|wants|totals)|overlay_|outcome_|record_copy|want_"),
         ("cache", r"cache_"),
         ("engine: the rest", r"engine_|_step$|round_|fetch_|batch_|place_|part_"),
         ("kernel: the rest", r"entry_SYSCALL|do_syscall|asm_|\[k\]")]


def stacks(text):
    """Counter of call chains, outermost function first, of what `perf script` prints."""
    found = collections.Counter()
    for sample in text.split("\n\n"):
        lines = sample.strip("\n").split("\n")
        chain = [re.sub(r"\+0x[0-9a-f]+$", "", line.split(None, 1)[1].rpartition(" (")[0]) for line in lines[1:] if " (" in line]
        if chain:
            found[(lines[0].split()[0], *reversed(chain))] += 1
    return found


def cost_of(chain):
    for function in reversed(chain):
        for name, pattern in COSTS:
            if re.search(pattern, function):
                return name
    return "other"


def shares(found):
    """[(name, share)], largest first: costs, then functions by themselves."""
    total, costs, functions = sum(found.values()), collections.Counter(), collections.Counter()
    for chain, count in found.items():
        costs[cost_of(chain)] += count
        functions[chain[-1]] += count
    return ([[name, round(count / total, 4)] for name, count in counter.most_common(limit)]
            for counter, limit in ((costs, 12), (functions, 20)))


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
        costs, functions = shares(found)
        bench.results.add("flame", {"samples": sum(found.values()), "events": after - before, "costs": costs, "functions": functions},
                          seconds=options.seconds, events=options.events, partitions=options.partitions, threads=options.threads)


if __name__ == "__main__":
    sys.exit(main())
