"""`osbill catalogue plan`: whom a changed file touches, as Redis has it."""
import json

from kit import events
from kit.arithmetic import DAY, UNIT
from kit.installation import CPANEL, DEBIAN, WINDOWS, WINDOWS_25
from kit.stack import clean_environment, run_osbill


def place_order(world, account, template, vps="vps-1", **given):
    start = events.now() - 2 * DAY
    return world.decide("order", events.order("PLACED", account, vps, template, start, occurred_at=start, **given))


def exported(run, tmp_path, *replaced):
    """The present catalogue as a file in which (old, new) pairs were replaced, each of them once."""
    text = run("catalogue", "export")
    for old, new in replaced:
        assert text.count(old) == 1, f"{old!r}: expected once in the export, found {text.count(old)} times\n{text}"
        text = text.replace(old, new)
    file = tmp_path / "catalogue.yaml"
    file.write_text(text)
    return file


def of(lines, action):
    return [line for line in lines if line["action"] == action]


def test_nothing_changes(world, run, tmp_path):
    assert run("catalogue", "plan", exported(run, tmp_path)).startswith("no changes")


def test_a_price_and_an_alias(world, run, ask, account, tmp_path):
    """A new price is shown per VPS that has the item, with what it is worth; the alias with its own."""
    world.open_account(account, 1000 * UNIT)
    for vps, template in (("vps-1", WINDOWS), ("vps-2", DEBIAN), ("vps-3", DEBIAN)):
        assert place_order(world, account, template, vps)["verdict"] == "CHARGED"
    file = exported(run, tmp_path, ('"24.50"', '"27.00"'))
    file.write_text(file.read_text() + f"aliases: {{{DEBIAN}: {CPANEL}}}\n")

    lines = ask("catalogue", "plan", file, code=1)
    price, alias = of(lines, "change")[0], of(lines, "add")[0]
    assert (price["kind"], price["vps"], price["vps_other_price"]) == ("Price", 3, 1)
    assert (alias["kind"], alias["vps"], alias["vps_other_price"]) == ("Alias", 2, 2)
    shifted = {line["vps_id"]: line for line in of(lines, "touch-vps")}
    assert sorted(shifted) == ["vps-1", "vps-2", "vps-3"]
    assert shifted["vps-1"]["account_id"] == account
    assert [shifted["vps-1"][side]["price_micros"] for side in ("before", "after")] == [24_500_000, 27_000_000]
    assert [shifted["vps-2"][side]["item_id"] for side in ("before", "after")] == ["free", "cpanel"]
    total, = of(lines, "touch-total")
    assert (total["vps"], total["vps_other_price"], total["cases_held"]) == (3, 3, 0)
    assert max(at["decided_at"] for at in total["partitions"] if at["known"]) > 0

    text = run("catalogue", "plan", file, "--limit", "1", code=1)
    assert "24.50 -> 27.00 EUR\n    3 VPSs use it, the OS of 1 becomes another item or price\n" in text
    assert "and 2 more\n" in text
    assert "3 of 3 VPSs use what changes, the OS of 3 becomes another item or price" in text
    assert "prices count for later decisions only" in text and "\nas Redis has it: 3 partitions, last decided at 20" in text


def test_held_cases(world, run, ask, account, tmp_path):
    """Held for a price: it would be decided by a plan that has one, as core decides it, and by no other."""
    world.open_account(account, 1000 * UNIT)
    assert place_order(world, account, WINDOWS, "vps-6", period_months=6)["verdict"] == "HELD"
    file = exported(run, tmp_path, ('"24.50"', '"27.00"'))
    case, = of(ask("catalogue", "plan", file, code=1), "touch-case")
    assert (case["account_id"], case["case"]["state"], case["decided"], case["verdict"]) == (account, "PRICE", False, None)
    assert "held still" in run("catalogue", "plan", file, code=1)

    file = exported(run, tmp_path, ("    prices:\n", '    prices:\n      6: "60.00"\n'),
                    ("      windows:\n", '      windows:\n        6: "140.00"\n'))
    case, = of(ask("catalogue", "plan", file, code=1), "touch-case")
    assert (case["decided"], case["verdict"], case["amount_micros"]) == (True, "CHARGED", 200 * UNIT)
    assert of(ask("catalogue", "plan", file, code=1), "touch-total")[0]["cases_decided"] == 1
    assert world.of_account("charge", account) == [], "a plan publishes nothing"


def test_templates(world, run, ask, tmp_path):
    file = exported(run, tmp_path)
    file.write_text(file.read_text() + f"overrides: {{tariffs: {{kvm-start: {{{WINDOWS_25}: OFF}}}}}}\n")
    template, = of(ask("catalogue", "plan", file, code=1), "touch-template")
    assert template == {"action": "touch-template", "template": WINDOWS_25, "status_before": "ALL", "status": "NONE",
                        "orderable_in": [], "no_longer_in": ["kvm-start"]}


def test_redis_is_away(world, stack, run, ask, tmp_path):
    """The diff alone, and a warning that says so; --offline does not ask."""
    file = exported(run, tmp_path, ('"24.50"', '"27.00"'))
    nowhere = ("--redis-url", "redis://127.0.0.1:1")
    lines = ask("catalogue", "plan", file, *nowhere, code=4)
    assert len(of(lines, "change")) == 1 and "vps" not in of(lines, "change")[0]
    assert "unknown" in of(lines, "touch-unknown")[0]["text"] and not of(lines, "touch-total")
    text = run("catalogue", "plan", file, *nowhere, code=4)
    assert "24.50 -> 27.00 EUR" in text and "! which VPSs and cases it touches is unknown" in text

    lines = ask("catalogue", "plan", file, "--offline", *nowhere, code=1)
    assert [line["action"] for line in lines if line["action"].startswith("touch")] == []


def test_redis_holds_nothing(world, stack, tmp_path):
    """No worker ever ran: what is not there is not counted as none."""
    prefix = f"unused-{events.now()}."
    environment = clean_environment(**world.settings | {"topic_prefix": prefix, "group": prefix})

    def osbill(*arguments):
        return run_osbill(stack, *arguments, environment=environment)
    assert osbill("init", "--replication-factor", "1", "--partitions", "2").returncode == 0
    file = tmp_path / "first.yaml"
    file.write_text("modules: {m: {auto_connect: ALL}}\n")
    done = osbill("catalogue", "plan", str(file))
    assert done.returncode == 1, done
    assert "! Redis holds nothing of 2 of 2 partitions: what they may hold is not counted\n" in done.stdout


def test_refused(world, run, tmp_path):
    file = tmp_path / "refused.yaml"
    file.write_text("tariffs: {kvm-start: {currency: USD}}\n")
    run("catalogue", "plan", file, code=5)


def test_warnings_know_what_runs(world, run, account, tmp_path):
    """A price that nobody would miss but those who run on it."""
    world.open_account(account, 1000 * UNIT)
    start = events.now() - DAY
    world.decide("order", events.order("PLACED", account, "vps-9", DEBIAN, start, occurred_at=start, period_months=12))
    file = exported(run, tmp_path)
    text = file.read_text() + ("  other:\n    currency: EUR\n    modules: [vm-fra1]\n    prices:\n      1: \"1.00\"\n")
    file.write_text(text)
    assert "has no price of" not in run("catalogue", "plan", file, code=1)


def test_json_is_one_object_a_line(world, run, tmp_path):
    file = exported(run, tmp_path, ('"24.50"', '"27.00"'))
    for line in run("catalogue", "plan", file, "--json", code=1).splitlines():
        assert "action" in json.loads(line)
