"""Reminders of what an account owes (rules.md 6 and 9)."""

from .model import Record, available
from .money import DAY, saturate
from .outputs import Step


def owed(account: Record) -> list[Record]:
    """The cases that are short of funds, in order of opening."""
    return [case for case in account["cases"] if case["state"] == "SHORT"]


def next_after(opened_at: int, now: int) -> int:
    """6: 1, 3, 7 days after the oldest opened, then weekly: the first of them after now."""
    for days in (1, 3, 7):
        if opened_at + days * DAY > now:
            return opened_at + days * DAY
    weeks = (now - opened_at) // (7 * DAY) + 1
    return opened_at + weeks * 7 * DAY


def plan(account: Record, now: int) -> None:
    """After each step: the schedule is that of the oldest case that is open."""
    short = owed(account)
    if not short:
        account["reminder_at"], account["reminder_case"] = 0, ""
    elif account["reminder_case"] != short[0]["case_id"]:
        account["reminder_at"] = next_after(short[0]["opened_at"], now)
        account["reminder_case"] = short[0]["case_id"]


def bring_forward(account: Record, now: int) -> None:
    """A WITHDRAWAL or a lower limit that raises the deficit above the last notified one; at most once in 24 h."""
    short = owed(account)
    deficit = sum(case["amount"] for case in short) - available(account)
    if not short or account["reminder_at"] == 0 or deficit <= account["noticed_deficit"]:
        return
    last = account["reminded_at"]
    moment = now if last is None else max(now, last + DAY)
    account["reminder_at"] = min(account["reminder_at"], moment)


def remind(step: Step, account: Record) -> None:
    """case.reminder by timer: sum of open amounts, available, deficit, the oldest case_id. A late one fires once."""
    if account["reminder_at"] == 0 or account["reminder_at"] > step.now:
        return
    short = owed(account)
    if not short:
        return
    amount = sum(case["amount"] for case in short)
    deficit = max(0, amount - available(account))
    oldest = short[0]
    account["reminded_at"], account["noticed_deficit"] = step.now, deficit
    account["reminder_at"] = next_after(oldest["opened_at"], step.now)
    account["reminder_case"] = oldest["case_id"]
    step.cause = oldest["caused_by"]
    step.notify("INSUFFICIENT_FUNDS", "WARNING", "case.reminder", oldest, account_id=account["account_id"],
                vps_id=oldest["vps_id"], currency=account["currency"], amount_micros=amount,
                available_micros=available(account), deficit_micros=deficit)
    step.decide("TIMER", "case.reminder", "APPLIED", account_id=account["account_id"], vps_id=oldest["vps_id"],
                amount_micros=saturate(amount), case_id=oldest["case_id"])
