"""osbill rebuild: Redis is filled anew by the workers, and nothing that was decided changes (decision 006)."""
import os
import signal
import subprocess
import time

import pytest

from kit import events, wire
from kit.arithmetic import UNIT
from kit.wait import wait_for
from kit.worker import Worker


@pytest.fixture(scope="module")
def filled(installation):
    """Some accounts in each partition."""
    for number in range(30):
        installation.publish("account", events.account_event("OPENED", f"filled-{number}"))
        place = installation.publish("account", events.account_event("DEPOSIT", f"filled-{number}", UNIT))
    installation.decision(place)
    installation.must_verify()
    return installation


class Redis:
    def __init__(self, installation):
        self.command = ["redis-cli", "-s", installation.stack.redis.removeprefix("unix://")]
        self.prefix = installation.prefix

    def __call__(self, *arguments):
        return subprocess.run([*self.command, *arguments], capture_output=True, check=True).stdout.strip()

    def key(self, partition, name):
        return f"{{{self.prefix}:{partition}}}:{name}"

    def states(self, partition):
        side = self("hget", self.key(partition, "position"), "side").decode() or "a"
        return self.key(partition, f"state:{side}")


@pytest.fixture
def redis(installation):
    return Redis(installation)


def start_worker(installation):
    installation.worker = Worker(installation.stack.program, installation.environment, installation.worker.log_path)


def rebuild(installation, *arguments):
    """Started, not waited for."""
    return subprocess.Popen([installation.stack.program, "rebuild", *arguments], env=installation.environment, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_dry_run(filled, redis):
    before = [redis("hget", redis.key(partition, "position"), "owner") for partition in range(filled.partitions)]
    answers = filled.ask("rebuild", "--dry-run")
    assert [answer["result"] for answer in answers] == ["would be rebuilt"] * filled.partitions, answers
    assert all(answer["states"] > 0 and answer["end"] > answer["first"] for answer in answers), answers
    after = [redis("hget", redis.key(partition, "position"), "owner") for partition in range(filled.partitions)]
    assert after == before, "nobody had to claim a partition"


def test_rebuild_of_rotten_states(filled, redis):
    """Other bytes, a state too many, one too few: gone after it."""
    states = redis.states(1)
    fields = redis("hkeys", states).decode().split()
    for command in (["hset", states, fields[0], "rotten"], ["hset", states, "a:nobody", "x"], ["hdel", states, fields[1]]):
        redis(*command)
    filled.run("verify", code=1)
    done = filled.run("rebuild", "--partition", "1")
    assert done.stdout.startswith("partition 1: rebuilt in ") and f"{len(fields)} states" in done.stdout, done
    assert done.stderr == "", done
    filled.must_verify()


def test_beside_a_worker_that_decides(filled):
    """Events come all the time; each has one Decision, and Redis is whole at the end."""
    running = rebuild(filled, "--json")
    places = []
    while running.poll() is None:
        places.append(filled.publish("account", events.account_event("DEPOSIT", f"filled-{len(places) % 30}", UNIT)))
    assert running.returncode == 0, running.communicate()
    for place in places[-30:]:
        assert filled.decision(place)[1]["rule"] == "account.deposit", place
    assert "(all)" in filled.worker.log, f"it rolled forward from the start; {filled.worker.end_of_log}"
    filled.must_verify()


def test_interrupted(filled):
    """The worker stands still, so that it is certainly in the middle; it finishes what was begun."""
    filled.worker.process.send_signal(signal.SIGSTOP)
    try:
        running = rebuild(filled, "--partition", "0,2")
        redis = Redis(filled)
        wait_for(lambda: redis("hexists", redis.key(0, "position"), "position") == b"0", "partition 0 to be dropped")
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
    finally:
        filled.worker.process.send_signal(signal.SIGCONT)
    assert running.returncode == 4 and "is rebuilt by its worker all the same" in said, (running.returncode, said)
    wait_for(lambda: redis("hexists", redis.key(0, "position"), "position") == b"1", "the worker to rebuild partition 0")
    filled.must_verify()


def test_without_a_worker(filled):
    assert filled.worker.stop() == 0
    done = filled.run("rebuild")
    assert "no worker is in group" in done.stderr and "waits for a worker" in done.stdout, done
    start_worker(filled)
    filled.decide("account", events.account_event("DEPOSIT", "filled-0", UNIT))
    wait_for(lambda: filled.osbill("verify").returncode == 0, lambda: filled.osbill("verify").stdout, 30, 0.5)


def hash_field(redis, key, value=None):
    """The position's bytes; sets them when they are given."""
    if value is None:
        return subprocess.run([*redis.command, "hget", key, "position"], capture_output=True, check=True).stdout[:-1]
    return subprocess.run([*redis.command, "-x", "hset", key, "position"], input=value, capture_output=True, check=True)


def test_refuses_what_is_not_its_own(filled, redis):
    """Redis may hold the last copy of what Kafka lost, or belong to somebody else."""
    assert filled.worker.stop() == 0
    key = redis.key(2, "position")
    position = hash_field(redis, key)
    _, record = wire.decode(filled.registry, position)
    for change, words in (({"seq": record["seq"] + 5}, "last copy"), ({"cluster_id": "other"}, "another installation")):
        hash_field(redis, key, filled.encode_state("Position", record | change))
        refused = filled.run("rebuild", "--partition", "2", code=5).stderr
        assert words in refused and "Nothing was done" in refused, refused
        assert redis("hexists", key, "position") == b"1", "nothing was dropped"
    hash_field(redis, key, position)
    start_worker(filled)
    filled.decide("account", events.account_event("DEPOSIT", "filled-0", UNIT))
    filled.must_verify()


@pytest.mark.parametrize("wrong", ["3", "x", "0-", "1,", "2-1"])
def test_wrong_partitions(installation, wrong):
    assert "0 to 2" in installation.run("rebuild", "--partition", wrong, code=2).stderr


def test_progress_on_a_terminal(filled):
    """A bar that is redrawn, and taken away at the end."""
    filled.worker.process.send_signal(signal.SIGSTOP)
    main, terminal = os.openpty()
    running = subprocess.Popen([filled.stack.program, "rebuild", "--partition", "0"], env=filled.environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=terminal)
    os.close(terminal)
    drawn = b""
    try:
        deadline = time.monotonic() + 20
        while b"partition 0: [" not in drawn and time.monotonic() < deadline:
            drawn += os.read(main, 1000)
    finally:
        filled.worker.process.send_signal(signal.SIGCONT)
    assert running.wait(30) == 0
    drawn += os.read(main, 10000)
    os.close(main)
    assert b"states, 0/s" in drawn and drawn.endswith(b"\r\x1b[K"), drawn
