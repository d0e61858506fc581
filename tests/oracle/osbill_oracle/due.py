"""What is due for an account before its next input or by timer (rules.md 6, 9)."""

from .cases import close, cover, hold, pay, tell_recovered
from .model import Record, own_period, prune
from .money import DAY, DeadLetter, ends_after
from .orders import decide_lines, end_grace, placed_fault, renewed_fault
from .outputs import Step
from .pricing import due_line, price_of, resolve
from .reminders import remind

PARKED_FOR = 30 * DAY


def run_due(step: Step, account: Record) -> None:
    """9: case.expired, grace and held cases, parked.expired, reminder; cases by opening, parked by arrival."""
    for case in list(account["cases"]):
        if case["kind"] in ("PLACED", "RENEWED") and not ends_after(case["period_end"], step.now):
            expire(step, account, case)
    for case in list(account["cases"]):
        if case["state"] in ("PRICE", "STRICT", "GRACE"):
            look_again(step, account, case)
    for parked in list(account["parked"]):
        if parked["parked_at"] + PARKED_FOR <= step.now:
            account["parked"].remove(parked)
            step.cause = parked["cause"]
            step.dead_letter("parked.expired", step.cause)
            step.decide("TIMER", "parked.expired", "DEAD_LETTER", account_id=account["account_id"],
                        vps_id="" if parked["value"].get("kind") == "PLACED" else parked["value"].get("vps_id", ""), module_id=parked["value"].get("module_id", ""),
                        template=parked["value"].get("template", ""))
    remind(step, account)


def decide_case(step: Step, account: Record, case: Record, origin: str, result: Record) -> None:
    """A Decision of its own; caused_by is the input that opened the case."""
    tell_recovered(step, account)
    step.decide(origin, **{"account_id": account["account_id"], "vps_id": case["vps_id"],
                           "module_id": case["module_id"], "template": case["template"],
                           "case_id": case["case_id"], **result})


def expire(step: Step, account: Record, case: Record) -> None:
    """case.expired: from its period_end on it is closed unpaid; PENDING becomes CANCELLED."""
    step.cause = case["caused_by"]
    close(account, case)
    if case["kind"] == "PLACED":
        account["vps"][case["vps_id"]].update(status="CANCELLED", cancelled_at=case["period_end"])
    decide_case(step, account, case, "TIMER",
                {"rule": "case.expired", "verdict": "APPLIED", "amount_micros": case["amount"]})


def look_again(step: Step, account: Record, case: Record) -> None:
    """6 Held: once per newer catalogue; the grace ends by timer with the catalogue that is there by then."""
    newer = case["tried_version"] < step.catalogue["version"]
    over = case["state"] == "GRACE" and case["due_at"] <= step.now
    if not newer and not over:
        return
    step.cause = case["caused_by"]
    vps = account["vps"][case["vps_id"]]
    prune(vps, step.now)
    state = case["state"]
    if state == "GRACE":
        fault = (placed_fault if case["kind"] == "PLACED" else renewed_fault)(step.catalogue, account, {
            name: case["ordered"][name] for name in ("tariff_id", "module_id", "template")})
        if fault is not None:
            if over or not fault[1]:
                decide_case(step, account, case, "CATALOGUE" if newer else "TIMER", end_grace(step, account, case, fault[0]))
            return
    mark = step.mark()
    try:
        decide = decide_held if case["kind"] == "OS" else decide_lines
        result = decide(step, account, vps, case)
    except DeadLetter:  # nothing can be charged, so it goes on waiting
        step.take_back(mark)
        return
    if case["state"] == state and result["verdict"] == "HELD" and result["rule"] != "order.account-frozen":
        return  # still held for the same: nothing is said again
    decide_case(step, account, case, "CATALOGUE" if newer else "TIMER", result)


def decide_held(step: Step, account: Record, vps: Record, case: Record) -> Record:
    """due = (p - level met) * (min(until, end) - t) / (end - start), rounded as in 2.4; 0 when until <= t."""
    found = resolve(step.catalogue, case["tariff_id"], case)
    if not found["addon"]:
        return cover(account, vps, case, [])
    if not found["mapped"] and found["strict"]:
        return hold(step, account, vps, case, "STRICT", found, [])
    price = price_of(step.catalogue, case["tariff_id"], found["item"], case["months"], case["charged_from"])
    if price is None:
        return hold(step, account, vps, case, "PRICE", found, [])
    until, end = case["until"], case["period_end"]
    if until == 0 or (end != 0 and until > end):
        until = end
    period = own_period(vps, case) if end == 0 else None
    level = max(case["level_met"], period["os_level"]) if period else case["level_met"]  # 3: a lifetime is paid once
    due = due_line(step.catalogue, case, price, level, case["charged_from"], until,
                   item_id=found["item"], template=case["template"])
    if due["amount_micros"] <= 0:
        return cover(account, vps, case, [])
    return pay(step, account, vps, case, [due], "os.charged")
