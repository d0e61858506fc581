"""The local stack that ctest started, and osbill as a command."""
import collections
import os
import pathlib
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[4]

Stack = collections.namedtuple("Stack", "bootstrap redis registry program folder")


def stack_from_environment():
    names = ("OSBILL_KAFKA_BOOTSTRAP_SERVERS", "OSBILL_REDIS_URL", "OSBILL_REGISTRY_URL", "OSBILL_PROGRAM", "STACK_DIR")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        pytest.exit(f"not set: {', '.join(missing)}; run this through ctest (tests/run -L integration), or by hand: "
                    "deploy/local/stack run --dir DIR -- env STACK_DIR=DIR OSBILL_PROGRAM=... python -m pytest", 2)
    return Stack(*(os.environ[name] for name in names))


def clean_environment(**settings):
    """The caller's environment without OSBILL_ variables; settings are option names with _ for - and ."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OSBILL_")}
    return environment | {f"OSBILL_{name.upper()}": str(value) for name, value in settings.items()}


def connection_settings(stack):
    return {"kafka_bootstrap_servers": stack.bootstrap, "redis_url": stack.redis, "registry_url": stack.registry}


def run_osbill(stack, *arguments, environment, seconds=60, text=""):
    """The finished process; its output is text."""
    return subprocess.run([stack.program, *arguments], env=environment, input=text, capture_output=True, text=True,
                          errors="replace", timeout=seconds, check=False)


def java_tool(stack, class_name, *arguments, seconds=60):
    """A tool of Kafka's own; stdout is bytes."""
    return subprocess.run([REPOSITORY / "deploy/local/stack", "tool", "--dir", stack.folder, class_name, *arguments],
                          capture_output=True, timeout=seconds, check=False)
