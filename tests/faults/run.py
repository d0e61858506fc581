#!/usr/bin/env python3
"""tests/faults/run: every fault of docs/faults.md on the real stack, under load, with a proof after each.

    tests/faults/run [SCENARIO...] [--list] [--brokers 1|3] [--keep] [--cache BYTES] [--strikes N] [--storm-seconds N]
                     [--markdown FILE]

Starts a stack of its own in a temporary folder, or takes the one of STACK_DIR where it has as many brokers. A scenario's name may be a pattern
('redis-*', 'row:4'). One line for each: ok, FAILED or known (to fail, a
defect with a name), its name, seconds, what was observed. After each, unless it says
otherwise: balances, charges and decisions by rule equal to the oracle's, one Decision with origin INPUT for each offset, end
offset = last stable offset on every topic within 60 s, `osbill verify` exit code 0.
"""
import argparse
import contextlib
import fnmatch
import itertools
import os
import pathlib
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import types

import scenario  # noqa: F401, I001 (first: it puts the bench's folder into sys.path)
import failpoints
import brokers  # noqa: F401
import catalogue_faults  # noqa: F401
import inputs  # noqa: F401
import members  # noqa: F401
import network  # noqa: F401
import offsets  # noqa: F401
import redis_faults  # noqa: F401
import registry_faults  # noqa: F401
import strangers  # noqa: F401
from field import Field, programs, say
from installation import STACK, Stack
from kafka_proxy import Proxy, Rule
from table import SCENARIOS

# what runs in CI: quick, and each about a promise of its own
QUICK = ("redis-swapdb", "redis-old-aof", "zombie")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--selection", action="store_true", help="what CI runs: three failpoints by the seed, and what is quick")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1, help="3: what needs three brokers too")
    parser.add_argument("--cache", default="256KiB", help="of each worker's thread; 0: everything is read from Redis")
    parser.add_argument("--strikes", type=int, default=2, metavar="N", help="how often a failpoint or a broker's death comes")
    parser.add_argument("--storm-seconds", type=int, default=60, metavar="N", help="how long row 6 lasts; 600: the full storm")
    parser.add_argument("--keep", action="store_true", help="leave stack, topics and logs")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="writes the results as a table")
    return parser.parse_args()


def matches(scenario, name):
    row = name.removeprefix("row:")
    return scenario.row == row if row != name else fnmatch.fnmatch(scenario.name, name)


def chosen(options):
    if options.selection:
        options.cache = ("0", options.cache)[failpoints.SEED % 2]
        options.strikes = 1
        points = random.Random(failpoints.SEED).sample([name for name in SCENARIOS if name.startswith("kill-")], 3)
        return [SCENARIOS[name] for name in (*points, *QUICK)]
    if unknown := [name for name in options.names if not any(matches(one, name) for one in SCENARIOS.values())]:
        raise SystemExit(f"no such scenario: {', '.join(unknown)}; --list shows them")
    return [one for one in sorted(SCENARIOS.values(), key=lambda one: int(one.row)) if one.brokers <= options.brokers
            and any(matches(one, name) for name in options.names or ["*"])]


@contextlib.contextmanager
def stack_for(options, folder, brokers, proxied):
    """(stack, proxy or None)"""
    given = Stack(os.environ["STACK_DIR"]) if os.environ.get("STACK_DIR") else None
    if given and len(given.servers.split(",")) == brokers and not proxied:
        yield given, None
        return
    place = folder / f"stack-{brokers}{'-proxied' * proxied}"
    more = ["--proxied"] if proxied else []
    subprocess.run([STACK, "up", "--fresh", "--brokers", str(brokers), *more, "--dir", place], check=True)
    stack, proxy = Stack(place, started=True), None
    try:
        proxy = Proxy(stack) if proxied else None
        yield stack, proxy
    finally:
        if not options.keep:
            stack.close()
        if proxy:
            proxy.close()


class Result:
    def __init__(self, scenario, ok, seconds, observed):
        self.scenario, self.ok, self.seconds, self.observed = scenario, ok, seconds, observed

    def __str__(self):
        return f"{self.verdict:6} {self.scenario.name:26} {self.seconds:5.0f} s  {self.observed}"

    @property
    def verdict(self):
        if self.scenario.failing:
            return "mended" if self.ok else "known"
        return "ok" if self.ok else "FAILED"


def run_one(scenario, stack, proxy, options, folder):
    given = types.SimpleNamespace(cache=options.cache, strikes=options.strikes,
                                  storm_seconds=options.storm_seconds, **programs())
    field, began, observed, ok = None, time.monotonic(), "", False
    try:
        stack.redis("flushall")
        field = Field(stack, folder / scenario.name, given, scenario.name, **scenario.field)
        field.proxy = proxy
        observed = scenario.run(field) or ""
        if scenario.proof and not field.outcome:
            field.conclude()
        ok = True
    except SystemExit as end:
        observed = f"{end}; logs: {folder / scenario.name}"
    except Exception:  # noqa: BLE001: the next scenario runs in any case
        observed = traceback.format_exc(limit=-3)
    finally:
        if field:
            field.close()
        if proxy:
            proxy.set_rule(Rule())
        subprocess.run([STACK, "up", "--dir", stack.folder], check=True, capture_output=True)
    if field and not options.keep:
        field.forget()
        if ok:
            shutil.rmtree(folder / scenario.name)
    return Result(scenario, ok, time.monotonic() - began, observed)


def run_all(scenarios, options, folder):
    """One stack for those that need the same."""
    results = []
    for (brokers, proxied), group in itertools.groupby(sorted(scenarios, key=needs), key=needs):
        with stack_for(options, folder, brokers, proxied) as (stack, proxy):
            for one in group:
                results.append(run_one(one, stack, proxy, options, folder))
                print(results[-1], flush=True)
    return results


def needs(scenario):
    return scenario.brokers, scenario.proxied


def cell(text):
    return text.splitlines()[0].replace("|", "/") if text else ""


def earlier_rows(path):
    """Rows of scenarios that are still there, by name: a run of some keeps the others' results."""
    lines = path.read_text().splitlines() if path.exists() else []
    rows = {line.split(" | ")[1]: line for line in lines if line.count(" | ") >= 6 and not line.startswith("| # ")}
    return {name: row for name, row in rows.items() if name in SCENARIOS}


def write_markdown(results, options):
    rows = earlier_rows(options.markdown) | {result.scenario.name: (
        f"| {result.scenario.row} | {result.scenario.name} | {cell(result.scenario.observable)} | {result.verdict} | "
        f"{cell(result.scenario.failing if result.verdict == 'known' else result.observed)} | {result.seconds:.0f} | "
        f"{result.scenario.brokers}, {options.cache} | {time.strftime('%Y-%m-%d')} |") for result in results}
    lines = ["# Faults", "", "<!-- Written by `tests/faults/run --markdown docs/faults.md`, which replaces the rows of what ran. -->", "",
             "What happens to an installation under load (an account with half of all events, the others by Zipf's law, two",
             "workers with a small cache) when something breaks, shown on a real stack. After each: one Decision with origin",
             "INPUT for each offset; balances, charges and rules equal to those of a second implementation",
             "(`tests/bench/oracle.py`); time and catalogue of a partition never go back; end offset = last stable offset on every",
             "topic within 60 s; `osbill verify` content. `known`: fails because of a defect that has a name.", "",
             f"Machine of the last run: {os.cpu_count()} x {platform.machine()}, shared with other work: seconds say little.", "",
             "| # | scenario | what must be seen | result | observed | s | brokers, cache | run |",
             "|---|---|---|---|---|---|---|---|"]
    lines += [rows[one.name] for one in sorted(SCENARIOS.values(), key=lambda one: int(one.row)) if one.name in rows]
    options.markdown.write_text("\n".join(lines) + "\n")


def main():
    options = parse()
    if options.list:
        options.brokers = 3
    scenarios = chosen(options)
    if options.list:
        for one in scenarios:
            print(f"{one.row:>3}  {one.name:26} {one.observable}" + (" (three brokers)" if one.brokers == 3 else ""))
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends all, not one scenario
    programs()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="osbill-faults-"))
    say(f"{len(scenarios)} scenarios; FAULTS_SEED={failpoints.SEED}; cache {options.cache}; logs in {folder}")
    results = run_all(scenarios, options, folder)
    failed = [result for result in results if result.verdict in ("FAILED", "mended")]
    if options.markdown:
        write_markdown(results, options)
    if not failed and not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    for result in results:
        if result.verdict == "known":
            print(f"known to fail: {result.scenario.name}: {result.scenario.failing}")
        if result.verdict == "mended":
            print(f"passes now, take `failing` off: {result.scenario.name}")
    print(f"{sum(result.ok for result in results)} of {len(results)} scenarios ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
