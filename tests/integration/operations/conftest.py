"""Fixtures: an installation, and what somebody at a terminal does with it."""
import json

import pytest

from kit import wire
from kit.installation import Installation, installed

pytest_plugins = ["kit.fixtures"]


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


@pytest.fixture(scope="module")
def installation(stack, tmp_path_factory):
    """Without a catalogue."""
    with installed(Operator, stack, tmp_path_factory) as made:
        yield made
