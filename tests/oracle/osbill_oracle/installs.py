"""Installed OSs (rules.md 5): first match wins."""

from .cases import hold, new_case, pay
from .model import Record, is_known, raise_level, unexpired
from .outputs import Step
from .pricing import due_line, price_of, resolve, total
from .tariffs import cut_held


def decide_installed(step: Step, account: Record, value: Record) -> Record:
    """An installation of a known account that is no duplicate. verdict PARKED: it waits for its VPS."""
    if account["status"] == "CLOSED":
        return {"rule": "os.account-closed", "verdict": "RECORDED"}
    if not is_known(account, value["vps_id"]):
        return {"rule": "os.vps-unknown", "verdict": "PARKED"}
    vps, moment = account["vps"][value["vps_id"]], value["installed_at"]
    if vps["status"] == "CANCELLED":
        early = moment < vps["cancelled_at"]
        return {"rule": "os.vps-cancelled", "verdict": "STALE" if early else "RECORDED"}
    same = value["template"] == vps["template"]
    if moment <= vps["cancelled_at"]:  # 4: of the last life
        return {"rule": "os.stale", "verdict": "STALE"}
    if moment <= vps["newest"] and not same:
        return {"rule": "os.stale", "verdict": "STALE"}
    if same:
        vps["newest"] = max(vps["newest"], moment)
        return {"rule": "os.same", "verdict": "RECORDED"}
    return decide_change(step, account, vps, value)


def decide_change(step: Step, account: Record, vps: Record, value: Record) -> Record:
    """Another OS than the one installed before."""
    moment = value["installed_at"]
    vps.update(newest=moment, template=value["template"], source=value["source"])
    installed = {**vps, "module_id": value["module_id"]}  # the VPS stays on the module that it was ordered for
    cut_held(account, vps, moment)
    periods = unexpired(vps, moment)
    if vps["status"] == "PENDING" or not periods:
        tariff_id = vps["tariff_id"] if vps["status"] == "PENDING" else vps["periods"][-1]["tariff_id"]
        tell_unmapped(step, account, installed, [tariff_id])
        rule = "os.vps-pending" if vps["status"] == "PENDING" else "os.vps-lapsed"
        return {"rule": rule, "verdict": "RECORDED"}
    return decide_periods(step, account, vps, installed, periods, moment)


def decide_periods(step: Step, account: Record, vps: Record, installed: Record, periods: list[Record],
                   moment: int) -> Record:
    """Each period by its tariff and months, oldest first; the due lines make one Charge or case, then the holds."""
    answers = [decide_period(step.catalogue, installed, period, max(moment, period["period_start"])) for period in periods]
    due = [answer for answer in answers if answer["line"] is not None]
    lines = [answer["line"] for answer in due]
    total(lines)
    if not any(answer["hold"] == "STRICT" for answer in answers):
        tell_unmapped(step, account, installed, [period["tariff_id"] for period in periods])
    paid = None
    for answer in due:
        raise_level(answer["period"], answer["line"]["item_id"], answer["line"]["price_micros"], answer["begin"])
    if due:
        first = due[0]["period"]
        case = new_case("OS", vps, installed, step.cause, tariff_id=first["tariff_id"], months=first["months"],
                        period_start=first["period_start"], period_end=first["period_end"], occurred_at=moment)
        paid = pay(step, account, vps, case, lines, "os.charged")
    held = hold_periods(step, account, vps, installed, answers, moment)
    if held is not None:  # 5: "held" are those that open a case of their own; frozen ones share one, as short ones do
        return {**held, **({"case_id": paid["case_id"]} if paid and paid.get("case_id") else {}),
                **({"amount_micros": paid["amount_micros"], "charge_id": paid.get("charge_id", "")} if paid else {})}
    if paid is not None:
        return paid
    return {"rule": answers[0]["rule"], "verdict": answers[0]["verdict"], "item_id": answers[0]["found"]["item"]}


def decide_period(catalogue: Record, installed: Record, period: Record, begin: int) -> Record:
    """3 and 5 for one period at t = begin: the rule, and the due line or what it is held for."""
    found = resolve(catalogue, period["tariff_id"], installed)
    answer = {"period": period, "begin": begin, "found": found, "line": None, "hold": "", "rule": "os.covered",
              "verdict": "COVERED"}
    if not found["addon"]:
        return {**answer, "rule": "price.no-addon", "verdict": "FREE"}
    if not found["mapped"] and found["strict"]:
        return {**answer, "hold": "STRICT"}
    if found["item"] in period["items"]:
        return answer
    price = price_of(catalogue, period["tariff_id"], found["item"], period["months"], begin)
    if price is None:
        return {**answer, "hold": "PRICE"}
    if price[0] == 0:
        return {**answer, "rule": "os.free" if found["mapped"] else "os.default", "verdict": "FREE"}
    if price[0] <= period["os_level"]:
        return answer
    due = due_line(catalogue, period, price, period["os_level"], begin, period["period_end"], item_id=found["item"],
                   template=installed["template"])
    if due["amount_micros"] > 0:
        answer["line"] = due
    return answer


def hold_periods(step: Step, account: Record, vps: Record, installed: Record, answers: list[Record],
                 moment: int) -> Record | None:
    """Each held period opens a held case of its own. Says the oldest's result."""
    oldest = None
    for answer in answers:
        if answer["hold"]:
            period = answer["period"]
            case = new_case("OS", vps, installed, step.cause, tariff_id=period["tariff_id"], months=period["months"],
                            period_start=period["period_start"], period_end=period["period_end"], occurred_at=moment,
                            charged_from=answer["begin"], level_met=period["os_level"])
            result = hold(step, account, vps, case, answer["hold"], answer["found"], [])
            oldest = oldest or {**result, "item_id": answer["found"]["item"]}
    return oldest


def tell_unmapped(step: Step, account: Record, vps: Record, tariff_ids: list[str]) -> None:
    """2.2: os.near-miss CRITICAL naming the item, else WARNING for what nobody knows: once per installation."""
    answers = [resolve(step.catalogue, tariff_id, vps) for tariff_id in tariff_ids
               if tariff_id in step.catalogue["tariffs"]]
    unmapped = [found for found in answers if not found["mapped"]]
    fields = {"account_id": account["account_id"], "vps_id": vps["vps_id"], "module_id": vps["module_id"],
              "template": vps["template"], "currency": account["currency"]}
    if any(found["near"] for found in unmapped):
        step.notify("UNMAPPED_OS", "CRITICAL", "os.near-miss", **fields)
    elif any(found["unknown"] for found in unmapped):
        step.notify("UNMAPPED_OS", "WARNING", "os.default", **fields)
