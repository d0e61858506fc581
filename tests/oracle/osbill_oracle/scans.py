"""Templates found by scans, and those that a complete scan lacks (rules.md 1)."""

from typing import Any

from .catalogue import item_named, has_positive_price, switch_new_pairs
from .money import DeadLetter
from .outputs import Step

Record = dict[str, Any]
REMEMBERED = 8
BREAKER_COUNT, BREAKER_PERCENT = 3, 25  # more than both: held


def find(catalogue: Record, module_id: str, scan_id: str) -> Record | None:
    for scan in catalogue["scans"].get(module_id, {"recent": []})["recent"]:
        if scan["scan_id"] == scan_id:
            return scan
    return None


def decide_template(step: Step, value: Record) -> Record:
    """template-discovered: template.new, template.seen, scan.invalid, scan.held; or a dead letter."""
    catalogue, module_id = step.catalogue, value["module_id"]
    if value["scan_size"] <= 0:
        raise DeadLetter("scan.size")
    if module_id not in catalogue["modules"]:
        raise DeadLetter("template.module-unknown")
    template = f'{value.get("repository", "")}__{value["name"]}'
    if len(template.encode()) > 255:
        raise DeadLetter("bad-value")
    scan = scan_of(catalogue, value)
    rule = link(catalogue, value, template)
    is_new = rule == "template.new"
    result = {"rule": rule, "verdict": "APPLIED", "module_id": module_id, "template": template}
    beyond = scan["status"] == "COMPLETE" and template not in scan["seen"]
    scan["named"].add(template)
    if value["scan_size"] != scan["scan_size"] or beyond:
        if scan["status"] == "RUNNING":
            scan["status"] = "INVALID"
        if is_new:
            step.effect("template.new", "APPLIED", template=template)
        return {**result, "rule": "scan.invalid", "verdict": "REJECTED"}
    if scan["status"] == "RUNNING":
        scan["seen"][template] = True
        if len(scan["seen"]) == scan["scan_size"]:
            scan["status"] = "COMPLETE"
            if not complete(step, module_id, scan):
                if is_new:
                    step.effect("template.new", "APPLIED", template=template)
                return {**result, "rule": "scan.held", "verdict": "HELD"}
    return result


def scan_of(catalogue: Record, value: Record) -> Record:
    """The message's scan: one of the last 8, else a new one, which abandons an unfinished one."""
    module_id = value["module_id"]
    scan = find(catalogue, module_id, value["scan_id"])
    if scan is not None:
        return scan
    state = catalogue["scans"].setdefault(module_id, {"recent": [], "latest": 0, "held": False})
    if state["recent"] and state["recent"][-1]["status"] == "RUNNING":
        state["recent"][-1]["status"] = "ABANDONED"
    state["latest"] += 1
    before = sum(link["present"] for link in catalogue["links"].get(module_id, {}).values())
    scan = {"scan_id": value["scan_id"], "number": state["latest"], "scan_size": value["scan_size"],
            "status": "RUNNING", "seen": {}, "named": set(), "linked_before": before, "held": False}
    state["recent"] = state["recent"][1 - REMEMBERED:] + [scan]
    return scan


def link(catalogue: Record, value: Record, template: str) -> str:
    """template.new: first seen on the module; template.seen otherwise. What was removed is linked again."""
    module_id = value["module_id"]
    attributes = {name: value.get(name, default) for name, default in
                  (("tags", []), ("os_group", ""), ("min_disk_mib", 0), ("min_ram_mib", 0))}
    changed = catalogue["templates"].get(template) != attributes
    catalogue["templates"][template] = attributes
    links = catalogue["links"].setdefault(module_id, {})
    known = links.get(template)
    rule = "template.new" if known is None else "template.seen"
    if known is None or not known["present"]:
        links[template] = {"present": True, "linked_from": catalogue["scans"][module_id]["latest"]}
        changed = True
    tariffs = [tariff_id for tariff_id, tariff in catalogue["tariffs"].items() if module_id in tariff["module_ids"]]
    changed |= switch_new_pairs(catalogue, tariffs, module_id, [template])
    if changed:
        catalogue["version"] += 1
    return rule


def lacking(catalogue: Record, module_id: str, scan: Record) -> list[str]:
    """Linked templates that no message of the complete scan named (9: beyond its size, too), by their bytes."""
    return sorted((template for template, link in catalogue["links"].get(module_id, {}).items()
                   if link["present"] and template not in scan["named"] and link["linked_from"] <= scan["number"]),
                  key=str.encode)


def is_kept(catalogue: Record, module_id: str, template: str) -> bool:
    """1: Module ON keeps a template linked though scans lack it."""
    return catalogue["overrides"].get(("MODULE", module_id, template)) == "ON"


def complete(step: Step, module_id: str, scan: Record) -> bool:
    """scan.remove_after is 1: what this scan lacks goes, unless the breaker holds it. Says whether it did not."""
    state = step.catalogue["scans"][module_id]
    missing = lacking(step.catalogue, module_id, scan)
    going = sum(not is_kept(step.catalogue, module_id, template) for template in missing)
    if going > BREAKER_COUNT and going * 100 > BREAKER_PERCENT * scan["linked_before"]:
        scan["held"] = True
        if not state["held"]:
            step.notify("SCAN_HELD", "WARNING", "scan.held", module_id=module_id)
        state["held"] = True
        return False
    state["held"] = False
    remove(step, module_id, missing)
    return True


def remove(step: Step, module_id: str, templates: list[str]) -> None:
    for template in templates:
        step.catalogue["links"][module_id][template]["present"] = False
        kept = is_kept(step.catalogue, module_id, template)
        rule = "template.override" if kept else "template.removed"  # 1: Module ON keeps it linked, one WARNING
        step.effect(rule, "APPLIED", template=template)
        severity = "WARNING" if kept or is_priced(step.catalogue, module_id, template) else "INFO"
        step.notify("TEMPLATE_REMOVED", severity, rule, module_id=module_id, template=template)
    if templates:
        step.catalogue["version"] += 1


def is_priced(catalogue: Record, module_id: str, template: str) -> bool:
    """8: TEMPLATE_REMOVED of a priced one is a WARNING: its item has a positive price in a tariff of the module."""
    for tariff_id, tariff in catalogue["tariffs"].items():
        if module_id not in tariff["module_ids"] or tariff["enumeration_id"] == "":
            continue
        item = item_named(catalogue, tariff, template) or tariff["default_item"]
        if has_positive_price(catalogue, tariff_id, item):
            return True
    return False


def approve(step: Step, record: Record) -> None:
    """scan.approved: unlinks what that held scan and the latest complete scan both lack."""
    state = step.catalogue["scans"][record["module_id"]]
    scan = find(step.catalogue, record["module_id"], record["scan_id"])
    if scan is None or not scan["held"] or not state["held"]:
        return
    latest = [other for other in state["recent"] if other["status"] == "COMPLETE"][-1]
    both = [template for template in lacking(step.catalogue, record["module_id"], scan)
            if template not in latest["named"]]
    state["held"] = False
    remove(step, record["module_id"], both)
