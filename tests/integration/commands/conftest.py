"""Fixtures: an installation with the small catalogue, an account id for each test, and osbill's answers."""
import itertools
import json

import pytest

from kit.installation import TEMPLATES, Installation, small_catalogue
from kit.stack import stack_from_environment


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    installation = Installation(stack_from_environment(), tmp_path_factory.mktemp("installation"))
    installation.catalogue(small_catalogue())
    installation.scan(TEMPLATES)
    yield installation
    assert installation.close() == 0, installation.worker.end_of_log


_accounts = itertools.count(1)


@pytest.fixture
def account():
    """An account id of this test's own."""
    return f"client-{next(_accounts)}"


@pytest.fixture
def explain(world):
    """explain(id, options...): what `osbill explain` says as text, and as JSON."""
    def run(identity, *options):
        texts = [world.osbill("explain", identity, *options, *form) for form in ((), ("--json",))]
        for done in texts:
            assert done.returncode == 0, f"osbill explain {identity}: expected exit code 0, got {done}"
        return texts[0].stdout, json.loads(texts[1].stdout)
    return run
