"""What commands and the worker say when a part does not answer: which one, where, and what the exit code is."""
import pytest

from kit.stack import clean_environment, connection_settings
from kit.wait import wait_for
from kit.worker import Worker

UNAVAILABLE = 4  # worker/cli/exit_code.h
NOWHERE = "127.0.0.1:1"
DEAD = {"Kafka": {"kafka_bootstrap_servers": NOWHERE}, "registry": {"registry_url": f"http://{NOWHERE}"},
        "Redis": {"redis_url": f"redis://{NOWHERE}"}}
NEEDS = {"Kafka": ["init", "verify", "watch charge", "catalogue show", "publish account"],
         "registry": ["init", "publish account"], "Redis": ["verify", "account show anna"]}


@pytest.fixture(scope="module")
def prefix(stack):
    """An installation that has its topics and schemas."""
    from kit import events  # pylint: disable=import-outside-toplevel
    from kit.stack import run_osbill  # pylint: disable=import-outside-toplevel
    name = f"messages-{events.now()}."
    environment = clean_environment(**connection_settings(stack), topic_prefix=name, group=name)
    done = run_osbill(stack, "init", "--replication-factor", "1", "--partitions", "2", environment=environment)
    assert done.returncode == 0, done
    return name


@pytest.mark.parametrize("part,command", [(part, command) for part, commands in NEEDS.items() for command in commands])
def test_commands(osbill, prefix, part, command):
    done = osbill(*command.split(), text='{"event_id": "e"}\n', topic_prefix=prefix, **DEAD[part])
    assert done.returncode == UNAVAILABLE, f"exit code {UNAVAILABLE} (try again), got {done}"
    assert NOWHERE in done.stderr, f"it names the address that does not answer; got: {done.stderr}"


@pytest.mark.parametrize("part", DEAD)
def test_worker_waits_and_says_so_once(stack, prefix, tmp_path, part):
    """design.md, promise 5: an outage pauses. It ends when asked to, though nothing answers."""
    settings = connection_settings(stack) | {"topic_prefix": prefix, "group": prefix, "registry_cache": tmp_path / "schemas"}
    worker = Worker(stack.program, clean_environment(**settings | DEAD[part]), tmp_path / "worker.log")
    try:
        wait_for(lambda: NOWHERE in worker.log or worker.process.poll() is not None,
                 lambda: f"a message that names {NOWHERE}; the log: {worker.log}", 40)
        assert worker.process.poll() is None, f"an outage pauses, it does not end the worker: {worker.log}"
    finally:
        code = worker.stop()
    assert code == 0, f"SIGTERM during an outage: expected exit code 0, got {code}: {worker.log}"
    lines = [line for line in worker.log.splitlines() if NOWHERE in line]
    assert len(lines) <= 3, f"an outage is said once, not again and again: {worker.log}"


def test_before_init(osbill):
    """Topics and schemas are missing: the message names `osbill init`."""
    for command in (("publish", "account"), ("watch", "charge"), ("worker",), ("verify",)):
        done = osbill(*command, text='{"event_id": "e"}\n', topic_prefix="never-initialised.", group="never-initialised")
        assert done.returncode not in (0, -11, -6), f"osbill {' '.join(command)}: {done}"
        assert "osbill init" in done.stderr, f"osbill {' '.join(command)}: it says what to do; got: {done.stderr}"
