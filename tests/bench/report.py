"""report: writes docs/benchmarks.md, docs/capacity.md and docs/benchmarks/*.svg from the results, and nothing else.

    tests/bench/report [--check] [--docs FOLDER] [RESULTS.jsonl...]         default: all of tests/bench/results

The newest session of each question counts. --check writes nothing: exit code 1 when the pages differ from what it would write.
"""
import argparse
import pathlib
import sys

from capacity import capacity
from goals import costs, goals_table, missed
from lines import OUTPUT_TOPICS, Lines, number, own_cpu, table
from svg import bars, curves

HERE = pathlib.Path(__file__).resolve().parent
RATES = (("events/s", "events_per_s"), ("second half", "second_half_per_s"), ("own CPU-s per million", own_cpu),
         ("broker CPU-s per million", "broker_cpu_s_per_million"), ("RSS, MB", "worker_rss_mb"))
NAMES = {"osbill": "osbill", "memory": "Kafka Streams, in-memory", "rocksdb": "Kafka Streams, RocksDB"}


class Page:
    """Markdown, and the charts that it shows."""

    def __init__(self, results):
        self.results, self.parts, self.charts = results, [], {}

    def add(self, *parts):
        self.parts += [part for part in parts if part]

    def chart(self, name, picture):
        self.charts[f"{name}.svg"] = picture
        self.add(f"![{name}](benchmarks/{name}.svg)")

    def rates(self, title, question, why, more=(), **options):
        """A table of drains by case, with the ratio to the first one. more: (head, figure) beside RATES."""
        cases = self.results.cases(question, **options)
        if not cases:
            return
        first, columns = self.results.median("events_per_s", question, cases[0], **options), [*RATES, *more]
        rows = [[NAMES.get(case, case), *(self.results.spread(figure, question, case, **options) for _, figure in columns),
                 f"{self.results.median('events_per_s', question, case, **options) / first:.2f}"] for case in cases]
        self.add(f"## {title}", why, table(["", *(head for head, _ in columns), f"of {NAMES.get(cases[0], cases[0])}"], rows),
                 self.conditions(question, **options))

    def conditions(self, question, **options):
        found = self.results.of(question, **options)
        line, runs = found[-1], max(item["options"].get("run", 1) for item in found)
        told = ", ".join(f"{name.replace('_', ' ')} {f'{value:,}' if type(value) is int else value}"
                         for name, value in line["options"].items()
                         if name != "run" and all(item["options"].get(name) == value for item in found))
        return f"Median of {runs} (lowest to highest); {told}; commit {line['commit']}, {line['at'][:10]}."

    def simple(self, title, question, why, names, **options):
        """A table of other figures by case."""
        if not self.results.of(question, **options):
            return
        rows = [[NAMES.get(case, case), *(self.results.spread(figure, question, case, **options) for _, figure in names)]
                for case in self.results.cases(question, **options)]
        self.add(f"## {title}", why, table(["", *(head for head, _ in names)], rows), self.conditions(question, **options))


def drain(page):
    for pinned, title in ((True, "Drain, pinned"), (False, "Drain, not pinned")):
        page.rates(title, "drain", "The same preloaded topic, decided by one program after the other. Own CPU: worker and Redis, or the "
                   "Kafka Streams process. The second half leaves the JVM's warming up out." if pinned else "", pin=pinned)
        rows = [(NAMES.get(case, case), page.results.spread("events_per_s", "drain", case, pin=pinned))
                for case in page.results.cases("drain", pin=pinned)]
        if rows and pinned:
            page.chart("drain", bars("Drain, pinned: events/s", [(name, got.median, got.low, got.high) for name, got in rows], "/s"))


def latency(page):
    names = [(f"p{name.replace('_', '.')}, ms", f"p{name}_ms") for name in ("50", "90", "99", "99_9")] + [
        ("worker, cores", "worker_cores"), ("broker, cores", "broker_cores")]
    for pinned, title in ((True, "Latency, pinned"), (False, "Latency, not pinned")):
        page.simple(title, "latency", "From the scheduled send of an installation to its Charge, read_committed; the same sender and "
                    "reader for both programs." if pinned else "", names, pin=pinned)
    rows = [(NAMES[case], page.results.spread("p99_ms", "latency", case, pin=True)) for case in page.results.cases("latency", pin=True)]
    if rows:
        page.chart("latency", bars("Latency p99, pinned, ms", [(name, got.median, got.low, got.high) for name, got in rows], "ms"))


def parts_alone(page):
    page.simple("Core alone", "core", "decide_wants, decide_input and decide_totals, states in memory, CPU of one thread; `keep` (copying "
                "changed states, the engine's part) apart.",
                [("decisions/s", "decisions_per_s"), ("ns", "ns"), ("wants", "wants_ns"), ("decide", "decide_ns"), ("totals", "totals_ns"),
                 ("keep", "keep_ns"), ("allocations", "allocations_core")])
    page.simple("Codec", "codec", "ns a record, CPU of one thread; real records of the workload. The large one holds 1,000 decisions.",
                [(head, name) for head, name in (("decode", "decode_ns"), ("avro-c decode", "avro_c_decode_ns"), ("encode", "encode_ns"),
                                                 ("avro-c encode", "avro_c_encode_ns"))])


def solve(rows):
    """x of three equations [a, b, c, right] by Cramer's rule; None: they do not determine it."""
    def determinant(m):
        return (m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]))
    whole = determinant([row[:3] for row in rows])
    if abs(whole) < 1e-12:
        return None
    return [determinant([row[:k] + [row[3]] + row[k + 1:3] for row in rows]) / whole for k in range(3)]


def outputs(page):
    page.rates("Cost of one more output", "outputs", "")
    rows = []
    for case in page.results.cases("outputs"):
        shares = [page.results.median(name, "outputs", case) for name in ("charged_share", "short_share")]
        rows.append([1.0, *shares, page.results.median(lambda f: own_cpu(f) + f["broker_cpu_s_per_million"], "outputs", case)])
    found = solve(rows) if len(rows) == 3 else None
    if found:
        told = "; ".join(f"{case} {row[1]:.3f} and {row[2]:.3f}" for case, row in zip(page.results.cases("outputs"), rows))
        page.add(f"Charges and notifications of installations per event: {told}. Solved for CPU of worker, Redis and broker together: an "
                 f"event without outputs {found[0]:.2f} us, a Charge {found[1]:+.2f} us, a case with its notification {found[2]:+.2f} us. "
                 "Small differences of large numbers: read them with the spread above.")


def growth(page):
    sizes = {}
    for line in page.results.of("growth"):
        sizes.setdefault(line["options"]["by"], {}).setdefault(line["options"]["size"], line["case"])
    if not sizes:
        return
    page.add("## Growth", "CPU-seconds per million events of worker and Redis; worst over best of each line below its chart. What is not "
             "flat: more VPSs and accounts than the cache holds are read from Redis. Under backlog a batch is mostly of one partition, so with "
             "more partitions, or fewer accounts, more of its events are of the same VPS, whose state it writes once: records of account-state "
             "per event say how often. The first events of an account make more Charges than later ones, which are mostly covered.")
    for by, cases in sizes.items():
        points = {name: [(size, page.results.median(figure, "growth", case)) for size, case in cases.items()]
                  for name, figure in (("worker + Redis", own_cpu), ("broker", "broker_cpu_s_per_million"))}
        page.chart(f"growth-{by}", curves(f"CPU-s per million events by {by}", points, by, "CPU-s per million", log=by != "threads"))
        rows = [[f"{size:,}", page.results.spread("events_per_s", "growth", case), page.results.spread(own_cpu, "growth", case),
                 *(page.results.spread(name, "growth", case) for name in ("broker_cpu_s_per_million", "account_state_records_per_event",
                                                                          "charge_records_per_event"))]
                for size, case in sorted(cases.items())]
        values = [value for _, value in points["worker + Redis"]]
        page.add(table([by, "events/s", "own CPU-s per million", "broker CPU-s per million", "states per event", "Charges per event"], rows),
                 f"Worst over best: {max(values) / min(values):.2f}.")


def memory(page):
    found = {case: page.results.of("memory", case)[-1]["figures"] for case in page.results.cases("memory")}
    if not found:
        return
    names = ("seconds", "events", "after_first_tenth_mb", "end_mb", "most_mb", "growth_mb_per_hour")
    page.add("## Memory", "RSS of the worker each second; the first tenth of the time is the caches filling.",
             table(["", *(name.replace("_", " ") for name in names)],
                   [[case, *(number(got[name]) for name in names)] for case, got in found.items()]))
    page.chart("memory", curves("RSS of the worker, MB", {case: got["curve"] for case, got in found.items()}, "seconds", "MB"))


def flame(page, docs):
    if not costs(page.results):
        return
    figures = page.results.of("flame")[-1]["figures"]
    page.add("## Where the time goes", f"{figures['samples']:,} samples of the worker's CPU clock in a pinned drain; each belongs to what its "
             "innermost known function does.",
             table(["", "share"], [[name, f"{100 * share:.1f} %"] for name, share in figures["costs"]]),
             f"By function, callees apart: {', '.join(f'`{name}` {100 * share:.1f} %' for name, share in figures['functions'][:10])}.",
             "[Flame graph](benchmarks/flame.svg)" if (docs / "benchmarks/flame.svg").exists() else "")


def benchmarks(results, docs):
    page = Page(results)
    newest = max(results.all, key=lambda line: line["at"])
    machine = newest["machine"]
    page.add("# Benchmarks", "<!-- Written by tests/bench/report from tests/bench/results: run the commands of tests/bench again instead of "
             "changing it. -->", f"{machine['cpu']}, {machine['memory_gb']} GB, Linux {machine['kernel']}; Redis {machine['redis']}, Kafka "
             f"{machine['kafka']}, {machine['java']}. Newest result: commit {newest['commit']}, {newest['at'][:10]}. Broker, Redis, worker and "
             "load generator share the machine. Pinned: broker on core 0, worker and Redis (or Kafka Streams) on core 1. The peer is "
             "[tests/bench/kstreams](../tests/bench/kstreams/README.md); it does less. Every osbill run was compared with the oracle and "
             "by `osbill verify`, every run of the peer with what its job must charge.",
             "## Goals", goals_table(results), "## What is missed", missed(results), "What an event costs, part by part, and "
             "what would halve it: [decisions/010](decisions/010-what-an-event-costs.md).")
    drain(page)
    latency(page)
    parts_alone(page)
    page.rates("Hot accounts", "hot", "")
    page.rates("Cold cache", "cold", "Without a cache every batch asks Redis for all of its states.")
    page.rates("Compression", "compression", "With `kafka.compression.type`; none unless it is set. Bytes of the segments for an event, without "
               "replication; Charges and decisions are kept for ever, account-state is told before its compaction.",
               more=[(f"{topic}, bytes per event", f"{topic.replace('-', '_')}_bytes_per_event") for topic in OUTPUT_TOPICS])
    page.rates("Large state", "states", "The same events, of the same accounts, on a state of so many VPSs.")
    page.simple("Bytes per VPS", "states", "Redis' memory when accounts and orders are decided; accounts and orders included.",
                [("Redis, MB", lambda f: f["prepared_bytes"] / 1e6), ("seconds to decide accounts and orders", "prepared_s")])
    page.simple("Start", "rebuild", "Redis behind by the drain (roll forward), or empty (rebuild).",
                [("records/s", "records_per_s"), ("records", "records"), ("ms", "ms"), ("s until ready", "ready_s"),
                 ("worker CPU-s per million", "worker_cpu_s_per_million"), ("Redis CPU-s per million", "redis_cpu_s_per_million")])
    page.rates("Threads and partitions", "scaling", "On this machine broker, Redis and load share the cores with the threads.", pin=False)
    outputs(page)
    growth(page)
    page.simple("Idle", "idle", "Cores used by a worker that has nothing to do, and by the broker with and without it.",
                [("worker", "worker_cores"), ("Redis", "redis_cores"), ("Redis without", "redis_cores_without_worker"), ("broker", "broker_cores"),
                 ("broker without", "broker_cores_without_worker"), ("records written", "records_written")])
    memory(page)
    flame(page, docs)
    page.add("## Again", "    tests/bench/all            # everything, about 40 minutes; --short: minutes\n    tests/bench/report         "
             "# this page and docs/capacity.md\n\nEach question is a command of its own: `tests/bench/README.md`.")
    return page


def pages(paths, docs):
    """{path: text} of all that the results lead to."""
    results = Lines(paths)
    page = benchmarks(results, docs)
    made = {docs / "benchmarks.md": "\n\n".join(page.parts) + "\n", docs / "capacity.md": capacity(results)}
    return made | {docs / "benchmarks" / name: picture for name, picture in page.charts.items()}


def main():
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("results", nargs="*", type=pathlib.Path)
    made.add_argument("--check", action="store_true")
    made.add_argument("--docs", type=pathlib.Path, default=HERE.parents[1] / "docs")
    options = made.parse_args()
    paths = options.results or sorted((HERE / "results").glob("*.jsonl"))
    if not paths:
        print("there are no results: run tests/bench/all first")
        return 0 if options.check and not (options.docs / "benchmarks.md").exists() else 1
    differing = []
    for path, words in pages(paths, options.docs).items():
        if path.exists() and path.read_text(encoding="utf-8") == words:
            continue
        differing.append(str(path))
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(words, encoding="utf-8")
    if differing:
        print(f"{'not what the results say (tests/bench/report writes it)' if options.check else 'written'}: {', '.join(differing)}")
    return 1 if differing and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
