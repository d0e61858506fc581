"""Every option that is a secret, as the generated docs/configuration.md lists them (a new one cannot be forgotten), in every
way in which it may be given: it shows in nothing that osbill says."""
import re
import subprocess

import pytest

import hostile
from kit.stack import REPOSITORY, clean_environment, connection_settings
from kit.wait import wait_for
from kit.worker import Worker

CANARY = "canary-7f3a"
ROW = re.compile(r"^\| `([a-z.-]+)`, `\1-file` \|", re.MULTILINE)
OF_THE_TABLE = ROW.findall((REPOSITORY / "docs/configuration.md").read_text(encoding="utf-8"))
# tests/unit/kafka/test_secrets.c shows that this is what librdkafka hides
OF_LIBRDKAFKA = ["kafka.sasl.password", "kafka.ssl.key.password", "kafka.ssl.keystore.password", "kafka.ssl.key.pem",
                 "kafka.sasl.oauthbearer.client.secret", "kafka.sasl.oauthbearer.config"]
SECRETS = OF_THE_TABLE + OF_LIBRDKAFKA
COMMANDS = [("config", "check"), ("config", "check", "--json"), ("verify",), ("account", "show", "anna"), ("version",),
            ("init", "--replication-factor", "1")]
DEAD = {"kafka_bootstrap_servers": "127.0.0.1:1", "redis_url": "redis://127.0.0.1:1", "registry_url": "http://127.0.0.1:1",
        "log_level": "debug", "kafka_debug": "all", "redis_timeout": "1s", "registry_user": "me"}


def variable(option):
    return option.replace("-", "_").replace(".", "_")


def must_be_silent(said):
    assert CANARY not in said, f"the secret shows: {said}"


def test_the_table_has_secrets():
    assert {"redis-password", "registry-password"} <= set(OF_THE_TABLE), OF_THE_TABLE


@pytest.mark.parametrize("option", SECRETS)
def test_from_everywhere(osbill, tmp_path, option):
    secret, file = tmp_path / "secret", tmp_path / "osbill.conf"
    secret.write_text(CANARY + "\n")
    file.write_text(f"{option} = {CANARY}\n")
    ways = [({variable(option): CANARY}, ()), ({variable(option) + "_file": secret}, ()), ({}, (f"--config={file}",)),
            ({variable(option): CANARY + "\x01"}, ()), ({variable(option): CANARY * 2000}, ())]
    for settings, flags in ways:
        done = osbill("config", "check", *flags, **DEAD | settings)
        must_be_silent(done.stdout + done.stderr)
        assert "***" in done.stdout + done.stderr, f"it stands for {option}: {done}"


@pytest.mark.parametrize("option", SECRETS)
def test_refused_as_a_flag(osbill, option):
    for flags in ((f"--{option}={CANARY}",), (f"--{option}", CANARY)):
        done = osbill("worker", *flags, **DEAD)
        assert done.returncode in (2, 3), f"expected a refusal of {flags}, got {done}"
        must_be_silent(done.stdout + done.stderr)


def everything():
    usable = [option for option in SECRETS if option not in ("kafka.ssl.key.pem", "kafka.sasl.oauthbearer.client.secret")]
    return {variable(option): CANARY for option in usable} | {
        "kafka_sasl_oauthbearer_config": f"principal=x token={CANARY}", "kafka_sasl_username": "someone", "registry_user": "me",
        "redis_url": f"redis://someone:{CANARY}@127.0.0.1:1"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_all_at_once(osbill, command):
    done = osbill(*command, **DEAD | everything())
    must_be_silent(done.stdout + done.stderr)


@pytest.mark.parametrize("level", ["error", "warning", "info", "debug"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_worker_at_every_level(stack, tmp_path, level, form):
    """A password that Redis does not know, SASL where there is none, a registry that denies: and what `ps` shows."""
    with hostile.served(hostile.Redis, hostile.Redis.said) as redis, hostile.served(hostile.Registry, "") as registry:
        settings = connection_settings(stack) | everything() | {
            "log_level": level, "log_format": form, "kafka_debug": "all", "registry_url": f"http://me:{CANARY}@{registry}",
            "redis_url": f"redis://someone:{CANARY}@{redis}", "kafka_security_protocol": "sasl_plaintext",
            "kafka_sasl_mechanism": "PLAIN", "registry_cache": tmp_path / "schemas"}
        worker = Worker(stack.program, clean_environment(**settings), tmp_path / "worker.log")
        try:
            seen = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(worker.process.pid)], capture_output=True, text=True,
                                  check=False).stdout
            wait_for(lambda: worker.log.count("\n") > 2 or worker.process.poll() is not None, "some lines, or its end", 30)
        finally:
            worker.stop()
    must_be_silent(seen + worker.log)


def test_a_redis_that_repeats_the_password(osbill, stack):
    with hostile.served(hostile.Redis, hostile.Redis.said) as redis:
        done = osbill("account", "show", "anna", **connection_settings(stack) | {
            "redis_url": f"redis://someone:{CANARY}@{redis}", "log_level": "debug", "topic_prefix": "never."})
    must_be_silent(done.stdout + done.stderr)
