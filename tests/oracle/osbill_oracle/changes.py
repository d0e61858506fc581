"""Change sets of the catalogue: whole, or not at all (rules.md 1 and 9)."""

from typing import Any

from . import scans
from .catalogue import switch_new_pairs
from .money import DeadLetter
from .outputs import Step

Record = dict[str, Any]
COPIED = ("modules", "tariffs", "enumerations", "prices", "aliases", "settings", "overrides")
OWN_RULES = {"Override": "template.override", "ScanApproval": "scan.approved"}  # of a set of nothing else
PARTS_MAX = 100000  # the book: the-largest-set
DEFAULTS: dict[str, Record] = {
    "Module": {"title": "", "strict": False},
    "Tariff": {"title": "", "module_ids": [], "os_param": "ostempl", "enumeration_id": "", "default_item": "",
               "refund": "NONE", "rounding_micros": 1, "disk_mib": 0, "ram_mib": 0, "enabled": True},
    "Enumeration": {"items": []},
    "Price": {"item_id": ""},
    "Alias": {"same_as": ""},
    "TemplateSettings": {"title": "", "sort": 0, "tags": []},
    "Override": {},
    "ScanApproval": {},
}


def refuse(message: str) -> None:
    raise DeadLetter("catalogue.refused", message)


def decide_change(step: Step, value: Record) -> Record:
    """One part of a change_set: RECORDED, APPLIED with the last one, DUPLICATE, or refused with the whole set."""
    catalogue = step.catalogue
    kind, record = next(iter(value["change"].items()))
    record = {**DEFAULTS[kind], **record}
    index, count = value["index"], value["count"]
    if count < 1 or index < 0 or index >= count:
        raise DeadLetter("bad-value")
    known = catalogue["sets"].setdefault(value["change_set"], {"status": "OPEN", "count": count, "parts": {}})
    result = {"rule": "catalogue.applied", "verdict": "APPLIED", "module_id": record.get("module_id", ""),
              "template": record.get("template", "")}
    if known["status"] == "REFUSED":  # 9: a refused change_set stays refused
        refuse("the set was refused")
    part = (kind, record)
    if index in known["parts"] and known["count"] == count and known["parts"][index] == part:
        return {**result, "rule": "catalogue.duplicate", "verdict": "DUPLICATE"}
    if known["status"] == "APPLIED":  # what was applied stays
        refuse("another part of an applied set")
    if index in known["parts"] or known["count"] != count:
        known["status"] = "REFUSED"
        refuse("a part again with other content")
    if count > PARTS_MAX:
        raise DeadLetter("limit-exceeded")
    known["parts"][index] = part
    if len(known["parts"]) < count:
        return {**result, "verdict": "RECORDED"}
    parts = [known["parts"][number] for number in range(count)]
    try:
        apply_set(step, parts)
    except DeadLetter as dead:
        if dead.code == "scan.unknown":  # 1: a dead letter, nothing else; the set may be completed when the scan is known
            del known["parts"][index]
            if not known["parts"]:
                del catalogue["sets"][value["change_set"]]
        else:
            known["status"] = "REFUSED"
        raise
    known["status"] = "APPLIED"
    kinds = {part_kind for part_kind, _ in parts}
    return {**result, "rule": OWN_RULES.get(kinds.pop(), "catalogue.applied") if len(kinds) == 1 else "catalogue.applied"}


def apply_set(step: Step, parts: list[tuple[str, Record]]) -> None:
    """All parts on a copy; what is wrong is found before anything is changed."""
    catalogue = step.catalogue
    copy = {**catalogue, **{name: dict(catalogue[name]) for name in COPIED}}
    for kind, record in parts:
        APPLY[kind](copy, record)
    for kind, record in parts:
        CHECK.get(kind, lambda _copy, _record: None)(copy, record)
    if any(kind in ("Tariff", "Enumeration") for kind, _ in parts):
        for tariff in copy["tariffs"].values():
            check_default_item(copy, tariff)
    if any(kind == "Alias" for kind, _ in parts):
        check_aliases(copy["aliases"])
    check_scans(copy, parts)
    catalogue.update({name: copy[name] for name in COPIED})
    catalogue["version"] += 1
    for kind, record in parts:
        if len(parts) > 1 and kind == "Override":
            step.effect("template.override", "APPLIED", template=record["template"])
        elif len(parts) > 1 and kind == "ScanApproval":
            step.effect("scan.approved", "APPLIED")
    for kind, record in parts:
        if kind == "Tariff":
            for module_id in record["module_ids"]:
                templates = sorted(name for name, link in catalogue["links"].get(module_id, {}).items()
                                   if link["present"])
                switch_new_pairs(catalogue, [record["tariff_id"]], module_id, templates)
        elif kind == "ScanApproval":
            scans.approve(step, record)


def apply_tariff(copy: Record, record: Record) -> None:
    old = copy["tariffs"].get(record["tariff_id"])
    if old is not None and old["currency"] != record["currency"]:
        refuse("a tariff keeps its currency")
    copy["tariffs"][record["tariff_id"]] = record


def apply_enumeration(copy: Record, record: Record) -> None:
    named = [item for item in record["items"] if item["internal_name"]]
    names = {item["internal_name"]: item["item_id"] for item in named}
    ids = {item["item_id"] for item in record["items"]}
    if len(names) < len(named) or len(ids) < len(record["items"]):
        refuse("two items with one name or id")
    copy["enumerations"][record["enumeration_id"]] = {**record, "names": names, "ids": ids}


def apply_price(copy: Record, record: Record) -> None:
    """2.3: the same key again replaces the amount for later decisions."""
    key = (record["tariff_id"], record["item_id"])
    rows = dict(copy["prices"].get(key, {}))
    rows[(record["period_months"], record["effective_from"])] = record["amount_micros"]
    copy["prices"][key] = rows


def apply_override(copy: Record, record: Record) -> None:
    key = (record["scope"], record["scope_id"], record["template"])
    if record["setting"] == "AUTO":
        copy["overrides"].pop(key, None)
    else:
        copy["overrides"][key] = record["setting"]


def apply_alias(copy: Record, record: Record) -> None:
    if record["same_as"] == "":
        copy["aliases"].pop(record["template"], None)
    else:
        copy["aliases"][record["template"]] = record["same_as"]


def check_tariff(copy: Record, record: Record) -> None:
    if record["rounding_micros"] < 1:
        refuse("rounding_micros below 1")
    for module_id in record["module_ids"]:
        if module_id not in copy["modules"]:
            refuse(f"unknown module {module_id}")
    if record["enumeration_id"] and record["enumeration_id"] not in copy["enumerations"]:
        refuse(f'unknown enumeration {record["enumeration_id"]}')
    for (tariff_id, _), rows in copy["prices"].items():
        if tariff_id == record["tariff_id"] and any(amount % record["rounding_micros"] for amount in rows.values()):
            refuse("a price is no multiple of rounding_micros")


def check_default_item(copy: Record, tariff: Record) -> None:
    if tariff["enumeration_id"] == "":
        return
    enumeration = copy["enumerations"].get(tariff["enumeration_id"])
    if enumeration is not None and tariff["default_item"] not in enumeration["ids"]:
        refuse(f'default item {tariff["default_item"]} is not in the enumeration')


def check_price(copy: Record, record: Record) -> None:
    tariff = copy["tariffs"].get(record["tariff_id"])
    if tariff is None:
        refuse(f'unknown tariff {record["tariff_id"]}')
        return
    if record["item_id"]:
        enumeration = copy["enumerations"].get(tariff["enumeration_id"], {"ids": ()})
        if record["item_id"] not in enumeration["ids"]:
            refuse(f'unknown item {record["item_id"]}')
    if record["currency"] != tariff["currency"]:
        refuse(f'currency {record["currency"]} is not the tariff\'s')
    if record["amount_micros"] < 0 or record["amount_micros"] % tariff["rounding_micros"]:
        refuse("a negative price, or no multiple of rounding_micros")
    if not 0 <= record["period_months"] <= 120:
        refuse("period_months is 0 to 120")


def check_override(copy: Record, record: Record) -> None:
    if record["scope_id"] not in copy["tariffs" if record["scope"] == "TARIFF" else "modules"]:
        refuse(f'unknown {record["scope"]} {record["scope_id"]}')


def check_approval(copy: Record, record: Record) -> None:
    if record["module_id"] not in copy["modules"]:
        refuse(f'unknown module {record["module_id"]}')


def check_scans(catalogue: Record, parts: list[tuple[str, Record]]) -> None:
    """1: approval of an unknown scan; asked last, of a set that breaks nothing else."""
    for kind, record in parts:
        if kind == "ScanApproval" and scans.find(catalogue, record["module_id"], record["scan_id"]) is None:
            raise DeadLetter("scan.unknown")


def check_aliases(aliases: dict[str, str]) -> None:
    """1: no cycles, no chains over 8."""
    for name in aliases:
        for _ in range(8):
            if name not in aliases:
                break
            name = aliases[name]
        if name in aliases:
            refuse("a cycle or a chain over 8 aliases")


APPLY = {
    "Module": lambda copy, record: copy["modules"].update({record["module_id"]: record}),
    "Tariff": apply_tariff,
    "Enumeration": apply_enumeration,
    "Price": apply_price,
    "Override": apply_override,
    "Alias": apply_alias,
    "TemplateSettings": lambda copy, record: copy["settings"].update({record["template"]: record}),
    "ScanApproval": lambda copy, record: None,
}
CHECK = {"Tariff": check_tariff, "Price": check_price, "Override": check_override, "ScanApproval": check_approval}
