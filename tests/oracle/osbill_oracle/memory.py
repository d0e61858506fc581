"""Ids of inputs: what was decided before, and what waits (rules.md 4, 5, 7, 9)."""

from .model import Record, order_key, vps_of
from .money import DAY, DeadLetter

KEPT = 30 * DAY
MOST_IDS = 4096  # of account events; kept in chunks, which may forget later, never earlier
CHUNK = 64
RECENT = 4  # ids of orders and of installations, per VPS
AREA = {"order": "order", "os-installed": "os", "account": "account"}


def content(topic: str, value: Record) -> list:
    """9 Content compared."""
    if topic == "order":
        return [order_key(value), value["vps_id"], value["module_id"], value["tariff_id"], value["template"],
                value["period_months"]]
    if topic == "os-installed":
        return [value["vps_id"], value["module_id"], value["template"], value["installed_at"], value["source"]]
    return [value["kind"], value.get("amount_micros", 0), value.get("currency", ""), value.get("case_id", "")]


def new_memory() -> Record:
    """Ids of account events of one account: {event_id: content} in chunks, oldest first; floor: see 9 too-old."""
    return {"chunks": [], "floor": -1}


def forget(memory: Record, now: int) -> None:
    """9: ids are forgotten 30 days after arrival, or oldest first above 4,096, a whole chunk at a time."""
    chunks = memory["chunks"]
    while chunks and (chunks[0]["last_arrived"] + KEPT <= now
                      or sum(len(chunk["ids"]) for chunk in chunks[1:]) >= MOST_IDS):
        memory["floor"] = max(memory["floor"], chunks.pop(0)["last_occurred"])


def remember_account(memory: Record, value: Record, now: int) -> None:
    chunks = memory["chunks"]
    if not chunks or len(chunks[-1]["ids"]) >= CHUNK:
        chunks.append({"ids": {}, "last_arrived": now, "last_occurred": -1})
    chunk = chunks[-1]
    chunk["ids"][value["event_id"]] = content("account", value)
    chunk["last_arrived"] = now
    chunk["last_occurred"] = max(chunk["last_occurred"], value["occurred_at"])


def remember(account: Record, memory: Record, topic: str, value: Record, result: Record, now: int) -> None:
    """A dead letter, a duplicate and a conflict are not remembered; a rejected order keeps no business key."""
    if topic == "account":
        remember_account(memory, value, now)
        return
    recent = vps_of(account, value["vps_id"])["recent"]
    recent[topic] = recent[topic][1 - RECENT:] + [[value["event_id"], content(topic, value), now]]
    if topic == "order" and result["verdict"] != "REJECTED":
        account["keys"][order_key(value)] = content(topic, value)


def seen_before(account: Record, memory: Record, topic: str, value: Record, now: int) -> str:
    """DUPLICATE, CONFLICT, or empty. Parked events are found too. Unknown and not after the floor: too-old."""
    mine = content(topic, value)
    theirs = None
    for parked in account["parked"]:
        if parked["topic"] == topic and parked["value"]["event_id"] == value["event_id"] \
                and parked["value"].get("vps_id") == value.get("vps_id"):
            theirs = content(topic, parked["value"])
    if theirs is None and topic == "account":
        forget(memory, now)
        theirs = next((chunk["ids"][value["event_id"]] for chunk in memory["chunks"]
                       if value["event_id"] in chunk["ids"]), None)
    elif theirs is None and value["vps_id"] in account["vps"]:
        for event_id, known, arrived in account["vps"][value["vps_id"]]["recent"][topic]:
            if event_id == value["event_id"] and (topic != "order" or arrived + KEPT > now):
                theirs = known
    if theirs is None and topic == "order":
        theirs = account["keys"].get(order_key(value))
    if theirs is not None:
        return "DUPLICATE" if theirs == mine else "CONFLICT"
    if topic == "account" and value["occurred_at"] <= memory["floor"]:
        raise DeadLetter("too-old")
    return ""
