"""Fixtures: the stack, an empty home, and osbill run with nothing but what the test sets."""
import pytest

from kit.stack import clean_environment, connection_settings, run_osbill

pytest_plugins = ["kit.fixtures"]


@pytest.fixture
def osbill(stack, tmp_path):
    """osbill(*arguments, settings...): the finished process; by default it finds the stack."""
    def run(*arguments, seconds=60, text="", **settings):
        environment = clean_environment(**connection_settings(stack) | settings)
        return run_osbill(stack, *arguments, environment=environment | {"HOME": str(tmp_path)}, seconds=seconds, text=text)
    return run
