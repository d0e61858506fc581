"""The oracle by hand-made histories: amounts are computed by hand or taken from the rule book."""

import json
import pathlib
import subprocess
import sys

from hand_made import History, micros, ms

HERE = pathlib.Path(__file__).parent
SHORT = "order.insufficient-funds INSUFFICIENT_FUNDS"
WINDOWS_SHORT = "os.insufficient-funds INSUFFICIENT_FUNDS"


def debian(units: float = 200) -> History:
    """v1 runs debian from 2025-03-01 to 2025-04-01, 31.00 are paid."""
    history = History().funded(units)
    assert history.order("PLACED", "os__debian") == ["order.charged CHARGED", "31"]
    return history


# --- orders ---


def test_order_charged_with_both_lines() -> None:
    history = History().funded(100)
    assert history.order("PLACED", "os__windows") == ["order.charged CHARGED", "93"]
    charge = history.outcome["charges"][0]
    assert charge["charge_id"] == "c-2234fd4cb958282761b85b50e9fd6642"  # SHA-256 of a1 v1 1740787200000 1
    assert [(line["kind"], line["amount_micros"]) for line in charge["lines"]] == [
        ("BASE", micros(31)), ("OS", micros(62))]
    assert charge["balance_after_micros"] == micros(7)


def test_order_insufficient_funds_then_deposit() -> None:
    history = History().funded(30.999999)
    assert history.order("PLACED", "os__debian") == [SHORT]
    assert history.told() == ["INSUFFICIENT_FUNDS WARNING"]
    assert history.outcome["notifications"][0]["deficit_micros"] == 1
    assert history.account("DEPOSIT", 0.000001) == [
        "account.deposit APPLIED", "+ case.settled CHARGED", "+ case.recovered APPLIED", "31"]
    assert history.told() == ["FUNDS_RECOVERED INFO"]
    assert history.balance() == 0 and history.cases() == []


def test_order_free_needs_no_money() -> None:
    history = History().funded(1)
    history.tariff("gift")
    history.price("gift", "", 0)
    assert history.order("PLACED", "os__debian", tariff_id="gift") == ["order.free FREE"]


def test_order_template_unavailable_and_business_key_free() -> None:
    history = History().funded(100)
    history.change(Override={"scope": "TARIFF", "scope_id": "s", "template": "os__debian", "setting": "OFF"})
    assert history.order("PLACED", "os__debian") == ["order.template-unavailable REJECTED"]
    assert history.told() == ["ORDER_REJECTED WARNING"]
    history.change(Override={"scope": "TARIFF", "scope_id": "s", "template": "os__debian", "setting": "AUTO"})
    assert history.order("PLACED", "os__debian") == ["order.charged CHARGED", "31"]


def test_order_grace_ends() -> None:
    history = History().funded(100)
    assert history.order("PLACED", "os__debian", tariff_id="late") == ["order.tariff-unknown HELD"]
    assert history.at("2025-03-01T00:04:59.999").due() == []
    assert history.at("2025-03-01T00:05").due() == ["order.tariff-unknown REJECTED"]
    assert history.order("PLACED", "os__debian") == ["order.charged CHARGED", "31"]


def test_order_grace_catalogue_comes() -> None:
    history = History().funded(100)
    history.order("PLACED", "os__debian", tariff_id="late")
    history.tariff("late")
    assert history.due() == ["order.price-missing HELD"]
    history.price("late", "", 20)
    assert history.due() == ["case.settled CHARGED", "20"]
    assert history.outcome["decisions"][0]["origin"] == "CATALOGUE"


def test_order_expires_unpaid() -> None:
    history = History().funded(0.5)
    assert history.order("PLACED", "os__debian") == [SHORT]
    assert history.at("2025-04-01").due() == ["case.expired APPLIED"]
    assert history.account("DEPOSIT", 100) == ["account.deposit APPLIED"]


def test_order_retry_takes_the_installed_os() -> None:
    history = History().funded(1)
    history.order("PLACED", "os__debian")
    assert history.installed("os__windows", "2025-03-01T06:00") == ["os.vps-pending RECORDED"]
    assert history.account("DEPOSIT", 100)[1] == "+ case.settled CHARGED"
    assert history.outcome["charges"][0]["amount_micros"] == micros(93)


def test_renewal_of_january_31() -> None:
    history = History("2025-01-31").funded(500)
    history.order("PLACED", "os__debian", start="2025-01-31")
    ends = [history.outcome["charges"][0]["lines"][0]["period_end"]]
    for start in ("2025-02-28", "2025-03-31"):
        assert history.order("RENEWED", start=start) == ["order.renewed CHARGED", "31"]
        ends.append(history.outcome["charges"][0]["lines"][0]["period_end"])
    assert ends == [ms("2025-02-28"), ms("2025-03-31"), ms("2025-04-30")]


def test_renewal_overlaps() -> None:
    history = debian()
    assert history.order("RENEWED", start="2025-03-31") == ["order.period-overlap REJECTED"]


def test_renewal_thirteenth_is_too_far() -> None:
    history = debian(1000)
    months = [f"2025-{month:02}-01" for month in range(4, 13)] + ["2026-01-01", "2026-02-01", "2026-03-01"]
    for start in months:
        assert history.order("RENEWED", start=start)[0] == "order.renewed CHARGED"
    assert history.order("RENEWED", start="2026-04-01") == ["order.too-far-ahead REJECTED"]


def test_lifetime_difference_is_not_prorated() -> None:
    history = History().funded(2000)
    for item, price in (("", 500), ("rhel", 300), ("windows", 1000)):
        history.price("s", item, price, months=0)
    assert history.order("PLACED", "os__rhel", period_months=0)[1] == "800"
    assert history.installed("os__windows", "2031-07-01") == ["os.charged CHARGED", "700"]
    assert history.order("CANCELLED", period_months=0) == ["order.cancelled APPLIED"]


# --- installations ---


def test_installed_in_the_middle_of_the_month() -> None:
    history = debian()
    assert history.installed("os__windows", "2025-03-16T12:00") == ["os.charged CHARGED", "31"]


def test_installed_a_b_a() -> None:
    history = History().funded(200)
    history.order("PLACED", "os__windows")
    assert history.installed("os__cpanel", "2025-03-11") == ["os.charged CHARGED", "21"]
    assert history.installed("os__windows", "2025-03-12") == ["os.covered COVERED"]
    assert history.installed("os__cpanel", "2025-03-13") == ["os.covered COVERED"]


def test_installed_in_two_periods() -> None:
    history = debian()
    history.order("RENEWED", start="2025-04-01")
    assert history.installed("os__windows", "2025-03-16T12:00") == ["os.charged CHARGED", "93"]
    lines = history.outcome["charges"][0]["lines"]
    assert [line["amount_micros"] for line in lines] == [micros(31), micros(62)]


def test_installed_half_up() -> None:
    history = debian()
    history.price("s", "windows", 1339.2)  # 1 ms of 31 days: 0.0000005
    assert history.installed("os__windows", "2025-03-31T23:59:59.999") == ["os.charged CHARGED", "0.000001"]


def test_installed_stale_and_same() -> None:
    history = debian()
    assert history.installed("os__windows", "2025-03-21") == ["os.charged CHARGED", "22"]
    assert history.installed("os__cpanel", "2025-03-11") == ["os.stale STALE"]
    assert history.installed("os__windows", "2025-03-10") == ["os.same RECORDED"]


def test_installed_near_miss() -> None:
    history = debian()
    assert history.installed("OS__Windows", "2025-03-10") == ["os.covered COVERED"]
    assert history.told() == ["UNMAPPED_OS CRITICAL"]
    assert history.outcome["notifications"][0]["rule"] == "os.near-miss"


def test_installed_iso() -> None:
    history = History().funded(100)
    history.order("PLACED", "os__rhel")
    assert history.installed("somebody__elses", "2025-03-10", source="ISO") == ["os.default FREE"]
    assert history.told() == ["UNMAPPED_OS WARNING"]


def test_installed_strict() -> None:
    history = History().funded(200)
    history.order("PLACED", "os__rhel")
    history.change(Module={"module_id": "m1", "auto_connect": "ALL", "strict": True})
    assert history.installed("os__ubuntu", "2025-03-11") == ["os.unmapped-held HELD"]
    history.change(Alias={"template": "os__ubuntu", "same_as": "os__windows"})
    assert history.due() == ["case.settled CHARGED", "31.5"]  # (62.00 - 15.50) * 21/31


def test_installed_lapsed_then_renewed() -> None:
    history = debian()
    assert history.installed("os__windows", "2025-04-05") == ["os.vps-lapsed RECORDED"]
    assert history.order("RENEWED", start="2025-04-05") == ["order.renewed CHARGED", "93"]


# --- held prices ---


def half() -> History:
    history = History().funded(200)
    history.tariff("half")
    history.price("half", "", 31)
    assert history.order("PLACED", "os__debian", tariff_id="half")[1] == "31"
    assert history.installed("os__windows", "2025-03-11") == ["os.price-missing HELD"]
    assert history.told() == ["PRICE_MISSING CRITICAL"]
    return history


def test_held_price_comes() -> None:
    history = half()
    assert history.due() == []
    history.at("2025-03-21").price("half", "windows", 62)
    assert history.due() == ["case.settled CHARGED", "42"]


def test_held_price_before_the_next_input() -> None:
    history = half()
    history.price("half", "windows", 62)
    assert history.account("WITHDRAWAL", 1) == ["case.settled CHARGED", "account.withdrawal APPLIED", "42"]


def test_held_price_until_another_os() -> None:
    history = half()
    assert history.installed("os__debian", "2025-03-21") == ["os.covered COVERED"]
    history.price("half", "windows", 62)
    assert history.due() == ["case.settled CHARGED", "20"]
    assert history.outcome["charges"][0]["lines"][0]["charged_until"] == ms("2025-03-21")


def test_held_price_is_nothing() -> None:
    history = half()
    history.price("half", "windows", 0)
    assert history.due() == ["case.covered COVERED"]


def test_held_price_too_late_for_its_moment() -> None:
    history = half()
    history.price("half", "windows", 62, since="2025-03-12")
    assert history.due() == []


# --- tariffs and refunds ---


def test_tariff_up_and_down() -> None:
    history = debian()
    history.tariff("pro")
    history.price("pro", "", 62)
    history.at("2025-03-11")
    assert history.order("TARIFF_CHANGED", tariff_id="pro") == ["order.tariff-changed CHARGED", "21"]
    history.at("2025-03-21")
    assert history.order("TARIFF_CHANGED", tariff_id="s") == ["order.tariff-changed REFUNDED", "-11"]
    assert history.outcome["charges"][0]["rule"] == "order.refunded"


def test_tariff_down_keeps_money_for_the_os() -> None:
    history = History().funded(100)
    history.order("PLACED", "os__debian", tariff_id="n")
    history.tariff("budget")
    for item, price in (("", 15.5), ("windows", 31)):
        history.price("budget", item, price)
    history.at("2025-03-16T12:00")
    assert history.order("TARIFF_CHANGED", tariff_id="budget") == ["order.tariff-changed APPLIED"]
    assert history.installed("os__windows", "2025-03-16T12:00") == ["os.charged CHARGED", "7.75"]


def test_tariff_wrong_period() -> None:
    assert debian().order("TARIFF_CHANGED", period_months=12) == ["order.period-mismatch REJECTED"]


def test_cancelled_prorata() -> None:
    history = debian()
    history.at("2025-03-16T12:00")
    assert history.order("CANCELLED") == ["order.cancelled REFUNDED", "-15.5"]
    assert history.installed("os__windows", "2025-03-17") == ["os.vps-cancelled RECORDED"]


def test_cancelled_towards_zero() -> None:
    history = debian()
    history.at("2025-03-20T05:00")
    assert history.order("CANCELLED") == ["order.cancelled REFUNDED", "-11.791666"]


def test_cancelled_reduces_the_debt_first() -> None:
    history = debian(31)
    assert history.installed("os__windows", "2025-03-11") == [WINDOWS_SHORT]
    history.at("2025-03-11T06:00")
    assert history.order("CANCELLED") == ["order.cancelled REFUNDED", "+ case.closed APPLIED", "-20.25"]


def test_cancelled_settles_another_debt() -> None:
    history = debian(31)
    assert history.order("PLACED", "os__debian", vps_id="v2", order_id="o2") == [SHORT]
    assert history.order("CANCELLED") == ["order.cancelled REFUNDED", "+ case.settled CHARGED",
                                          "+ case.recovered APPLIED", "-31", "31"]


def test_new_life() -> None:
    history = debian()
    history.at("2025-03-16T12:00")
    history.order("CANCELLED")
    assert history.order("PLACED", "os__debian", start="2025-03-17", order_id="o2") == ["order.charged CHARGED", "31"]
    assert history.installed("os__windows", "2025-03-16T12:00") == ["os.stale STALE"]


# --- accounts, cases ---


def test_parked_and_released() -> None:
    history = History()
    assert history.installed("os__windows", "2025-03-02") == ["os.account-unknown PARKED"]
    assert history.funded(200).said() == ["account.deposit APPLIED"]
    assert history.order("PLACED", "os__debian") == ["order.charged CHARGED", "+ os.charged CHARGED", "31", "60"]


def test_parked_for_thirty_days() -> None:
    history = History()
    history.installed("os__windows", "2025-03-01")
    assert history.at("2025-03-30T23:59:59.999").due() == []
    assert history.at("2025-03-31").due() == ["parked.expired DEAD_LETTER"]
    assert history.dead() == ["parked.expired"]


def test_reminders_after_1_3_7_days_then_weekly() -> None:
    history = History().funded(1)
    history.price("s", "", 500, months=0)
    history.order("PLACED", "os__debian", period_months=0)
    told = []
    for day in range(1, 31):
        if history.at(f"2025-03-{day:02}").due():
            told.append(day)
    assert told == [2, 4, 8, 15, 22, 29]


def test_reminder_brought_forward() -> None:
    history = History().funded(1)
    history.price("s", "", 500, months=0)
    history.order("PLACED", "os__debian", period_months=0)
    assert history.at("2025-03-04").due() == ["case.reminder APPLIED"]
    history.at("2025-03-04T12:00").account("WITHDRAWAL", 20)
    assert history.at("2025-03-04T23:59").due() == []
    assert history.at("2025-03-05").due() == ["case.reminder APPLIED"]


def test_waived_is_not_given_back() -> None:
    history = History().funded(1)
    history.order("PLACED", "os__windows")
    assert history.account("CASE_WAIVED", case_id=history.cases()[0]["case_id"]) == ["case.waived APPLIED"]
    history.at("2025-03-16T12:00")
    assert history.order("CANCELLED") == ["order.cancelled APPLIED"]


def test_waived_licence_of_a_paid_order() -> None:
    history = debian(31)
    history.installed("os__windows", "2025-03-11")
    history.account("CASE_WAIVED", case_id=history.cases()[0]["case_id"])
    history.at("2025-03-16T12:00")
    assert history.order("CANCELLED") == ["order.cancelled REFUNDED", "-15.5"]


def test_frozen_then_unfrozen() -> None:
    history = debian()
    assert history.account("FROZEN") == ["account.frozen APPLIED"]
    assert history.installed("os__windows", "2025-03-16T12:00") == ["os.account-frozen HELD"]
    assert history.told() == ["ACCOUNT_FROZEN WARNING"]
    assert history.account("UNFROZEN") == ["account.unfrozen APPLIED", "+ case.settled CHARGED", "31"]


def test_closed_then_opened() -> None:
    history = debian()
    assert history.account("CLOSED") == ["account.closed APPLIED"]
    assert history.order("RENEWED", start="2025-04-01") == ["order.account-closed REJECTED"]
    assert history.account("DEPOSIT", 5) == ["account.deposit APPLIED"]
    assert history.account("OPENED") == ["account.opened APPLIED"]
    assert history.balance() == 174


def test_duplicate_conflict() -> None:
    history = History().funded(100)
    again = {"event_id": "account-1", "occurred_at": history.now}
    assert history.account("DEPOSIT", 100, **again) == ["account.duplicate DUPLICATE"]
    assert history.account("DEPOSIT", 200, **again) == ["account.conflict CONFLICT"]
    assert history.told() == ["CONFLICT CRITICAL"] and history.dead() == ["account.conflict"]
    assert history.balance() == 100


def test_order_again_under_another_event_id() -> None:
    history = debian()
    assert history.order("PLACED", "os__debian") == ["order.duplicate DUPLICATE"]
    assert history.order("PLACED", "os__windows") == ["order.conflict CONFLICT"]


def test_too_old() -> None:
    history = History().funded(1)
    old = {"event_id": "account-1", "occurred_at": history.now}
    history.at("2025-04-15")
    assert history.account("DEPOSIT", 1, **old) == ["too-old DEAD_LETTER"]
    assert history.account("DEPOSIT", 1) == ["account.deposit APPLIED"]


def test_bad_values() -> None:
    history = History().funded(1)
    for kind, units in (("DEPOSIT", 0), ("WITHDRAWAL", -1), ("CREDIT_LIMIT", -0.000001)):
        assert history.account(kind, units) == ["account.bad-value DEAD_LETTER"]
    assert history.account("DEPOSIT", 1, currency="USD") == ["account.currency-mismatch DEAD_LETTER"]
    assert history.order("PLACED", "os__debian", period_months=121) == ["bad-value DEAD_LETTER"]
    future = {"occurred_at": history.now + 3_600_001}
    assert history.account("DEPOSIT", 1, **future) == ["time-in-future DEAD_LETTER"]


def test_overflow_leaves_everything() -> None:
    history = History().funded(100)
    history.change(Price={"tariff_id": "s", "item_id": "", "period_months": 1, "currency": "EUR",
                          "amount_micros": 2**63 - 1, "effective_from": ms("2020-01-01")})
    assert history.order("PLACED", "os__windows") == ["amount-overflow DEAD_LETTER"]
    assert history.cases() == [] and history.balance() == 100


# --- the catalogue lane ---


def test_scan_removes() -> None:
    history = History()
    said = history.templates("os__debian", "os__ubuntu", "os__rhel", "os__windows", scan="one", size=4)
    assert said == ["template.seen APPLIED", "+ template.removed APPLIED"]
    assert history.told() == ["TEMPLATE_REMOVED WARNING"]


def test_scan_breaker_and_approval() -> None:
    history = History()
    assert history.templates("os__debian", scan="one", size=1) == ["scan.held HELD"]
    assert history.told() == ["SCAN_HELD WARNING"]
    assert history.change(ScanApproval={"module_id": "m1", "scan_id": "two"}) == ["scan.unknown DEAD_LETTER"]
    assert history.change(ScanApproval={"module_id": "m1", "scan_id": "one"}) == [
        "scan.approved APPLIED", *["+ template.removed APPLIED"] * 4]


def test_scan_invalid() -> None:
    history = History()
    history.templates("os__debian", scan="one", size=4)
    assert history.templates("os__rhel", scan="one", size=3) == ["scan.invalid REJECTED"]
    assert history.templates("os__rhel", scan="one", size=0) == ["scan.size DEAD_LETTER"]


def test_change_refused_and_again() -> None:
    history = History()
    assert history.price("ghost", "", 1) == ["catalogue.refused DEAD_LETTER"]
    last = history.lines[-1]["value"]
    history.send("catalogue", {"change_set": last["change_set"], "index": 0, "count": 1, "change": last["change"]})
    assert history.said() == ["catalogue.refused DEAD_LETTER"]


def test_change_set_of_two_parts() -> None:
    history = History().funded(100)
    price = {"tariff_id": "s", "item_id": "", "period_months": 1, "currency": "EUR", "effective_from": 0}
    for index, rule in ((0, "catalogue.applied RECORDED"), (0, "catalogue.duplicate DUPLICATE")):
        history.send("catalogue", {"change_set": "spring", "index": index, "count": 2, "change": {
            "Price": {**price, "amount_micros": micros(20), "effective_from": ms("2025-01-01")}}})
        assert history.said() == [rule]
    assert history.order("PLACED", "os__debian") == ["order.charged CHARGED", "31"]
    history.send("catalogue", {"change_set": "spring", "index": 1, "count": 2, "change": {
        "Price": {**price, "item_id": "rhel", "amount_micros": micros(1)}}})
    assert history.said() == ["catalogue.applied APPLIED"]
    assert history.order("PLACED", "os__debian", vps_id="v2", order_id="o2") == ["order.charged CHARGED", "20"]


# --- the commands ---


def test_commands(tmp_path: pathlib.Path) -> None:
    history = debian()
    history.installed("os__windows", "2025-03-16T12:00")
    steps, mine, other = tmp_path / "history", tmp_path / "mine", tmp_path / "other"
    steps.write_text("".join(json.dumps(line) + "\n" for line in history.lines), encoding="utf-8")
    oracle = subprocess.run([sys.executable, HERE / "oracle.py", steps], capture_output=True, text=True, check=True)
    mine.write_text(oracle.stdout, encoding="utf-8")
    other.write_text(oracle.stdout.replace('"amount_micros":31000000', '"amount_micros":30000000'), encoding="utf-8")
    compare = [sys.executable, str(HERE / "compare.py"), mine]
    same = subprocess.run([*compare, mine], capture_output=True, text=True, check=False)
    assert same.returncode == 0 and "1 os.charged" in same.stdout
    differs = subprocess.run([*compare, other, steps], capture_output=True, text=True, check=False)
    assert differs.returncode == 1
    assert "charges[0].amount_micros: expected 31000000, got 30000000" in differs.stdout
