"""Garbage on every input topic: one dead letter each that says why, and the next good event of the partition is decided
(design.md, promise 5; contract.md dead-letter; rules.md 8)."""
import datetime
import itertools
import random
import struct

import confluent_kafka
import confluent_kafka.admin
import pytest

from kit import events, wire
from kit.arithmetic import UNIT, partition_of
from kit.installation import ACCOUNT_TOPICS, DEBIAN, INPUT_TOPICS, LANE_TOPICS, TEMPLATES

DECIDED_WITHIN = 5  # seconds
HEADERS = {"osbill.error." + name for name in ("code", "message", "topic", "partition", "offset", "at")}
UNKNOWN_SCHEMA = 0x7FFFFFF0


@pytest.fixture(scope="module")
def victim(world):
    """An account with a VPS in partition 0: good events are about it."""
    name = next(name for name in (f"victim-{n}" for n in itertools.count()) if partition_of(name, world.partitions) == 0)
    world.open_account(name, 100 * UNIT)
    world.must_decide("order", events.order("PLACED", name, "vps-1", DEBIAN, events.now()), "order.charged", "CHARGED")
    return name


def good_event(topic, victim):
    """One that is decided whatever came before."""
    if topic == "account":
        return events.account_event("DEPOSIT", victim, UNIT)
    if topic == "order":  # rejected: the VPS exists
        return events.order("PLACED", victim, "vps-1", DEBIAN, events.now(), order_id=events.event_id())
    if topic == "os-installed":
        return events.os_installed(victim, "vps-1", DEBIAN)
    if topic == "template-discovered":
        return events.scan(TEMPLATES)[0]
    return events.change_set([("Module", {"module_id": "vm-other", "title": "", "auto_connect": "ALL", "strict": False})])[0]


def topic_limit(world, topic):
    resource = confluent_kafka.admin.ConfigResource("topic", world.prefix + topic)
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": world.stack.bootstrap})
    settings = admin.describe_configs([resource], request_timeout=10)[resource].result()
    return int(settings["max.message.bytes"].value)


def noise(size, seed):
    """Random bytes that do not look like the wire format."""
    return b"\xff" + random.Random(seed).randbytes(size - 1)


def garbage(world, topic, what, good):
    """(value, expected osbill.error.code or None: any)"""
    value = world.encode(topic, good)
    return {
        "random bytes": lambda: (noise(200, topic), "magic-byte"),
        "one byte": lambda: (b"\0", None),
        "header only": lambda: (value[:5], "truncated"),
        "truncated": lambda: (value[:-1], "truncated"),
        "cut in the middle": lambda: (value[:5 + len(value[5:]) // 2], "truncated"),
        "trailing bytes": lambda: (value + b"\0", "trailing-bytes"),
        "unknown schema id": lambda: (wire.frame(UNKNOWN_SCHEMA, value[5:]), "schema-unknown"),
        "negative schema id": lambda: (struct.pack(">bi", 0, -1) + value[5:], "schema-unknown"),
        "wrong magic": lambda: (b"\1" + value[1:], "magic-byte"),
        "text": lambda: (b'{"event_id": "e1"}', "magic-byte"),
        "endless length": lambda: (value[:5] + b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01" + value[6:], None),
        "empty value": lambda: (b"", "empty-value"),
        "tombstone": lambda: (None, "empty-value"),
        "at the topic's limit": lambda: (noise(topic_limit(world, topic) - 200, topic), "magic-byte"),
    }[what]()


KINDS = ["random bytes", "one byte", "header only", "truncated", "cut in the middle", "trailing bytes", "unknown schema id",
         "negative schema id", "wrong magic", "text", "endless length", "empty value", "tombstone", "at the topic's limit"]


def dead_letters_of(world, place):
    def is_of(item):
        headers = item.headers
        return (headers["osbill.error.topic"].decode() == world.prefix + place[0]
                and int(headers["osbill.error.partition"]) == place[1] and int(headers["osbill.error.offset"]) == place[2])

    world.tap.wait("dead-letter", is_of, what=f"the dead letter of {place}")
    return [item for item in world.tap.snapshot("dead-letter") if is_of(item)]


def must_be_dead(world, place, key, value, code=None):
    """One Decision DEAD_LETTER, one dead letter with the input's own key and bytes and all headers."""
    _, decision = world.decision(place)
    assert decision["verdict"] == "DEAD_LETTER", f"rules.md 8: expected DEAD_LETTER, got {decision}"
    assert decision["input"] == place[0] and decision["reason"], f"contract.md Decision: input, reason; got {decision}"
    found = dead_letters_of(world, place)
    assert len(found) == 1, f"issue 3: one dead letter each, got {len(found)}"
    headers = {name: text.decode() for name, text in found[0].headers.items()}
    assert set(headers) == HEADERS, f"contract.md dead-letter headers: {set(headers) ^ HEADERS}"
    assert headers["osbill.error.code"] and headers["osbill.error.message"], headers
    datetime.datetime.fromisoformat(headers["osbill.error.at"].replace("Z", "+00:00"))
    if code:
        assert headers["osbill.error.code"] == code, f"osbill.error.code: expected {code}, got {headers}"
    assert found[0].value == value, "contract.md dead-letter: the input's own bytes; they differ"
    assert found[0].key == key, f"contract.md dead-letter: key of the input, got {found[0].key!r}"
    return decision


def must_go_on(world, topic, victim, partition=0):
    event = good_event(topic, victim)
    decision = world.decision(world.publish(topic, event), DECIDED_WITHIN)[1]
    assert decision["verdict"] != "DEAD_LETTER" and decision["event_id"] == event["event_id"], (
        f"promise 5: the next good event of {topic} [{partition}] is decided; got {decision}")


@pytest.mark.parametrize("topic", INPUT_TOPICS)
@pytest.mark.parametrize("what", KINDS)
def test_unreadable(world, victim, topic, what):
    good = good_event(topic, victim)
    key = world.key_of(topic, good)
    value, code = garbage(world, topic, what, good)
    place = world.produce(topic, key, value)
    must_go_on(world, topic, victim)
    decision = must_be_dead(world, place, key, value, code)
    assert decision["event_id"] == "", f'rules.md 8: event_id "" if unreadable, got {decision}'


@pytest.mark.parametrize("topic", ACCOUNT_TOPICS)
def test_wrong_partition(world, victim, topic):
    value = world.encode(topic, good_event(topic, victim))
    place = world.produce(topic, victim, value, partition=1)
    must_be_dead(world, place, victim, value, "wrong-partition")
    must_go_on(world, topic, victim)
    before = world.decisions(place)
    assert len(before) == 1, before


@pytest.mark.parametrize("topic", ACCOUNT_TOPICS)
def test_key_of_another_account(world, victim, topic):
    value = world.encode(topic, good_event(topic, "client-of-nobody"))
    place = world.produce(topic, victim, value)
    must_go_on(world, topic, victim)
    must_be_dead(world, place, victim, value, "wrong-partition")


@pytest.mark.parametrize("topic", ACCOUNT_TOPICS)
def test_key_that_is_no_text(world, victim, topic):
    value = world.encode(topic, good_event(topic, victim))
    place = world.produce(topic, b"\xff\x00victim", value, partition=0)
    must_go_on(world, topic, victim)
    must_be_dead(world, place, b"\xff\x00victim", value, "wrong-partition")


@pytest.mark.parametrize("topic", INPUT_TOPICS)
def test_null_key(world, victim, topic):
    value = world.encode(topic, good_event(topic, victim))
    place = world.produce(topic, None, value, partition=0)
    must_go_on(world, topic, victim)
    must_be_dead(world, place, None, value)


BAD_FIELDS = [
    ("account", {"event_id": ""}, "bad-value"), ("account", {"amount_micros": -1}, "account.bad-value"),
    ("account", {"currency": "USD"}, "account.currency-mismatch"), ("order", {"vps_id": "with a space"}, "bad-value"),
    ("order", {"period_months": 121}, "bad-value"), ("order", {"period_start": -1}, "bad-value"),
    ("os-installed", {"template": "\x07"}, "bad-value"), ("os-installed", {"vps_id": "x" * 129}, "bad-value"),
    ("template-discovered", {"scan_size": 0}, "scan.size"),
    ("template-discovered", {"module_id": "nowhere"}, "template.module-unknown"),
    ("catalogue", {"count": 0}, "bad-value"), ("catalogue", {"index": 7}, "bad-value"),
]


@pytest.mark.parametrize("topic,wrong,rule", BAD_FIELDS, ids=lambda part: str(part) if isinstance(part, dict) else None)
def test_wrong_values(world, victim, topic, wrong, rule):
    event = good_event(topic, victim) | wrong
    key, value = world.key_of(topic, event), world.encode(topic, event)
    place = world.produce(topic, key, value)
    must_go_on(world, topic, victim)
    decision = must_be_dead(world, place, key, value, rule)
    assert decision["rule"] == rule, f"expected {rule}, got {decision}"


@pytest.mark.parametrize("topic,field", [("os-installed", "installed_at"), ("os-installed", "occurred_at"),
                                         ("order", "occurred_at"), ("account", "occurred_at")])
def test_time_in_future(world, victim, topic, field):
    event = good_event(topic, victim) | {field: events.now() + 2 * 3600 * 1000}
    value = world.encode(topic, event)
    place = world.produce(topic, victim, value)
    must_go_on(world, topic, victim)
    decision = must_be_dead(world, place, victim, value, "time-in-future")
    assert decision["event_id"] == event["event_id"], "rules.md 8: the event could be read"


def test_garbage_among_good_events(world, victim):
    """In one batch: what is good is decided, in order, as if the rest were not there."""
    places, good = [], []
    for number in range(120):
        event = events.account_event("DEPOSIT", victim, 1000 + number)
        value = world.encode("account", event)
        bad = number % 4 == 3
        world.producer.produce(world.prefix + "account", noise(50, number) if bad else value, victim,
                               on_delivery=lambda _, message: places.append((message.partition(), message.offset())))
        if not bad:
            good.append(event["event_id"])
    world.producer.flush(20)
    world.decision(("account", *places[-1]), DECIDED_WITHIN)
    decisions = [world.decision(("account", *place))[1] for place in places]
    assert [decision["verdict"] == "DEAD_LETTER" for decision in decisions] == [n % 4 == 3 for n in range(120)]
    assert [decision["event_id"] for decision in decisions if decision["event_id"]] == good


def test_a_large_event(world, victim):
    """As large as the topic takes, and good."""
    event = events.account_event("DEPOSIT", victim, UNIT, note="x" * (topic_limit(world, "account") - 400))
    world.must_decide("account", event, "account.deposit", "APPLIED")
    other = event | {"amount_micros": 2 * UNIT}
    place = world.publish("account", other)
    assert world.decision(place)[1]["rule"] == "account.conflict"
    dead = dead_letters_of(world, place)
    assert [item.value for item in dead] == [world.encode("account", other)], "contract.md dead-letter: the input's own bytes"


def test_a_large_event_that_has_to_wait(world, victim):
    """Parked, its own bytes would not fit a record of account-state: whatever it becomes, it becomes it once."""
    stranger = next(name for name in (f"stranger-{n}" for n in itertools.count())
                    if partition_of(name, world.partitions) == 0)
    event = events.account_event("DEPOSIT", stranger, UNIT, note="x" * (topic_limit(world, "account") - 400))
    place = world.publish("account", event)
    must_go_on(world, "account", victim)
    _, decision = world.decision(place)
    assert decision["verdict"] in ("PARKED", "DEAD_LETTER"), f"rules.md 7: expected PARKED or a dead letter, got {decision}"
    if decision["verdict"] == "DEAD_LETTER":
        must_be_dead(world, place, stranger, world.encode("account", event))


@pytest.mark.parametrize("topic", ["account", "catalogue"])
def test_a_compressed_bomb(world, victim, topic):
    """Small on the wire, larger than any topic takes once unpacked: a dead letter by reference (design.md, Aborts)."""
    packing = confluent_kafka.Producer({
        "bootstrap.servers": world.stack.bootstrap, "partitioner": "murmur2_random", "compression.type": "zstd",
        "message.max.bytes": 64 << 20})
    good = good_event(topic, victim)
    place = world.produce(topic, world.key_of(topic, good), b"\xff" + bytes(8 << 20), producer=packing)
    must_go_on(world, topic, victim)
    _, decision = world.decision(place)
    assert decision["verdict"] == "DEAD_LETTER", decision
    found = dead_letters_of(world, place)
    assert len(found) == 1 and set(found[0].headers) == HEADERS, found
    assert found[0].value is None, "by reference: the headers say where it is"


@pytest.mark.parametrize("topic", ["os-installed", "catalogue"])
def test_ten_thousand_unknown_schema_ids(world, victim, topic):
    """Different ids, far apart and descending: what they cost does not grow with them, and the partition goes on."""
    key, places = world.key_of(topic, good_event(topic, victim)), []
    values = [wire.frame(UNKNOWN_SCHEMA - 1000 - number * 7, b"x") for number in range(10000)]
    for value in values:
        world.producer.produce(world.prefix + topic, value, key,
                               on_delivery=lambda _, message: places.append((topic, message.partition(), message.offset())))
        world.producer.poll(0)
    world.producer.flush(20)
    must_go_on(world, topic, victim)
    for number in (0, 5000, 9999):
        must_be_dead(world, places[number], key, values[number], "schema-unknown")


def test_a_fresh_schema_amid_unknown_ids(world, victim):
    """Registered while garbage comes: its first event is read."""
    schema = world.registry.latest_json(f"{world.prefix}os-installed-value")
    schema["fields"].append({"name": "panel", "type": "string", "default": ""})
    for number in range(200):
        world.producer.produce(world.prefix + "os-installed", wire.frame(UNKNOWN_SCHEMA - 90000 - number, b"x"), victim)
    fresh = world.registry.register(f"{world.prefix}os-installed-value", schema)
    event = good_event("os-installed", victim)
    for number in range(200):
        world.producer.produce(world.prefix + "os-installed", wire.frame(UNKNOWN_SCHEMA - 91000 - number, b"x"), victim)
    decision = world.decision(world.publish("os-installed", event | {"panel": "new"}, fresh), DECIDED_WITHIN)[1]
    assert decision["verdict"] != "DEAD_LETTER" and decision["event_id"] == event["event_id"], decision


def test_garbage_leaves_no_trace_in_the_money(world, victim):
    """All that came before: each input has one Decision, no dead letter changed a state."""
    world.tap.catch_up()
    decisions = [decision for item in world.tap.snapshot("decision") for decision in item.record["decisions"]]
    places = [tuple(decision["caused_by"][name] for name in ("topic", "partition", "offset")) for decision in decisions
              if decision["origin"] == "INPUT"]
    assert len(places) == len(set(places)), "rules.md 8: one Decision with origin INPUT per input"
    dead = sum(decision["verdict"] in ("DEAD_LETTER", "CONFLICT") for decision in decisions)
    assert dead == len(world.tap.snapshot("dead-letter")), "one dead letter for each Decision DEAD_LETTER and CONFLICT"
    assert {topic for topic, *_ in places} == set(INPUT_TOPICS) and LANE_TOPICS
    states = [item.record for item in world.tap.snapshot("account-state") if item.key == f"a:{victim}"]
    deposits = [decision for decision in decisions
                if decision["account_id"] == victim and decision["rule"] == "account.deposit"]
    charged = sum(record["amount_micros"] for record in world.of_account("charge", victim))
    expected = sum(decision["amount_micros"] for decision in deposits) - charged
    assert states[-1]["balance_micros"] == expected, f"expected {expected}, got {states[-1]}"
