"""TARIFF_CHANGED, CANCELLED and what they give back (rules.md 4)."""

from .cases import charge, close, new_case, pay
from .model import Record, unexpired
from .money import fits, prorata
from .outputs import Step
from .pricing import line, price_of, resolve, total


def change_fault(catalogue: Record, account: Record, vps: Record, value: Record) -> str:
    """Why a TARIFF_CHANGED is rejected; empty: it is not. No grace: it is a fact."""
    tariff = catalogue["tariffs"].get(value["tariff_id"])
    if tariff is None:
        return "order.tariff-unknown"
    if not tariff["enabled"]:
        return "order.tariff-disabled"
    if value["module_id"] not in tariff["module_ids"]:
        return "order.module-not-in-tariff"
    if tariff["currency"] != account["currency"]:
        return "order.currency-mismatch"
    moment = value["occurred_at"]
    running = [period for period in unexpired(vps, moment) if period["period_start"] <= moment]
    if not any(period["period_start"] == value["period_start"] and period["months"] == value["period_months"]
               for period in running):
        return "order.period-mismatch"
    if account["status"] == "FROZEN":
        return "order.account-frozen"
    if moment <= vps["changed_at"]:
        return "order.stale"
    return ""


def counts_from(period: Record, moment: int) -> int:
    """max(T, start); 9: T counts as no earlier than the last t at which a due > 0 raised a level of that period."""
    return max(moment, period["period_start"], period["raised_at"])


def decide_tariff_changed(step: Step, account: Record, vps: Record, value: Record) -> Record:
    """Per unexpired period two signed lines; the tariff applies at once. T = occurred_at."""
    catalogue, moment, tariff_id = step.catalogue, value["occurred_at"], value["tariff_id"]
    found = resolve(catalogue, tariff_id, vps)
    fields = {"account_id": account["account_id"], "vps_id": vps["vps_id"], "module_id": vps["module_id"],
              "template": vps["template"], "currency": account["currency"]}
    if not found["mapped"] and found["strict"]:
        step.notify("UNMAPPED_OS", "WARNING", "order.unmapped-held", **fields)
        return {"rule": "order.unmapped-held", "verdict": "REJECTED"}
    changes = []
    for period in unexpired(vps, moment):
        base = price_of(catalogue, tariff_id, "", period["months"], moment)
        os = price_of(catalogue, tariff_id, found["item"], period["months"], moment) if found["addon"] else (0, 0)
        if base is None or os is None:
            step.notify("PRICE_MISSING", "CRITICAL", "order.price-missing", **fields)
            return {"rule": "order.price-missing", "verdict": "REJECTED"}
        changes.append({"period": period, "base": base, "os": os, "begin": counts_from(period, moment)})
    lines = change_lines(catalogue, vps, tariff_id, found, changes, refund=False)
    amount = total(lines)
    running = next(period for period in unexpired(vps, moment) if period["period_start"] == value["period_start"])
    old = catalogue["tariffs"].get(running["tariff_id"])
    keeps_money = amount < 0 and (old is None or old["refund"] == "NONE")
    refund = []
    if amount < 0 and not keeps_money:
        refund = change_lines(catalogue, vps, tariff_id, found, changes, refund=True)
    apply_change(vps, tariff_id, found, changes, keeps_money)
    cut_held(account, vps, moment)
    vps["changed_at"], vps["tariff_id"] = moment, tariff_id
    if amount > 0:
        case = new_case("TARIFF", vps, vps, step.cause, tariff_id=tariff_id, occurred_at=moment,
                        period_start=lines[0]["period_start"], period_end=lines[0]["period_end"])
        return {**pay(step, account, vps, case, lines, "order.tariff-changed"), "rule": "order.tariff-changed"}
    result = {"rule": "order.tariff-changed", "verdict": "APPLIED"}
    return {**result, **(give_back(step, account, vps, refund) if refund else {})}


def change_lines(catalogue: Record, vps: Record, tariff_id: str, found: Record, changes: list[Record],
                 refund: bool) -> list[Record]:
    """BASE prorata(new base - base_level), OS prorata(new price - os_level), by the new tariff's rounding.

    refund: what was waived is taken off the credited levels of lines < 0 first, and is used up (9).
    """
    rounding = catalogue["tariffs"][tariff_id]["rounding_micros"]
    lines = []
    for change in changes:
        period, begin, end = change["period"], change["begin"], change["period"]["period_end"]
        levels = [("BASE", change["base"], period["base_level"]), ("OS", change["os"], period["os_level"])]
        lifetime_loss = end == 0 and sum(price[0] - level for _, price, level in levels) < 0
        for kind, price, level in levels:
            if refund and end != 0:
                waived = min(period["waived"], level)
                period["waived"] -= waived
                level -= waived
            if kind == "OS" and not found["addon"] and level == 0:
                continue  # 2.1: no OS line where nothing is credited
            amount = prorata(price[0] - level, begin, end, period["period_start"], end, rounding)
            names = {"item_id": found["item"], "template": vps["template"]} if kind == "OS" else {}
            # a lifetime's difference is charged, never refunded
            lines.append(line(kind, period, price, level, begin, end, 0 if lifetime_loss else amount,
                              tariff_id=tariff_id, **names))
        if refund and end != 0:
            period["waived"] = 0
    return lines


def apply_change(vps: Record, tariff_id: str, found: Record, changes: list[Record], keeps_money: bool) -> None:
    """Levels = new prices; where money is kept: base_level = new base, os_level the rest, never below 0."""
    for change in changes:
        period, base, os = change["period"], change["base"][0], change["os"][0]
        lifetime_loss = period["period_end"] == 0 and base + os < period["base_level"] + period["os_level"]
        if keeps_money or lifetime_loss:
            paid = fits(period["base_level"] + period["os_level"])
            period["os_level"] = max(0, paid - base)
            period["base_level"] = paid - period["os_level"]
        else:
            if base > period["base_level"] or os > period["os_level"]:
                period["raised_at"] = max(period["raised_at"], change["begin"])
            period["base_level"], period["os_level"] = base, os
        period["items"] = [found["item"]] if found["addon"] else []
        period["tariff_id"] = tariff_id


def cut_held(account: Record, vps: Record, moment: int) -> None:
    """6 Held: once another OS or tariff replaces it, `until`."""
    for case in account["cases"]:
        if case["kind"] == "OS" and case["vps_id"] == vps["vps_id"] and case["until"] == 0 \
                and case["state"] in ("PRICE", "STRICT"):
            case["until"] = moment


def decide_cancelled(step: Step, account: Record, vps: Record, value: Record) -> Record:
    """order.cancelled at T: order cases closed, PRORATA periods given back, held ones cut."""
    moment, tariffs = value["occurred_at"], step.catalogue["tariffs"]
    for case in [one for one in account["cases"] if one["vps_id"] == vps["vps_id"]]:
        prorated = case["tariff_id"] in tariffs and tariffs[case["tariff_id"]]["refund"] == "PRORATA"
        if case["kind"] in ("PLACED", "RENEWED"):
            close(account, case)
            step.effect("case.closed", "APPLIED", vps_id=case["vps_id"], template=case["template"],
                        amount_micros=case["amount"], case_id=case["case_id"])
        elif case["state"] in ("PRICE", "STRICT") and case["until"] == 0:
            case["until"] = moment if prorated else case["period_end"]
    lines = []
    for period in unexpired(vps, moment):
        tariff = tariffs.get(period["tariff_id"])
        if tariff is None or tariff["refund"] != "PRORATA" or period["period_end"] == 0:
            continue
        level = period["base_level"] + period["os_level"]
        waived = min(period["waived"], level)
        period["waived"] -= waived
        begin, end = counts_from(period, moment), period["period_end"]
        amount = prorata(-(level - waived), begin, end, period["period_start"], end, tariff["rounding_micros"])
        lines.append(line("BASE", period, (0, 0), level - waived, begin, end, amount))
    vps["status"], vps["cancelled_at"] = "CANCELLED", moment
    result = {"rule": "order.cancelled", "verdict": "APPLIED"}
    return {**result, **(give_back(step, account, vps, lines) if lines else {})}


def give_back(step: Step, account: Record, vps: Record, lines: list[Record]) -> Record:
    """4 Refund: open OS and tariff cases of the VPS first, newest first; the rest is a Charge < 0 (order.refunded)."""
    left = -min(0, total(lines))
    if left == 0:
        return {}
    step.retry = True  # refunds retry cases as a DEPOSIT does
    for case in [one for one in reversed(account["cases"]) if one["vps_id"] == vps["vps_id"]
                 and one["kind"] in ("OS", "TARIFF") and one["state"] in ("SHORT", "FROZEN")]:
        for one in lines:  # taken from the first lines
            taken = min(left, case["amount"], max(0, -one["amount_micros"]))
            if taken > 0:
                left -= taken
                one["amount_micros"] += taken
                one["taken"] = True  # wholly, if nothing is left: then it is gone
                case["amount"] -= taken
                case["lines"] = case["lines"] + [{name: part for name, part in one.items() if name != "taken"}
                                                 | {"amount_micros": -taken}]
        lines[:] = [one for one in lines if one["amount_micros"] != 0 or not one.get("taken")]
        if case["amount"] == 0:
            close(account, case)
            step.effect("case.closed", "APPLIED", vps_id=case["vps_id"], template=case["template"],
                        case_id=case["case_id"])
    if left == 0:
        return {}
    for one in lines:
        one.pop("taken", None)
    record = charge(step, account, vps, "order.refunded", lines)
    return {"verdict": "REFUNDED", "amount_micros": record["amount_micros"], "charge_id": record["charge_id"]}

