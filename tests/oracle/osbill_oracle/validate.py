"""Values that can never be right (contract.md Rules; rules.md 5, 7, 9): dead letters at once."""

from typing import Any

from .money import LAST_TIME, DeadLetter, day_of, period_end

Record = dict[str, Any]
FUTURE = 3_600_000  # T or occurred_at may be so much after the worker's clock


def identifier(text: str) -> None:
    """contract.md: 1 to 128 bytes of printable ASCII without spaces."""
    if not 1 <= len(text) <= 128 or any(not "!" <= letter <= "~" for letter in text):
        raise DeadLetter("bad-value")


def template(text: str) -> None:
    if len(text.encode()) > 255:
        raise DeadLetter("bad-value")


def moment(value: int) -> None:
    """9: times are 0 to 9999-12-31T23:59:59.999Z, else bad-value."""
    if not 0 <= value <= LAST_TIME:
        raise DeadLetter("bad-value")


def future(value: int, now: int) -> None:
    if value > now + FUTURE:
        raise DeadLetter("time-in-future")


def check(topic: str, value: Record, now: int) -> None:
    identifier(value["event_id"])
    moment(value["occurred_at"])
    CHECKS[topic](value, now)
    future(value["occurred_at"], now)


def check_order(value: Record, _now: int) -> None:
    for name in ("account_id", "order_id", "vps_id"):
        identifier(value[name])
    for name in ("module_id", "tariff_id"):
        if value["kind"] != "CANCELLED" or value.get(name, ""):
            identifier(value.get(name, ""))
    template(value.get("template", ""))
    moment(value["period_start"])
    if not 0 <= value["period_months"] <= 120:
        raise DeadLetter("bad-value")
    moment(period_end(value["period_start"], value["period_months"], day_of(value["period_start"])))


def check_installed(value: Record, now: int) -> None:
    for name in ("account_id", "vps_id", "module_id"):
        identifier(value[name])
    template(value["template"])
    moment(value["installed_at"])
    future(value["installed_at"], now)


def check_account(value: Record, _now: int) -> None:
    """7: DEPOSIT and WITHDRAWAL > 0, CREDIT_LIMIT >= 0; other values account.bad-value."""
    identifier(value["account_id"])
    kind, amount = value["kind"], value.get("amount_micros", 0)
    bad = kind in ("DEPOSIT", "WITHDRAWAL") and amount <= 0
    bad |= kind == "CREDIT_LIMIT" and amount < 0
    bad |= kind == "OPENED" and value.get("currency", "") == ""
    bad |= kind == "CASE_WAIVED" and value.get("case_id", "") == ""
    if bad:
        raise DeadLetter("account.bad-value")


def check_template(value: Record, _now: int) -> None:
    for name in ("module_id", "scan_id"):
        identifier(value[name])


def check_change(value: Record, _now: int) -> None:
    identifier(value["change_set"])


CHECKS = {"order": check_order, "os-installed": check_installed, "account": check_account,
          "template-discovered": check_template, "catalogue": check_change}
