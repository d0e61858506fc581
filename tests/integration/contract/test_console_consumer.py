"""Kafka's own Java consumer reads what osbill commits, and only that (contract.md; issue 3, Must show)."""
from kit import events, wire
from kit.arithmetic import UNIT
from kit.installation import DEBIAN, PRICES, WINDOWS
from kit.stack import java_tool

END = "\n--end of record--\n"


def read_with_java(world, topic, count):
    """(key, value) of the first `count` records, read_committed."""
    done = java_tool(
        world.stack, "org.apache.kafka.tools.consumer.ConsoleConsumer",
        "--bootstrap-server", world.stack.bootstrap, "--topic", world.prefix + topic, "--from-beginning",
        "--isolation-level", "read_committed", "--max-messages", str(count), "--timeout-ms", "20000",
        "--property", "print.key=true", "--property", "key.separator=|", "--property", f"line.separator={END}")
    records = done.stdout.split(END.encode())[:-1]
    assert len(records) == count, f"ConsoleConsumer: expected {count} records, got {len(records)}: {done.stderr.decode()}"
    return [tuple(record.split(b"|", 1)) for record in records]


def test_java_reads_charges(world, account):
    start = events.now()
    world.open_account(account, 100 * UNIT)
    world.must_decide("order", events.order("PLACED", account, "vps-1", DEBIAN, start), "order.charged", "CHARGED")
    world.must_decide("os-installed", events.os_installed(account, "vps-1", WINDOWS), "os.charged", "CHARGED")
    expected = world.of_account("charge", account)
    read = [(key.decode(), *wire.decode(world.registry, value)) for key, value in read_with_java(world, "charge", 2)]
    assert [record for _, _, record in read] == expected
    assert {(key, kind) for key, kind, _ in read} == {(account, "Charge")}
    assert read[0][2]["amount_micros"] == PRICES[""]
