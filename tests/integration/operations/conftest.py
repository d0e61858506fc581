"""Fixtures; the tests of one file share an installation and its worker, and use accounts of their own."""
import itertools
import json

import pytest

from kit import wire
from kit.installation import Installation
from kit.stack import stack_from_environment


class Operator(Installation):
    """The installation as somebody at a terminal sees it."""

    def run(self, *arguments, code=0, **how):
        """The finished process; its exit code is checked."""
        done = self.osbill(*arguments, **how)
        assert done.returncode == code, f"osbill {' '.join(arguments)}: expected exit code {code}, got {done}"
        return done

    def ask(self, *arguments, code=0):
        """The JSON lines that it prints."""
        return [json.loads(line) for line in self.run(*arguments, "--json", code=code).stdout.splitlines()]

    def encode_state(self, kind, record):
        """The bytes of a record of account-state."""
        schema_id = self.registry.id_of(f"{self.prefix}account-state-osbill.v1.{kind}")
        return wire.encode(schema_id, self.registry.schema(schema_id), record)

    def must_verify(self):
        done = self.osbill("verify")
        assert done.returncode == 0, f"osbill verify: {done.stdout[-2000:]}{done.stderr}"
        return done


@pytest.fixture(scope="session")
def stack():
    return stack_from_environment()


@pytest.fixture(scope="module")
def installation(stack, tmp_path_factory):
    """Without a catalogue."""
    made = Operator(stack, tmp_path_factory.mktemp("installation"))
    yield made
    code = made.close()
    assert code == 0, f"osbill worker after SIGTERM: expected exit code 0, got {code}; {made.worker.end_of_log}"


_accounts = itertools.count(1)


@pytest.fixture
def account():
    """An account id of this test's own."""
    return f"client-{next(_accounts)}"
