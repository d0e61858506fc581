"""docs/capacity.md: what one core and fleets handle, by arithmetic from the results."""
from lines import number, own_cpu, table

FLEETS = (1, 10, 100)


def measured(results):
    drain = {"question": "drain", "case": "osbill", "pin": True}
    found = {name: results.median(figure, **drain) for name, figure in (
        ("rate", "events_per_s"), ("worker", "worker_cpu_s_per_million"), ("redis", "redis_cpu_s_per_million"),
        ("broker", "broker_cpu_s_per_million"), ("rss", "worker_rss_mb"), ("own", own_cpu))}
    return found if found["rate"] else None


def bytes_per_vps(results):
    lines = results.of("states")
    largest = max(lines, key=lambda line: line["options"]["vps"], default=None)
    return largest and largest["figures"]["prepared_bytes"] / largest["options"]["vps"]


def kept_bytes(results, kind):
    """Of Charges and decisions, for an event; None: not measured."""
    found = [results.median(f"{topic}_bytes_per_event", "compression", kind) for topic in ("decision", "charge")]
    return None if None in found else sum(found)


def fleet_table(got):
    rate = 1e6 / got["worker"]
    factors = (rate, rate * 86_400 / 1e9, rate * got["redis"] / 1e6, rate * got["broker"] / 1e6, got["rss"] / 1000)
    return table(["worker cores", "events/s", "thousand million events a day", "Redis cores busy", "broker cores busy",
                  "RSS of the workers, GB"],
                 [[f"{workers:,}", *(number(workers * factor) for factor in factors)] for workers in FLEETS])


def limits(results, got):
    redis, broker, worker = (1e6 / got[name] for name in ("redis", "broker", "worker"))
    size = bytes_per_vps(results)
    lane = [line["figures"]["catalogue_s"] for line in results.of("growth", by="templates", size=10_000)]
    found = [
        f"- **Redis** executes commands on one thread: {number(redis)} events/s, which {number(redis / worker)} worker cores fill. Then: give "
        "installations (topic prefixes) a Redis each, or enlarge `cache-bytes`, which spares reads; writes remain. Its append-only file "
        "should be rewritten seldom and without compression (deploy/local/stack has the settings): with the defaults a rewrite took a "
        "third of its CPU while it lasted.",
        f"- **Brokers**: one core carries {number(broker)} events/s without replication; {number(worker / broker)} broker cores per worker core. "
        "Replication 3 multiplies the followers' part: measure it on the cluster. Then: more brokers; partitions spread by themselves.",
        "- **Partitions** are the most threads that can share the work, and are fixed when topics are made (`partitions`, default 24): "
        "choose at least the cores that the largest fleet shall have. More of them cost less, not more, up to about a hundred for each "
        "worker: docs/benchmarks.md, Growth.",
        "- **One account** is decided by one thread: its events cannot be faster than one core. docs/benchmarks.md, Hot accounts.",
        "- **The catalogue lane** is one thread by design (one total order). " + (
            f"A scan of 10,000 templates and the catalogue were decided in {number(min(lane))} s, so at least "
            f"{number(10_000 / min(lane))} templates/s: hourly scans of that size need {number(100 * min(lane) / 3600)} % of the lane. "
            if lane else "")
        + "Then: scan large modules less often; installations with a prefix each have a lane each."]
    disk = {kind: kept_bytes(results, kind) for kind in ("none", "lz4")}
    if all(disk.values()):
        found.append(f"- **Disks of the brokers**: {number(disk['none'])} bytes an event of Charges and decisions, which are kept for ever, times the "
                     f"replication: a thousand million events {number(disk['none'])} GB; with `kafka.compression.type` = lz4 "
                     f"{number(disk['lz4'])} GB, for more CPU of the worker (docs/benchmarks.md, Compression). Then: compression, tiered storage, "
                     "or a `retention.ms` for those topics, as long as your books must be kept.")
    if size:
        found.append(f"- **Memory of Redis**: {number(size)} bytes per VPS with its account and order: 10 million VPSs "
                     f"{number(size * 1e7 / 1e9)} GB, 100 million {number(size * 1e8 / 1e9)} GB.")
    return "\n".join(found)


def capacity(results):
    head = ("# Capacity\n\n<!-- Written by tests/bench/report from tests/bench/results. -->\n\n")
    got = measured(results)
    if not got:
        return head + "Not measured yet: tests/bench/drain --pin.\n"
    mine, redis, broker, core = (number(got[name]) for name in ("worker", "redis", "broker", "own"))
    one, both, half = number(1e6 / got["worker"]), number(1e6 / got["own"]), number(0.5e6 / got["worker"])
    return head + f"""From the pinned drain of [benchmarks.md](benchmarks.md): {number(got['rate'])} events/s with worker and Redis on one core;
per million events {mine} CPU-seconds of the worker, {redis} of Redis, {broker} of the broker.

One core for worker and Redis together: 1,000,000 / {core} = {both} events/s. A worker's core alone: 1,000,000 / {mine} = {one}
events/s. A fleet: that times its cores; what Redis and the brokers must then do is the same events/s times their CPU-seconds per
million. This is arithmetic, not a measurement: it holds until one of the limits below is reached, and it takes the work as
spread evenly over partitions.

{fleet_table(got)}

## Where it ends, and what to do then

{limits(results, got)}

## Choosing

- Take the busiest hour, not the mean: events/s there, divided by {one} and by 0.5 (half of a core idle, so that a worker that
  dies is taken over and a backlog shrinks), is the number of worker cores.
- A backlog of B events shrinks by (capacity - arrivals): at half load it is gone in B / {half} seconds with one worker core.
- Memory of a worker: {number(got['rss'])} MB with one thread and the default cache; each further thread adds its own cache and buffers.
"""
