"""The results of the newest session of each question, and their medians."""
import json
import pathlib
import statistics
from dataclasses import dataclass

OUTPUT_TOPICS = ("account-state", "decision", "charge")  # of which <topic>_records_per_event and <topic>_bytes_per_event tell


@dataclass
class Spread:
    median: float
    low: float
    high: float
    count: int

    def __str__(self):
        if self.count == 1:
            return number(self.median)
        return f"{number(self.median)} ({number(self.low)} to {number(self.high)})"


def number(value):
    """Three or more digits that mean something."""
    size = abs(value)
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 else f"{value:.4f}"


def own_cpu(figures):
    """Worker and Redis, CPU-seconds per million events."""
    return figures["worker_cpu_s_per_million"] + figures.get("redis_cpu_s_per_million", 0)


class Lines:
    """A question's newest session; growth and pinning apart, since each --by and each --pin is a command of its own."""

    def __init__(self, paths):
        found = [json.loads(line) for path in paths for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines()]
        newest = {}
        for line in found:
            key = self.key(line)
            newest[key] = max(newest.get(key, ""), line["session"])
        self.all = [line for line in found if newest[self.key(line)] == line["session"]]

    @staticmethod
    def key(line):
        return line["question"], line["options"].get("pin"), line["options"].get("by")

    def of(self, question, case=None, **options):
        return [line for line in self.all if line["question"] == question and case in (None, line["case"])
                and all(line["options"].get(name) == value for name, value in options.items())]

    def cases(self, question, **options):
        """In the order of their first lines, osbill before others."""
        return sorted(dict.fromkeys(line["case"] for line in self.of(question, **options)), key=lambda case: case != "osbill")

    def spread(self, figure, question, case=None, **options):
        """figure: a name, or a function of the figures. None: not measured."""
        take = figure if callable(figure) else lambda figures: figures.get(figure)
        values = [value for line in self.of(question, case, **options) if (value := take(line["figures"])) is not None]
        return Spread(statistics.median(values), min(values), max(values), len(values)) if values else None

    def median(self, *arguments, **options):
        found = self.spread(*arguments, **options)
        return found and found.median


def table(head, rows):
    """Markdown; None is shown as a dash."""
    shown = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in shown)])
