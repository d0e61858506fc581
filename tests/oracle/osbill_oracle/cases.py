"""Charges and cases: opened, tried again, settled, closed (rules.md 6)."""

from typing import Any

from . import ids
from .model import Record, add_period, available, own_period, raise_level
from .money import DeadLetter, fits
from .outputs import Step
from .pricing import full_line, price_of, resolve, total

MOST_CASES = 1000  # of an account, open at once: one more is the dead letter limit-exceeded


def new_case(kind: str, vps: Record, installed: Record, cause: Record, **fields: Any) -> Record:
    """A case that is not open yet. kind: PLACED, RENEWED, OS, TARIFF. installed: what its OS line is made for."""
    case = {"kind": kind, "state": "", "epoch": 0, "case_id": "", "vps_id": vps["vps_id"],
            "order_id": vps["order_id"], "template": installed["template"], "source": installed["source"],
            "module_id": installed["module_id"], "caused_by": cause, "rule": "", "opened_at": 0, "due_at": 0,
            "until": 0, "level_met": 0, "charged_from": 0, "amount": 0, "lines": [], "item_id": "", "notices": 0,
            "short_noticed": False, "unmapped_noticed": False, "near_checked": False,
            "tried_version": 0, "tariff_id": "", "months": 0, "period_start": 0, "period_end": 0, "anchor_day": 0,
            "occurred_at": 0, "ordered": None}
    case.update(fields)
    return case


def next_epoch(vps: Record) -> int:
    """6: per VPS from 1, +1 for each obligation, never reset."""
    vps["epoch"] += 1
    return vps["epoch"]


def charge(step: Step, account: Record, vps: Record, rule: str, lines: list[Record], case: Record | None = None,
           order_id: str | None = None) -> Record:
    """One Charge (negative: a refund); with a case: the one that settles it, under its epoch."""
    amount = total(lines)
    balance = fits(account["balance"] - amount)
    epoch = case["epoch"] if case is not None else next_epoch(vps)
    start = case["id_start"] if case is not None else lines[0]["period_start"]
    account["balance"] = balance
    record = {"caused_by": step.cause, "decided_at": step.now, "rule": rule,
              "charge_id": "c-" + ids.obligation(account["account_id"], vps["vps_id"], start, epoch),
              "case_id": case["case_id"] if case is not None else "", "account_id": account["account_id"],
              "vps_id": vps["vps_id"], "order_id": vps["order_id"] if order_id is None else order_id,
              "currency": account["currency"], "amount_micros": amount, "balance_after_micros": balance,
              "lines": lines}
    step.charges.append(record)
    return record


def wait(step: Step, account: Record, vps: Record, case: Record, state: str, rule: str, lines: list[Record]) -> None:
    """Opens the case in a state (SHORT, FROZEN, PRICE, STRICT, GRACE), or moves an open one into it."""
    if case["case_id"] == "":
        if len(account["cases"]) >= MOST_CASES:
            raise DeadLetter("limit-exceeded")
        case["epoch"] = next_epoch(vps)
        case["id_start"] = lines[0]["period_start"] if lines else case["period_start"]
        digits = ids.obligation(account["account_id"], vps["vps_id"], case["id_start"], case["epoch"])
        case["case_id"] = "k-" + digits
        case["opened_at"] = step.now
        case["tried_version"] = step.catalogue["version"]
        account["cases"].append(case)
    case["state"], case["rule"], case["lines"] = state, rule, lines
    case["amount"] = total(lines) if state in ("SHORT", "FROZEN") else 0


def close(account: Record, case: Record) -> None:
    account["cases"] = [other for other in account["cases"] if other is not case]


def about(account: Record, case: Record) -> Record:
    """The fields that a notification of a case has."""
    return {"account_id": account["account_id"], "vps_id": case["vps_id"], "module_id": case["module_id"],
            "template": case["template"], "currency": account["currency"]}


def notify_short(step: Step, account: Record, case: Record, rule: str) -> None:
    """6: one INSUFFICIENT_FUNDS per case, the first time it is short."""
    if case["short_noticed"]:
        return
    case["short_noticed"] = True
    deficit = case["amount"] - available(account)
    account["short_told"] = True
    step.notify("INSUFFICIENT_FUNDS", "WARNING", rule, case, **about(account, case), amount_micros=case["amount"],
                available_micros=available(account), deficit_micros=deficit)


def hold(step: Step, account: Record, vps: Record, case: Record, state: str, found: Record,
         lines: list[Record]) -> Record:
    """Held for a mapping (STRICT) or a price (PRICE); told when it begins to wait for that."""
    area = "os" if case["kind"] == "OS" else "order"
    rule = f"{area}.unmapped-held" if state == "STRICT" else f"{area}.price-missing"
    told = case["state"] == state
    wait(step, account, vps, case, state, rule, lines)
    case["item_id"] = found["item"] if state == "PRICE" else ""
    if told:
        return {"rule": rule, "verdict": "HELD", "case_id": case["case_id"]}
    if state == "STRICT":
        step.notify("UNMAPPED_OS", "CRITICAL" if found["near"] else "WARNING", rule, case, **about(account, case))
    else:
        step.notify("PRICE_MISSING", "CRITICAL", rule, case, **about(account, case))
    return {"rule": rule, "verdict": "HELD", "case_id": case["case_id"]}


def order_lines(catalogue: Record, case: Record, installed: Record) -> tuple[str, Record, list[Record]]:
    """The lines of a PLACED or RENEWED period: (STRICT, PRICE or empty, what was found, the lines that are known)."""
    found = resolve(catalogue, case["tariff_id"], installed)
    months, moment = case["months"], case["occurred_at"]
    lines = [one for one in case["lines"] if one["kind"] == "BASE"]
    if not lines:  # 4 Unpaid: a retry keeps the BASE line
        base = price_of(catalogue, case["tariff_id"], "", months, moment)
        lines = [] if base is None else [full_line("BASE", case, base)]
    if not found["mapped"] and found["strict"]:
        return "STRICT", found, lines
    if not found["addon"]:  # 2.1: the OS is free, no OS line
        return ("" if lines else "PRICE"), found, lines
    price = price_of(catalogue, case["tariff_id"], found["item"], months, moment)
    missing = price is None or not lines
    if price is not None:
        lines = lines + [full_line("OS", case, price, item_id=found["item"], template=installed["template"])]
    return ("PRICE" if missing else ""), found, lines


def begin_period(vps: Record, case: Record, lines: list[Record]) -> Record:
    """4: the period of a PLACED or RENEWED case is added when it is settled."""
    items = [one["item_id"] for one in lines if one["kind"] == "OS"]
    if case["kind"] == "PLACED":
        vps["status"] = "ACTIVE"
    return add_period(vps, case, lines, items)


def owe(account: Record, case: Record, lines: list[Record]) -> None:
    """3: a held licence that is priced at last counts in the levels from now on, unless `until` cut it."""
    vps = account["vps"][case["vps_id"]]
    period = own_period(vps, case)
    replaced = case["until"] != 0 and case["period_end"] != 0  # a lifetime is paid whole, however short it was installed
    if case["kind"] == "OS" and case["state"] in ("PRICE", "STRICT") and not replaced and period is not None:
        raise_level(period, lines[0]["item_id"], max(period["os_level"], lines[0]["price_micros"]),
                    case["charged_from"])


def pay(step: Step, account: Record, vps: Record, case: Record, lines: list[Record], charged: str) -> Record:
    """Charges the lines or makes a case of them: frozen, then short of funds (4, 5). charged: the rule of success."""
    area = "os" if case["kind"] == "OS" else "order"
    amount = total(lines)
    result = {"amount_micros": amount, "item_id": lines[-1]["item_id"]}
    if account["status"] == "FROZEN":
        rule = f"{area}.account-frozen"
        owe(account, case, lines)
        wait(step, account, vps, case, "FROZEN", rule, lines)
        step.notify("ACCOUNT_FROZEN", "WARNING", rule, case, **about(account, case), amount_micros=amount)
        return {**result, "rule": rule, "verdict": "HELD", "case_id": case["case_id"]}
    if amount > available(account):  # exactly enough is enough
        rule = charged if case["kind"] == "TARIFF" else f"{area}.insufficient-funds"
        owe(account, case, lines)
        wait(step, account, vps, case, "SHORT", rule, lines)
        notify_short(step, account, case, rule)
        return {**result, "rule": rule, "verdict": "INSUFFICIENT_FUNDS", "case_id": case["case_id"]}
    if case["case_id"] != "":
        return {**result, **settle(step, account, vps, case, lines)}
    record = charge(step, account, vps, charged, lines)
    if case["kind"] in ("PLACED", "RENEWED"):
        begin_period(vps, case, lines)
    return {**result, "rule": charged, "verdict": "CHARGED", "charge_id": record["charge_id"]}


def settle(step: Step, account: Record, vps: Record, case: Record, lines: list[Record]) -> Record:
    """case.settled: the Charge shares the epoch of its case."""
    owe(account, case, lines)
    record = charge(step, account, vps, "case.settled", lines, case, case["order_id"])
    close(account, case)
    if case["kind"] in ("PLACED", "RENEWED"):
        begin_period(vps, case, lines)
    if case["short_noticed"]:
        step.recovered = case
    return {"rule": "case.settled", "verdict": "CHARGED", "amount_micros": record["amount_micros"],
            "charge_id": record["charge_id"], "case_id": case["case_id"]}


def cover(account: Record, vps: Record, case: Record, lines: list[Record]) -> Record:
    """case.covered: there is nothing to charge after all."""
    close(account, case)
    if case["kind"] in ("PLACED", "RENEWED"):
        begin_period(vps, case, lines)
    return {"rule": "case.covered", "verdict": "COVERED", "case_id": case["case_id"]}


def retry_all(step: Step, account: Record) -> None:
    """6: the account's cases in order of opening, skipping those that do not fit, while it is ACTIVE."""
    if account["status"] != "ACTIVE":
        return
    for case in list(account["cases"]):
        if case["state"] not in ("SHORT", "FROZEN"):
            continue
        try:
            result = retry(step, account, account["vps"][case["vps_id"]], case)
        except DeadLetter:  # its sum is beyond 64 bits: it goes on waiting
            continue
        if result is not None:
            step.effect(**{"vps_id": case["vps_id"], "template": case["template"], **result})


def retry(step: Step, account: Record, vps: Record, case: Record) -> Record | None:
    lines, state = case["lines"], case["state"]
    if case["kind"] in ("PLACED", "RENEWED") and vps["template"] != case["template"]:
        waits_for, found, lines = order_lines(step.catalogue, case, vps)
        amount = total(lines)
        case.update(template=vps["template"], source=vps["source"], module_id=vps["module_id"])
        if waits_for:  # without a price the case is held
            return hold(step, account, vps, case, waits_for, found, lines)
        case["lines"], case["amount"] = lines, amount
        if amount == 0:
            return cover(account, vps, case, lines)
    if case["amount"] <= available(account):
        return settle(step, account, vps, case, lines)
    if state == "SHORT":
        return None
    rule = ("os" if case["kind"] == "OS" else "order") + ".insufficient-funds"
    case["state"], case["rule"] = "SHORT", rule
    notify_short(step, account, case, rule)
    return {"rule": rule, "verdict": "INSUFFICIENT_FUNDS", "amount_micros": case["amount"],
            "case_id": case["case_id"]}


def tell_recovered(step: Step, account: Record) -> None:
    """6: one FUNDS_RECOVERED when the last one that was short of funds is settled (case.recovered)."""
    case, step.recovered = step.recovered, None
    if case is None or any(other["state"] == "SHORT" for other in account["cases"]):
        return
    step.effect("case.recovered", "APPLIED", vps_id=case["vps_id"], case_id=case["case_id"])
    step.notify("FUNDS_RECOVERED", "INFO", "case.recovered", case, account_id=account["account_id"],
                vps_id=case["vps_id"], currency=account["currency"], available_micros=available(account))
