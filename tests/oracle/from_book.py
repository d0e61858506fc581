#!/usr/bin/env python3
"""Runs the cases of the rule book (tests/rules) through the oracle, or writes them as histories: see --help."""

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import book  # noqa: E402
from book_check import Check  # noqa: E402
from book_runner import Runner  # noqa: E402


def books(folder: pathlib.Path) -> list[pathlib.Path]:
    """engine.txt: what the engine refuses never comes to be decided."""
    return sorted(path for path in folder.glob("*.txt") if path.name not in ("CMakeLists.txt", "engine.txt"))


def run_case(steps: list[list]) -> tuple[Runner, list[str]]:
    runner = Runner()
    for step in steps:
        runner.included = step[1] is None
        runner.step(step[0])
        if step[1] is None:
            continue
        check = Check(runner)
        for line in step[1]:
            check.expect(line)
        if check.end():
            return runner, [f"at: {step[0].source}", *check.errors]
    return runner, []


def write(folder: pathlib.Path, name: str, history: list[dict]) -> None:
    """As HISTORY lines: partition 0 everywhere, the record's key beside it."""
    lines = []
    for line in history:
        value = line.get("value", {})
        key = {"key": value.get("account_id", value.get("module_id", "")), "partition": 0} if value else {}
        lines.append(json.dumps({**line, **key}, ensure_ascii=False) + "\n")
    (folder / f"{name}.history").write_text("".join(lines), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the cases of the rule book through the oracle.")
    parser.add_argument("paths", nargs="+", type=pathlib.Path, metavar="FILE-OR-FOLDER")
    parser.add_argument("--case", default="", help="only the cases of this name")
    parser.add_argument("--write", type=pathlib.Path, metavar="FOLDER",
                        help="write each case as a history, FILE.CASE.history")
    arguments = parser.parse_args()
    files = [file for path in arguments.paths for file in (books(path) if path.is_dir() else [path])]
    good = count = 0
    for path in files:
        for name, steps in book.cases(path):
            if arguments.case in ("", name):
                runner, errors = run_case(steps)
                count += 1
                good += not errors
                for error in errors:
                    print(f"{path.name} {name}: {error}")
                if arguments.write:
                    write(arguments.write, f"{path.stem}.{name}", runner.history)
    print(f"{good} of {count} cases as expected")
    return good != count


if __name__ == "__main__":
    sys.exit(main())
