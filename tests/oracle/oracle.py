#!/usr/bin/env python3
"""Decides a history (JSON lines) by rules.md and prints the outcome: oracle.py [HISTORY]. See README.md."""

import json
import pathlib
import sys
from collections.abc import Iterable, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from osbill_oracle.worker import Worker  # noqa: E402


def outcomes(lines: Iterable[str]) -> Iterator[dict]:
    worker = Worker()
    for line in lines:
        if line.strip():
            yield worker.line(json.loads(line))
    yield worker.state()


def main() -> int:
    path = sys.argv[1] if len(sys.argv) > 1 else "-"
    with sys.stdin if path == "-" else open(path, encoding="utf-8") as history:
        for outcome in outcomes(history):
            print(json.dumps(outcome, separators=(",", ":"), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
