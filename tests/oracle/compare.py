#!/usr/bin/env python3
"""Compares two outcomes of a history line by line: compare.py EXPECTED GOT [HISTORY]. Exit 1: they differ.

Shows the first difference: the line of the history, the rules, each field expected and got, and what happened to that
account before. When they are equal: how many decisions of each rule were compared.
"""

import argparse
import collections
import itertools
import json
import sys
from typing import Any

Record = dict[str, Any]
EFFECT = ("event_id", "rule", "verdict", "vps_id", "amount_micros", "charge_id", "case_id")
DECISION = ("caused_by", "rule", "origin", "verdict", "event_id", "input", "account_id", "vps_id", "amount_micros",
            "charge_id", "case_id")
DEAD_LETTER = ("code", "topic", "partition", "offset")
FREE = ("text",)  # of a notification: its words are free
BEFORE = 30  # lines of the account's history to show


def compared_decision(decision: Record) -> Record:
    effects = [{name: effect.get(name) for name in EFFECT} for effect in decision.get("effects", [])]
    return {**{name: decision.get(name) for name in DECISION}, "effects": effects}


def compared(outcome: Record) -> Record:
    """The fields that are compared. The order of kinds of notifications does not matter (tests/rules/README.md)."""
    if "accounts" in outcome:
        return {"accounts": {name: account for name, account in outcome["accounts"].items()
                             if account["status"] != "UNKNOWN"}}
    notifications = [{name: value for name, value in one.items() if name not in FREE}
                     for one in outcome["notifications"]]
    return {"decisions": [compared_decision(one) for one in outcome["decisions"]],
            "charges": outcome["charges"],
            "notifications": sorted(notifications, key=lambda one: one["kind"]),
            "dead_letters": [{name: one.get(name) for name in DEAD_LETTER} for one in outcome["dead_letters"]]}


def differences(expected: Any, got: Any, ignored: list[str], path: str = "") -> list[str]:
    """Field by field, as `path: expected X, got Y`."""
    if isinstance(expected, dict) and isinstance(got, dict):
        names = list(expected) + [name for name in got if name not in expected]
        return [line for name in names if name not in ignored
                for line in differences(expected.get(name), got.get(name), ignored, f"{path}.{name}".lstrip("."))]
    if isinstance(expected, list) and isinstance(got, list):
        pairs = itertools.zip_longest(expected, got)
        return [line for number, (one, other) in enumerate(pairs)
                for line in differences(one, other, ignored, f"{path}[{number}]")]
    return [] if expected == got else [f"{path}: expected {shown(expected)}, got {shown(got)}"]


def shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def rules(outcome: Record) -> str:
    return ", ".join(f'{one["origin"]} {one["rule"]} {one["verdict"]}' for one in outcome.get("decisions", [])) or "-"


def account_of(line: Record) -> str:
    return line.get("account_id") or line.get("value", {}).get("account_id", "")


def show_history(history: list[Record], number: int) -> None:
    if number >= len(history):
        return
    account_id = account_of(history[number])
    print("line:", json.dumps(history[number], ensure_ascii=False))
    before = [(place, line) for place, line in enumerate(history[:number], 1) if account_of(line) == account_id]
    print(f"before it ({account_id or 'the catalogue'}):")
    for place, line in before[-BEFORE:]:
        print(f"  {place}:", json.dumps(line, ensure_ascii=False))


def read(path: str) -> list[Record]:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares two outcomes of a history. Exit 1: they differ.")
    parser.add_argument("expected")
    parser.add_argument("got")
    parser.add_argument("history", nargs="?")
    parser.add_argument("--ignore", action="append", default=[], metavar="FIELD", help="do not compare these fields")
    arguments = parser.parse_args()
    expected, got = read(arguments.expected), read(arguments.got)
    history = read(arguments.history) if arguments.history else []
    counts: collections.Counter[str] = collections.Counter()
    for number, (one, other) in enumerate(itertools.zip_longest(expected, got, fillvalue={"accounts": {}})):
        found = differences(compared(one), compared(other), arguments.ignore)
        if found:
            print(f"line {number + 1} differs")
            print("rules expected:", rules(one))
            print("rules got:     ", rules(other))
            print("\n".join(found))
            show_history(history, number)
            return 1
        counts.update(decision["rule"] for decision in one.get("decisions", []))
    for rule, count in sorted(counts.items()):
        print(f"{count:8} {rule}")
    print(f"{sum(counts.values())} decisions in {len(expected)} lines are the same")
    return 0


if __name__ == "__main__":
    sys.exit(main())
