"""The scenes of the story. Each says what happens, lets it happen, and checks what comes of it (rules.md)."""
import itertools
import pathlib
import sys
import time

from amounts import DAY, euros, in_euros, month_after, rest_of_month
from check import Checks

MODULE, TARIFF = "vm-fra1", "kvm-start"
BASE, WINDOWS_2022_PRICE, WINDOWS_2025_PRICE = euros("6.50"), euros("14.90"), euros("17.90")  # as in catalogue.yaml
NAMES = ["Debian-12", "Ubuntu-24.04", "AlmaLinux-9", "Rocky-Linux-9", "Windows-Server-2022", "Windows-Server-2025"]
DEBIAN, UBUNTU, _, _, WINDOWS_2022, WINDOWS_2025 = (f"ISPsystem__{name}" for name in NAMES)

_numbers = itertools.count(1)


def say(text):
    sys.stdout.write(text + "\n")  # in one piece: the watches speak too
    sys.stdout.flush()


def now():
    return time.time_ns() // 1_000_000


def show_charge(charge):
    lines = ", ".join(f"{line['kind']} {in_euros(line['amount_micros'])}" for line in charge["lines"])
    say(f"  --> charge        {charge['account_id']} {in_euros(charge['amount_micros'])} {charge['currency']}"
        f" for {charge['vps_id']} ({lines}), balance {in_euros(charge['balance_after_micros'])}   [{charge['rule']}]")


def show_notification(note):
    about = note["account_id"] or note["module_id"]
    money = ""
    if note["amount_micros"]:
        money = (f" {in_euros(note['amount_micros'])} due, {in_euros(note['available_micros'])} available,"
                 f" {in_euros(note['deficit_micros'])} missing")
    say(f"  --> notification  {note['severity']} {note['kind']} {about}{money}   [{note['rule']}]"
        f"\n                    {note['text']}")


class Story:
    def __init__(self, program, catalogue):
        self.program, self.catalogue_file = program, catalogue
        self.checks = Checks(say)
        self.worker = self.log = self.charges = self.notifications = self.decisions = None
        self.expected_charges = []  # (account, amount)

    def worker_log(self):
        return pathlib.Path(self.log).read_text(encoding="utf-8", errors="replace")[-2000:]

    def tell(self):
        self.opening()
        start = self.order_free_linux()
        self.reinstall_windows(start)
        self.flapping_costs_nothing()
        self.no_money_then_a_deposit()
        self.switched_off_stays_off()
        self.scans()
        self.the_end()

    # --- making things happen ---

    def decide(self, topic, *events):
        """Publishes; the Decision about the last event."""
        self.program.publish(topic, *events)
        found = self.decisions.wait(lambda decision: decision["event_id"] == events[-1]["event_id"], 60)
        if not found:
            raise SystemExit(f"story: no Decision about {events[-1]} within 60 s; the worker's log:\n{self.worker_log()}")
        return found[1]

    def must_decide(self, rule, topic, *events):
        decision = self.decide(topic, *events)
        if decision["rule"] != rule:
            self.checks.equal(f"rule for {topic} {events[-1]['event_id']}", rule, decision["rule"])
        return decision

    @staticmethod
    def event(**fields):
        moment = now()
        return {"event_id": f"{moment}-{next(_numbers)}", "occurred_at": moment} | fields

    def account(self, account_id, kind, amount=0):
        return self.event(account_id=account_id, kind=kind, amount_micros=amount, currency="EUR")

    def order(self, account_id, vps_id, template, start=None):
        moment = start or now()
        return self.event(account_id=account_id, order_id=f"order-{vps_id}", vps_id=vps_id, module_id=MODULE,
                          tariff_id=TARIFF, template=template, kind="PLACED", period_start=moment, period_months=1
                          ) | {"occurred_at": moment}

    def install(self, account_id, vps_id, template, source="REINSTALL", moment=None):
        moment = moment or now()
        return self.event(account_id=account_id, vps_id=vps_id, module_id=MODULE, template=template,
                          installed_at=moment, source=source) | {"occurred_at": moment}

    def scan(self, names, size=None):
        scan_id = f"scan-{now()}"
        return [self.event(module_id=MODULE, scan_id=scan_id, scan_size=size or len(names), repository="ISPsystem",
                           name=name, os_group="windows" if "Windows" in name else "linux") for name in names]

    def see_scan(self, events):
        """Publishes a scan's messages, then waits until orders are decided with what they changed."""
        version = self.decide("template-discovered", *events)["catalogue_version"]
        while self.decide("account", self.account("nobody", "OPENED"))["catalogue_version"] < version:
            pass

    # --- what came of it ---

    def must_charge(self, what, decision, amount):
        found = self.charges.wait(lambda charge: charge["charge_id"] == decision["charge_id"])
        self.expected_charges.append((decision["account_id"], amount))
        self.checks.equal(what, in_euros(amount), found and in_euros(found[1]["amount_micros"]))
        return found

    def must_notify(self, kind, accepts):
        found = self.notifications.wait(lambda note: note["kind"] == kind and accepts(note))
        self.checks.true(f"notification {kind}", found is not None, "none")
        return found[1] if found else None

    def must_reject(self, order):
        decision = self.decide("order", order)
        note = self.must_notify("ORDER_REJECTED", lambda note: note["vps_id"] == order["vps_id"])
        self.checks.equal("an order of it", ("order.template-unavailable", "REJECTED"),
                          (decision["rule"], decision["verdict"]))
        return note

    # --- the scenes ---

    def opening(self):
        say(f"\n1. A provider's installation, topics {self.program.settings['OSBILL_TOPIC_PREFIX']}*: osbill init,"
            " a worker, prices from a file, a scan of VMmanager")
        self.program.run("init", "--replication-factor", "1")
        self.worker, self.log = self.program.start_worker()
        self.program.start_publishers("account", "order", "os-installed", "template-discovered")
        self.charges = self.program.watch("charge", show_charge)
        self.notifications = self.program.watch("notification", show_notification)
        self.decisions = self.program.watch("decision")
        self.program.run("catalogue", "apply", str(self.catalogue_file))
        self.see_scan(self.scan(NAMES))

    def order_free_linux(self):
        say("\n2. Anna has 100.00 EUR. Ten days ago she ordered a VPS with free Linux (Debian 12)")
        start = now() - 10 * DAY
        self.must_decide("account.deposit", "account", self.account("anna", "OPENED"),
                         self.account("anna", "DEPOSIT", euros("100")))
        decision = self.must_decide("order.charged", "order", self.order("anna", "vps-anna", DEBIAN, start))
        self.must_charge("the base price, in full", decision, BASE)
        decision = self.decide("os-installed", self.install("anna", "vps-anna", DEBIAN, "ORDER", start + 300_000))
        self.checks.equal("VMmanager reports that Debian 12 was installed", ("os.same", ""),
                          (decision["rule"], decision["charge_id"]))
        return start

    def reinstall_windows(self, start):
        say("\n3. Now she reinstalls Windows Server 2022 from VMmanager's own panel")
        event = self.install("anna", "vps-anna", WINDOWS_2022)
        began = time.monotonic()
        decision = self.must_decide("os.charged", "os-installed", event)
        amount = rest_of_month(WINDOWS_2022_PRICE, start, event["installed_at"])
        found = self.must_charge(f"{in_euros(WINDOWS_2022_PRICE)} for the rest of the month, to the cent", decision, amount)
        if found:
            say(f"           readable (read_committed) after {(found[0] - began) * 1000:.0f} ms, `osbill publish` included")

    def flapping_costs_nothing(self):
        say("\n4. Debian again, Windows again, Debian, Windows: paid is paid")
        for template in (DEBIAN, WINDOWS_2022) * 2:
            decision = self.decide("os-installed", self.install("anna", "vps-anna", template))
            self.checks.equal(f"{template} costs nothing more", ("os.covered", "", 0),
                              (decision["rule"], decision["charge_id"], decision["amount_micros"]))

    def no_money_then_a_deposit(self):
        say("\n5. Boris has 10.00 EUR: enough for a VPS with Debian, not for the Windows that he then installs")
        start = now() - 3 * DAY
        self.must_decide("account.deposit", "account", self.account("boris", "OPENED"),
                         self.account("boris", "DEPOSIT", euros("10")))
        self.must_charge("the base price", self.must_decide(
            "order.charged", "order", self.order("boris", "vps-boris", DEBIAN, start)), BASE)
        event = self.install("boris", "vps-boris", WINDOWS_2022)
        decision = self.must_decide("os.insufficient-funds", "os-installed", event)
        amount = rest_of_month(WINDOWS_2022_PRICE, start, event["installed_at"])
        note = self.must_notify("INSUFFICIENT_FUNDS", lambda note: note["case_id"] == decision["case_id"])
        if note:
            available = euros("10") - BASE
            self.checks.equal("due, available, missing",
                              [in_euros(amount), in_euros(available), in_euros(amount - available)],
                              [in_euros(note[name]) for name in ("amount_micros", "available_micros", "deficit_micros")])
        say("   He pays in 20.00 EUR")
        paid = self.must_decide("account.deposit", "account", self.account("boris", "DEPOSIT", euros("20")))
        settled = [effect for effect in paid["effects"] if effect["rule"] == "case.settled"]
        for effect in settled[:1]:
            self.must_charge("charged now, the same amount", effect | {"account_id": "boris"}, amount)
        self.checks.equal("the case that the deposit settles",
                          [decision["case_id"]], [effect["case_id"] for effect in settled])
        self.must_notify("FUNDS_RECOVERED", lambda note: note["account_id"] == "boris")

    def switched_off_stays_off(self):
        say("\n6. The administrator switches Ubuntu 24.04 off for the tariff; the next scan of VMmanager finds it again")
        self.program.run("template", "off", UBUNTU, "--tariff", TARIFF)
        self.see_scan(self.scan(NAMES))
        self.must_reject(self.order("anna", "vps-anna-2", UBUNTU))

    def scans(self):
        rest = [name for name in NAMES if name != "Windows-Server-2025"]
        say("\n7. A scan without Windows Server 2025 breaks off before its end: nothing is removed")
        self.see_scan(self.scan(rest[:-1], len(rest)))
        start = now()
        decision = self.must_decide("order.charged", "order", self.order("anna", "vps-anna-3", WINDOWS_2025, start))
        self.must_charge("still orderable: base and Windows Server 2025", decision, BASE + WINDOWS_2025_PRICE)
        say("   The next scan is complete, and still without it")
        self.see_scan(self.scan(rest))
        self.must_notify("TEMPLATE_REMOVED", lambda note: note["template"] == WINDOWS_2025)
        note = self.must_reject(self.order("anna", "vps-anna-4", WINDOWS_2025))
        if note:
            self.checks.true(f"it names the nearest, {WINDOWS_2022}", WINDOWS_2022 in note["text"], note["text"])

    def the_end(self):
        say("\n8. osbill verify: one decision for each input, money conserved, Redis equal to Kafka")
        say("    " + self.program.run("verify").strip().replace("\n", "\n    "))
        charges = sorted((charge["account_id"], charge["amount_micros"]) for charge in self.charges.records())
        self.checks.equal("charges in all", sorted(self.expected_charges), charges)
        kinds = sorted(note["kind"] for note in self.notifications.records())
        self.checks.equal("notifications in all", sorted([
            "FUNDS_RECOVERED", "INSUFFICIENT_FUNDS", "ORDER_REJECTED", "ORDER_REJECTED", "TEMPLATE_REMOVED"]), kinds)
