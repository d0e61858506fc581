"""osbill upgrade: the state format of each partition; a worker that does not know it stops (decision 007)."""
from kit import events
from kit.worker import Worker

from conftest import Operator


def last_position(installation, partition):
    installation.tap.catch_up(["account-state"])
    found = [item for item in installation.tap.snapshot("account-state") if item.key == f"p:{partition}"]
    return found[-1].record


def test_nothing_to_finalize(installation, account):
    installation.open_account(account)
    rows = installation.ask("upgrade")
    assert [row["partition"] for row in rows[:-1]] == [0, 1, 2, "lane"], rows
    assert {row["format"] for row in rows[:-1]} == {1, None}, "one partition was decided, the others never"
    assert rows[-1]["newest_format"] == 1 and rows[-1]["group"] == "Stable" and rows[-1]["finalized"], rows
    assert "nothing to finalize" in installation.run("upgrade", "--finalize").stderr
    assert "state formats up to 1" in installation.run("upgrade").stdout


def test_a_newer_format_stops_the_worker(stack, tmp_path, account):
    """P as a newer worker leaves it, once its upgrade is finalized. An installation of its own: there is no way back."""
    installation = Operator(stack, tmp_path)
    try:
        installation.open_account(account)
        partition = installation.decide("account", events.account_event("DEPOSIT", account, 1))["caused_by"]["partition"]
        assert installation.worker.stop() == 0
        newer = last_position(installation, partition) | {"format": 2}
        installation.produce("account-state", f"p:{partition}", installation.encode_state("Position", newer), partition)
        worker = Worker(stack.program, installation.environment, installation.worker.log_path)
        code = worker.process.wait(30)
        assert code == 5, f"expected exit code 5, got {code}; {worker.end_of_log}"
        assert f"partition {partition}: its state format 2 is newer than 1" in worker.log, worker.end_of_log
        refused = installation.run("upgrade", code=5)
        assert "newer format than this osbill knows" in refused.stderr, refused
    finally:
        installation.close()
