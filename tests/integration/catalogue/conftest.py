"""Fixtures: an installation with the contract tests' small catalogue, and osbill's answers as text or JSON lines."""
import itertools
import json

import pytest

from kit.installation import TEMPLATES, Installation, small_catalogue
from kit.stack import stack_from_environment


@pytest.fixture(scope="session")
def stack():
    return stack_from_environment()


@pytest.fixture(scope="module")
def bare(stack, tmp_path_factory):
    """An installation without a catalogue."""
    installation = Installation(stack, tmp_path_factory.mktemp("installation"))
    yield installation
    code = installation.close()
    assert code == 0, f"osbill worker after SIGTERM: expected exit code 0, got {code}; {installation.worker.end_of_log}"


@pytest.fixture(scope="module")
def world(bare):
    """The same with the small catalogue and its templates linked."""
    bare.catalogue(small_catalogue())
    bare.scan(TEMPLATES)
    return bare


_accounts = itertools.count(1)


@pytest.fixture
def account():
    """An account id of this test's own."""
    return f"client-{next(_accounts)}"


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
