"""One installation of osbill on the shared stack: a topic prefix of its own, a worker, and clients of other authors."""
import contextlib
import itertools
import time

import confluent_kafka

from kit import events, wire
from kit.arithmetic import UNIT
from kit.registry import Registry
from kit.stack import clean_environment, connection_settings, run_osbill
from kit.tap import Tap
from kit.worker import Worker

ACCOUNT_TOPICS = ("account", "order", "os-installed")
LANE_TOPICS = ("template-discovered", "catalogue")
INPUT_TOPICS = ACCOUNT_TOPICS + LANE_TOPICS
OUTPUT_TOPICS = {"charge": True, "notification": True, "decision": True, "dead-letter": False}
STATE_TOPICS = {"account-state": True, "catalogue-state": True}

_numbers = itertools.count(1)


class Installation:
    """settings: options of osbill by name, - and . written as _."""

    def __init__(self, stack, folder, partitions=3, **settings):
        self.stack, self.partitions = stack, partitions
        self.prefix = f"contract-{events.now()}-{next(_numbers)}."
        self.registry = Registry(stack.registry)
        self.settings = connection_settings(stack) | {
            "topic_prefix": self.prefix, "group": f"{self.prefix}workers", "registry_cache": folder / "schemas"
        } | settings
        self.environment = clean_environment(**self.settings)
        self.initialise()
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": stack.bootstrap, "partitioner": "murmur2_random", "linger.ms": 0,
            "message.max.bytes": 64 << 20})
        self.tap = Tap(stack.bootstrap, self.registry, self.prefix, OUTPUT_TOPICS | STATE_TOPICS, time.monotonic)
        self.worker = Worker(stack.program, self.environment, folder / "worker.log")

    def osbill(self, *arguments, **how):
        return run_osbill(self.stack, *arguments, environment=self.environment, **how)

    def initialise(self):
        done = self.osbill("init", "--replication-factor", "1", "--partitions", str(self.partitions))
        assert done.returncode == 0, f"osbill init: expected exit code 0, got {done.returncode}: {done.stderr}"

    def close(self):
        self.tap.close()
        return self.worker.stop()

    # --- publishing ---

    def encode(self, topic, event, schema_id=None):
        schema_id = schema_id or self.registry.id_of(f"{self.prefix}{topic}-value")
        return wire.encode(schema_id, self.registry.schema(schema_id), event)

    @staticmethod
    def key_of(topic, event):
        if topic == "catalogue":
            return events.change_key(event)
        return event["account_id" if topic in ACCOUNT_TOPICS else "module_id"]

    def produce(self, topic, key, value, partition=None, producer=None):
        """(topic kind, partition, offset), once the broker has it."""
        where, producer = [], producer or self.producer
        placed = {} if partition is None else {"partition": partition}

        def delivered(error, message):
            where.append(error or (topic, message.partition(), message.offset()))

        producer.produce(self.prefix + topic, value, key, on_delivery=delivered, **placed)
        producer.flush(20)
        assert where and isinstance(where[0], tuple), f"{topic}: not written: {where}"
        return where[0]

    def publish(self, topic, event, schema_id=None):
        return self.produce(topic, self.key_of(topic, event), self.encode(topic, event, schema_id))

    # --- what comes of it ---

    def decisions(self, place):
        """All Decisions with origin INPUT about (topic kind, partition, offset)."""
        return [decision for _, decision in self._decisions_in(self.tap.snapshot("decision"), place)]

    @staticmethod
    def _decisions_in(records, place):
        return [(item, decision) for item in records for decision in item.record["decisions"]
                if decision["origin"] == "INPUT" and _place(decision["caused_by"]) == place]

    def decision(self, place, seconds=20):
        """The one Decision about this input, with the record that brought it."""
        try:
            found = self.tap.wait("decision", lambda item: self._decisions_in([item], place), 1, seconds,
                                  f"the Decision about {place}")
        except AssertionError:
            self.worker.must_run()
            raise
        found = self._decisions_in(found, place)
        assert len(found) == 1, f"rules.md 8, one Decision with origin INPUT per input: {place} has {len(found)}"
        return found[0]

    def decide(self, topic, event, seconds=20):
        """Publishes and waits: the Decision."""
        return self.decision(self.publish(topic, event), seconds)[1]

    def must_decide(self, topic, event, rule, verdict):
        decision = self.decide(topic, event)
        assert (decision["rule"], decision["verdict"]) == (rule, verdict), (
            f"{topic} {event}:\nexpected {rule} {verdict}, got {decision}")
        return decision

    def of_account(self, topic, account_id):
        """All that the topic holds for the account now."""
        self.tap.catch_up([topic])
        return [item.record for item in self.tap.snapshot(topic) if item.record["account_id"] == account_id]

    def charge_of(self, place):
        return self._output_of("charge", place)

    def notification_of(self, place, kind):
        return self._output_of("notification", place, lambda record: record["kind"] == kind)

    def _output_of(self, topic, place, accepts=lambda record: True):
        found = self.tap.wait(topic, lambda item: _place(item.record["caused_by"]) == place and accepts(item.record),
                              what=f"{topic} about {place}")
        assert len(found) == 1, f"{topic} about {place}: expected 1, got {[item.record for item in found]}"
        return found[0].record

    # --- the usual world ---

    def catalogue(self, changes):
        """Publishes one change set and waits until decisions are made with it."""
        for event in events.change_set(changes):
            place = self.publish("catalogue", event)
        self.see_lane(place)

    def scan(self, names, **given):
        for event in events.scan(names, **given):
            place = self.publish("template-discovered", event)
        self.see_lane(place)

    def see_lane(self, place):
        """Waits until accounts are decided with what the lane made of this input."""
        batch, decision = self.decision(place, 60)
        assert decision["verdict"] == "APPLIED", f"the catalogue lane: expected APPLIED, got {decision}"
        version = batch.record["seq"]
        deadline = time.monotonic() + 20
        while True:
            probe = self.decide("account", events.account_event("OPENED", "probe"), 60)
            if probe["catalogue_version"] >= version:
                return
            assert time.monotonic() < deadline, f"decisions stay at version {probe['catalogue_version']} < {version}"

    def open_account(self, account_id, deposit=0):
        self.must_decide("account", events.account_event("OPENED", account_id), "account.opened", "APPLIED")
        if deposit:
            self.must_decide("account", events.account_event("DEPOSIT", account_id, deposit), "account.deposit", "APPLIED")


def _place(caused_by):
    return caused_by["topic"], caused_by["partition"], caused_by["offset"]


# --- a small catalogue: prices per month; a year costs ten months ---

PRICES = {"": 10 * UNIT, "windows": 24_500_000, "windows-25": 31 * UNIT, "cpanel": 15_990_000}
EFFECTIVE_FROM = 1_735_689_600_000  # 2025-01-01
WINDOWS, WINDOWS_25 = "ISPsystem__Windows-Server-2022", "ISPsystem__Windows-Server-2025"
DEBIAN, UBUNTU, CPANEL = "ISPsystem__Debian-12", "ISPsystem__Ubuntu-24.04", "ISPsystem__AlmaLinux-9-cPanel"
TEMPLATES = [name.partition("__")[2] for name in (WINDOWS, WINDOWS_25, DEBIAN, UBUNTU, CPANEL)]


def small_catalogue(rounding=10_000):
    def item(item_id, internal_name):
        return {"item_id": item_id, "internal_name": internal_name, "title": item_id, "sort": 0}

    def price(item_id, months, amount):
        return ("Price", {"tariff_id": "kvm-start", "item_id": item_id, "period_months": months, "currency": "EUR",
                          "amount_micros": amount, "effective_from": EFFECTIVE_FROM})

    return [
        ("Module", {"module_id": "vm-fra1", "title": "Frankfurt", "auto_connect": "ALL", "strict": False}),
        ("Enumeration", {"enumeration_id": "os", "items": [
            item("free", "free-os"), item("windows", WINDOWS), item("windows-25", WINDOWS_25),
            item("cpanel", CPANEL)]}),
        ("Tariff", {"tariff_id": "kvm-start", "title": "KVM Start", "currency": "EUR", "module_ids": ["vm-fra1"],
                    "os_param": "ostempl", "enumeration_id": "os", "default_item": "free", "refund": "PRORATA",
                    "rounding_micros": rounding, "disk_mib": 0, "ram_mib": 0, "enabled": True}),
        *(price(item_id, months, amount * (10 if months == 12 else 1))
          for item_id, amount in PRICES.items() for months in (1, 12))]


@contextlib.contextmanager
def installed(kind, stack, tmp_path_factory):
    """An installation of this class; at the end its worker must stop as it should."""
    installation = kind(stack, tmp_path_factory.mktemp("installation"))
    yield installation
    code = installation.close()
    assert code == 0, f"osbill worker after SIGTERM: expected exit code 0, got {code}; {installation.worker.end_of_log}"
