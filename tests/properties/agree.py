#!/usr/bin/env python3
"""Random histories through core and through the oracle: agree.py PROGRAM [--seed S] [--histories N] [--events N].

PROGRAM is the built `properties`. Where the two differ, the history is made as short as it can be while they still differ
in the same way, and shown with the first difference; exit 1. --keep FILE writes that history. --open FILE names kinds of
differences, as regular expressions, that are known: they are counted, the rest of such a history is not compared.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "oracle"))

import compare  # noqa: E402
import oracle  # noqa: E402


class Core:
    """The program that is asked."""

    def __init__(self, program: str) -> None:
        self.program = program

    def ask(self, *arguments: str) -> list[str]:
        asked = subprocess.run([self.program, "--history", *arguments], capture_output=True, text=True, check=True)
        return asked.stdout.splitlines()

    def history(self, seed: int, events: int) -> list[str]:
        return self.ask("--seed", str(seed), "--events", str(events))

    def outcome(self, history: list[str]) -> list[str]:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write("".join(line + "\n" for line in history))
            file.flush()
            return self.ask(file.name, "--outcome")


def first_difference(core: Core, history: list[str]) -> tuple[int, list[str], str]:
    """The line (from 0; -1: none), what differs there, and the same without ids and numbers: which kind it is."""
    pairs = zip(oracle.outcomes(history), core.outcome(history))
    for number, (expected, line) in enumerate(pairs):
        got = json.loads(line)
        found = compare.differences(compare.compared(expected), compare.compared(got), set())
        if found:
            rules = f"{compare.rules(expected)} | {compare.rules(got)}"
            kind = re.sub(r"\d+|[ckn]-[0-9a-f]+", "#", found[0])
            return number, [f"oracle: {compare.rules(expected)}", f"core:   {compare.rules(got)}", *found], rules + kind
    return -1, [], ""


def shrunk(core: Core, history: list[str], kind: str) -> list[str]:
    """Fewer and fewer lines, as long as the first difference is of the same kind."""
    size = max(1, len(history) // 2)
    while True:
        start, less = 0, False
        while start < len(history):
            shorter = history[:start] + history[start + size:]
            if first_difference(core, shorter)[2] == kind:
                history, less = shorter, True
            else:
                start += size
        if size == 1 and not less:
            return history
        size = max(1, size // 2)


def explain(core: Core, history: list[str], line: int, kind: str, keep: pathlib.Path | None) -> None:
    history = shrunk(core, history[:line + 1], kind)
    print(*history, sep="\n")
    _, found, _ = first_difference(core, history)
    print(*found, sep="\n")
    if keep:
        keep.write_text("".join(line + "\n" for line in history), encoding="utf-8")


def known_kinds(path: pathlib.Path | None) -> list[re.Pattern[str]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--new", action="store_true", help="seeds that nobody tried: from the time")
    parser.add_argument("--histories", type=int, default=40)
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--open", type=pathlib.Path)
    parser.add_argument("--kinds", action="store_true", help="go on, and list which kinds of differences there are")
    options = parser.parse_args()
    core = Core(options.program)
    first = int(time.time()) * 1000 if options.new else options.seed
    known = known_kinds(options.open)
    kinds: dict[str, list[int]] = {}
    known_seeds = []
    for seed in range(first, first + options.histories):
        history = core.history(seed, options.events)
        line, found, kind = first_difference(core, history)
        if line >= 0 and any(one.search(kind) for one in known):
            known_seeds.append(seed)
        elif line >= 0 and not options.kinds:
            print(f"seed {seed}, line {line + 1} of {options.events} differs:", *found, "the shortest such history:",
                  sep="\n")
            explain(core, history, line, kind, options.keep)
            return 1
        elif line >= 0:
            kinds.setdefault(kind, []).append(seed)
    for kind, seeds in sorted(kinds.items(), key=lambda one: -len(one[1])):
        print(len(seeds), f"seed {seeds[0]}:", kind[:300])
    print(f"seeds {first} to {first + options.histories - 1}, {options.events} events each: "
          + (f"{sum(map(len, kinds.values()))} differ" if kinds else "core and oracle agree")
          + (f", but for {len(known_seeds)} that differ as is known" if known_seeds else ""))
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
