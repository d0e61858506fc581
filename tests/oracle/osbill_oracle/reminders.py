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


def deficit_of(account: Record) -> int:
    return max(0, saturate(sum(case["amount"] for case in owed(account)) - available(account)))


def plan(account: Record, now: int) -> None:
    """After each step. A moment that is planned stays when the oldest case is settled and another one is the oldest."""
    short = owed(account)
    if not short:
        account.update(reminder_at=0, reminded_at=None, noticed_deficit=0)
    elif account["reminder_at"] == 0:
        account["reminder_at"] = next_after(short[0]["opened_at"], now)
    if short and account["short_told"]:
        account["noticed_deficit"] = deficit_of(account)
    account["short_told"] = False


def bring_forward(account: Record, now: int) -> None:
    """A WITHDRAWAL or a lower limit that raises the deficit above the last notified one; at most once in 24 h."""
    if not owed(account) or deficit_of(account) <= account["noticed_deficit"]:
        return
    last = account["reminded_at"]
    moment = now if last is None else max(now, last + DAY)
    if account["reminder_at"] == 0 or moment < account["reminder_at"]:
        account["reminder_at"] = moment


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
    step.cause = oldest["caused_by"]
    step.notify("INSUFFICIENT_FUNDS", "WARNING", "case.reminder", oldest, account_id=account["account_id"],
                vps_id=oldest["vps_id"], currency=account["currency"], amount_micros=amount,
                available_micros=available(account), deficit_micros=deficit)
    step.decide("TIMER", "case.reminder", "APPLIED", account_id=account["account_id"], vps_id=oldest["vps_id"],
                amount_micros=saturate(amount), case_id=oldest["case_id"])
