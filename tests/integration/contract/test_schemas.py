"""The schema registry: subjects, compatibility, and producers whose schema is not ours (contract.md Rules; issue 3.4)."""
import copy

import pytest

from kit import events, wire
from kit.arithmetic import UNIT
from kit.installation import DEBIAN, INPUT_TOPICS, WINDOWS
from kit.registry import parse

OUTPUTS = ("charge", "notification", "decision")


def test_each_subject_is_full_transitive(bare):
    subjects = bare.registry.subjects(bare.prefix)
    missing = {f"{bare.prefix}{topic}-value" for topic in INPUT_TOPICS + OUTPUTS} - set(subjects)
    assert not missing, f"contract.md Rules: subjects by TopicNameStrategy; missing: {missing}, there are: {subjects}"
    levels = {subject: bare.registry.compatibility(subject) for subject in subjects}
    wrong = {subject: level for subject, level in levels.items() if level != "FULL_TRANSITIVE"}
    assert not wrong, f"contract.md Rules: compatibility FULL_TRANSITIVE; got {wrong}"


@pytest.mark.parametrize("topic", INPUT_TOPICS + OUTPUTS)
def test_the_registry_refuses_what_would_break_readers(bare, topic):
    subject = f"{bare.prefix}{topic}-value"
    schema = bare.registry.latest_json(subject)
    without = copy.deepcopy(schema)
    gone = next(field for field in without["fields"] if "default" not in field)
    without["fields"].remove(gone)
    extra = copy.deepcopy(schema)
    extra["fields"].append({"name": "compulsory", "type": "string"})
    retyped = copy.deepcopy(schema)
    retyped["fields"][0]["type"] = "double"
    for name, changed in (("a field without default removed", without), ("a field without default added", extra),
                          ("a type changed", retyped)):
        assert not bare.registry.is_compatible(subject, changed), f"{subject}: {name} ({gone['name']}): expected no"
        status, answer = bare.registry.try_to_register(subject, changed)
        assert status == 409, f"{subject}: {name}: expected 409, got {status} {answer}"
    harmless = copy.deepcopy(schema)
    harmless["fields"].insert(0, {"name": "added_later", "type": "string", "default": ""})
    assert bare.registry.is_compatible(subject, harmless), f"{subject}: a field with a default added: expected yes"


def test_init_again_changes_nothing(bare):
    before = {subject: bare.registry.latest(subject)["version"] for subject in bare.registry.subjects(bare.prefix)}
    bare.initialise()
    after = {subject: bare.registry.latest(subject)["version"] for subject in bare.registry.subjects(bare.prefix)}
    assert after == before, f"osbill init is idempotent: expected {before}, got {after}"


# --- producers with another schema ---

def evolve(schema, added=(), without=(), symbols=(), promoted=()):
    """The schema with its fields reversed, and the changes asked for."""
    schema = copy.deepcopy(schema)
    fields = [field for field in schema["fields"] if field["name"] not in without]
    for field in fields:
        if isinstance(field["type"], dict) and field["type"].get("type") == "enum":
            field["type"]["symbols"] = list(symbols) + field["type"]["symbols"]
        if field["name"] in promoted:
            field["type"] = promoted[field["name"]]
            field.pop("default", None)
    schema["fields"] = [*added, *reversed(fields)]
    return schema


@pytest.fixture
def buyer(world, account):
    world.open_account(account, 100 * UNIT)
    world.must_decide("order", events.order("PLACED", account, "vps-1", DEBIAN, events.now()), "order.charged", "CHARGED")
    return account


def publish_with(world, topic, subject, schema, event):
    """Registers the writer's schema and publishes what fastavro writes with it."""
    schema_id = world.registry.register(subject, schema)
    value = wire.encode(schema_id, parse(schema), event)
    return world.decision(world.produce(topic, event["account_id"], value))[1]


def test_a_newer_producer(world, buyer):
    """Fields added in front and reordered, a new enum symbol before the old ones: all that FULL_TRANSITIVE allows."""
    subject = f"{world.prefix}os-installed-value"
    schema = evolve(world.registry.latest_json(subject), symbols=["RESCUE"], added=[
        {"name": "hypervisor", "type": ["null", "string"], "default": None},
        {"name": "labels", "type": {"type": "map", "values": {"type": "array", "items": "long"}}, "default": {}},
        {"name": "disk", "default": {"device": "vda", "size": 1.5}, "type": {
            "type": "record", "name": "Disk", "fields": [{"name": "device", "type": "string"},
                                                         {"name": "size", "type": "double"}]}}])
    event = events.os_installed(buyer, "vps-1", WINDOWS) | {
        "hypervisor": "node-7", "labels": {"cores": [1, 2], "": []}, "disk": {"device": "vdb", "size": 2.25}}
    decision = publish_with(world, "os-installed", subject, schema, event)
    assert decision["rule"] == "os.charged", f"rules.md 5, an evolved writer's schema: expected os.charged, got {decision}"
    event = events.os_installed(buyer, "vps-1", "my-own-disk", source="RESCUE") | {
        "hypervisor": None, "labels": {}, "disk": {"device": "vda", "size": 0.0}}
    decision = publish_with(world, "os-installed", subject, schema, event)
    assert decision["item_id"] == "free", f"rules.md 2.2: a new symbol counts as UNKNOWN, unmapped; got {decision}"
    note = [note for note in world.of_account("notification", buyer) if note["kind"] == "UNMAPPED_OS"]
    assert note and note[0]["severity"] == "WARNING", f"rules.md 2.2: UNKNOWN of no template: a WARNING; got {note}"


def test_an_older_producer(world, buyer):
    """Fields with defaults left out, narrower types: legal for a reader by the Avro specification, not for FULL_TRANSITIVE."""
    subject = f"{world.prefix}of-an-old-producer-value"
    schema = evolve(world.registry.latest_json(f"{world.prefix}account-value"), without=("note", "case_id"),
                    promoted={"amount_micros": "int", "currency": "bytes"})
    event = events.account_event("DEPOSIT", buyer, 5 * UNIT) | {"currency": b"EUR"}
    event = {name: value for name, value in event.items() if name not in ("note", "case_id")}
    decision = publish_with(world, "account", subject, schema, event)
    assert (decision["rule"], decision["amount_micros"]) == ("account.deposit", 5 * UNIT), (
        f"Avro, Schema Resolution: int -> long, bytes -> string, defaults; got {decision}")


@pytest.mark.parametrize("what", ["a field without default is missing", "another record", "a string for a number",
                                  "an unknown symbol without a default"])
def test_a_schema_that_cannot_be_read_as_ours(world, buyer, what):
    subject = f"{world.prefix}of-a-stranger-{what.replace(' ', '-')}"
    ours = world.registry.latest_json(f"{world.prefix}account-value")
    event = events.account_event("DEPOSIT", buyer, UNIT)
    if what == "a field without default is missing":
        schema = evolve(ours, without=("kind",))
        del event["kind"]
    elif what == "another record":
        schema = world.registry.latest_json(f"{world.prefix}os-installed-value")
        event = events.os_installed(buyer, "vps-1", WINDOWS)
    elif what == "a string for a number":
        schema = evolve(ours, promoted={"occurred_at": "string"})
        event["occurred_at"] = "yesterday"
    else:
        schema = evolve(ours, symbols=["GIFT"])
        event["kind"] = "GIFT"
    decision = publish_with(world, "account", subject, schema, event)
    assert decision["verdict"] == "DEAD_LETTER" and decision["rule"] == "unreadable", (
        f"design.md, promise 5: {what}: expected a dead letter, got {decision}")
    world.must_decide("account", events.account_event("DEPOSIT", buyer, UNIT), "account.deposit", "APPLIED")
