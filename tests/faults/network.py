"""Row 8: EndTxn and its answer are late, lost or doubled between a worker and its broker. Row 2: the transaction's markers
come late to account-state."""
import asyncio
import functools
import itertools
import signal
import threading
import time

import confluent_kafka
from field import wait_for
from inputs import Sender
from kafka_proxy import END_TXN, WRITE_TXN_MARKERS, Rule
from table import scenario

from kit.arithmetic import partition_of
from kit.events import account_event, order

EVERY = 7  # of the EndTxn requests, one is touched
LATE_S = 3


async def as_it_is(forward, _):
    await forward()


class EndTxn(Rule):
    """One EndTxn of so many is treated badly."""

    def __init__(self, how):
        self.how, self.count, self.touched, self.numbers = how, 0, 0, itertools.count(1)

    def is_touched(self, request):
        return request.key == END_TXN and getattr(request, "number", 1) % EVERY == 0

    async def request(self, request, forward, cut):
        if request.key == END_TXN:
            request.number = next(self.numbers)
        if not self.is_touched(request):
            await forward()
            return
        self.touched += 1
        await getattr(self, "request_" + self.how, as_it_is)(forward, cut)

    async def answer(self, request, forward, cut):
        await (getattr(self, self.how, as_it_is) if self.is_touched(request) else as_it_is)(forward, cut)

    @staticmethod
    async def request_late(forward, _):
        await asyncio.sleep(LATE_S)
        await forward()

    @staticmethod
    async def request_lost(_, cut):
        cut()

    @staticmethod
    async def request_doubled(forward, _):
        await forward()
        await forward()

    @staticmethod
    async def answer_late(forward, _):
        await asyncio.sleep(LATE_S)
        await forward()

    @staticmethod
    async def answer_lost(_, cut):
        cut()


def end_txn(field, how):
    """The workers' way to Kafka leads through the proxy."""
    rule, proxy = EndTxn(how), field.proxy
    field.environment = field.environment | {"OSBILL_KAFKA_BOOTSTRAP_SERVERS": proxy.servers}
    field.prepare()
    proxy.set_rule(rule)
    field.load()
    field.all_decided(300)
    recreated = field.metric("osbill_producer_recreations_total") - len(field.workers)
    if not rule.touched:
        raise SystemExit("FAILED: no EndTxn came through the proxy")
    return f"{rule.touched} of {next(rule.numbers) - 1} EndTxn; {recreated} producers opened anew"


for _how, _what in (("late", "is late by 3 s"), ("lost", "is lost with its connection"), ("doubled", "is sent twice"),
                    ("answer_late", "is answered 3 s late"), ("answer_lost", "is done, its answer is lost")):
    scenario(f"endtxn-{_how.replace('_', '-')}", "8", f"one EndTxn of {EVERY} {_what}: one Decision for each offset", proxied=True)(
        functools.partial(end_txn, how=_how))


class HoldMarkers(Rule):
    """WriteTxnMarkers for one broker wait until release. Each connection's requests keep their order, others go on."""

    def __init__(self, part):
        self.part, self.held, self.free = part, threading.Event(), False

    async def request(self, request, forward, cut):
        if request.key == WRITE_TXN_MARKERS and request.listener == (self.part, "inner"):
            self.held.set()
            while not self.free:
                await asyncio.sleep(0.02)
        await forward()


def leader_of(field, topic, partition):
    """The part of the stack, such as kafka-2."""
    number = field.admin.list_topics(field.prefix + topic, timeout=20).topics[field.prefix + topic].partitions[partition].leader
    return "kafka" if number == 1 else f"kafka-{number}"


class Debtor:
    """An account with a balance of 100 in a partition of its own choice."""

    def __init__(self, field, sender):
        self.field, self.sender, self.name = field, sender, "late-marker"
        self.partition = partition_of(self.name, field.partitions)

    def send(self, topic, event):
        self.sender.send(topic, self.sender.encode(topic, event), self.name)
        self.sender.flush()

    def open(self):
        self.send("account", account_event("OPENED", self.name))
        self.send("account", account_event("DEPOSIT", self.name, 100_000_000))
        self.field.wait_decided(["account"], 60)

    def order(self, vps):
        """80 for a month: the base of a tariff made for it."""
        self.send("order", order("PLACED", self.name, vps, "ISPsystem__OS 19", self.field.workload.start, module_id="m1",
                                 tariff_id="eighty"))

    def decisions(self):
        """(rule, verdict) of its orders, committed ones."""
        return [(decision["rule"], decision["verdict"]) for record in self.field.decoded("decision")
                for decision in record["decisions"] if decision["account_id"] == self.name and decision["input"] == "order"]

    def uncommitted_end(self, topic):
        place = confluent_kafka.TopicPartition(self.field.prefix + topic, self.partition)
        return self.field.consumer.get_watermark_offsets(place, timeout=20)[1]


EIGHTY = """  eighty:
    title: Eighty
    currency: EUR
    modules: [m1]
    enumeration: os
    default_item: free
    refund: NONE
    rounding: "0.000001"
    prices:
      1: "80.000000"
"""


@scenario("late-marker", "2", "80 of 100 charged and acknowledged, killed, the marker of account-state is late: the next charge of "
          "80 is INSUFFICIENT_FUNDS", brokers=3, proxied=True, proof=False)
def late_marker(field):
    """The next owner must wait for the marker: without it account-state seems to end before the first charge."""
    one = field.prepare(lambda: field.start("one"), catalogue_more=EIGHTY)[0]
    debtor = Debtor(field, Sender(field))
    debtor.open()
    rule = HoldMarkers(leader_of(field, "account-state", debtor.partition))
    field.proxy.set_rule(rule)
    debtor.order("vps-1")
    try:
        if not rule.held.wait(30):
            raise SystemExit("FAILED: no WriteTxnMarkers came through the proxy")
        field.kill(one, signal.SIGKILL)
        field.stack.redis("flushall")  # it knew the charge: what Kafka says must do
        debtor.order("vps-2")
        two = field.start("two")
        field.wait_log(two, " assigned: ")
        began = time.monotonic()
        wait_for(lambda: time.monotonic() - began > 15, "the time that the markers are held", 20)
        early = debtor.decisions()
        if len(early) > 1:
            raise SystemExit(f"FAILED: the second order was decided before the marker came: {early}")
    finally:
        rule.free = True
    wait_for(lambda: len(debtor.decisions()) == 2, lambda: f"two decided orders, {debtor.decisions()}", 60, 0.5)
    rules = debtor.decisions()
    if rules != [("order.charged", "CHARGED"), ("order.insufficient-funds", "INSUFFICIENT_FUNDS")]:
        raise SystemExit(f"FAILED: {rules}")
    field.settle()
    field.stop_workers()
    done = field.osbill("verify", check=False)
    if done.returncode:
        raise SystemExit(f"FAILED: osbill verify: {done.stdout}")
    return f"markers to {rule.part} held for 15 s, {len(early)} orders decided meanwhile; then {rules[1][0]}"
