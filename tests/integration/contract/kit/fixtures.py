"""Fixtures of the suites: the tests of one file share an installation (a topic prefix and a worker) and use accounts of
their own. A suite's conftest.py names this file in pytest_plugins."""
import itertools

import pytest

from kit.installation import TEMPLATES, Installation, installed, small_catalogue
from kit.stack import stack_from_environment


@pytest.fixture(scope="session")
def stack():
    return stack_from_environment()


@pytest.fixture(scope="module")
def bare(stack, tmp_path_factory):
    """An installation without a catalogue."""
    with installed(Installation, stack, tmp_path_factory) as installation:
        yield installation


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
