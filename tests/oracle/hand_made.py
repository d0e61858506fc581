"""Histories made by hand: a catalogue, then one step after the other; what each brings, in a few words."""

import datetime
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from osbill_oracle.worker import Worker  # noqa: E402

UNIT = 1_000_000
START = {"s": "PRORATA", "n": "NONE"}
PRICES = {"": 31, "rhel": 15.5, "windows": 62, "cpanel": 93}  # a month; base is the empty item


def ms(text: str) -> int:
    """2025-03-16T12:00 in UTC; a day alone is its midnight."""
    moment = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp() * 1000)


def micros(units: float) -> int:
    return round(units * UNIT)


class History:
    """Account a1, VPS v1, order o1, module m1, tariff s; times as text, money in units."""

    def __init__(self, at: str = "2025-03-01"):
        self.worker = Worker()
        self.lines: list[dict] = []
        self.now = ms("2020-01-01")
        self.offsets: dict[str, int] = {}
        self.outcome: dict = {}
        self.change(Module={"module_id": "m1", "auto_connect": "ALL", "strict": False})
        self.change(Enumeration={"enumeration_id": "os", "items": [
            {"item_id": item, "internal_name": f"os__{item}"} for item in ("free", "rhel", "windows", "cpanel")]})
        for tariff, refund in START.items():
            self.tariff(tariff, refund=refund)
            for item, price in PRICES.items():
                self.price(tariff, item, price)
        self.templates("os__debian", "os__ubuntu", "os__rhel", "os__windows", "os__cpanel")
        self.at(at)

    def at(self, text: str) -> "History":
        self.now = max(self.now, ms(text))
        return self

    def send(self, topic: str, value: dict) -> dict:
        offset = self.offsets[topic] = self.offsets.get(topic, -1) + 1
        value = {"event_id": f"{topic}-{offset}", "occurred_at": self.now, **value}
        return self.step({"do": "input", "now": self.now, "topic": topic, "partition": 0, "offset": offset, "key": "",
                          "value": value})

    def step(self, line: dict) -> dict:
        self.lines.append(line)
        self.outcome = self.worker.line(line)
        return self.outcome

    def due(self, account: str = "a1") -> list[str]:
        self.step({"do": "due", "now": self.now, "account_id": account})
        return self.said()

    def change(self, **change: dict) -> list[str]:
        offset = self.offsets.get("catalogue", -1) + 1
        self.send("catalogue", {"change_set": f"set-{offset}", "index": 0, "count": 1, "change": change})
        return self.said()

    def tariff(self, tariff: str, **fields: object) -> list[str]:
        return self.change(Tariff={"tariff_id": tariff, "currency": "EUR", "module_ids": ["m1"],
                                   "enumeration_id": "os", "default_item": "free", "refund": "PRORATA", **fields})

    def price(self, tariff: str, item: str, units: float, months: int = 1, since: str = "2020-01-01") -> list[str]:
        return self.change(Price={"tariff_id": tariff, "item_id": item, "period_months": months, "currency": "EUR",
                                  "amount_micros": micros(units), "effective_from": ms(since)})

    def templates(self, *names: str, scan: str = "endless", size: int = 1000) -> list[str]:
        for name in names:
            repository, rest = name.split("__", 1)
            self.send("template-discovered", {"module_id": "m1", "scan_id": scan, "scan_size": size,
                                              "repository": repository, "name": rest})
        return self.said()

    def account(self, kind: str, units: float = 0, **fields: object) -> list[str]:
        self.send("account", {"account_id": "a1", "kind": kind, "amount_micros": micros(units), "currency": "EUR",
                              **fields})
        return self.said()

    def funded(self, units: float) -> "History":
        self.account("OPENED")
        self.account("DEPOSIT", units)
        return self

    def order(self, kind: str, template: str = "", start: str = "2025-03-01", **fields: object) -> list[str]:
        self.send("order", {"account_id": "a1", "order_id": "o1", "vps_id": "v1", "module_id": "m1", "tariff_id": "s",
                            "template": template, "kind": kind, "period_start": ms(start), "period_months": 1,
                            **fields})
        return self.said()

    def installed(self, template: str, at: str, **fields: object) -> list[str]:
        self.at(at)
        self.send("os-installed", {"account_id": "a1", "vps_id": "v1", "module_id": "m1", "template": template,
                                   "installed_at": ms(at), "source": "REINSTALL", **fields})
        return self.said()

    def said(self) -> list[str]:
        """The decisions, each with its effects, then the amounts of the charges."""
        words = []
        for decision in self.outcome["decisions"]:
            words.append(f'{decision["rule"]} {decision["verdict"]}')
            words += [f'+ {effect["rule"]} {effect["verdict"]}' for effect in decision["effects"]]
        return words + [f'{one["amount_micros"] / UNIT:.6f}'.rstrip("0").rstrip(".") for one in self.outcome["charges"]]

    def told(self) -> list[str]:
        return [f'{one["kind"]} {one["severity"]}' for one in self.outcome["notifications"]]

    def dead(self) -> list[str]:
        return [one["code"] for one in self.outcome["dead_letters"]]

    def balance(self) -> float:
        return self.worker.accounts["a1"]["balance"] / UNIT

    def cases(self) -> list[dict]:
        return self.worker.state()["accounts"]["a1"]["cases"]
