"""--help of each command says what it is for and exits 0."""
import re

import pytest

COMMANDS = ["worker", "init", "catalogue plan", "catalogue apply", "catalogue show", "template list", "template on",
            "template off", "template auto", "publish", "watch", "account show", "case list", "verify", "config check"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help(osbill, command):
    done = osbill(*command.split(), "--help")
    assert done.returncode == 0, f"expected exit code 0, got {done}"
    assert done.stdout.lower().startswith(f"usage: osbill {command}") or f"osbill {command}" in done.stdout, done.stdout
    assert "--json" in done.stdout, f"every command takes --json: {done.stdout}"
    assert done.stderr == "", done.stderr


def test_the_overview_names_every_command(osbill):
    done = osbill("--help")
    assert done.returncode == 0, done
    missing = [command for command in COMMANDS if command.split()[0] not in done.stdout]
    assert not missing, f"osbill --help lacks {missing}: {done.stdout}"


def test_every_command_of_the_overview_has_help(osbill):
    overview = osbill("--help").stdout
    names = re.findall(r"^  ([a-z][a-z-]*(?: [a-z][a-z-]*)?)  ", overview, re.MULTILINE)
    assert len(names) >= len(COMMANDS), f"commands in the overview: {names}\n{overview}"
    failed = {name: done.returncode for name in names if (done := osbill(*name.split(), "--help")).returncode != 0}
    assert not failed, f"--help exits 0; got {failed}"
