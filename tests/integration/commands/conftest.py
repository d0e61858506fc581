"""Fixtures: osbill's answers, on an installation with the small catalogue."""
import json

import pytest

pytest_plugins = ["kit.fixtures"]


@pytest.fixture
def explain(world):
    """explain(id, options...): what `osbill explain` says as text, and as JSON."""
    def run(identity, *options):
        texts = [world.osbill("explain", identity, *options, *form) for form in ((), ("--json",))]
        for done in texts:
            assert done.returncode == 0, f"osbill explain {identity}: expected exit code 0, got {done}"
        return texts[0].stdout, json.loads(texts[1].stdout)
    return run
