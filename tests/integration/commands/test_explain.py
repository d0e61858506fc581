"""`osbill explain`: the same numbers as rules.md gives, in words and as JSON."""
import json

import confluent_kafka
import confluent_kafka.admin
import pytest

from kit import events
from kit.arithmetic import DAY, UNIT, add_months, case_id, charge_id, notification_id, partition_of, prorata
from kit.installation import CPANEL, DEBIAN, PRICES, TEMPLATES, WINDOWS
from kit.stack import run_osbill

CENT = 10_000  # the tariff's rounding
OTHERWISE = "otherwise: no row before it matches"
NOWHERE = "c-" + "0" * 32


def money(micros):
    """As people write it: two to six places."""
    sign, whole, rest = "-" if micros < 0 else "", *divmod(abs(micros), UNIT)
    return f"{sign}{whole}.{f'{rest:06}'.rstrip('0').ljust(2, '0')}"


def formula(price, credited, moment, start):
    """(the sum as text, its amount)"""
    end = add_months(start, 1)
    amount = prorata(price - credited, end - moment, end - start, CENT)
    how = "half up" if price >= credited else "towards zero"
    return (f"({money(price)} - {money(credited)}) * {end - moment:,} ms of {end - start:,} ms = {money(amount)}, "
            f"rounded {how} to 0.01"), amount


def must_hold(text, *parts):
    missing = [part for part in parts if part not in text]
    assert not missing, f"expected {missing} in:\n{text}"


def must_be(expected, got):
    got = {name: got[name] for name in expected}
    assert got == expected, f"expected {expected}, got {got}"


def place_order(world, account, deposit):
    """A VPS "vps-1" with Debian, ordered ten days ago. Returns period_start."""
    start = events.now() - 10 * DAY
    world.open_account(account, deposit)
    world.must_decide("order", events.order("PLACED", account, "vps-1", DEBIAN, start, occurred_at=start),
                      "order.charged", "CHARGED")
    return start


def install(world, account, template, rule, verdict, moment):
    """Returns the event."""
    event = events.os_installed(account, "vps-1", template, moment)
    world.must_decide("os-installed", event, rule, verdict)
    return event


def verdicts(story):
    return [(found["decision"]["rule"], found["decision"]["verdict"]) for found in story["decisions"]]


def rows(found):
    """(rule, table, row in words) of a decision."""
    return [(row["rule"], row["table"], row["words"]) for row in found["rows"]]


def test_a_charge(world, explain, account):
    start = place_order(world, account, 100 * UNIT)
    moment = start + 3 * DAY + 12_345
    event = install(world, account, WINDOWS, "os.charged", "CHARGED", moment)
    identity = charge_id(account, "vps-1", start, 2)
    how, amount = formula(PRICES["windows"], 0, moment, start)
    before = 100 * UNIT - PRICES[""]
    text, story = explain(identity)
    must_be({"id": identity, "kind": "charge", "differences": 0, "cases": [], "dead_letters": []}, story)
    assert verdicts(story) == [("os.charged", "CHARGED")], story
    assert story["decisions"][0]["clause"] == "5", story
    assert rows(story["decisions"][0]) == [("os.charged", "period", OTHERWISE), ("os.charged", "payment", OTHERWISE)], story
    assert story["inputs"][0]["record"] == event, f"the message itself; got {story['inputs']}"
    must_be({"balance_before_micros": before, "adds_up": True,
             "formulas": [{"formula": how, "expected_micros": amount, "rounding_micros": CENT, "check": "agrees"}]},
            story["charges"][0])
    must_be({"charge_id": identity, "amount_micros": amount, "balance_after_micros": before - amount},
            story["charges"][0]["charge"])
    must_hold(text, how, event["event_id"], "os.charged (rules.md 5)", "8 of period: " + OTHERWISE, WINDOWS, "price 24.50 for the period, since 2025-01-01",
              f"balance {money(before)} before, {money(before - amount)} after", f"{money(amount)} EUR")
    for options in (("--account", account), ("--account", account, "--vps", "vps-1"), ("--from=beginning",)):
        assert explain(identity, *options)[1] == story, f"the same with {options}"


def test_an_order_and_its_refund(world, explain, account):
    start = place_order(world, account, 100 * UNIT)
    text, story = explain(charge_id(account, "vps-1", start, 1))
    assert [line["formula"] for line in story["charges"][0]["formulas"]] == [
        "10.00 - 0.00 = 10.00, the whole period", "0.00 - 0.00 = 0.00, the whole period"], story
    must_hold(text, "10.00 - 0.00 = 10.00, the whole period", "balance 100.00 before, 90.00 after")
    moment = start + 7 * DAY + 12_345
    world.must_decide("order", events.order("CANCELLED", account, "vps-1", "", start, occurred_at=moment),
                      "order.cancelled", "REFUNDED")
    how, amount = formula(0, PRICES[""], moment, start)
    text, story = explain(charge_id(account, "vps-1", start, 2))
    must_be({"formula": how, "expected_micros": amount, "check": "agrees"}, story["charges"][0]["formulas"][0])
    must_hold(text, how, "money was given back", f"balance 90.00 before, {money(90 * UNIT - amount)} after")


def test_covered(world, explain, account):
    start = place_order(world, account, 100 * UNIT)
    install(world, account, WINDOWS, "os.charged", "CHARGED", start + 3 * DAY)
    install(world, account, DEBIAN, "os.covered", "COVERED", start + 4 * DAY)
    again = install(world, account, WINDOWS, "os.covered", "COVERED", start + 5 * DAY)
    cheaper = install(world, account, CPANEL, "os.covered", "COVERED", start + 6 * DAY)
    paid = charge_id(account, "vps-1", start, 2)
    text, story = explain(again["event_id"])
    must_be({"by": "item", "item_id": "windows", "charge_id": paid, "level_micros": PRICES["windows"]},
            story["decisions"][0]["covered_by"])
    must_hold(text, "covered by  item windows, which is paid for (24.50)", paid)
    text, story = explain(cheaper["event_id"], "--account", account)
    must_be({"by": "level", "charge_id": paid, "level_micros": PRICES["windows"]}, story["decisions"][0]["covered_by"])
    must_hold(text, "the OS level 24.50, than which item cpanel costs no more", paid)


def test_a_case_until_a_deposit_settles_it(world, explain, account):
    start = place_order(world, account, 12 * UNIT)
    moment = start + 2 * DAY
    event = install(world, account, WINDOWS, "os.insufficient-funds", "INSUFFICIENT_FUNDS", moment)
    case, paid = case_id(account, "vps-1", start, 2), charge_id(account, "vps-1", start, 2)
    how, amount = formula(PRICES["windows"], 0, moment, start)
    short = (f"needed {money(amount)}, available 2.00, deficit {money(amount - 2 * UNIT)}", "INSUFFICIENT_FUNDS")
    text, story = explain(case)
    must_be({"case_id": case, "open": True}, story["cases"][0])
    must_be({"waits_for": "money", "vps_id": "vps-1"}, story["cases"][0]["state"])
    assert story["cases"][0]["state"]["formulas"][0]["formula"] == how, story["cases"]
    must_hold(text, "still open, waits for money", how, event["event_id"], *short)
    without_redis = world.environment | {"OSBILL_REDIS_URL": "redis://127.0.0.1:1"}
    done = run_osbill(world.stack, "explain", case, environment=without_redis)
    assert done.returncode == 4 and "127.0.0.1:1" in done.stderr, f"expected exit code 4, got {done}"
    must_hold(done.stdout, "its Decisions leave it open", *short)

    deposit = events.account_event("DEPOSIT", account, amount)
    world.must_decide("account", deposit, "account.deposit", "APPLIED")
    told = notification_id(case, "INSUFFICIENT_FUNDS")
    for identity in (case, paid, event["event_id"], told):
        text, story = explain(identity)
        assert verdicts(story) == [("os.insufficient-funds", "INSUFFICIENT_FUNDS"), ("account.deposit", "APPLIED")], story
        assert [step["step"] for step in story["cases"][0]["steps"]] == ["opened", "settled", "told"], story["cases"]
        must_be({"open": False, "state": None}, story["cases"][0])
        must_be({"charge_id": paid, "case_id": case, "amount_micros": amount}, story["charges"][0]["charge"])
        must_be({"formula": how, "check": "agrees"}, story["charges"][0]["formulas"][0])
        assert [item["notification"]["kind"] for item in story["notifications"]] == [
            "INSUFFICIENT_FUNDS", "FUNDS_RECOVERED"], story["notifications"]
        must_hold(text, how, "2 of payment: more is due than is available", deposit["event_id"], "settled: the money was taken", paid, case, *short)
    text, story = explain(deposit["event_id"])
    assert verdicts(story) == [("account.deposit", "APPLIED")], "a deposit's own story, not the cases'"
    must_hold(text, "CHARGED by case.settled (rules.md 6)", paid, how, f"amount_micros  {money(amount)}")


def test_a_redelivery(world, explain, account):
    start = place_order(world, account, 100 * UNIT)
    event = install(world, account, WINDOWS, "os.charged", "CHARGED", start + DAY)
    world.must_decide("os-installed", event, "os.duplicate", "DUPLICATE")
    for identity in (event["event_id"], charge_id(account, "vps-1", start, 2)):
        text, story = explain(identity)
        assert verdicts(story) == [("os.charged", "CHARGED"), ("os.duplicate", "DUPLICATE")], story
        must_hold(text, "decided before, so nothing happened again")


def test_a_dead_letter(world, explain, account):
    world.open_account(account)
    event = events.os_installed(account, "vps-1", WINDOWS, events.now() + 2 * 3600 * 1000)
    place = world.publish("os-installed", event)
    world.decision(place)
    dead = world.tap.wait("dead-letter", lambda item: int(item.headers["osbill.error.offset"]) == place[2]
                          and int(item.headers["osbill.error.partition"]) == place[1])[0]
    text, story = explain(event["event_id"], "--account", account)
    assert verdicts(story) == [("time-in-future", "DEAD_LETTER")], story
    must_be({"code": "time-in-future", "message": dead.headers["osbill.error.message"].decode(), "topic": "dead-letter",
             "partition": dead.partition, "offset": dead.offset,
             "input": {"topic": "os-installed", "partition": place[1], "offset": place[2]}}, story["dead_letters"][0])
    must_hold(text, "5 of input: it claims to have happened later than the worker's clock tolerates", f"dead-letter, partition {dead.partition}, offset {dead.offset}",
              f"os-installed, partition {place[1]}, offset {place[2]}")


def test_parked_then_released(world, explain, account):
    world.open_account(account, 100 * UNIT)
    start = events.now() - 10 * DAY
    moment = start + 4 * DAY
    early = install(world, account, WINDOWS, "os.vps-unknown", "PARKED", moment)
    assert verdicts(explain(early["event_id"])[1]) == [("os.vps-unknown", "PARKED")]
    order = events.order("PLACED", account, "vps-1", DEBIAN, start, occurred_at=start)
    world.must_decide("order", order, "order.charged", "CHARGED")
    how, amount = formula(PRICES["windows"], 0, moment, start)
    for identity in (early["event_id"], charge_id(account, "vps-1", start, 2)):
        text, story = explain(identity)
        assert verdicts(story) == [("os.vps-unknown", "PARKED"), ("order.charged", "CHARGED")], story
        assert rows(story["decisions"][0]) == [("os.vps-unknown", "install", "the VPS is unknown")], story
        assert [row[0] for row in rows(story["decisions"][1])] == ["order.charged", "os.charged", "os.charged"], story
        assert [item["charge"]["amount_micros"] for item in story["charges"]] == [amount], story["charges"]
        assert story["charges"][0]["charge"]["caused_by"]["event_id"] == early["event_id"]
        must_hold(text, "waits for an account or a VPS that is not known yet", "effect      CHARGED by os.charged (rules.md 5)",
                  how, order["event_id"])


def test_of_the_catalogue_lane(world, explain):
    for event in events.scan(TEMPLATES):
        world.decide("template-discovered", event)
    text, story = explain(event["event_id"])
    assert verdicts(story) == [("template.seen", "APPLIED")] and story["inputs"][0]["record"] == event, story
    must_hold(text, "template.seen (rules.md 1)", event["scan_id"])


@pytest.mark.parametrize("options", [(), ("--from", "2025-03-01"), ("--account", "nobody")], ids=" ".join)
def test_unknown(world, options):
    for identity in (NOWHERE, "n" + NOWHERE[1:], "no-such-event"):
        done = world.osbill("explain", identity, *options)
        assert (done.returncode, done.stdout) == (1, ""), f"expected exit code 1, got {done}"
        must_hold(done.stderr, identity, "decision", "dead-letter", *options[1:],
                  f"partition {partition_of('nobody', world.partitions)}" if "nobody" in options else "beginning"
                  if not options else "from")
    done = world.osbill("explain", NOWHERE, *options, "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["decisions"] == [], done


def test_a_wrong_moment(world):
    done = world.osbill("explain", NOWHERE, "--from", "yesterday")
    assert done.returncode == 2 and "--from must be" in done.stderr, done


def test_an_input_that_retention_deleted(world, explain, account):
    """The last test: what is deleted is gone for all of them."""
    world.open_account(account)
    event = events.account_event("DEPOSIT", account, UNIT)
    _, partition, offset = world.publish("account", event)
    world.decision(("account", partition, offset))
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": world.stack.bootstrap})
    for done in admin.delete_records([confluent_kafka.TopicPartition(f"{world.prefix}account", partition, offset + 1)]).values():
        done.result(20)
    text, story = explain(event["event_id"])
    must_be({"record": None, "problem": "retention has deleted it", "offset": offset}, story["inputs"][0])
    must_hold(text, "retention has deleted it", "account.deposit (rules.md 7)")
