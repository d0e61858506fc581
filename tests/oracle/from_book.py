#!/usr/bin/env python3
"""Runs the cases of the rule book through the oracle: from_book.py [--case NAME] FILE-OR-FOLDER..."""

import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import book  # noqa: E402
from osbill_oracle.worker import Worker  # noqa: E402
from osbill_oracle import catalogue as views  # noqa: E402

DAY = 86_400_000
ACCOUNT = {"opened": "OPENED", "deposit": "DEPOSIT", "withdrawal": "WITHDRAWAL", "credit-limit": "CREDIT_LIMIT",
           "frozen": "FROZEN", "unfrozen": "UNFROZEN", "closed": "CLOSED", "waived": "CASE_WAIVED"}
ORDERS = {"placed": "PLACED", "renewed": "RENEWED", "tariff-changed": "TARIFF_CHANGED", "cancelled": "CANCELLED"}
NAMES = {"account": "account_id", "vps": "vps_id", "order": "order_id", "module": "module_id", "tariff": "tariff_id",
         "months": "period_months", "start": "period_start", "at": "installed_at", "amount": "amount_micros",
         "case": "case_id", "id": "event_id", "occurred": "occurred_at", "event": "event_id", "item": "item_id",
         "charge": "charge_id", "available": "available_micros", "deficit": "deficit_micros",
         "balance": "balance_after_micros", "price": "price_micros", "credited": "credited_price_micros",
         "since": "price_effective_from", "end": "period_end", "from": "charged_from", "until": "charged_until",
         "decided": "decided_at"}


def obligation(text: str, prefix: str) -> str:
    """v1/2025-03-01/2 is the second obligation of v1, whose first line starts then."""
    if text == "" or "/" not in text:
        return text
    parts = text.split("/")
    account, vps, start, epoch = parts if len(parts) == 4 else ["a1", *parts]
    named = f"{account}\0{vps}\0{book.time_of(start)}\0{epoch}"
    return prefix + hashlib.sha256(named.encode()).hexdigest()[:32]


class Runner:
    def __init__(self) -> None:
        self.worker = Worker()
        self.clock = book.time_of("2020-01-01")
        self.offsets: dict[str, int] = {}
        self.events: dict[str, tuple[str, dict]] = {}
        self.counts: dict[str, int] = {}
        self.default: dict[str, str] = {}
        self.last_start = 0
        self.included = True
        self.outcome: dict = {}
        self.history: list[dict] = []

    def next_id(self, prefix: str, first: int) -> str:
        self.counts[prefix] = self.counts.get(prefix, first - 1) + 1
        return f"{prefix}{self.counts[prefix]}"

    def do(self, line: dict) -> None:
        self.history.append(line)
        outcome = self.worker.line(line)
        for name, records in outcome.items():
            self.outcome[name] += records

    def send(self, topic: str, value: dict) -> None:
        offset = self.offsets[topic] = self.offsets.get(topic, -1) + 1
        self.do({"do": "input", "now": self.clock, "topic": topic, "partition": 3, "offset": offset, "value": value})

    def step(self, line: book.Line) -> None:
        self.outcome = {"decisions": [], "charges": [], "notifications": [], "dead_letters": []}
        if line.verb == "default":
            self.default = line.fields
            return
        fields = {**self.default, **line.fields}
        if "arrives" in fields:
            self.clock = max(self.clock, book.time_of(fields["arrives"]))
        elif line.moment is not None and line.verb not in ("clock", "downtime"):
            self.clock = max(self.clock, line.moment)
        moment = self.clock if line.moment is None else line.moment
        if line.verb == "funded":
            self.account(moment, "OPENED", fields, [])
            self.account(moment, "DEPOSIT", fields, line.words)
        elif line.verb in ACCOUNT:
            self.account(moment, ACCOUNT[line.verb], fields, line.words)
        elif line.verb in ORDERS:
            self.order(moment, ORDERS[line.verb], fields, line.words)
        elif line.verb == "installed":
            self.installed(moment, fields, line.words)
        elif line.verb == "again":
            topic, value = self.events[line.words[0]]
            self.send(topic, {**value, **self.converted(line.fields)})
        elif line.verb in ("clock", "downtime"):
            self.pass_time(book.time_of(line.words[0]), line.verb == "downtime")
        elif line.verb == "recheck":
            for account_id in list(self.worker.accounts):
                self.do({"do": "due", "now": self.clock, "account_id": account_id})
        elif line.verb in ("template", "scan"):
            self.templates(line, fields)
        else:
            self.change(line.verb, line.words, fields)

    def converted(self, fields: dict[str, str]) -> dict:
        value: dict = {}
        for name, text in fields.items():
            if name in ("start", "at", "occurred", "end", "from", "until", "since", "decided"):
                value[NAMES[name]] = book.time_of(text)
            elif name in ("amount", "available", "deficit", "balance", "price", "credited"):
                value[NAMES[name]] = book.money_of(text)
            elif name == "months":
                value[NAMES[name]] = int(text)
            elif name != "arrives":
                value[NAMES.get(name, name)] = text
        return value

    def event(self, topic: str, value: dict, fields: dict) -> None:
        changes = self.converted(fields)
        if "event_id" not in changes:
            changes["event_id"] = self.next_id("p" if self.included else "e", 1)
        value = {**value, **{name: item for name, item in changes.items() if name in value or name == "event_id"}}
        self.events[value["event_id"]] = (topic, value)
        self.send(topic, value)

    def account(self, moment: int, kind: str, fields: dict, words: list[str]) -> None:
        value = {"occurred_at": moment, "account_id": "a1", "kind": kind, "amount_micros": 0, "currency": "EUR",
                 "case_id": "", "note": ""}
        if kind == "CASE_WAIVED":
            value["case_id"] = obligation(words[0], "k-")
        elif words:
            value["amount_micros"] = book.money_of(words[0])
        self.event("account", value, fields)

    def order(self, moment: int, kind: str, fields: dict, words: list[str]) -> None:
        start = moment if kind in ("PLACED", "RENEWED") else self.last_start
        vps = fields.get("vps", "v1")
        value = {"occurred_at": moment, "account_id": "a1", "order_id": "o" + vps[1:], "vps_id": vps,
                 "module_id": "m1", "tariff_id": "s", "template": words[0] if words else "", "kind": kind,
                 "period_start": start, "period_months": 1}
        if "start" in fields:
            start = book.time_of(fields["start"])
        self.last_start = start
        self.event("order", value, fields)

    def installed(self, moment: int, fields: dict, words: list[str]) -> None:
        value = {"occurred_at": moment, "account_id": "a1", "vps_id": "v1", "module_id": "m1",
                 "template": words[0] if words else "", "installed_at": moment, "source": "REINSTALL"}
        self.event("os-installed", value, fields)

    def templates(self, line: book.Line, fields: dict) -> None:
        scan_id, names = ("endless", line.words[1:]) if line.verb == "template" else (line.words[1], line.words[2:])
        size = int(fields.get("size", 1_000_000 if line.verb == "template" else len(names)))
        for name in names:
            repository, _, rest = name.partition("__")
            self.send("template-discovered", {
                "event_id": self.next_id("s", 0), "occurred_at": self.clock, "module_id": line.words[0],
                "scan_id": scan_id, "scan_size": size, "repository": repository, "name": rest, "tags": [],
                "os_group": "", "min_disk_mib": int(fields.get("disk", 0)), "min_ram_mib": int(fields.get("ram", 0))})

    def change(self, verb: str, words: list[str], fields: dict) -> None:
        event_id = fields.get("id", self.next_id("x", 0))
        index, count = (int(part) for part in fields.get("part", "0/1").split("/"))
        self.send("catalogue", {"event_id": event_id, "occurred_at": self.clock, "actor": "", "reason": "",
                                "change_set": fields.get("set", event_id), "index": index, "count": count,
                                "change": change_of(verb, words, fields)})

    def pass_time(self, until: int, at_once: bool) -> None:
        while not at_once:
            due = [(max(self.clock, moment), account_id) for account_id, account in self.worker.accounts.items()
                   for moment in due_times(account)]
            if not due or min(due)[0] > until:
                break
            self.clock, account_id = min(due)
            self.do({"do": "due", "now": self.clock, "account_id": account_id})
        self.clock = max(self.clock, until)
        for account_id in list(self.worker.accounts) if at_once else []:
            self.do({"do": "due", "now": self.clock, "account_id": account_id})


def due_times(account: dict) -> list[int]:
    times = [account["reminder_at"]] if account["reminder_at"] else []
    times += [parked["parked_at"] + 30 * DAY for parked in account["parked"]]
    for case in account["cases"]:
        if case["kind"] in ("PLACED", "RENEWED") and case["period_end"]:
            times.append(case["period_end"])
        if case["state"] == "GRACE":
            times.append(case["due_at"])
    return times


def change_of(verb: str, words: list[str], fields: dict) -> dict:
    if verb == "module":
        return {"Module": {"module_id": words[0], "title": "", "auto_connect": fields.get("auto", "ALL"),
                           "strict": fields.get("strict", "no") == "yes"}}
    if verb == "tariff":
        return {"Tariff": {
            "tariff_id": words[0], "currency": fields.get("currency", "EUR"),
            "module_ids": [one for one in fields.get("modules", "").split(",") if one],
            "enumeration_id": fields.get("enumeration", ""), "default_item": fields.get("default", ""),
            "refund": fields.get("refund", "NONE"),
            "rounding_micros": book.money_of(fields["rounding"]) if "rounding" in fields else 1,
            "disk_mib": int(fields.get("disk", 0)), "ram_mib": int(fields.get("ram", 0)),
            "enabled": fields.get("enabled", "yes") == "yes"}}
    if verb == "enumeration":
        items = [{"item_id": word.split(":", 1)[0], "internal_name": word.split(":", 1)[1]} for word in words[1:]]
        return {"Enumeration": {"enumeration_id": words[0], "items": items}}
    if verb == "price":
        return {"Price": {"tariff_id": words[0], "item_id": "" if words[1] == "base" else words[1],
                          "period_months": int(words[2]), "currency": fields.get("currency", "EUR"),
                          "amount_micros": book.money_of(words[3]),
                          "effective_from": book.time_of(fields.get("from", "2020-01-01"))}}
    if verb == "override":
        return {"Override": {"scope": words[0].upper(), "scope_id": words[1], "template": words[2],
                             "setting": words[3]}}
    if verb == "alias":
        return {"Alias": {"template": words[0], "same_as": words[1]}}
    if verb == "settings":
        return {"TemplateSettings": {"template": words[0], "sort": int(fields.get("sort", 0))}}
    if verb == "approve":
        return {"ScanApproval": {"module_id": words[0], "scan_id": words[1]}}
    raise SystemExit(f"what is {verb}?")


class Check:
    """What is expected of one step against its outcome; `errors` says what differs."""

    def __init__(self, runner: Runner):
        self.runner = runner
        self.errors: list[str] = []
        self.outcome = runner.outcome
        inputs = [one for one in self.outcome["decisions"] if one["origin"] == "INPUT"]
        self.decision = inputs[-1] if inputs else None
        self.other = [one for one in self.outcome["decisions"] if one["origin"] != "INPUT"]
        self.charges, self.notices = list(self.outcome["charges"]), list(self.outcome["notifications"])
        self.dead = list(self.outcome["dead_letters"])
        self.effects: list | None = None
        self.lines: list | None = None
        self.open = 0

    def same(self, what: str, got: dict, line: book.Line, names: tuple[str, ...]) -> None:
        words = {name: (book.money_of(word) if name == "amount_micros" else word)
                 for name, word in zip(names, line.words)}
        wanted = {**words, **self.runner.converted(line.fields)}
        for name, prefix in (("case_id", "k-"), ("charge_id", "c-")):
            if name in wanted:
                wanted[name] = obligation(wanted[name], prefix)
        for name, value in wanted.items():
            if got.get(name) != value:
                self.errors.append(f"{line.source}: {what} {name}: expected {value}, got {got.get(name)}")

    def expect(self, line: book.Line) -> None:
        getattr(self, "expect_" + {"=>": "decision"}.get(line.verb, line.verb.replace("-", "_")))(line)

    def take(self, records: list, line: book.Line) -> dict | None:
        if not records:
            self.errors.append(f"{line.source}: did not come")
            return None
        return records.pop(0)

    def expect_decision(self, line: book.Line) -> None:
        self.end_effects()
        if self.decision is None:
            self.errors.append(f"{line.source}: no decision")
            return
        self.same("decision", self.decision, line, ("rule", "verdict"))

    def expect_by(self, line: book.Line, origin: str) -> None:
        self.end_effects()
        got = self.take(self.other, line)
        if got is not None:
            self.same("decision", got, line, ("rule", "verdict"))
            if got["origin"] != origin:
                self.errors.append(f"{line.source}: origin {got['origin']}")

    def expect_by_timer(self, line: book.Line) -> None:
        self.expect_by(line, "TIMER")

    def expect_by_catalogue(self, line: book.Line) -> None:
        self.expect_by(line, "CATALOGUE")

    def expect_effect(self, line: book.Line) -> None:
        if self.effects is None:
            self.effects = list(self.decision["effects"]) if self.decision else []
        if line.words[0] != "none":
            got = self.take(self.effects, line)
            if got is not None:
                self.same("effect", got, line, ("rule", "verdict"))

    def end_effects(self) -> None:
        for left in self.effects or []:
            self.errors.append(f"effect nobody expects: {left['rule']} {left['verdict']} {left['amount_micros']}")
        self.effects = None

    def expect_charge(self, line: book.Line) -> None:
        self.end_lines()
        self.charge = self.take(self.charges, line)
        if self.charge is not None:
            if "id" in line.fields:
                line.fields["charge"] = line.fields.pop("id")
            self.same("charge", self.charge, line, ("amount_micros",))

    def expect_line(self, line: book.Line) -> None:
        if self.charge is None:
            return
        if self.lines is None:
            self.lines = list(self.charge["lines"])
        got = self.take(self.lines, line)
        if got is not None:
            self.same("line", got, line, ("kind", "amount_micros"))

    def end_lines(self) -> None:
        for left in self.lines or []:
            self.errors.append(f"line nobody expects: {left['kind']} {left['amount_micros']}")
        self.lines = None

    def expect_notice(self, line: book.Line) -> None:
        found = next((one for one in self.notices if one["kind"] == line.words[0]), None)
        if found is None:
            self.errors.append(f"{line.source}: did not come")
            return
        self.notices.remove(found)
        if "id" in line.fields:
            found = {**found, "event_id": found["notification_id"]}
        self.same("notice", found, line, ("kind", "severity"))

    def expect_dead(self, line: book.Line) -> None:
        got = self.take(self.dead, line)
        if got is not None and got["code"] != line.words[0]:
            self.errors.append(f"{line.source}: got {got['code']}")

    def account(self, line: book.Line) -> dict:
        return self.runner.worker.accounts.get(line.fields.get("account", "a1"), {"balance": 0, "cases": []})

    def expect_balance(self, line: book.Line) -> None:
        got, wanted = self.account(line)["balance"], book.money_of(line.words[0])
        if got != wanted:
            self.errors.append(f"{line.source}: got {got}")

    def expect_cases(self, line: book.Line) -> None:
        got, wanted = len(self.account(line)["cases"]), 0 if line.words[0] == "none" else int(line.words[0])
        if got != wanted:
            self.errors.append(f"{line.source}: got {got}")

    def expect_open(self, line: book.Line) -> None:
        cases = self.account(line)["cases"]
        if self.open >= len(cases):
            self.errors.append(f"{line.source}: no such case")
            return
        case = cases[self.open]
        self.open += 1
        self.same("case", {**case, "amount_micros": case["amount"], "charged_until": case["until"]}, line,
                  ("state", "amount_micros"))

    def yes_or_no(self, line: book.Line, got: bool) -> None:
        if got != (line.words[-1] == "yes"):
            self.errors.append(f"{line.source}: got {got}")

    def expect_linked(self, line: book.Line) -> None:
        self.yes_or_no(line, views.is_linked(self.runner.worker.catalogue, *line.words[:2]))

    def expect_orderable(self, line: book.Line) -> None:
        self.yes_or_no(line, views.is_orderable(self.runner.worker.catalogue, *line.words[:3]))

    def end(self) -> list[str]:
        self.end_effects()
        self.end_lines()
        self.errors += [f"decision nobody expects: {one['rule']} {one['verdict']}" for one in self.other]
        self.errors += [f"charge nobody expects: {one['amount_micros']}" for one in self.charges]
        self.errors += [f"notice nobody expects: {one['kind']} {one['rule']}" for one in self.notices]
        self.errors += [f"dead letter nobody expects: {one['code']}" for one in self.dead]
        return self.errors


def books(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path for path in folder.glob("*.txt") if path.name != "CMakeLists.txt")


def run_case(steps: list[list]) -> list[str]:
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
            return [f"at: {step[0].source}", *check.errors]
    return []


def main() -> int:
    arguments = sys.argv[1:]
    only = arguments.pop(arguments.index("--case") + 1) if "--case" in arguments else ""
    paths = [pathlib.Path(one) for one in arguments if not one.startswith("--")]
    files = [file for path in paths for file in (books(path) if path.is_dir() else [path])]
    good = count = 0
    for path in files:
        for name, steps in book.cases(path):
            if only in ("", name):
                errors = run_case(steps)
                count += 1
                good += not errors
                for error in errors:
                    print(f"{path.name} {name}: {error}")
    print(f"{good} of {count} cases as expected")
    return good != count


if __name__ == "__main__":
    sys.exit(main())
