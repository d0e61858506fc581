"""latency: from the scheduled send of an installation to its Charge, as a consumer with read_committed gets it.

    tests/bench/latency --runs 5 --peers memory [--rate 2000] [--warm 30] [--seconds 30] [--accounts N] [--no-pin] ...

Each program has topics of its own; accounts and orders are decided before. generate sends at the rate, each record when it is
due, whatever became of those before it; the first --warm seconds are not counted. Only installations that are charged count.
osbill's output is compared with the oracle and by `osbill verify`, the peer's with what its job must charge.
"""
import subprocess
import sys
import threading
import time

import confluent_kafka
import peer
from installation import wait_for
from measure import Sample, memory_mb
from question import Bench, parser, say
from runs import Expected, Peer, PeerBill, compare, installation, prepare


class Tap(threading.Thread):
    """Reads a charge topic from its end on, and notes when each installation's charge came (wall clock, ms)."""

    def __init__(self, servers, topic, partitions):
        super().__init__(daemon=True)
        self.seen, self.stopping, self.ready = {}, threading.Event(), threading.Event()
        self.consumer = confluent_kafka.Consumer({"bootstrap.servers": servers, "group.id": "osbill-bench-latency", "log_level": 0,
                                                  "isolation.level": "read_committed", "enable.auto.commit": False})
        places = [confluent_kafka.TopicPartition(topic, number) for number in range(partitions)]
        for place in places:
            place.offset = self.consumer.get_watermark_offsets(place, timeout=20)[1]
        self.consumer.assign(places)
        self.start()

    def run(self):
        while not self.stopping.is_set():
            message = self.consumer.poll(0.1)
            if message is None or message.error():
                continue
            # caused_by.event_id is the first field behind the 5 bytes of the header: its length, then e%09d
            value = message.value()
            if value[6:7] == b"e":
                self.seen.setdefault(int(value[7:6 + value[5] // 2]), time.time() * 1000)
        self.consumer.close()

    def close(self):
        self.stopping.set()
        self.join()


def percentile(values, share):
    return round(values[min(len(values) - 1, int(share * len(values)))], 1)


def measure(bench, made, group, pids, topic):
    """Figures of a program that runs and has nothing to do."""
    options = bench.options
    total = options.rate * (options.warm + options.seconds)
    tap = Tap(bench.stack.servers, topic, made.partitions)
    sender = subprocess.Popen(made.generate_command("installations", rate=options.rate), env=made.environment, stdout=subprocess.PIPE,
                              text=True)
    try:
        time.sleep(options.warm)  # this much of the load is not counted
        before = Sample(pids)
        printed, _ = sender.communicate(timeout=options.seconds + 120)
        seconds, _, cpu, others = Sample(pids).since(before)
        group.wait_decided(["os-installed"], 120, total)
        wait_for(lambda seen=len(tap.seen): len(tap.seen) == seen, "the last charges", 30, 0.5)
    finally:
        sender.kill()
        tap.close()
    if sender.returncode:
        raise SystemExit("FAILED: generate did not send everything")
    began = float(printed.partition('"began": ')[2].partition("}")[0])
    waits = sorted(at - began - number * 1000 / options.rate for number, at in tap.seen.items() if number >= options.rate * options.warm)
    return {"charges": len(waits), **{f"p{name}_ms": percentile(waits, share) for name, share in (
        ("50", 0.5), ("90", 0.9), ("99", 0.99), ("99_9", 0.999))}, "max_ms": round(waits[-1], 1),
            **{f"{name}_cores": round(used / seconds, 3) for name, used in cpu.items()}, "other_cores": round(others, 2),
            "worker_rss_mb": round(memory_mb(pids["worker"]))}


def run_osbill(bench, made, expected):
    prepare(bench, made)
    worker = made.start_worker(bench.options.threads, bench.options.worker_argument, bench.cores, "worker")
    wait_for(lambda: worker.log.count(" active: ") > made.partitions, "all partitions are active", 60, 0.1, made.must_run)
    figures = measure(bench, made, made, bench.pids(worker), made.prefix + "charge")
    made.stop_workers()
    compare(made, expected)
    return figures


def run_peer(bench, made, expected, store, built):
    made.preload("accounts")
    made.preload("orders")
    other = Peer(made, store, built)
    try:
        process = other.start(bench.options.threads, bench.cores)
        other.wait_decided(["account", "order"], 300)
        figures = measure(bench, made, other, {"worker": process.pid, "broker": bench.stack.pid("kafka")}, other.out + "charge")
        other.stop()
        other.check(expected.of(PeerBill, made.workload))
    finally:
        other.close()
    return figures


def main():
    made = parser(__doc__)
    made.add_argument("--peers", type=lambda text: [name for name in text.split(",") if name], default=[], help="of memory, rocksdb")
    made.add_argument("--rate", type=int, default=2000)
    made.add_argument("--warm", type=int, default=30)
    made.add_argument("--seconds", type=int, default=30)
    options = made.parse_args()
    options.events = options.rate * (options.warm + options.seconds)
    built, expected = peer.build() if options.peers else None, Expected()
    with Bench("latency", options) as bench:
        for number in range(1, options.runs + 1):
            for name in ["osbill", *options.peers]:
                with installation(bench, bench.workload, options.partitions) as place:
                    say(name)
                    figures = (run_osbill(bench, place, expected) if name == "osbill" else
                               run_peer(bench, place, expected, name, built))
                bench.results.add(name, figures, run=number, rate=options.rate, seconds=options.seconds, pin=options.pin,
                                  accounts=options.accounts, partitions=options.partitions, threads=options.threads)


if __name__ == "__main__":
    sys.exit(main())
