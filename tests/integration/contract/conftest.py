"""What the worker said is shown with a test that fails."""
import pytest

pytest_plugins = ["kit.fixtures"]


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
