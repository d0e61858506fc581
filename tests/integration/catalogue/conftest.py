"""Fixtures: osbill's answers, as text or JSON lines, on an installation with the contract tests' small catalogue."""
import json

import pytest

pytest_plugins = ["kit.fixtures"]


@pytest.fixture
def run(request):
    """run(*arguments, code=0, **how): standard output of osbill, which must end with this code."""
    installation = request.getfixturevalue("world" if "world" in request.fixturenames else "bare")

    def call(*arguments, code=0, **how):
        done = installation.osbill(*map(str, arguments), **how)
        assert done.returncode == code, (f"osbill {arguments}: expected exit code {code}, got {done.returncode}\n"
                                         f"{done.stdout}{done.stderr}")
        return done.stdout
    return call


@pytest.fixture
def ask(run):
    """The same with --json: the objects that it prints."""
    return lambda *arguments, **how: [json.loads(line) for line in run(*arguments, "--json", **how).splitlines()]
