"""Secrets are never printed, and never taken from the command line, which `ps` shows (design.md, Commands)."""
import pathlib
import socket
import urllib.error
import urllib.request

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


@pytest.mark.parametrize("login", [f"someone:/{SECRET}@", f"someone:{SECRET}#?@", f":{SECRET}@", f"a:b@c:{SECRET}@"])
@pytest.mark.parametrize("name,scheme", [("redis_url", "redis://"), ("registry_url", "http://"), ("registry_url", "http:/"),
                                         ("redis_url", "")])
def test_a_mistyped_url(osbill, name, scheme, login):
    """A / in a password that nobody encoded, a slash too few, no scheme."""
    for arguments in (("config", "check"), ("config", "check", "--json"), ("verify",)):
        must_be_silent(osbill(*arguments, **{name: f"{scheme}{login}127.0.0.1:1/{SECRET}@"}))
    must_be_silent(osbill("config", "check", **{name: f"{scheme}127.0.0.1:1/?token={SECRET}"}))


def sasl(mechanism):
    return {"kafka_bootstrap_servers": "127.0.0.1:1", "kafka_security_protocol": "sasl_plaintext", "kafka_debug": "all",
            "kafka_sasl_mechanism": mechanism, "kafka_sasl_oauthbearer_config": f"principal=someone token={SECRET}",
            "log_level": "debug"}


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512", "OAUTHBEARER"])
def test_debug_messages_of_librdkafka(stack, tmp_path, mechanism):
    """It writes down its whole configuration."""
    settings = connection_settings(stack) | SECRETS | sasl(mechanism)
    worker = Worker(stack.program, clean_environment(**settings), tmp_path / "worker.log")
    try:
        wait_for(lambda: "sasl.mechanism" in worker.log, "librdkafka's configuration in the log")
    finally:
        worker.stop()
    assert SECRET not in worker.log, f"the secret shows: {worker.log}"


def test_ps_and_pages(stack, tmp_path):
    """What others on the machine see of a running worker: its command line and the pages that it serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    settings = connection_settings(stack) | SECRETS | sasl("PLAIN") | {"metrics_address": address}
    worker = Worker(stack.program, clean_environment(**settings), tmp_path / "worker.log")
    try:
        wait_for(lambda: "started" in worker.log, "the first line of log")
        seen = pathlib.Path(f"/proc/{worker.process.pid}/cmdline").read_text(encoding="utf-8", errors="replace")
        for page in ("metrics", "health", "ready", "partitions"):
            try:
                with urllib.request.urlopen(f"http://{address}/{page}", timeout=5) as answer:
                    seen += answer.read().decode()
            except urllib.error.HTTPError as answer:
                seen += answer.read().decode()
    finally:
        worker.stop()
    assert "osbill" in seen and SECRET not in seen + worker.log, f"the secret shows: {seen} {worker.log}"


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
