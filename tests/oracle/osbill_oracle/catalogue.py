"""The catalogue as decisions see it (rules.md 1): what is linked, on, orderable."""

from typing import Any


def new_catalogue() -> dict[str, Any]:
    return {
        "modules": {},
        "tariffs": {},
        "enumerations": {},
        "prices": {},  # (tariff_id, item_id) -> {(months, effective_from): amount}
        "aliases": {},
        "settings": {},
        "overrides": {},  # (scope, scope_id, template) -> ON or OFF
        "templates": {},  # internal name -> attributes: seen on some module at least once
        "links": {},  # module_id -> {template: {present, linked_from}}
        "switches": {},  # (template, tariff_id) -> bool
        "scans": {},  # module_id -> what scans.py keeps
        "sets": {},  # change_set -> what changes.py keeps
        "version": 1,
    }


def is_linked(catalogue: dict[str, Any], module_id: str, template: str) -> bool:
    """1: a Module override beats what scans say: ON keeps the link, OFF cuts it."""
    link = catalogue["links"].get(module_id, {}).get(template)
    if link is None:
        return False
    setting = catalogue["overrides"].get(("MODULE", module_id, template))
    if setting is not None:
        return setting == "ON"
    return link["present"]


def is_on(catalogue: dict[str, Any], tariff_id: str, template: str) -> bool:
    setting = catalogue["overrides"].get(("TARIFF", tariff_id, template))
    if setting is not None:
        return setting == "ON"
    return catalogue["switches"].get((template, tariff_id), False)


def is_orderable(catalogue: dict[str, Any], tariff_id: str, module_id: str, template: str) -> bool:
    """1 Orderable: linked to the order's module AND on for the tariff AND module in Tariff.module_ids."""
    tariff = catalogue["tariffs"].get(tariff_id)
    if tariff is None or module_id not in tariff["module_ids"]:
        return False
    if catalogue["overrides"].get(("MODULE", module_id, template)) == "OFF":
        return False
    return is_linked(catalogue, module_id, template) and is_on(catalogue, tariff_id, template)


def item_named(catalogue: dict[str, Any], tariff: dict[str, Any], template: str) -> str | None:
    """2.2: the template, then each of its aliases in turn: the first that equals an item's internal_name."""
    enumeration = catalogue["enumerations"].get(tariff["enumeration_id"])
    if enumeration is None:
        return None
    names = enumeration["names"]  # internal_name -> item_id
    name = template
    for _ in range(9):
        if name in names:
            return names[name]
        if name not in catalogue["aliases"]:
            return None
        name = catalogue["aliases"][name]
    return None


def has_positive_price(catalogue: dict[str, Any], tariff_id: str, item_id: str) -> bool:
    """9: any Price row > 0 of tariff and item."""
    return any(amount > 0 for amount in catalogue["prices"].get((tariff_id, item_id), {}).values())


def costs_money(catalogue: dict[str, Any], tariff_id: str, template: str) -> bool:
    """Whether the template's item (the default item, if it has none) has a positive price in the tariff."""
    tariff = catalogue["tariffs"][tariff_id]
    if tariff["enumeration_id"] == "":
        return False
    item = item_named(catalogue, tariff, template)
    return has_positive_price(catalogue, tariff_id, tariff["default_item"] if item is None else item)


def switch_new_pairs(catalogue: dict[str, Any], tariff_ids: list[str], module_id: str, templates: list[str]) -> bool:
    """1 template.new: a (template, tariff) pair that first appears is switched as Module.auto_connect says."""
    auto = catalogue["modules"][module_id]["auto_connect"]
    changed = False
    for tariff_id in tariff_ids:
        for template in templates:
            if (template, tariff_id) not in catalogue["switches"]:
                on = auto == "ALL" or (auto == "FREE_ONLY" and not costs_money(catalogue, tariff_id, template))
                catalogue["switches"][(template, tariff_id)] = on
                changed = True
    return changed
