"""What is kept of an account and its VPSs: dictionaries, lists, integers and strings only."""

from typing import Any

from .money import ends_after

Record = dict[str, Any]


def new_account(account_id: str) -> Record:
    """status UNKNOWN: only parked events are known of it."""
    return {"account_id": account_id, "status": "UNKNOWN", "currency": "", "balance": 0, "limit": 0,
            "vps": {}, "cases": [], "parked": [], "keys": {}, "reminder_at": 0, "reminded_at": None,
            "short_told": False, "noticed_deficit": 0}


def new_vps(vps_id: str) -> Record:
    """status NONE: only rejected orders are known of it. template, source, module_id: what is installed now."""
    return {"vps_id": vps_id, "status": "NONE", "order_id": "", "tariff_id": "", "template": "", "source": "ORDER",
            "module_id": "", "newest": -1, "cancelled_at": -1, "changed_at": -1, "epoch": 0, "periods": [],
            "lives": [], "recent": {"order": [], "os-installed": []}}


def vps_of(account: Record, vps_id: str) -> Record:
    if vps_id not in account["vps"]:
        account["vps"][vps_id] = new_vps(vps_id)
    return account["vps"][vps_id]


def is_known(account: Record, vps_id: str) -> bool:
    return vps_id in account["vps"] and account["vps"][vps_id]["status"] != "NONE"


def available(account: Record) -> int:
    """4: balance + credit limit; any size (9)."""
    return account["balance"] + account["limit"]


def prune(vps: Record, now: int) -> None:
    """3: a VPS keeps its last ended period, the running one and those ahead."""
    ended = [period for period in vps["periods"] if not ends_after(period["period_end"], now)]
    if len(ended) > 1:
        last = max(ended, key=lambda period: period["period_end"])
        vps["periods"] = [period for period in vps["periods"]
                          if period is last or ends_after(period["period_end"], now)]


def add_period(vps: Record, case: Record, lines: list[Record], items: list[str]) -> Record:
    """3: levels are the full-period prices, items those that the OS line names, at price 0 too."""
    period = {"period_start": case["period_start"], "period_end": case["period_end"], "months": case["months"],
              "tariff_id": case["tariff_id"], "anchor_day": case["anchor_day"],
              "base_level": sum(one["price_micros"] for one in lines if one["kind"] == "BASE"),
              "os_level": sum(one["price_micros"] for one in lines if one["kind"] == "OS"),
              "waived": 0, "raised_at": -1, "items": items}
    vps["periods"].append(period)
    vps["periods"].sort(key=lambda one: one["period_start"])
    vps["tariff_id"] = case["tariff_id"]
    return period


def period_at(vps: Record, period_start: int) -> Record | None:
    for period in vps["periods"]:
        if period["period_start"] == period_start:
            return period
    return None


def own_period(vps: Record, case: Record) -> Record | None:
    """The case's period; none of another life of the VPS (4)."""
    return period_at(vps, case["period_start"]) if case["order_id"] == vps["order_id"] else None


def unexpired(vps: Record, moment: int) -> list[Record]:
    return [period for period in vps["periods"] if ends_after(period["period_end"], moment)]


def raise_level(period: Record, item_id: str, price: int, moment: int) -> None:
    """3: due > 0: os_level = p, the item joins items. 9: the last t at which a due > 0 raised a level counts."""
    period["os_level"] = price
    period["raised_at"] = max(period["raised_at"], moment)
    if item_id not in period["items"]:
        period["items"].append(item_id)


def life_begins(vps: Record, value: Record) -> None:
    """4: a new order_id starts a new life of the VPS: no newest known, no applied tariff change."""
    vps.update(status="PENDING", order_id=value["order_id"], tariff_id=value["tariff_id"], template=value["template"],
               source="ORDER", module_id=value["module_id"], newest=-1, changed_at=-1, periods=[])
    vps["lives"].append(value["order_id"])


def order_key(value: Record) -> str:
    """4: business key (order_id, kind, period_start), for TARIFF_CHANGED (order_id, kind, occurred_at)."""
    moment = value["occurred_at"] if value["kind"] == "TARIFF_CHANGED" else value["period_start"]
    return f'{value["order_id"]}\0{value["kind"]}\0{moment}'
