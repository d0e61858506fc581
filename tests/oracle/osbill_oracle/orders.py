"""Orders (rules.md 4): who may order, PLACED and RENEWED. Changes of a running VPS are in tariffs.py."""

from . import tariffs
from .cases import close, cover, hold, new_case, order_lines, pay, wait
from .catalogue import is_orderable
from .model import Record, is_known, life_begins, order_key, vps_of
from .money import day_of, ends_after, fits, period_end
from .outputs import Step
from .pricing import total

GRACE = 300_000  # how long an unknown tariff, module or template is waited for
AHEAD = 12
Fault = tuple[str, bool] | None  # the rule that rejects, and whether the catalogue may only lag


def decide_order(step: Step, account: Record, value: Record) -> Record:
    """Any order of a known account that is no duplicate. verdict PARKED: it waits for its VPS."""
    if account["status"] == "CLOSED":
        return reject(step, account, value, "order.account-closed")
    if value["kind"] == "PLACED":
        return decide_placed(step, account, value)
    if not is_known(account, value["vps_id"]):
        return {"rule": "order.vps-unknown", "verdict": "PARKED"}
    vps = account["vps"][value["vps_id"]]
    if vps["order_id"] != value["order_id"]:
        return reject(step, account, value, "order.other-order")
    if vps["status"] != "ACTIVE" and not (value["kind"] == "CANCELLED" and vps["status"] == "PENDING"):
        return reject(step, account, value, "order.vps-not-active")
    if value["kind"] == "RENEWED":
        return decide_renewed(step, account, vps, value)
    if value["kind"] == "CANCELLED":
        return tariffs.decide_cancelled(step, account, vps, value)
    fault = tariffs.change_fault(step.catalogue, account, vps, value)
    if fault:
        return reject(step, account, value, fault)
    return tariffs.decide_tariff_changed(step, account, vps, value)


def reject(step: Step, account: Record, value: Record, rule: str, case: Record | None = None) -> Record:
    """ORDER_REJECTED, naming the cause. A rejected order does not keep its business key."""
    step.notify("ORDER_REJECTED", "WARNING", rule, case, account_id=account["account_id"], vps_id=value["vps_id"],
                module_id=value["module_id"], template=value["template"], currency=account["currency"])
    return {"rule": rule, "verdict": "REJECTED"}


def placed_fault(catalogue: Record, account: Record, order: Record) -> Fault:
    """4 PLACED: order.tariff-unknown to order.resources-too-small, first match wins."""
    tariff = catalogue["tariffs"].get(order["tariff_id"])
    if tariff is None:
        return "order.tariff-unknown", True
    if not tariff["enabled"]:
        return "order.tariff-disabled", False
    if order["module_id"] not in tariff["module_ids"]:
        return "order.module-not-in-tariff", order["module_id"] not in catalogue["modules"]
    if tariff["currency"] != account["currency"]:
        return "order.currency-mismatch", False
    template = order["template"]
    if template == "" or not is_orderable(catalogue, order["tariff_id"], order["module_id"], template):
        # 9: unknown = never seen on any module; an empty one is rejected at once
        return "order.template-unavailable", template != "" and template not in catalogue["templates"]
    known = catalogue["templates"][template]
    for needs, has in (("min_disk_mib", "disk_mib"), ("min_ram_mib", "ram_mib")):
        if tariff[has] != 0 and known[needs] > tariff[has]:
            return "order.resources-too-small", False
    return None


def renewed_fault(catalogue: Record, account: Record, order: Record) -> Fault:
    """4 RENEWED: no availability checks but tariff-unknown (grace) and currency-mismatch."""
    tariff = catalogue["tariffs"].get(order["tariff_id"])
    if tariff is None:
        return "order.tariff-unknown", True
    if tariff["currency"] != account["currency"]:
        return "order.currency-mismatch", False
    return None


def decide_placed(step: Step, account: Record, value: Record) -> Record:
    vps = vps_of(account, value["vps_id"])
    if vps["status"] in ("PENDING", "ACTIVE") or value["order_id"] in vps["lives"]:
        return reject(step, account, value, "order.vps-exists")
    anchor = day_of(value["period_start"])
    end = period_end(value["period_start"], value["period_months"], anchor)
    if not ends_after(end, value["occurred_at"]):
        return reject(step, account, value, "order.period-over")
    fault = placed_fault(step.catalogue, account, value)
    if fault is not None and not fault[1]:
        return reject(step, account, value, fault[0])
    life_begins(vps, value)
    case = order_case(step, vps, value, anchor, end)
    if fault is not None:
        return wait_for_catalogue(step, account, vps, case, fault[0])
    return decide_lines(step, account, vps, case)


def decide_renewed(step: Step, account: Record, vps: Record, value: Record) -> Record:
    """9: open RENEWED cases count as periods for order.period-overlap and order.too-far-ahead."""
    taken = vps["periods"] + [case for case in account["cases"]
                              if case["vps_id"] == vps["vps_id"] and case["kind"] == "RENEWED"]
    lifetime = any(period["period_end"] == 0 for period in taken)
    last = max(taken, key=lambda period: period["period_end"])
    start = value["period_start"]
    if lifetime or start < last["period_end"]:
        return reject(step, account, value, "order.period-overlap")
    starts = [period["period_start"] for period in taken] + [start]
    if start > step.now and sum(one > step.now for one in starts) > AHEAD:
        return reject(step, account, value, "order.too-far-ahead")
    fault = renewed_fault(step.catalogue, account, value)
    if fault is not None and not fault[1]:
        return reject(step, account, value, fault[0])
    # 2.5: the anchor is kept while period_start equals the last end, else taken anew
    anchor = last["anchor_day"] if start == last["period_end"] else day_of(start)
    case = order_case(step, vps, value, anchor, period_end(start, value["period_months"], anchor))
    if fault is not None:
        return wait_for_catalogue(step, account, vps, case, fault[0])
    return decide_lines(step, account, vps, case)


def order_case(step: Step, vps: Record, value: Record, anchor: int, end: int) -> Record:
    return new_case(value["kind"], vps, vps, step.cause, tariff_id=value["tariff_id"],
                    months=value["period_months"], period_start=value["period_start"], period_end=end,
                    anchor_day=anchor, occurred_at=value["occurred_at"], ordered=value)


def wait_for_catalogue(step: Step, account: Record, vps: Record, case: Record, rule: str) -> Record:
    """Unknown tariff, module or template: held until the grace ends. 9: it counts from the Decision HELD."""
    wait(step, account, vps, case, "GRACE", rule, [])
    case["due_at"] = step.now + GRACE
    return {"rule": rule, "verdict": "HELD", "case_id": case["case_id"]}


def decide_lines(step: Step, account: Record, vps: Record, case: Record) -> Record:
    """The money of a PLACED or RENEWED that passed its checks; also of a held one that is looked at again."""
    waits_for, found, lines = order_lines(step.catalogue, case, vps)
    fits(sum(one["amount_micros"] for one in lines))
    case.update(template=vps["template"], source=vps["source"], module_id=vps["module_id"])
    if case["kind"] == "PLACED" and not case["near_checked"]:
        case["near_checked"] = True
        if found["near"] and not found["mapped"] and waits_for != "STRICT":
            step.notify("UNMAPPED_OS", "CRITICAL", "os.near-miss", account_id=account["account_id"],
                        vps_id=vps["vps_id"], module_id=vps["module_id"], template=vps["template"],
                        currency=account["currency"])
    if waits_for:
        return hold(step, account, vps, case, waits_for, found, lines)
    if total(lines) == 0:
        if case["case_id"] != "":
            return cover(account, vps, case, lines)
        cover(account, vps, case, lines)
        return {"rule": "order.free", "verdict": "FREE", "item_id": lines[-1]["item_id"]}
    charged = "order.charged" if case["kind"] == "PLACED" else "order.renewed"
    return pay(step, account, vps, case, lines, charged)


def end_grace(step: Step, account: Record, case: Record, rule: str) -> Record:
    """9: rejected after its grace: the VPS is CANCELLED, its order_id free again."""
    vps, value = account["vps"][case["vps_id"]], case["ordered"]
    close(account, case)
    account["keys"].pop(order_key(value), None)
    if case["kind"] == "PLACED":
        vps["status"], vps["cancelled_at"] = "CANCELLED", step.now
        vps["lives"].remove(value["order_id"])
    return {**reject(step, account, value, rule, case), "case_id": case["case_id"]}
