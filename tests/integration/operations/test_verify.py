"""osbill verify: safe beside workers, at any moment, and it says up to where it looked."""
import os
import signal
import subprocess
import time

import pytest

from kit import events


@pytest.fixture(scope="module")
def decided(installation):
    """A few decisions."""
    for number in range(5):
        installation.open_account(f"verified-{number}", 1000)
    return installation


def test_as_of(decided):
    answer = decided.ask("verify")[-1]
    seqs = {item["partition"]: item["seq"] for item in answer["as_of"]}
    decided.tap.catch_up(["account-state"])
    expected = {int(item.key[2:]): item.record["seq"] for item in decided.tap.snapshot("account-state")
                if item.key.startswith("p:")}
    assert {key: seqs[key] for key in expected} == expected and "lane" in seqs, (seqs, expected)
    assert f"as of seq {seqs[0]} (partition 0)" in decided.must_verify().stdout


def test_beside_a_worker(decided):
    """What is decided meanwhile is left out, and nothing of it is a violation."""
    running = subprocess.Popen([decided.stack.program, "verify"], env=decided.environment, stdout=subprocess.PIPE, text=True)
    while running.poll() is None:
        decided.publish("account", events.account_event("DEPOSIT", "verified-1", 1))
    assert running.returncode == 0, running.stdout.read()
    running.stdout.close()


def test_interrupted(decided):
    """A terminal shows what is read; the line goes away, and nothing is claimed."""
    main, terminal = os.openpty()
    running = subprocess.Popen([decided.stack.program, "verify"], env=decided.environment, stdout=subprocess.PIPE,
                               stderr=terminal, text=True)
    os.close(terminal)
    said = os.read(main, 1000)  # blocks until the first line is drawn
    running.send_signal(signal.SIGINT)
    shown, _ = running.communicate(timeout=30)
    deadline = time.monotonic() + 20
    while b"nothing is proved" not in said and time.monotonic() < deadline:
        said += os.read(main, 1000)
    os.close(main)
    assert said.startswith(b"\rverify, 1 of 4: ") and b"\r\x1b[K" in said and b"interrupted" in said, said
    assert running.returncode == 4 and "violations" not in shown, (running.returncode, shown)
    decided.must_verify()
