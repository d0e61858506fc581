"""Carries out the steps of the rule book (tests/rules/README.md) with the oracle, and keeps them as a history."""

import hashlib

import book
from osbill_oracle.worker import Worker

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
