"""The goals of the performance issue against the results."""
from dataclasses import dataclass

from lines import Lines, number, own_cpu, table


@dataclass
class Goal:
    what: str
    measured: float  # None: not measured
    goal: float
    stretch: float
    unit: str = ""
    least: bool = True  # measured must be at least that; False: at most

    def reached(self, limit):
        return limit is not None and (self.measured >= limit if self.least else self.measured <= limit)

    def verdict(self):
        if self.measured is None:
            return "not measured"
        return "stretch" if self.reached(self.stretch) else "goal" if self.reached(self.goal) else "**missed**"

    def row(self):
        sign = ">=" if self.least else "<="
        shown = [None if limit is None else f"{sign} {number(limit)}{self.unit}" for limit in (self.goal, self.stretch)]
        return [self.what, *shown, None if self.measured is None else f"{number(self.measured)}{self.unit}", self.verdict()]


def ratio(above, below):
    return above / below if above is not None and below else None


def against_peers(results: Lines):
    drain = {"question": "drain", "pin": True}
    mine = {name: results.median(figure, case="osbill", **drain) for name, figure in (
        ("rate", "events_per_s"), ("cpu", own_cpu), ("broker", "broker_cpu_s_per_million"))}
    found = []
    for store, shown, limits in (("memory", "in-memory Kafka Streams", ((2.5, 4), (1 / 3, 1 / 5))),
                                 ("rocksdb", "RocksDB Kafka Streams", ((5, 8), (1 / 6, 1 / 10)))):
        found += [Goal(f"drain, pinned: rate against {shown}", ratio(mine["rate"], results.median("events_per_s", case=store, **drain)),
                       *limits[0], " x"),
                  Goal(f"CPU per event (worker + Redis) against {shown}", ratio(mine["cpu"], results.median(own_cpu, case=store, **drain)),
                       *limits[1], " x", least=False)]
    broker = results.median("broker_cpu_s_per_million", case="memory", **drain)
    return [*found, Goal("broker CPU per event against in-memory Kafka Streams", ratio(mine["broker"], broker), 1, 0.5, " x", least=False)]


def latencies(results):
    found = []
    for name, share, stretch in (("p50", 1 / 4, 20), ("p99", 1 / 3, 50)):
        mine, peer = (results.median(f"{name}_ms", "latency", case, pin=True) for case in ("osbill", "memory"))
        found.append(Goal(f"latency {name} at 2,000/s, pinned", mine, peer and peer * share, stretch, " ms", least=False))
    return found


def of_large_state(results):
    """Rate with the largest state over that with the smallest."""
    sizes = {line["options"]["vps"]: line["case"] for line in results.of("states")}
    rates = [results.median("events_per_s", "states", sizes[size]) for size in sorted(sizes)]
    return ratio(rates[-1], rates[0]) if len(rates) > 1 else None


def goals(results):
    uniform = results.median("events_per_s", "hot", "uniform")
    core = [results.median("decisions_per_s", "core", case) for case in results.cases("core")]
    hot = results.median("events_per_s", "hot", "half on one account")
    zipf = results.median("events_per_s", "hot", "Zipf 1.0")
    return [*against_peers(results), *latencies(results),
            Goal("worker RSS in the drain", results.median("worker_rss_mb", "drain", "osbill", pin=True), 200, 120, " MB", least=False),
            Goal("rate with the largest state against the smallest", of_large_state(results), 0.75, None, " x"),
            Goal("half of the events on one account against the uniform rate", ratio(hot, uniform), 0.7, None, " x"),
            Goal("Zipf 1.0 against the uniform rate", ratio(zipf, uniform), 0.7, None, " x"),
            Goal("core alone", max(core) if core else None, 5e6, 10e6, " decisions/s"),
            Goal("core alone: allocations", results.median("allocations_core", "core"), 0, None, least=False),
            *(Goal(f"start: {name}", results.median("records_per_s", "rebuild", name), 300_000, None, " records/s")
              for name in ("roll forward", "rebuild"))]


def goals_table(results):
    return table(["", "goal", "stretch", "measured", ""], [goal.row() for goal in goals(results)])


def costs(results):
    newest = results.of("flame")
    return newest[-1]["figures"]["costs"] if newest else []


def missed(results):
    """Markdown: each missed goal, and what the profile says."""
    rows = [goal for goal in goals(results) if goal.measured is not None and not goal.reached(goal.goal)]
    if not rows:
        return "Every goal that was measured is reached."
    shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in costs(results)[:3]) or "not profiled yet"
    head = f"The three largest costs of the worker in a drain: {shares} (flame graph below).\n"
    return head + "\n" + "\n".join(f"- {goal.what}: {number(goal.measured)}{goal.unit} where {number(goal.goal)}{goal.unit} is wanted: "
                                   f"{wanted(goal)}." for goal in rows)


def wanted(goal):
    """How far it is."""
    if not goal.goal or not goal.measured:
        return "see the table of this question"
    factor = goal.goal / goal.measured if goal.least else goal.measured / goal.goal
    return f"{number(factor)} times {'faster' if goal.least else 'less'} is needed"
