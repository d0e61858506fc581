"""Too little of everything: descriptors, disk, standard output, memory. A clear message and a documented exit code, never a
death or a hang; a worker that cannot write its log goes on deciding."""
import os
import resource
import signal
import subprocess

import pytest

from kit import events
from kit.installation import DEBIAN, TEMPLATES, WINDOWS, Installation, small_catalogue
from kit.stack import REPOSITORY, stack_from_environment

DONE, USAGE, BROKEN = 0, 2, 7  # worker/cli/exit_code.h
CODES = range(8)
READING = [("account", "show", "anna"), ("explain", "the-order"), ("explain", "the-order", "--json"), ("verify",), ("dlq", "list"),
           ("catalogue", "show"), ("template", "list"), ("case", "list"), ("watch", "decision", "--once", "--json")]
SHIM = os.environ.get("FAIL_ALLOCATION_SHIM")


def name(command):
    return " ".join(command)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = Installation(stack_from_environment(), tmp_path_factory.mktemp("shortages"))
    made.catalogue(small_catalogue())
    made.scan(TEMPLATES)
    made.open_account("anna", 100_000_000)
    made.decide("order", events.order("PLACED", "anna", "vps-1", DEBIAN, events.now(), event_id="the-order"))
    made.decide("order", events.order("PLACED", "anna", "vps-2", WINDOWS, events.now(), period_months=12))  # too dear: a case
    made.decision(made.produce("order", "anna", b"no record"))
    yield made
    assert made.close() == 0, made.worker.end_of_log


def run(world, command, stdout=subprocess.PIPE, descriptors=None, shell="", **variables):
    """shell: redirections."""
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    arguments = ["bash", "-c", f'exec "$0" "$@" {shell}', world.stack.program, *command]
    return subprocess.run(arguments, env=world.environment | variables, stdin=subprocess.DEVNULL, stdout=stdout,
                          stderr=subprocess.PIPE, text=True, preexec_fn=limit if descriptors else None, timeout=90, check=False)


def must_say(done, codes, *words):
    assert done.returncode in codes, f"expected an exit code of {codes}, got {done}"
    missing = [word for word in words if word not in done.stderr]
    assert done.stderr.strip() and not missing, f"expected a message with {missing}, got {done}"


@pytest.mark.parametrize("command", READING, ids=name)
def test_few_descriptors(world, command):
    for descriptors in (8, 12, 20, 32):
        done = run(world, command, descriptors=descriptors)
        if done.returncode != DONE:
            must_say(done, CODES)


@pytest.mark.parametrize("command", READING, ids=name)
def test_standard_output(world, command):
    must_say(run(world, command, shell=">/dev/full"), {BROKEN}, "standard output")
    must_say(run(world, command, shell=">&-"), {BROKEN}, "standard output")
    assert run(world, command, shell="2>&-").returncode == DONE
    assert run(world, command, shell="| head -c 1").returncode == DONE


def test_files_that_cannot_be_written(world):
    export = REPOSITORY / "tests/unit/cli/pricelist.json"
    must_say(run(world, ("catalogue", "import", "--output=/dev/full", str(export))), {USAGE, BROKEN}, "No space left on device")
    for folder in ("/dev/full", "/proc/none", "/dev/null/folder"):
        done = run(world, ("account", "show", "anna"), OSBILL_REGISTRY_CACHE=folder)
        assert done.returncode == DONE, f"without its cache it asks the registry: {done}"


def test_import_to_standard_output(world, tmp_path):
    export, file = str(REPOSITORY / "tests/unit/cli/pricelist.json"), tmp_path / "catalogue.yaml"
    shown = run(world, ("catalogue", "import", export))
    assert run(world, ("catalogue", "import", f"--output={file}", export)).returncode == DONE
    assert shown.stdout == file.read_text(encoding="utf-8"), "what is shown is the file"


def start(world, shell="", descriptors=None, **variables):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    return subprocess.Popen(["bash", "-c", f'exec "$0" worker {shell}', world.stack.program], env=world.environment | variables,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            preexec_fn=limit if descriptors else None)


def test_a_worker_with_few_descriptors(world):
    """It says so, and waits or ends; it does not die."""
    for descriptors in (20, 40):
        with start(world, descriptors=descriptors, OSBILL_GROUP=f"{world.prefix}workers") as worker:
            try:
                said = [worker.stderr.readline() for _ in range(2)]
            finally:
                worker.send_signal(signal.SIGTERM)
                rest = worker.communicate(timeout=60)[1]
        assert worker.returncode in CODES, f"{descriptors} descriptors: exit code {worker.returncode}: {said} {rest}"
        assert any(said), f"{descriptors} descriptors: it says something: {rest}"


@pytest.mark.parametrize("shell", ["2>/dev/full", "2>&-", "2> >(true)", "<&- >&- 2>&-"])
def test_a_worker_that_cannot_log(world, shell):
    """It decides all the same, and ends as it should."""
    world.worker.stop()
    with start(world, shell) as worker:
        try:
            world.must_decide("account", events.account_event("DEPOSIT", "anna", 1), "account.deposit", "APPLIED")
        finally:
            worker.send_signal(signal.SIGTERM)
            code = worker.wait(60)
    assert code == DONE, f"SIGTERM: expected exit code 0, got {code}"


@pytest.mark.skipif(not SHIM, reason="sanitizers have allocators of their own")
@pytest.mark.parametrize("command", READING, ids=name)
def test_memory(world, tmp_path, command):
    """Some of the program's own allocations fail, one at a time; librdkafka's do not: it ends by its own assertion."""
    count, usual = tmp_path / "count", run(world, command)
    shim = {"LD_PRELOAD": SHIM, "FAIL_ALLOCATION_OF": "program libjansson libhiredis libcurl", "FAIL_ALLOCATION_COUNT": str(count)}
    run(world, command, FAIL_ALLOCATION="0", **shim)
    total = int(count.read_text())
    for number in sorted({1 + total * step // 12 for step in range(12)}):
        done = run(world, command, FAIL_ALLOCATION=str(number), **shim)
        unchanged = done.returncode == usual.returncode and len(done.stdout) == len(usual.stdout)
        said = "memory" in done.stdout + done.stderr  # watch says it in the row of the record
        assert unchanged or said or (done.returncode in CODES and done.returncode != DONE and done.stderr), (
            f"allocation {number} of {total}: {done}, without a failure {usual}")


def test_nothing_is_wrong_afterwards(world):
    done = run(world, ("verify",))
    assert done.returncode == DONE, done
