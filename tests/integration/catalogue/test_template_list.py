"""`osbill template list`: an administrator's view, as text and as JSON."""
import pytest

from kit import events
from kit.arithmetic import DAY, UNIT
from kit.installation import CPANEL, DEBIAN, TEMPLATES, UBUNTU, WINDOWS, WINDOWS_25


@pytest.fixture(scope="module")
def seen(world):
    """Windows 2025 off in the tariff, Ubuntu gone from the module, cPanel gone and kept, Debian titled and tagged, and a
    template that nearly is Windows."""
    near = WINDOWS.partition("__")[2].lower()
    osbill = world.osbill
    for arguments in (("template", "off", WINDOWS_25, "--tariff", "kvm-start", "--actor", "ann", "--reason", "licence"),
                      ("template", "on", CPANEL, "--module", "vm-fra1", "--actor", "bob", "--reason", "contract")):
        done = osbill(*arguments)
        assert done.returncode == 0, done
    done = osbill("catalogue", "apply", "-", text=(
        f"templates: {{{DEBIAN}: {{title: Debian 12, sort: -1, tags: [linux]}}, {UBUNTU}: {{tags: [linux, old]}}}}\n"))
    assert done.returncode == 0, done
    gone = {UBUNTU.partition("__")[2], CPANEL.partition("__")[2]}
    world.scan([name for name in TEMPLATES if name not in gone] + [near], tags=["scanned"])
    return f"ISPsystem__{near}"


def listed(ask, *arguments):
    return {line["template"]: line for line in ask("template", "list", *arguments)}


def test_json(world, seen, ask):
    lines = listed(ask)
    assert list(lines) == [DEBIAN] + sorted([WINDOWS, WINDOWS_25, UBUNTU, CPANEL, seen]), "by sort, then name"
    debian = lines[DEBIAN]
    assert (debian["title"], debian["sort"], debian["status"]) == ("Debian 12", -1, "ALL")
    assert debian["tags"] == ["linux", "scanned"], "scanned ones and added ones"
    assert debian["switches"] == [{"tariff_id": "kvm-start", "on": True, "orderable": True, "item_id": "free",
                                   "mapped": False, "near_miss": ""}]
    assert lines[WINDOWS]["switches"][0]["item_id"] == "windows" and lines[WINDOWS]["switches"][0]["mapped"]
    assert lines[seen]["switches"][0]["near_miss"] == "windows"
    link, = lines[UBUNTU]["links"]
    assert (link["present"], link["linked"], link["last_seen_scan"], link["newest_scan"]) == (False, False, 1, 2)
    assert link["last_seen_scan_id"].startswith("scan-")
    override, = lines[WINDOWS_25]["overrides"]
    assert {name: override[name] for name in ("scope", "scope_id", "setting", "actor", "reason")} == {
        "scope": "TARIFF", "scope_id": "kvm-start", "setting": "OFF", "actor": "ann", "reason": "licence"}
    assert override["at"] > 0 and lines[WINDOWS_25]["status"] == "NONE"
    override, = lines[CPANEL]["overrides"]
    assert (override["scope"], override["setting"], override["actor"]) == ("MODULE", "ON", "bob")
    assert "installed" not in debian


def test_text(world, seen, run):
    titles, *rows = run("template", "list").splitlines()
    assert titles.split() == ["template", "title", "status", "sort", "tariffs", "modules", "item", "installed", "tags",
                              "overrides"]
    assert [row.split()[0] for row in rows] == [DEBIAN] + sorted([WINDOWS, WINDOWS_25, UBUNTU, CPANEL, seen])
    row = {row.split()[0]: row for row in rows}
    assert "Debian 12" in row[DEBIAN] and "free(default)" in row[DEBIAN] and "linux scanned" in row[DEBIAN]
    assert "vm-fra1(gone after scan 1 of 2)" in row[UBUNTU]
    assert "vm-fra1(kept)" in row[CPANEL] and "ON module vm-fra1 by bob 20" in row[CPANEL]
    assert "kvm-start(off)" in row[WINDOWS_25] and "OFF tariff kvm-start by ann 20" in row[WINDOWS_25]
    assert row[WINDOWS_25].endswith("Z: licence")
    assert "free(near windows)" in row[seen]


@pytest.mark.parametrize("arguments, expected", [
    (("--tag", "old"), [UBUNTU]), (("--tag", "linux"), [DEBIAN, UBUNTU]), (("--tag", "none"), []),
    (("--state", "NONE"), [UBUNTU, WINDOWS_25]), (("--state", "SOME"), []), (("--state", "NONE", "--tag", "linux"), [UBUNTU]),
    (("--module", "elsewhere"), []), (("--tariff", "elsewhere"), [])])
def test_filters(world, seen, ask, arguments, expected):
    assert sorted(listed(ask, *arguments)) == sorted(expected)
    assert len(listed(ask, "--module", "vm-fra1")) == len(listed(ask, "--tariff", "kvm-start")) == 6


def test_installed(world, seen, account, run, ask):
    """In how many VPSs, as Redis has it; only when it is asked for."""
    world.open_account(account, 1000 * UNIT)
    start = events.now() - DAY
    for vps, template in (("a", DEBIAN), ("b", DEBIAN), ("c", WINDOWS)):
        world.must_decide("order", events.order("PLACED", account, vps, template, start, occurred_at=start),
                          "order.charged", "CHARGED")
    lines = listed(ask, "--installed")
    assert [lines[name]["installed"] for name in (DEBIAN, WINDOWS, UBUNTU)] == [2, 1, 0]
    run("template", "list", "--installed", "--redis-url", "redis://127.0.0.1:1", code=4)
