#!/usr/bin/env python3
"""What the benchmark's workload must cost, by rules.md, computed apart from osbill.

    oracle.py [--accounts N] [--events N] [--start MS] [--span MS] [--seed N] [--zipf S] [--balances]

Prints one JSON object: how many charges and cases, their sums, how many decisions each rule makes, and checksums that do
not depend on the order between accounts. Only rules that this workload can meet are here (sections in the comments):
no deposits after the first, no renewals, no catalogue change, times that rise within an account.
Workload: the same functions as workload.c; catalogue: catalogue.py.
"""
import argparse
import calendar
import collections
import datetime
import itertools
import json
import time
from dataclasses import dataclass, field

MASK = (1 << 64) - 1
TARIFFS, TEMPLATES, ITEMS = 10, 20, 6
BASE = 5_000_000
PARITY_START, PARITY_SPAN = 1_740_787_200_000, 2_592_000_000  # March 2025, as the peer
WORKLOAD_OPTIONS = ("accounts", "events", "start", "span", "seed", "zipf", "deposit_low", "deposit_high", "templates", "active",
                    "hot", "poor")


def item_price(item, tariff):
    """Of the items 0 to 5, for a month; every other template is the default item, which costs 0."""
    return (item + 1) * 1_000_000 + tariff * 100_000 if item < ITEMS else 0


def mix(x):
    """splitmix64"""
    z = (x + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


@dataclass
class Workload:
    accounts: int = 100_000
    events: int = 3_000_000
    start: int = PARITY_START
    span: int = PARITY_SPAN
    seed: int = 1
    zipf: float = 0.0
    deposit_low: int = 22_000_000
    deposit_high: int = 44_000_000
    templates: int = TEMPLATES
    active: int = 0  # installations are those of the first so many accounts; 0: of all
    hot: int = 0  # so many in a hundred installations are account 0's
    poor: int = 0  # not 0: accounts that are not active deposit one micro-unit
    first: int = 0  # the installations that were sent: all of them unless said
    count: int = -1
    hashes: list = field(default_factory=list)
    cumulative: list = field(default_factory=list)

    def __post_init__(self):
        self.hashes = [mix((self.seed + stream) & MASK) for stream in range(8)]
        self.busy = self.active or self.accounts
        if self.zipf > 0:
            self.cumulative = list(itertools.accumulate(1.0 / (k + 1) ** self.zipf for k in range(self.busy)))

    def options(self):
        """For generate."""
        return [f"--{name.replace('_', '-')}={getattr(self, name)}" for name in (
            "accounts", "events", "start", "span", "seed", "zipf", "deposit_low", "deposit_high", "templates",
            "active", "hot", "poor", "first")] + (
                [f"--count={self.count}"] if self.count >= 0 else [])

    def below(self, stream, index, limit):
        return (mix((self.hashes[stream] + index) & MASK) >> 33) % limit

    def deposit(self, account):
        if self.poor and account >= self.busy:
            return 1
        return self.deposit_low + self.below(1, account, self.deposit_high - self.deposit_low)

    def tariff(self, vps):
        return self.below(2, vps, TARIFFS)

    def order_template(self, vps):
        return self.below(3, vps, self.templates)

    def event_account(self, origin):
        if self.hot and self.below(7, origin, 100) < self.hot:
            return 0
        if not self.cumulative:
            return self.below(4, origin, self.busy)
        point = (mix((self.hashes[4] + origin) & MASK) >> 11) * 2.0 ** -53 * self.cumulative[-1]
        low, high = 0, self.busy - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.cumulative[middle] >= point else (middle + 1, high)
        return low

    def installations(self):
        """(origin, vps, template, time) of each in order; a redelivery has its origin's values."""
        last = self.events if self.count < 0 else self.first + self.count
        for i in range(self.first, last):
            j = i - 100 if i % 200 == 199 else i
            vps = 2 * self.event_account(j) + self.below(5, j, 2)
            yield j, vps, self.below(6, j, self.templates), self.start + j * self.span // self.events


def month_after(start):
    """rules 2.5: the same day of the next month in UTC, or its last one."""
    at = datetime.datetime.fromtimestamp(start // 1000, datetime.timezone.utc)
    year, month = at.year + at.month // 12, at.month % 12 + 1
    at = at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
    return calendar.timegm(at.timetuple()) * 1000 + start % 1000


class Server:
    """What a VPS has paid for in its one period (rules 3)."""
    __slots__ = ("tariff", "template", "level", "items", "newest", "last_ids", "state")

    def __init__(self, tariff, template):
        self.tariff, self.template, self.level = tariff, template, item_price(template, tariff)
        self.items = 1 << min(template, ITEMS)  # bits; ITEMS stands for the default item
        self.newest, self.last_ids = -1, ()
        self.state = ""  # ACTIVE; else the rule that says what it is instead


def charge_mark(account, amount, balance_after):
    return mix(mix(mix(account) ^ (amount & MASK)) ^ (balance_after & MASK))


def balance_mark(account, balance):
    return mix(mix(account ^ 0x5DEECE66D) ^ (balance & MASK))


class Oracle:
    def __init__(self, workload):
        self.workload, self.end = workload, month_after(workload.start)
        self.length = self.end - workload.start
        # Nothing pays an order later in this workload; it expires with its period (rules 4, Unpaid), by the worker's clock.
        self.unpaid = "os.vps-cancelled" if self.end <= time.time() * 1000 else "os.vps-pending"
        self.balances = [workload.deposit(account) for account in range(workload.accounts)]
        self.deposited = sum(self.balances)
        self.rules = collections.Counter({"account.opened": workload.accounts, "account.deposit": workload.accounts})
        self.charges = self.charged = self.shorts = self.owed = self.mark = 0
        self.servers = []  # of the active accounts; the others need none
        for vps in range(2 * workload.accounts):
            self.place(vps)

    def take(self, account, amount, prefix):
        """rules 4, 5: exactly enough is enough."""
        if amount > self.balances[account]:
            self.shorts, self.owed = self.shorts + 1, self.owed + amount
            self.rules[f"{prefix}.insufficient-funds"] += 1
            return False
        self.balances[account] -= amount
        self.charges, self.charged = self.charges + 1, self.charged + amount
        self.mark = (self.mark + charge_mark(account, amount, self.balances[account])) & MASK
        self.rules[f"{prefix}.charged"] += 1
        return True

    def place(self, vps):
        """rules 4, PLACED: both lines in full."""
        server = Server(self.workload.tariff(vps), self.workload.order_template(vps))
        if not self.take(vps // 2, BASE + server.level, "order"):
            server.state = self.unpaid
        if vps < 2 * self.workload.busy:
            self.servers.append(server)

    def install(self, origin, vps, template, moment):
        """rules 5, first match wins."""
        server = self.servers[vps]
        if origin in server.last_ids:  # rules 7: the last 4
            return "os.duplicate"
        server.last_ids = (*server.last_ids[-3:], origin)
        if server.state == "os.vps-cancelled":
            return server.state
        if moment <= server.newest and template != server.template:
            return "os.stale"
        server.newest = max(server.newest, moment)
        if template == server.template:
            return "os.same"
        server.template = template
        if server.state:
            return server.state
        return self.bill(server, vps // 2, min(template, ITEMS), moment)

    def bill(self, server, account, item, moment):
        price = item_price(item, server.tariff)
        if server.items >> item & 1:
            return "os.covered"
        if price == 0:
            return "os.default"
        numerator = 2 * (price - server.level) * (self.end - moment) + self.length
        due = numerator // (2 * self.length) if price > server.level else 0  # rules 2.4: half up to a micro
        if due <= 0:
            return "os.covered"
        server.level = price
        server.items |= 1 << item
        self.take(account, due, "os")
        return ""  # counted

    def run(self):
        for installation in self.workload.installations():
            rule = self.install(*installation)
            if rule:
                self.rules[rule] += 1
        return self

    def summary(self):
        return {"charges": self.charges, "charged_micros": self.charged, "charge_mark": f"{self.mark:016x}",
                "short": self.shorts, "owed_micros": self.owed, "deposited_micros": self.deposited,
                "balance_micros": sum(self.balances), "balance_mark": balances_mark(enumerate(self.balances)),
                "rules": dict(sorted(self.rules.items()))}


def balances_mark(pairs):
    return f"{sum(balance_mark(account, balance) for account, balance in pairs) & MASK:016x}"


def workload_arguments(parser):
    for name in WORKLOAD_OPTIONS:
        default = getattr(Workload, name)
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    workload_arguments(parser)
    parser.add_argument("--balances", action="store_true", help="each account's too")
    given = vars(parser.parse_args())
    balances = given.pop("balances")
    oracle = Oracle(Workload(**given)).run()
    print(json.dumps(oracle.summary() | ({"balances": oracle.balances} if balances else {})))


if __name__ == "__main__":
    main()
