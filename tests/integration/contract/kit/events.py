"""Input events of contract.md as dictionaries. Everything can be overridden by keyword."""
import itertools
import time

_numbers = itertools.count(1)


def now():
    return time.time_ns() // 1_000_000


def event_id():
    return f"event-{now()}-{next(_numbers)}"


def _event(fields, given):
    unknown = set(given) - set(fields)
    assert not unknown, f"no such field: {unknown}"
    return {**fields, **given}


def account_event(kind, account_id, amount_micros=0, **given):
    return _event({"event_id": event_id(), "occurred_at": now(), "account_id": account_id, "kind": kind,
                   "amount_micros": amount_micros, "currency": "EUR", "case_id": "", "note": ""}, given)


def order(kind, account_id, vps_id, template, period_start, **given):
    return _event({"event_id": event_id(), "occurred_at": now(), "account_id": account_id,
                   "order_id": f"order-{vps_id}", "vps_id": vps_id, "module_id": "vm-fra1", "tariff_id": "kvm-start",
                   "template": template, "kind": kind, "period_start": period_start, "period_months": 1}, given)


def os_installed(account_id, vps_id, template, installed_at=None, **given):
    moment = installed_at or now()
    return _event({"event_id": event_id(), "occurred_at": moment, "account_id": account_id, "vps_id": vps_id,
                   "module_id": "vm-fra1", "template": template, "installed_at": moment, "source": "REINSTALL"}, given)


def template_discovered(scan_id, scan_size, name, **given):
    return _event({"event_id": event_id(), "occurred_at": now(), "module_id": "vm-fra1", "scan_id": scan_id,
                   "scan_size": scan_size, "repository": "ISPsystem", "name": name, "tags": [], "os_group": "",
                   "min_disk_mib": 0, "min_ram_mib": 0}, given)


def scan(names, **given):
    """A whole scan of the module."""
    scan_id = event_id().replace("event", "scan")
    return [template_discovered(scan_id, len(names), name, **given) for name in names]


def change_set(changes):
    """changes: list of (record type, fields). One CatalogueChange for each."""
    name = event_id().replace("event", "set")
    return [{"event_id": f"{name}-{index}", "occurred_at": now(), "actor": "contract test", "reason": "",
             "change_set": name, "index": index, "count": len(changes), "change": (f"osbill.v1.{kind}", fields)}
            for index, (kind, fields) in enumerate(changes)]


def change_key(event):
    """contract.md: `<kind>:<id>` of what changes."""
    kind, fields = event["change"]
    kind = kind.rpartition(".")[2]
    identity = {"Module": ["module_id"], "Tariff": ["tariff_id"], "Enumeration": ["enumeration_id"],
                "Price": ["tariff_id", "item_id"], "Override": ["scope_id", "template"], "Alias": ["template"],
                "TemplateSettings": ["template"], "ScanApproval": ["module_id"]}[kind]
    return f"{kind.lower()}:{' '.join(fields[name] for name in identity)}"
