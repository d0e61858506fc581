"""Fixtures; the tests of one file share an installation (a topic prefix and a worker) and use accounts of their own."""
import itertools

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


@pytest.fixture(autouse=True)
def show_worker_log(request):
    """What the worker said belongs to a failure."""
    yield
    report = getattr(request.node, "failed_report", None)
    installation = next((request.node.funcargs[name] for name in ("world", "bare") if name in request.node.funcargs), None)
    if report and installation:
        print(installation.worker.end_of_log)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    if outcome.get_result().failed:
        item.failed_report = outcome.get_result()
