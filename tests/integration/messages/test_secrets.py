"""Secrets are never printed, and never taken from the command line, which `ps` shows (design.md, Commands)."""
import pytest

from kit.stack import clean_environment, connection_settings
from kit.wait import wait_for
from kit.worker import Worker

SECRET = "hunter2-and-more"
SECRETS = {
    "redis_url": f"redis://someone:{SECRET}@127.0.0.1:1/0", "redis_password": SECRET, "registry_password": SECRET,
    "registry_user": "someone", "kafka_sasl_password": SECRET, "kafka_sasl_username": "someone",
    "kafka_ssl_key_password": SECRET,
}


def must_be_silent(done):
    assert SECRET not in done.stdout + done.stderr, f"the secret shows: {done}"


def test_config_check(osbill):
    for arguments in (("config", "check"), ("config", "check", "--json")):
        done = osbill(*arguments, **SECRETS)
        must_be_silent(done)
        assert "***" in done.stdout, f"secrets show as ***: {done}"


@pytest.mark.parametrize("name", ["redis_url", "registry_url"])
def test_a_refused_url(osbill, name):
    must_be_silent(osbill("worker", **{name: f"ftp://someone:{SECRET}@127.0.0.1"}))


def test_messages_of_commands(osbill):
    unreachable = SECRETS | {"registry_url": f"http://someone:{SECRET}@127.0.0.1:1", "log_level": "debug"}
    for arguments in (("account", "show", "anna"), ("publish", "account"), ("verify",), ("init",)):
        must_be_silent(osbill(*arguments, **unreachable))


def test_log_of_the_worker(stack, tmp_path):
    settings = connection_settings(stack) | SECRETS | {"log_level": "debug", "registry_url": f"http://x:{SECRET}@127.0.0.1:1"}
    worker = Worker(stack.program, clean_environment(**settings), tmp_path / "worker.log")
    try:
        wait_for(lambda: worker.log.count("\n") > 2 or worker.process.poll() is not None, "some lines of log")
    finally:
        worker.stop()
    assert SECRET not in worker.log, f"the secret shows: {worker.log}"


def test_not_from_a_flag(osbill):
    for flag in (f"--redis-password={SECRET}", f"--registry-password={SECRET}", f"--kafka.sasl.password={SECRET}",
                 f"--redis-url=redis://x:{SECRET}@127.0.0.1"):
        done = osbill("worker", flag)
        assert done.returncode in (2, 3), f"expected a refusal of {flag.partition('=')[0]}, got {done.returncode}"
        assert "ps" in done.stderr, done.stderr
        must_be_silent(done)


def test_from_a_file_of_its_own(osbill, tmp_path):
    file = tmp_path / "password"
    file.write_text(SECRET + "\n")
    done = osbill("config", "check", redis_password_file=file)
    assert done.returncode == 0, done
    must_be_silent(done)
