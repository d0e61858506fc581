"""The rule book's text format (tests/rules/README.md): lines to steps with what is expected of them."""

import datetime
import itertools
import pathlib
import re
import shlex

TIME = re.compile(r"^(@-?\d+|\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d)?)?)$")
EXPECTED = ("=>", "by-timer", "by-catalogue", "effect", "charge", "line", "notice", "dead", "balance", "cases",
            "open", "linked", "orderable")
IGNORED = ("near", "edge")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def time_of(text: str) -> int:
    if text == "lifetime":
        return 0
    if text.startswith("@"):
        return int(text[1:])
    moment = datetime.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return (moment - EPOCH) // datetime.timedelta(milliseconds=1)


def money_of(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    whole, _, part = text.lstrip("-").partition(".")
    return sign * (int(whole) * 1_000_000 + int(part.ljust(6, "0") or 0))


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)


class Line:
    """One line: a verb, its words, FIELD=VALUE pairs, the time in front (None: the clock)."""

    def __init__(self, words: list[str], quoted: str):
        self.source = quoted
        self.moment = None
        if TIME.match(words[0]):
            self.moment = time_of(words[0])
            words = words[1:]
        self.verb = words[0]
        pairs = [word for word in words[1:] if re.match(r"^[a-z]+=", word)]
        self.fields = dict(word.split("=", 1) for word in pairs)
        self.words = [word for word in words[1:] if word not in pairs and not re.match(r"^[a-z]+~", word)]


def repeated(line: str) -> list[str]:
    """`64 times STEP`: {n} is numbered from 1, {nnnn} with four digits."""
    found = re.match(r"^\s*(\d+) times (.*)$", line)
    if not found:
        return [line]
    return [found[2].replace("{nnnn}", f"{number:04}").replace("{n}", str(number))
            for number in range(1, int(found[1]) + 1)]


def cases(path: pathlib.Path) -> list[tuple[str, list[list]]]:
    """(name, steps): a step is [Line, expected Lines]; steps of included files have expected None."""
    result: list[tuple[str, list[list]]] = []
    before: list[list] = []
    for text in path.read_text(encoding="utf-8").splitlines():
        if not words_of(text):
            continue
        if words_of(text)[0] == "include":
            included = cases(path.parent / words_of(text)[1])
            before += [[step[0], None] for step in included[0][1]]
            continue
        if words_of(text)[0] == "case":
            result.append((words_of(text)[1], [list(step) for step in before]))
            continue
        steps = result[-1][1] if result else before
        lines = [Line(words_of(one), one.strip()) for one in repeated(text)]
        if lines[0].verb in EXPECTED:
            for step in steps[-steps_of_last(steps):]:
                step[1] = (step[1] or []) + [lines[0]]
        elif lines[0].verb not in IGNORED:
            group = object()
            steps += [[line, [], group] for line in lines]
    return result or [("", before)]


def steps_of_last(steps: list[list]) -> int:
    """How many steps the last line stands for: what is expected is expected each time."""
    return len(list(itertools.takewhile(lambda step: step[2:] == steps[-1][2:], reversed(steps))))
