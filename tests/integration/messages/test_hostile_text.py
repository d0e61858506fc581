"""Control characters, text that turns around and forged lines, in every field of every input, in its key, and in what the
registry and Redis answer: neither the worker's log nor a command's output shows them as they are."""
import contextlib
import json
import re
import sys

import pytest

import hostile
from kit import events
from kit.installation import DEBIAN, TEMPLATES, Installation, small_catalogue
from kit.stack import REPOSITORY, clean_environment, connection_settings, stack_from_environment
from kit.wait import wait_for
from kit.worker import Worker

sys.path.insert(0, str(REPOSITORY / "tests/unit/cli"))
from hostile_arguments import HIDDEN  # noqa: E402

TEXT = "\x1b[31mred\x1b]0;title\x07\r\nosbill: forged\x7f\x85\x9b31m\u202egpj\u2066\u2028\ufeff\u200b\U000e0041"
COMMANDS = [("dlq", "list"), ("catalogue", "show"), ("template", "list"), ("case", "list"), ("account", "show", "anna"),
            ("explain", "anna"), ("verify",), ("watch", "decision", "--once"),
            ("watch", "dead-letter", "--once"), ("watch", "notification", "--once"),
            ("explain", TEXT), ("account", "show", TEXT), ("dlq", "show", TEXT)]


def must_be_clean(said, what):
    shown = sorted({hex(ord(character)) for character in said if ord(character) in HIDDEN})
    assert not shown and "\ufffd" not in said, f"{what} shows {shown}: {said!r}"
    assert not re.search(r"^osbill: forged", said, re.MULTILINE), f"{what}: a forged line: {said!r}"


def inputs():
    """(topic, event) with TEXT in each of its strings in turn."""
    made = [("account", events.account_event("DEPOSIT", "anna", 1_000_000)),
            ("order", events.order("PLACED", "anna", "vps-1", DEBIAN, events.now())),
            ("os-installed", events.os_installed("anna", "vps-1", DEBIAN)),
            ("template-discovered", events.scan(TEMPLATES)[0]),
            ("catalogue", events.change_set([("Module", {"module_id": "vm-x", "title": "", "auto_connect": "ALL",
                                                         "strict": False})])[0])]
    for topic, event in made:
        for name, value in event.items():
            if isinstance(value, str) and name not in ("kind", "source"):
                yield topic, {**event, "event_id": events.event_id(), name: TEXT}
    kind, fields = made[-1][1]["change"]
    for name in ("title", "module_id"):
        yield "catalogue", events.change_set([(kind.rpartition(".")[2], {**fields, name: TEXT})])[0]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = Installation(stack_from_environment(), tmp_path_factory.mktemp("hostile"), log_level="debug")
    made.catalogue(small_catalogue())
    made.scan(TEMPLATES)
    made.open_account("anna", 100_000_000)
    places = [made.publish(topic, event) for topic, event in inputs()]
    places += [made.produce(topic, TEXT.encode(), TEXT.encode()) for topic in ("account", "order", "os-installed")]
    for place in places:
        made.decision(place, 60)
    yield made
    assert made.close() == 0, made.worker.end_of_log


def test_the_log(world):
    must_be_clean(world.worker.log_path.read_bytes().decode(), "the worker's log")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]).encode("unicode_escape").decode())
def test_commands(world, command):
    for form in ((), ("--json",)):
        done = world.osbill(*command, *form)
        assert done.returncode >= 0, f"it died: {done}"
        must_be_clean(done.stdout + done.stderr, f"osbill {command} {form}")


def test_each_dead_letter(world):
    listed = [json.loads(line)["input"] for line in world.osbill("dlq", "list", "--json").stdout.splitlines()]
    assert len(listed) > 20, f"dead letters: {listed}"
    for place in ("{topic}/{partition}/{offset}".format(**found) for found in listed):
        done = world.osbill("dlq", "show", place)
        assert done.returncode == 0, done
        must_be_clean(done.stdout + done.stderr, f"osbill dlq show {place}")


@pytest.mark.parametrize("command", [("verify",), ("account", "show", "anna"), ("init", "--replication-factor=1"), ("worker",)],
                         ids=lambda command: command[0])
def test_answers_of_servers(world, osbill, tmp_path, command):
    bare = TEXT.replace("\r\n", "")  # a line ends an error of Redis
    with hostile.served(hostile.Redis, b"ERR " + bare.encode() + b"\x9b\xff ") as redis, \
            hostile.served(hostile.Registry, TEXT) as registry:
        for wrong in ({"redis_url": f"redis://{redis}"}, {"registry_url": f"http://{registry}"}):
            settings = world.settings | wrong | {"registry_cache": tmp_path / "none", "log_level": "debug"}
            if command == ("worker",):
                said = worker_says(world.stack, settings | {"group": f"{world.prefix}other"}, tmp_path)
            else:
                done = osbill(*command, **settings)
                said = done.stdout + done.stderr
            must_be_clean(said, f"osbill {command} with {wrong}")


def worker_says(stack, settings, folder):
    worker = Worker(stack.program, clean_environment(**connection_settings(stack) | settings), folder / "other.log")
    with contextlib.suppress(AssertionError):  # it may pause after few lines, or end
        wait_for(lambda: "red" in worker.log or worker.process.poll() is not None, "what the server said", 10)
    worker.stop()
    return worker.log_path.read_bytes().decode()
