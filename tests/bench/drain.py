#!/usr/bin/env python3
"""drain: how fast a preloaded os-installed topic is decided, and what it costs.

    tests/bench/drain [--events N] [--accounts N] [--partitions 4] [--threads 1] [--pin] [--runs 1] [--zipf S] ...

Starts a stack of its own (or takes the one of STACK_DIR), then for each run: topics of its own, catalogue, accounts and
orders decided, installations preloaded, a fresh worker. Measured from the first progress of the group's committed offsets
to the end, as the peer does. Every run's output is compared with the oracle, and `osbill verify` must agree.
--pin: broker on core 0, worker and Redis on core 1. One JSON line a run, then medians with the spread.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

from installation import Installation, Stack, say
from oracle import Oracle, Workload, workload_arguments
from published import check

TICKS = os.sysconf("SC_CLK_TCK")
FIGURES = ("events_per_s", "second_half_per_s", "worker_cpu_s_per_million", "redis_cpu_s_per_million",
           "broker_cpu_s_per_million", "worker_rss_mb", "redis_mb")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_rss_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def idle_seconds():
    """Of all cores together, and what the hypervisor took."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return [int(value) / TICKS for value in fields]


class Sample:
    """Where the clocks stand."""

    def __init__(self, pids, done):
        self.at, self.done, self.machine = time.monotonic(), done, idle_seconds()
        self.cpu = {name: cpu_seconds(pid) for name, pid in pids.items()}

    def since(self, earlier):
        """(seconds, events, CPU-seconds per million events by name, cores that others used)"""
        events, seconds = self.done - earlier.done, self.at - earlier.at
        used = {name: self.cpu[name] - earlier.cpu[name] for name in self.cpu}
        machine = [now - then for now, then in zip(self.machine, earlier.machine)]
        busy = sum(machine[:3]) + sum(machine[5:8])  # user, nice, system; irq, softirq, steal
        return seconds, events, {name: 1e6 * value / events for name, value in used.items()}, (
            busy - sum(used.values())) / seconds


def measure(installation, pids, total, seconds):
    """Samples at the first progress, at about half and at the end."""
    topics, limit, samples = ["os-installed"], time.monotonic() + seconds, []
    for share in (0, 0.5, 1):
        wanted = max(1, int(total * share))
        while (done := installation.decided(topics) or 0) < wanted:
            installation.must_run()
            if time.monotonic() > limit:
                raise SystemExit(f"FAILED: {done} of {total} events decided after {seconds} s; logs: {installation.folder}")
            time.sleep(0.05)
        samples.append(Sample(pids, done))
    return samples


def pin(pid, core):
    subprocess.run(["taskset", "-a", "-c", "-p", core, str(pid)], check=True, stdout=subprocess.DEVNULL)


def prepare(installation, options, cores):
    installation.initialise()
    installation.start_worker(options.threads, cores=cores, name="worker-prepare")
    installation.apply_catalogue()
    installation.accounts_and_orders()
    installation.stop_workers()
    return installation.preload("installations")["installations"]


def run_once(stack, options, workload, oracle, folder):
    cores = "1" if options.pin else None
    installation = Installation(stack, folder, options.program, options.generate, workload, options.partitions)
    try:
        preloaded = prepare(installation, options, cores)
        say(f"preloaded {preloaded['records']} installations, {preloaded['records'] * 1000 // preloaded['ms']} records/s")
        worker = installation.start_worker(options.threads, options.worker_argument, cores, "worker")
        pids = {"worker": worker.pid, "redis": stack.pid("redis"), "broker": stack.pid("kafka")}
        first, half, last = measure(installation, pids, workload.events, options.limit)
        seconds, events, cpu, others = last.since(first)
        second_half = last.since(half)
        figures = {"events": events, "seconds": round(seconds, 2), "events_per_s": round(events / seconds),
                   "second_half_per_s": round(second_half[1] / second_half[0])}
        figures |= {f"{name}_cpu_s_per_million": round(value, 2) for name, value in cpu.items()}
        figures |= {"worker_rss_mb": round(peak_rss_mb(worker.pid)),
                    "redis_mb": round(int(redis_memory(stack)) / 1e6), "other_cores": round(others, 2)}
        installation.stop_workers()
        say(f"{figures['events_per_s']} events/s; comparing with the oracle, and osbill verify")
        began = time.monotonic()
        check(installation, oracle, decisions=options.count_decisions)
        return figures | {"checked_in_s": round(time.monotonic() - began, 1)}
    finally:
        installation.close()


def redis_memory(stack):
    return dict(line.split(":", 1) for line in stack.redis("info", "memory").splitlines() if ":" in line)["used_memory"]


def machine(options):
    """What a figure is worth nothing without."""
    def first_line(*command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout or done.stderr).strip().split("\n")[0]

    model = [line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")]
    memory = int(open("/proc/meminfo", encoding="utf-8").readline().split()[1]) // 1_000_000
    return {"machine": f"{os.cpu_count()} x {model[0] if model else platform.machine()}, {memory} GB",
            "kernel": platform.release(), "osbill": first_line(options.program, "version"),
            "redis": first_line("redis-server", "--version").split("=")[1].split()[0],
            "kafka": kafka_version(), "load": os.getloadavg()[0]}


def kafka_version():
    text = (pathlib.Path(__file__).resolve().parents[2] / "deploy/local/pom.xml").read_text()
    return text.partition("<kafka.version>")[2].partition("<")[0] or "see deploy/local/pom.xml"


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    workload_arguments(parser)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pin", action="store_true")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--limit", type=int, default=600, help="seconds that a drain may take")
    parser.add_argument("--count-decisions", action="store_true", help="count Decisions by rule too (slow beyond 10^6)")
    parser.add_argument("--worker-argument", action="append", default=[], help="for osbill worker, such as --cache-bytes=0")
    parser.add_argument("--program", default=os.environ.get("OSBILL_PROGRAM"), help="osbill")
    parser.add_argument("--generate", default=os.environ.get("BENCH_GENERATE"))
    parser.add_argument("--folder", help="logs; default: a new one in /tmp")
    options = parser.parse_args()
    if not options.program or not options.generate:
        parser.error("OSBILL_PROGRAM and BENCH_GENERATE, or --program and --generate, must name the built programs")
    return options


def main():
    options = parse()
    workload = Workload(**{name: getattr(options, name) for name in ("accounts", "events", "start", "span", "seed", "zipf")})
    folder = pathlib.Path(options.folder or tempfile.mkdtemp(prefix="osbill-drain-"))
    say(f"oracle: {workload.events} installations, {workload.accounts} accounts")
    oracle = Oracle(workload).run()
    given = os.environ.get("STACK_DIR")
    stack = Stack(given) if given else Stack.start(f"{folder}/stack")
    results = []
    try:
        print(json.dumps(machine(options) | {"options": " ".join(sys.argv[1:])}), flush=True)
        for name, core in (("kafka", "0"), ("redis", "1")):
            pin(stack.pid(name), core if options.pin else f"0-{os.cpu_count() - 1}")
        for number in range(1, options.runs + 1):
            results.append(run_once(stack, options, workload, oracle, folder / f"run-{number}"))
            print(json.dumps({"run": number} | results[-1]), flush=True)
        summary(results)
    finally:
        for name in ("kafka", "redis"):
            pin(stack.pid(name), f"0-{os.cpu_count() - 1}")
        stack.close()


def summary(results):
    print("median (lowest to highest):")
    for name in FIGURES:
        values = [result[name] for result in results]
        print(f"  {name:26} {statistics.median(values):>12,} ({min(values):,} to {max(values):,})")
    print("every run: equal to the oracle, osbill verify: exit code 0")


if __name__ == "__main__":
    main()
