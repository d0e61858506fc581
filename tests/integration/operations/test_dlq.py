"""osbill dlq: what failed is listed, shown, sent again once, corrected; the new decision counts (rules.md 7)."""
import confluent_kafka
import pytest

from kit import events
from kit.arithmetic import UNIT, partition_of
from kit.installation import TEMPLATES, small_catalogue


def name_of(place):
    return "/".join(map(str, place))


def place_of(answer):
    return answer["topic"], answer["partition"], answer["offset"]


@pytest.fixture
def mistaken(installation, account):
    """The place of a deposit in a currency that is not the account's: a dead letter."""
    installation.open_account(account)
    event = events.account_event("DEPOSIT", account, 5 * UNIT, currency="USD")
    place = installation.publish("account", event)
    _, decision = installation.decision(place)
    assert decision["rule"] == "account.currency-mismatch", decision
    return place


@pytest.fixture
def garbage(installation, account):
    """The place of bytes that nobody can read."""
    place = installation.produce("order", account, b"\x1b[31mred\x07")
    installation.decision(place)
    return place


def balance(installation, account):
    installation.tap.catch_up(["account-state"])
    states = [item.record for item in installation.tap.snapshot("account-state") if item.key == f"a:{account}"]
    return states[-1]["balance_micros"]


def listed(installation, place, *options):
    found = [row for row in installation.ask("dlq", "list", *options) if place_of(row["input"]) == place]
    assert len(found) == 1, f"{place} is listed once, got {found}"
    return found[0]


# --- list, show ---

def test_list(installation, account, mistaken, garbage):
    row = listed(installation, mistaken, "--account", account)
    assert row["code"] == "account.currency-mismatch" and row["key"] == account and row["remedy"] == "correct", row
    assert row["replays"] == 0 and row["replayed"] is None, row
    codes = {row["code"] for row in installation.ask("dlq", "list", "--topic", "order", "--code", "magic-byte")}
    assert codes == {"magic-byte"}, codes
    assert not installation.ask("dlq", "list", "--from", "2099-01-01")
    table = installation.run("dlq", "list", "--account", account).stdout
    assert name_of(mistaken) in table and name_of(garbage) in table and "dead-letter/" in table, table
    newest = installation.ask("dlq", "list", "--limit", "1")
    assert len(newest) == 1 and place_of(newest[0]["input"]) == garbage, newest


def test_summary(installation, mistaken, garbage):
    groups = {row["code"]: row for row in installation.ask("dlq", "list", "--summary")}
    assert groups["magic-byte"]["remedy"] == "send anew" and groups["magic-byte"]["count"] >= 1, groups
    assert "account.currency-mismatch" in installation.run("dlq", "list", "--summary").stdout


def test_show_what_can_be_decoded(installation, account, mistaken):
    shown = installation.run("dlq", "show", name_of(mistaken)).stdout
    for words in ("osbill.error.code", account, '"currency": "USD"', "osbill dlq force"):
        assert words in shown, f"{words} is missing:\n{shown}"
    answer = installation.ask("dlq", "show", name_of(mistaken))[0]
    assert answer["record"]["amount_micros"] == 5 * UNIT and answer["what_to_do"], answer
    own = answer["dead_letter"]
    same = installation.ask("dlq", "show", f"dead-letter/{own['partition']}/{own['offset']}")[0]
    assert same["input"] == answer["input"], "both names are of the same dead letter"


def test_show_what_cannot(installation, garbage):
    shown = installation.run("dlq", "show", installation.prefix + name_of(garbage)).stdout
    assert "1b 5b 33 31 6d" in shown and ".[31mred." in shown and "\x1b" not in shown, shown


def test_show_nothing(installation):
    assert "no dead letter order/0/999999" in installation.run("dlq", "show", "order/0/999999", code=1).stderr
    assert "TOPIC/PARTITION/OFFSET" in installation.run("dlq", "show", "charge/0/1", code=2).stderr


# --- replay ---

def test_replay_once(installation, account):
    """What waited for the account in vain is decided when it comes again; a second replay is refused."""
    event = events.account_event("DEPOSIT", account, UNIT, currency="USD")
    installation.must_decide("account", events.account_event("OPENED", account, currency="EUR"), "account.opened", "APPLIED")
    place = installation.publish("account", event)
    installation.decision(place)
    answer = installation.ask("dlq", "replay", name_of(place), code=1)[0]
    again = place_of(answer["replayed"])
    assert answer["decision"]["verdict"] == "DEAD_LETTER" and answer["decision"]["event_id"] == event["event_id"], answer
    assert again[0] == "account" and again[1] == partition_of(account, installation.partitions), answer
    row = listed(installation, place)
    assert row["replays"] == 1 and place_of(row["replayed"]) == again, row
    assert place_of(listed(installation, again)["replay_of"]) == place, "the new dead letter says what it came from"
    refused = installation.run("dlq", "replay", name_of(place), code=5)
    assert name_of(again) in refused.stdout and "--again" in refused.stdout, refused
    assert installation.ask("dlq", "replay", name_of(place), "--again", code=1)[0]["decision"]["verdict"] == "DEAD_LETTER"


def test_replay_when_the_cause_is_gone(installation):
    """Many at once: shown first, published with --yes, each with its own bytes."""
    scan = events.scan(TEMPLATES)
    places = [installation.publish("template-discovered", event) for event in scan]
    for place in places:
        assert installation.decision(place)[1]["rule"] == "template.module-unknown"
    installation.catalogue(small_catalogue())
    which = ("--all", "--code", "template.module-unknown")
    dry = installation.run("dlq", "replay", *which, code=1)
    assert "would be replayed" in dry.stdout and "--yes" in dry.stderr, dry
    assert all(listed(installation, place)["replays"] == 0 for place in places), "a dry run publishes nothing"
    answers = installation.ask("dlq", "replay", *which, "--yes")
    assert [place_of(answer["input"]) for answer in answers] == places, answers
    assert {answer["decision"]["verdict"] for answer in answers} <= {"RECORDED", "APPLIED"}, answers
    assert "nothing to replay" in installation.run("dlq", "replay", *which, "--yes").stderr


def test_replay_to_the_partition_of_the_key(installation, account):
    installation.open_account(account)
    home = partition_of(account, installation.partitions)
    value = installation.encode("account", events.account_event("DEPOSIT", account, UNIT))
    place = installation.produce("account", account, value, partition=(home + 1) % installation.partitions)
    assert installation.decision(place)[1]["rule"] == "wrong-partition"
    answer = installation.ask("dlq", "replay", name_of(place))[0]
    assert answer["replayed"]["partition"] == home and answer["decision"]["rule"] == "account.deposit", answer
    assert balance(installation, account) == UNIT


def test_wrong_key(installation, account):
    installation.open_account(account)
    value = installation.encode("account", events.account_event("DEPOSIT", account, UNIT))
    place = installation.produce("account", "somebody-else", value)
    installation.decision(place)
    assert "--key" in installation.run("dlq", "replay", name_of(place), code=5).stdout
    answer = installation.ask("dlq", "force", name_of(place), "--key", account, "--yes")[0]
    assert answer["decision"]["rule"] == "account.deposit" and balance(installation, account) == UNIT, answer


def test_no_key(installation, account):
    installation.open_account(account)
    value = installation.encode("account", events.account_event("DEPOSIT", account, UNIT))
    place = installation.produce("account", None, value, partition=0)
    installation.decision(place)
    assert "no key" in installation.run("dlq", "replay", name_of(place), code=5).stdout
    assert "no key" in installation.run("dlq", "force", name_of(place), "note=x", code=5).stderr
    installation.run("dlq", "force", name_of(place), "--key", account, "--yes")


def test_larger_than_any_topic_takes(installation, account):
    """Small on the wire, too large once unpacked: its bytes are in the input alone (design.md, Aborts)."""
    packing = confluent_kafka.Producer({"bootstrap.servers": installation.stack.bootstrap, "compression.type": "zstd",
                                        "partitioner": "murmur2_random", "message.max.bytes": 64 << 20})
    place = installation.produce("account", account, b"\xff" + bytes(8 << 20), producer=packing)
    installation.decision(place)
    assert listed(installation, place)["key"] is None
    shown = installation.run("dlq", "show", name_of(place)).stdout
    assert "in the input alone" in shown and "ff 00 00" in shown and "bytes more" in shown, shown
    done = installation.osbill("dlq", "replay", name_of(place))
    assert done.returncode not in (0, 1) and "too large" in done.stderr.lower(), done


# --- force ---

def test_force(installation, account, mistaken):
    shown = installation.run("dlq", "force", name_of(mistaken), "currency=EUR", "amount_micros=4600000", code=1)
    assert '~ currency: "USD" -> "EUR"' in shown.stdout and "~ amount_micros: 5000000 -> 4600000" in shown.stdout, shown
    assert balance(installation, account) == 0, "nothing is published without --yes"
    answer = installation.ask("dlq", "force", name_of(mistaken), "currency=EUR", "amount_micros=4600000", "--yes")[0]
    assert answer["decision"]["rule"] == "account.deposit" and balance(installation, account) == 4_600_000, answer
    assert "--again" in installation.run("dlq", "force", name_of(mistaken), "currency=EUR", "--yes", code=5).stderr


def test_force_a_conflict(installation, account):
    installation.open_account(account)
    event = events.account_event("DEPOSIT", account, UNIT)
    installation.must_decide("account", event, "account.deposit", "APPLIED")
    place = installation.publish("account", event | {"amount_micros": 2 * UNIT})
    assert installation.decision(place)[1]["rule"] == "account.conflict"
    answer = installation.ask("dlq", "force", name_of(place), "--new-id", "occurred_at=now", "--yes")[0]
    assert answer["decision"]["verdict"] == "APPLIED" and balance(installation, account) == 3 * UNIT, answer


@pytest.mark.parametrize("wrong,words", [
    ("colour=red", "there is no field colour; there are event_id"), ("amount_micros=4.60", "micro-units"),
    ("kind=GIFT", "kind"), ("currency", "FIELD=VALUE")])
def test_force_wrong_corrections(installation, mistaken, wrong, words):
    assert words in installation.run("dlq", "force", name_of(mistaken), wrong, code=2).stderr


def test_force_what_cannot_be_read(installation, garbage):
    assert "cannot be decoded" in installation.run("dlq", "force", name_of(garbage), "note=x", code=5).stderr


def test_after_all_that(installation):
    installation.must_verify()
