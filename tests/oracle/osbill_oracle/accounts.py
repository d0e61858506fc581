"""Account events (rules.md 7) and CASE_WAIVED (6)."""

from .cases import begin_period, close
from .model import Record
from .money import DeadLetter, fits
from .orders import end_grace
from .outputs import Step
from .pricing import price_of, resolve
from .reminders import bring_forward
from .validate import check_account_values


def decide_account(step: Step, account: Record, value: Record) -> Record:
    """An account event that is no duplicate. verdict PARKED: it waits for its account."""
    kind, status = value["kind"], account["status"]
    check_account_values(value)
    if kind == "OPENED":
        return decide_opened(account, value)
    if status == "UNKNOWN":
        return {"rule": "account.unknown", "verdict": "PARKED"}
    money = kind in ("DEPOSIT", "WITHDRAWAL", "CREDIT_LIMIT")
    if value.get("currency", "") != account["currency"] and (money or value.get("currency", "")):
        raise DeadLetter("account.currency-mismatch")
    if status == "CLOSED" and kind not in ("DEPOSIT", "WITHDRAWAL"):
        return {"rule": "account.rejected", "verdict": "REJECTED"}
    if money:
        return decide_money(step, account, value)
    if kind == "CASE_WAIVED":
        return decide_waived(step, account, value)
    if kind == "FROZEN":
        account["status"] = "FROZEN"
        return {"rule": "account.frozen", "verdict": "APPLIED"}
    if kind == "UNFROZEN":
        account["status"] = "ACTIVE"
        step.retry = True
        return {"rule": "account.unfrozen", "verdict": "APPLIED"}
    return decide_closed(step, account, value)


def decide_opened(account: Record, value: Record) -> Record:
    """Again with the same currency: nothing; another: CONFLICT. After CLOSED it is opened again."""
    if account["status"] != "UNKNOWN" and account["currency"] != value["currency"]:
        return {"rule": "account.conflict", "verdict": "CONFLICT"}
    if account["status"] in ("UNKNOWN", "CLOSED"):
        account["status"], account["currency"] = "ACTIVE", value["currency"]
    return {"rule": "account.opened", "verdict": "APPLIED"}


def decide_money(step: Step, account: Record, value: Record) -> Record:
    amount = value["amount_micros"]
    if value["kind"] == "DEPOSIT":
        account["balance"] = fits(account["balance"] + amount)
        step.retry = True
        return {"rule": "account.deposit", "verdict": "APPLIED", "amount_micros": amount}
    if value["kind"] == "WITHDRAWAL":  # a fact, applied even below the limit
        account["balance"] = fits(account["balance"] - amount)
        bring_forward(account, step.now)
        return {"rule": "account.withdrawal", "verdict": "APPLIED", "amount_micros": amount}
    higher, lower = amount > account["limit"], amount < account["limit"]
    account["limit"] = amount
    step.retry = step.retry or higher
    if lower:
        bring_forward(account, step.now)
    return {"rule": "account.credit-limit", "verdict": "APPLIED", "amount_micros": amount}


def decide_closed(step: Step, account: Record, value: Record) -> Record:
    """CLOSED: cases closed in order of opening, VPSs CANCELLED without refund, the balance stays."""
    for case in account["cases"]:
        step.effect("case.closed", "APPLIED", vps_id=case["vps_id"], template=case["template"],
                    amount_micros=case["amount"], case_id=case["case_id"])
    account["cases"] = []
    for vps in account["vps"].values():
        if vps["status"] in ("PENDING", "ACTIVE"):
            vps["status"], vps["cancelled_at"] = "CANCELLED", value["occurred_at"]
    account["status"] = "CLOSED"
    return {"rule": "account.closed", "verdict": "APPLIED"}


def decide_waived(step: Step, account: Record, value: Record) -> Record:
    """case.waived: closed without charge; levels and items stay, the period remembers what was waived."""
    case = next((one for one in account["cases"] if one["case_id"] == value["case_id"]), None)
    if case is None:
        return {"rule": "account.rejected", "verdict": "REJECTED"}
    vps = account["vps"][case["vps_id"]]
    result = {"rule": "case.waived", "verdict": "APPLIED", "vps_id": case["vps_id"], "module_id": case["module_id"],
              "template": case["template"], "amount_micros": case["amount"], "case_id": case["case_id"]}
    if case["state"] == "GRACE":  # the order is rejected
        rejected = end_grace(step, account, case, case["rule"])
        step.effect(**{**rejected, "vps_id": case["vps_id"]})
        return result
    close(account, case)
    if case["kind"] in ("PLACED", "RENEWED"):  # as if paid; held: with the levels known, else 0
        period = begin_period(vps, case, case["lines"])
        if case["state"] == "PRICE":  # as if paid now: for what is installed now
            found = resolve(step.catalogue, case["tariff_id"], {**vps, "module_id": case["module_id"]})
            price = price_of(step.catalogue, case["tariff_id"], found["item"], case["months"], case["occurred_at"])
            an_item = found["addon"] and (found["mapped"] or not found["strict"])
            period["items"] = [found["item"]] if an_item else []
            period["os_level"] = price[0] if price is not None and an_item else 0
        period["waived"] = fits(period["base_level"] + period["os_level"])
        return result
    for period in vps["periods"] if case["order_id"] == vps["order_id"] else []:  # what its lines owe together, at full-period prices
        owed = sum(line["price_micros"] - line["credited_price_micros"] for line in case["lines"]
                   if line["period_start"] == period["period_start"] and line["amount_micros"] != 0)
        period["waived"] = max(0, fits(period["waived"] + owed))
    return result
