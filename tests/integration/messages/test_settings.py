"""A wrong setting is refused at start, with the option's name and what is allowed (issue 3, Must show)."""
import pytest

WRONG_SETTING, WRONG_COMMAND_LINE = 3, 2  # worker/cli/common/exit_code.h

WRONG = [  # option, value, what the message must hold beside the option's name and the value
    ("threads", "0", "1 to 64"),
    ("threads", "many", "1 to 64"),
    ("threads", "1.5", "1 to 64"),
    ("cache-bytes", "64 MB", "MiB"),
    ("session-timeout", "1s", "6s"),
    ("batch-window", "10", "ms"),
    ("log-level", "verbose", "debug"),
    ("log-format", "xml", "json"),
    ("topic-prefix", "os bill.", "letters"),
    ("redis-url", "http://127.0.0.1", "redis"),
    ("registry-url", "127.0.0.1:8081", "http"),
    ("kafka.bootstrap.servers", "localhost:many", "host:port"),
    ("metrics-address", "nowhere", "host:port"),
    ("scan.breaker-percent", "101", "0 to 100"),
]


def must_refuse(done, code, *parts):
    assert done.returncode in code, f"expected exit code {code}, got {done.returncode}: {done.stderr}"
    missing = [part for part in parts if part not in done.stderr]
    assert not missing, f"expected a message with {missing}, got: {done.stderr}"
    assert done.stdout == "", f"nothing on standard output, got: {done.stdout}"


@pytest.mark.parametrize("option,value,allowed", WRONG, ids=lambda part: part)
def test_from_the_environment(osbill, option, value, allowed):
    name = option.replace("-", "_").replace(".", "_")
    must_refuse(osbill("worker", **{name: value}), {WRONG_SETTING}, f"OSBILL_{name.upper()}", value, allowed)


@pytest.mark.parametrize("option,value,allowed", WRONG[:4], ids=lambda part: part)
def test_from_a_flag(osbill, option, value, allowed):
    must_refuse(osbill("worker", f"--{option}={value}"), {WRONG_SETTING, WRONG_COMMAND_LINE}, f"--{option}", value, allowed)


@pytest.mark.parametrize("option,value,allowed", WRONG[:4], ids=lambda part: part)
def test_from_a_file(osbill, tmp_path, option, value, allowed):
    file = tmp_path / "osbill.conf"
    file.write_text(f"# a comment\n{option} = {value}\n")
    must_refuse(osbill("worker", "--config", str(file)), {WRONG_SETTING}, f"{file}:2", option, value, allowed)


def test_all_problems_at_once(osbill, tmp_path):
    file = tmp_path / "osbill.conf"
    file.write_text("threads = 0\nthraeds = 2\nlog-level = loud\n")
    must_refuse(osbill("worker", "--config", str(file)), {WRONG_SETTING},
                f"{file}:1", f"{file}:2", "did you mean threads", f"{file}:3")


@pytest.mark.parametrize("name,value,why", [
    ("kafka_isolation_level", "read_uncommitted", "exactly once"), ("kafka_acks", "1", "exactly once"),
    ("kafka_no_such_property", "1", "no.such.property"), ("kafka_socket_timeout_ms", "soon", "socket.timeout.ms")])
def test_properties_of_librdkafka(osbill, name, value, why):
    must_refuse(osbill("worker", **{name: value}), {WRONG_SETTING}, why)


def test_a_file_that_is_not_there(osbill):
    must_refuse(osbill("worker", "--config", "/no/such/file.conf"), {WRONG_SETTING}, "/no/such/file.conf", "No such file")


def test_a_misspelt_variable_is_named(osbill):
    done = osbill("config", "check", threds=2)
    assert "OSBILL_THREDS" in done.stderr and "OSBILL_THREADS" in done.stderr, done


def test_config_check(osbill):
    done = osbill("config", "check", threads=3)
    assert done.returncode == 0, done
    line = next(line for line in done.stdout.splitlines() if line.startswith("threads "))
    assert "3" in line and "OSBILL_THREADS" in line, f"the value and where it came from, got: {line}"
    bad = osbill("config", "check", threads="x")
    must_refuse(bad, {WRONG_SETTING}, "OSBILL_THREADS", "1 to 64")


@pytest.mark.parametrize("arguments", [
    ("wroker",), ("worker", "--thread"), ("worker", "surplus"), ("catalogue",), ("catalogue", "apply"),
    ("publish", "no-such-topic"), ("template", "off", "x"), ()], ids=" ".join)
def test_a_wrong_command_line(osbill, arguments):
    done = osbill(*arguments)
    assert done.returncode in {WRONG_COMMAND_LINE, WRONG_SETTING}, f"expected exit code 2, got {done}"
    assert done.stderr.strip(), "it says what is wrong"
