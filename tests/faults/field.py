"""One installation under load: hot account 50 %, Zipf, workers with a small cache that lose their partitions soon; and what
must be true of it after any fault."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import types
import urllib.request

import confluent_kafka
import confluent_kafka.admin
from scenario import IMPATIENT, say, workload  # noqa: I001 (first: it puts the bench's folder into sys.path)
from chunks import Chunks
from installation import ACCOUNT_TOPICS, Installation, Worker, wait_for
from oracle import Oracle
from outcome import Outcome
from published import read_topic
from redis_client import Redis

from kit.registry import Registry
from kit.wire import decode

HOT = 1.7  # of Zipf: the first account has half of all events
SETTLED_S = 60
TOPICS = (*ACCOUNT_TOPICS, "catalogue", "template-discovered", "charge", "notification", "decision", "account-state",
          "catalogue-state", "dead-letter")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Field(Installation):
    """given: program, generate, failpoint (programs), cache (bytes)."""

    def __init__(self, stack, folder, given, name, accounts=1_000, events=20_000, partitions=4, zipf=HOT):
        load = workload(accounts, events)
        load.zipf = zipf
        load.__post_init__()
        super().__init__(stack, folder, given.program, given.generate, load, partitions,
                         f"{name}-{time.time_ns() // 1_000_000}.")
        self.given, self.proxy, self.generator, self.dead_letters, self.outcome = given, None, None, 0, None
        self.common = [*IMPATIENT, f"--cache-bytes={given.cache}", "--batch-max-events=500"]
        self.redis_now = lambda: Redis(stack.folder / "redis.sock")
        self.admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": stack.servers, "log_level": 0})

    # --- workers ---

    def start(self, name, *arguments, threads=1, failpoint="", clock_ms=0, environment=None):
        """A worker; with a failpoint or a clock of its own it is osbill-failpoint."""
        port = free_port()
        special = {"OSBILL_FAILPOINT": failpoint} if failpoint else {}
        if clock_ms:
            special["OSBILL_FAILPOINT_CLOCK"] = str(clock_ms)
        program = self.given.failpoint if special else self.program
        place = types.SimpleNamespace(program=program, folder=self.folder,
                                      environment=self.environment | special | (environment or {}))
        worker = Worker(place, name, ["--threads", str(threads), *self.common, f"--metrics-address=127.0.0.1:{port}", *arguments])
        worker.metrics_port = port
        self.workers.append(worker)
        return worker

    def prepare(self, *workers, catalogue_more=""):
        """Topics, these workers (functions that start one), catalogue (more: YAML behind it), accounts and orders."""
        self.initialise()
        started = [start() for start in workers or (lambda: self.start("one"), lambda: self.start("two"))]
        self.apply_catalogue()
        if catalogue_more:
            path = self.folder / "catalogue.yaml"
            path.write_text(path.read_text() + catalogue_more)
            self.osbill("catalogue", "apply", str(path))
        self.accounts_and_orders()
        return started

    def initialise(self):
        """With three brokers not each of them knows a new topic at once; then osbill init says: try again."""
        copies = "3" if "," in self.stack.servers else "1"
        wait_for(lambda: self.osbill("init", "--replication-factor", copies, "--partitions", str(self.partitions),
                                     check=copies == "1").returncode == 0, "osbill init", 60, 1)

    def kill(self, worker, how=signal.SIGKILL):
        worker.process.send_signal(how)
        return self.expect_end(worker)

    def expect_end(self, worker, seconds=90):
        """Its exit code; it is expected to end by itself."""
        if worker in self.workers:
            self.workers.remove(worker)
        try:
            return worker.process.wait(seconds)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            raise SystemExit(f"FAILED: {worker.name} still runs after {seconds} s; its log ends with:\n"
                             f"{worker.log[-1500:]}") from None

    def wait_log(self, worker, text, seconds=60, count=1):
        """The lines that hold the text (a regular expression), once there are so many."""
        def found():
            lines = [line for line in worker.log.splitlines() if re.search(text, line)]
            return lines if len(lines) >= count else None
        return wait_for(found, lambda: f"{count} line(s) '{text}' of {worker.name}; its log ends with:\n{worker.log[-1500:]}",
                        seconds)

    def metric(self, name, *workers):
        """Summed over labels; 0 of a worker that does not answer."""
        total = 0
        for worker in workers or self.workers:
            with contextlib.suppress(OSError), urllib.request.urlopen(
                    f"http://127.0.0.1:{worker.metrics_port}/metrics", timeout=5) as answer:
                lines = answer.read().decode().splitlines()
                total += sum(int(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}[ {{]", line))
        return total

    def repairs(self):
        return self.metric("osbill_repairs_total")

    def caught_up(self, seconds=120):
        """By what the workers say, where the group's offsets mean nothing."""
        wait_for(lambda: self.metric("osbill_partitions_active") == self.partitions + 1
                 and self.metric("osbill_lag_events") == 0, "all partitions active without lag", seconds, 0.3, self.must_run)

    def move_offsets(self, how):
        """The group's, to earliest or latest, or deleted. No worker may run."""
        if how == "deleted":
            self.admin.delete_consumer_groups([self.group])[self.group].result(20)
            return
        ends = [(place, self.consumer.get_watermark_offsets(place, timeout=20)) for place in self.places(ACCOUNT_TOPICS)]
        moved = [confluent_kafka.TopicPartition(place.topic, place.partition, low if how == "earliest" else high)
                 for place, (low, high) in ends]
        self.consumer.commit(offsets=moved, asynchronous=False)

    def registry(self):
        return Registry(self.environment["OSBILL_REGISTRY_URL"])

    def reminders(self):
        return sum(1 for record in self.decoded("notification") if record["rule"] == "case.reminder")

    def wait_reminders(self, seconds):
        """Until each account whose order was not paid is reminded; one more would be found by what follows."""
        short = {record["account_id"] for record in self.decoded("notification") if record["rule"] == "order.insufficient-funds"}
        wait_for(lambda: self.reminders() >= len(short), lambda: f"{len(short)} reminders, {self.reminders()} are there",
                 seconds, 1, self.must_run)

    # --- load ---

    def load(self, rate=4_000, **part):
        self.generator = subprocess.Popen(self.generate_command("installations", rate=rate, **part), env=self.environment,
                                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def load_on(self, rate=1_000):
        """Until `sent`: the fault says how long. workload.events is the most that there can be."""
        self.generator = Chunks(self, rate)

    def reach(self, share, seconds=120):
        """Until so much of all installations is decided; how many are."""
        wanted = int(self.workload.events * share)
        return wait_for(lambda: (self.decided(["os-installed"]) or 0) >= wanted and self.decided(["os-installed"]),
                        lambda: f"{wanted} decided installations, {self.decided(['os-installed'])} are", seconds,
                        must_hold=self.must_run)

    def more(self, count, seconds=120):
        """Until so many more installations are decided than now."""
        before = self.decided(["os-installed"]) or 0
        wait_for(lambda: (self.decided(["os-installed"]) or 0) >= before + count, lambda: f"{before + count} decided installations",
                 seconds, must_hold=self.must_run)

    def progress(self, seconds=60):
        """Until something more is decided than now; the seconds that it took."""
        began, before = time.monotonic(), self.decided(["os-installed"]) or 0
        wait_for(lambda: (self.decided(["os-installed"]) or 0) > before, f"a decision beyond {before}", seconds,
                 must_hold=self.must_run)
        return time.monotonic() - began

    def sent(self):
        if isinstance(self.generator, Chunks):
            self.workload.count = self.generator.stop()
        elif self.generator and self.generator.wait(180):
            raise SystemExit(f"FAILED: generate could not write everything: {self.generator.stderr.read()}")
        self.generator = None

    def all_decided(self, seconds=150):
        self.sent()
        self.wait_decided(ACCOUNT_TOPICS, seconds)

    def decided_of(self, partitions):
        """Of these partitions' inputs, as far as the group's offsets say."""
        places = [place for place in self.places(ACCOUNT_TOPICS) if place.partition in partitions]
        return sum(max(place.offset, 0) for place in self.consumer.committed(places, timeout=20))

    def written_of(self, partitions):
        places = [place for place in self.places(ACCOUNT_TOPICS) if place.partition in partitions]
        return sum(wait_for(lambda place=place: self._end(place), f"the end of {place.topic}", 30)[0] for place in places)

    # --- what is there ---

    def _end(self, place):
        """A client that knows an old leader asks it again and again: another one then."""
        found = super()._end(place)
        if found is None:
            self.consumer.close()
            self.consumer = self.client("read_uncommitted")
        return found

    def client(self, isolation):
        return confluent_kafka.Consumer({"bootstrap.servers": self.stack.servers, "group.id": self.group, "log_level": 0,
                                         "enable.auto.commit": False, "isolation.level": isolation})

    def read(self, topic):
        return read_topic(self.stack.servers, self.prefix + topic)

    def decoded(self, topic):
        registry = self.registry()
        return (decode(registry, message.value())[1] for message in self.read(topic))

    def records(self, topic):
        """Committed ones that are still there, and those that retention took."""
        name, count = self.prefix + topic, sum(1 for _ in self.read(topic))
        first = [self.consumer.get_watermark_offsets(confluent_kafka.TopicPartition(name, partition), timeout=20)[0]
                 for partition in range(self.partitions)]
        return count + sum(first)

    def unsettled(self):
        """Partitions whose last stable offset is not their end, or without a leader that answers."""
        stable, end = self.client("read_committed"), self.client("read_uncommitted")
        try:
            topics = stable.list_topics(timeout=20).topics
            places = [confluent_kafka.TopicPartition(self.prefix + topic, partition) for topic in TOPICS
                      if self.prefix + topic in topics for partition in topics[self.prefix + topic].partitions]
            return [f"{place.topic}/{place.partition}" for place in places
                    if stable.get_watermark_offsets(place, timeout=20)[1] != end.get_watermark_offsets(place, timeout=20)[1]]
        except confluent_kafka.KafkaException as error:
            return [str(error)]
        finally:
            stable.close()
            end.close()

    def settle(self):
        began, last = time.monotonic(), []

        def settled():
            last[:] = self.unsettled()
            return not last

        wait_for(settled, lambda: f"end offset = last stable offset; not so: {last[:5]}", SETTLED_S)
        return time.monotonic() - began

    def conclude(self, rules=True):
        """What is true after each fault. Stops the workers. rules: the oracle knows all inputs."""
        self.all_decided()
        self.settle()
        if codes := [code for code in self.stop_workers() if code]:
            raise SystemExit(f"FAILED: exit code after SIGTERM: {codes}")
        self.settle()
        self.outcome = Outcome(self)
        differing = self.outcome.compare(Oracle(self.workload).run(), rules)
        if self.dead_letters:
            differing = [line for line in differing if line != f"dead letters: expected 0, got {self.dead_letters}"]
            if self.outcome.dead_letters != self.dead_letters:
                differing.append(f"dead letters: expected {self.dead_letters}, got {self.outcome.dead_letters}")
        done = self.osbill("verify", check=False, seconds=300)
        if done.returncode:
            lines = (done.stderr + done.stdout).splitlines()
            differing += [f"osbill verify ended with code {done.returncode}:", *lines[:5], f"{len(lines)} lines in all"]
        if differing:
            raise SystemExit("FAILED: " + "\n  ".join(differing))

    # --- the end ---

    def close(self):
        if self.generator and self.generator.poll() is None:
            self.generator.kill()
            self.generator.wait()
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                worker.process.send_signal(signal.SIGCONT)
        super().close()


def programs():
    """From the environment, as ctest and tests/faults/run set them."""
    names = {"program": "OSBILL_PROGRAM", "generate": "BENCH_GENERATE", "failpoint": "OSBILL_FAILPOINT_PROGRAM"}
    missing = [name for name in names.values() if not pathlib.Path(os.environ.get(name, "-")).is_file()]
    if missing:
        raise SystemExit(f"{', '.join(missing)} must name built programs")
    return {field: os.environ[name] for field, name in names.items()}


__all__ = ["Field", "Outcome", "programs", "say", "wait_for"]
