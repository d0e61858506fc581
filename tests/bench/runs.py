"""Drains of a preloaded os-installed topic, by osbill and by the peer on the same topics; each ends with a comparison."""
import contextlib
import time
from dataclasses import dataclass, field

from installation import Installation, say, wait_for
from lines import OUTPUT_TOPICS
from measure import drain_figures, memory_mb, settle, watch
from oracle import Oracle
from peer import Peer, PeerBill
from published import check


@dataclass
class Case:
    """A drain by osbill with a workload, partitions, threads and options of the worker."""
    name: str
    workload: dict = field(default_factory=dict)  # what differs from the command's
    partitions: int = 0  # 0: the command's
    threads: int = 0
    arguments: tuple = ()
    numbers: dict = field(default_factory=dict)  # what a table or chart shows it by


class Expected:
    """What each workload must cost, computed once."""

    def __init__(self):
        self.known = {}

    def of(self, kind, workload):
        key = kind, tuple(workload.options())
        if key not in self.known:
            say(f"{kind.__name__}: {workload.events} installations, {workload.accounts} accounts")
            self.known[key] = kind(workload)
            if isinstance(self.known[key], Oracle):
                self.known[key].run()
        return self.known[key]


@contextlib.contextmanager
def installation(bench, workload, partitions):
    """Empty topics; taken away afterwards, and Redis emptied when nobody else uses the stack."""
    made = Installation(bench.stack, bench.next_folder(), bench.options.program, bench.options.generate, workload, partitions)
    try:
        made.initialise()
        yield made
        made.forget()
        if bench.alone:
            bench.stack.redis("flushall")
    finally:
        made.close()


def prepare(bench, made, threads=1, arguments=(), seconds=1800):
    """Catalogue, accounts and orders are decided; no worker runs. Seconds that they took."""
    worker = made.start_worker(threads, arguments, bench.cores, "worker-prepare")
    wait_for(lambda: worker.log.count(" active: ") > made.partitions, "all partitions are active", 120, 0.1, made.must_run)
    began = time.monotonic()
    made.apply_catalogue()
    applied = time.monotonic()
    made.accounts_and_orders(seconds)
    took = {"catalogue_s": round(applied - began, 2), "prepared_s": round(time.monotonic() - applied, 2)}
    made.stop_workers()
    return took


def outputs_written(bench, made):
    """{figure: so far}, by topic: offsets (records, and a marker for each transaction), and bytes of the segments' files."""
    data, found = bench.stack.folder / "kafka/data", {}
    for topic in OUTPUT_TOPICS:
        name = topic.replace("-", "_")
        found[f"{name}_records_per_event"] = made.written([topic])
        found[f"{name}_bytes_per_event"] = sum(path.stat().st_size for path in data.glob(f"{made.prefix}{topic}-[0-9]*/*.log"))
    return found


def drain_osbill(bench, made, threads, arguments=()):
    """Figures of a fresh worker; not compared with the oracle yet."""
    settle(bench.servers().values())
    before = outputs_written(bench, made)
    worker = made.start_worker(threads, arguments, bench.cores, "worker")
    samples = watch(made, bench.pids(worker), made.workload.events, bench.options.limit)
    figures = drain_figures(samples) | {"worker_rss_mb": round(memory_mb(worker.pid)), "redis_bytes": bench.redis_bytes()}
    made.stop_workers()
    after = outputs_written(bench, made)
    return figures | {name: round((after[name] - before[name]) / made.workload.events, 3) for name in after}


def drain_peer(bench, peer, threads):
    settle(bench.servers().values())
    process = peer.start(threads, bench.cores)
    pids = {"worker": process.pid, "broker": bench.stack.pid("kafka")}
    samples = watch(peer, pids, peer.installation.workload.events, bench.options.limit)
    figures = drain_figures(samples) | {"worker_rss_mb": round(memory_mb(process.pid))}
    peer.stop()
    return figures


def compare(made, expected, decisions=False):
    """With the oracle, and `osbill verify`."""
    check(made, expected.of(Oracle, made.workload), decisions=decisions)


def drain_case(bench, case, expected):
    """Figures of one Case, compared."""
    options, workload = bench.options, bench.workload_with(**case.workload)
    arguments = [*options.worker_argument, *case.arguments]
    say(case.name)
    with installation(bench, workload, case.partitions or options.partitions) as made:
        before = bench.redis_bytes()
        took = prepare(bench, made, case.threads or options.threads, arguments)
        took["prepared_bytes"] = bench.redis_bytes() - before
        made.preload("installations")
        figures = drain_osbill(bench, made, case.threads or options.threads, arguments)
        say(f"{case.name}: {figures['events_per_s']} events/s; comparing with the oracle, and osbill verify")
        compare(made, expected)
    rules = expected.of(Oracle, workload).rules
    return figures | took | {"charged_share": rules["os.charged"] / workload.events,
                             "short_share": rules["os.insufficient-funds"] / workload.events}


def alternate(bench, cases):
    """Every case in turn, as often as --runs says; a line of results each."""
    expected = Expected()
    for number in range(1, bench.options.runs + 1):
        for case in cases:
            workload = bench.workload_with(**case.workload)
            bench.results.add(case.name, drain_case(bench, case, expected), run=number, accounts=workload.accounts,
                              events=workload.events, partitions=case.partitions or bench.options.partitions,
                              threads=case.threads or bench.options.threads, pin=bench.options.pin, **case.numbers)


__all__ = ["Case", "Expected", "Peer", "PeerBill", "alternate", "compare", "drain_osbill", "drain_peer", "installation", "prepare"]
