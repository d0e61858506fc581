"""What commands and the worker say when a part does not answer: which one, where, and what the exit code is."""
import concurrent.futures
import subprocess

import pytest

from kit import events
from kit.stack import clean_environment, connection_settings, run_osbill
from kit.wait import wait_for
from kit.worker import Worker

UNAVAILABLE = 4  # worker/cli/common/exit_code.h
PATIENCE = 40  # seconds that a person waits for a command
NOWHERE = "127.0.0.1:1"
DEAD = {"Kafka": {"kafka_bootstrap_servers": NOWHERE}, "registry": {"registry_url": f"http://{NOWHERE}"},
        "Redis": {"redis_url": f"redis://{NOWHERE}"}}
INIT = "init --replication-factor 1 --partitions 2"
NEEDS = {"Kafka": [INIT, "verify", "watch charge", "catalogue show", "publish account", "account show anna",
                   "dlq list", "dlq show order/0/0", "rebuild --dry-run", "upgrade"],
         "registry": [INIT, "publish account"], "Redis": ["verify", "account show anna", "rebuild --dry-run"]}
PAIRS = [(part, command) for part, commands in NEEDS.items() for command in commands]
ACCOUNT_OPENED = '{"account_id": "anna", "kind": "OPENED", "currency": "EUR"}\n'


@pytest.fixture(scope="module")
def prefix(stack):
    """An installation that has its topics and schemas."""
    name = f"messages-{events.now()}."
    environment = clean_environment(**connection_settings(stack), topic_prefix=name, group=name)
    done = run_osbill(stack, *INIT.split(), environment=environment)
    assert done.returncode == 0, done
    return name


@pytest.fixture(scope="module")
def finished(stack, prefix, tmp_path_factory):
    """All commands of PAIRS, run side by side since each waits for its timeout."""
    folder = tmp_path_factory.mktemp("schemas")

    def run(pair):
        part, command = pair
        settings = connection_settings(stack) | {"topic_prefix": prefix, "registry_cache": folder / str(PAIRS.index(pair))}
        try:
            return run_osbill(stack, *command.split(), environment=clean_environment(**settings | DEAD[part]),
                              text=ACCOUNT_OPENED if command.startswith("publish") else "", seconds=PATIENCE)
        except subprocess.TimeoutExpired:
            return None

    with concurrent.futures.ThreadPoolExecutor(len(PAIRS)) as pool:
        return dict(zip(PAIRS, pool.map(run, PAIRS)))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]}: {pair[1].split(' --')[0]}")
def test_commands(finished, pair):
    done = finished[pair]
    assert done, f"no answer within {PATIENCE} s"
    assert done.returncode == UNAVAILABLE, f"expected exit code {UNAVAILABLE} (try again), got {done}"
    assert NOWHERE in done.stderr, f"it names the address that does not answer; got: {done.stderr}"


@pytest.mark.parametrize("part", DEAD)
def test_worker_waits_and_says_so_once(stack, prefix, tmp_path, part):
    """design.md, promise 5: an outage pauses. It ends when asked to, though nothing answers."""
    settings = connection_settings(stack) | {"topic_prefix": prefix, "group": prefix, "registry_cache": tmp_path / "schemas"}
    worker = Worker(stack.program, clean_environment(**settings | DEAD[part]), tmp_path / "worker.log")
    try:
        wait_for(lambda: NOWHERE in worker.log or worker.process.poll() is not None,
                 lambda: f"a message that names {NOWHERE}; the log: {worker.log}", 15)
        assert worker.process.poll() is None, f"an outage pauses, it does not end the worker: {worker.log}"
    finally:
        code = worker.stop()
    assert code == 0, f"SIGTERM during an outage: expected exit code 0, got {code}: {worker.log}"
    lines = [line for line in worker.log.splitlines() if NOWHERE in line]
    assert len(lines) <= 3, f"an outage is said once, not again and again: {worker.log}"


def test_before_init(osbill):
    """Topics and schemas are missing: the message names `osbill init`."""
    for command in (("publish", "account"), ("watch", "charge"), ("worker",), ("verify",)):
        done = osbill(*command, text=ACCOUNT_OPENED, topic_prefix="never-initialised.", group="never-initialised")
        assert done.returncode > 0, f"osbill {' '.join(command)}: {done}"
        assert "osbill init" in done.stderr, f"osbill {' '.join(command)}: it says what to do; got: {done.stderr}"
