"""Which item, which price (rules.md 2)."""

from typing import Any

from .catalogue import has_positive_price, is_linked, item_named
from .money import fits, prorata

Record = dict[str, Any]


def resolve(catalogue: Record, tariff_id: str, installed: Record) -> Record:
    """2.1, 2.2 for what is installed: {template, source, module_id}. item "" and addon False: the OS is free.

    mapped: whether it is in an item; unknown: empty, or a strange ISO or image; near: the item that it nearly is;
    strict: unmapped is held.
    """
    tariff = catalogue["tariffs"][tariff_id]
    found = {"addon": tariff["enumeration_id"] != "", "item": "", "mapped": True, "unknown": False, "near": "",
             "strict": False}
    if not found["addon"]:
        return found
    template, module_id = installed["template"], installed["module_id"]
    strange = installed["source"] in ("ISO", "IMAGE", "UNKNOWN") and not is_linked(catalogue, module_id, template)
    found["unknown"] = template == "" or strange
    item = None if found["unknown"] else item_named(catalogue, tariff, template)
    if item is not None:
        found["item"] = item
        return found
    found["mapped"] = False
    found["item"] = tariff["default_item"]
    found["near"] = near_miss(catalogue, tariff, template)
    module = catalogue["modules"].get(module_id)
    found["strict"] = module is not None and module["strict"]  # unknown module: not strict
    return found


def normal(name: str) -> str:
    """9: both sides are normalised: lower (ASCII), trim, then drop all up to the first `__`."""
    lower = "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in name)
    trimmed = lower.strip(" \t\n\v\f\r")
    return trimmed.split("__", 1)[1] if "__" in trimmed else trimmed


def near_miss(catalogue: Record, tariff: Record, template: str) -> str:
    """2.2: unmapped, but equal to an item with a positive price after normalising; that item_id, else empty."""
    if template == "":
        return ""
    wanted = normal(template)
    for item in catalogue["enumerations"][tariff["enumeration_id"]]["items"]:
        if normal(item["internal_name"]) == wanted and has_positive_price(
                catalogue, tariff["tariff_id"], item["item_id"]):
            return item["item_id"]
    return ""


def price_of(catalogue: Record, tariff_id: str, item_id: str, months: int, moment: int) -> tuple[int, int] | None:
    """2.3: the price with the latest effective_from <= moment, as (amount, effective_from). None: missing."""
    rows = catalogue["prices"].get((tariff_id, item_id), {})
    times = [effective for (row_months, effective) in rows if row_months == months and effective <= moment]
    if times:
        return rows[(months, max(times))], max(times)
    # Only a default item without any Price in the tariff costs 0.
    if item_id != "" and not rows and item_id == catalogue["tariffs"][tariff_id]["default_item"]:
        return 0, 0
    return None


def line(kind: str, period: Record, price: tuple[int, int], credited: int, begin: int, until: int, amount: int,
         **names: str) -> Record:
    """A line of a Charge. period: period_start, period_end (0 for ever), tariff_id."""
    return {"kind": kind, "item_id": names.get("item_id", ""), "tariff_id": names.get("tariff_id", period["tariff_id"]),
            "template": names.get("template", ""), "price_micros": price[0], "credited_price_micros": fits(credited),
            "price_effective_from": price[1], "period_start": period["period_start"],
            "period_end": period["period_end"], "charged_from": begin, "charged_until": until,
            "amount_micros": fits(amount)}


def full_line(kind: str, period: Record, price: tuple[int, int], **names: str) -> Record:
    """A line of PLACED or RENEWED: in full, charged from period_start."""
    return line(kind, period, price, 0, period["period_start"], period["period_end"], price[0], **names)


def due_line(catalogue: Record, period: Record, price: tuple[int, int], level: int, begin: int, until: int,
             **names: str) -> Record:
    """3: due = prorata(p - level, t, end, start); lifetime: p - level. Rounded by the period's tariff."""
    rounding = catalogue["tariffs"][period["tariff_id"]]["rounding_micros"]
    end = period["period_end"]
    if end == 0 and until != 0 and until <= begin:
        amount = 0
    else:
        amount = prorata(price[0] - level, begin, until, period["period_start"], end, rounding)
    return line("OS", period, price, level, begin, until, amount, **names)


def total(lines: list[Record]) -> int:
    return fits(sum(one["amount_micros"] for one in lines))
