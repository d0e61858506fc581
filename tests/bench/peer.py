"""The peer of the comparison: the Kafka Streams program of kstreams/, on the topics of an installation, and what it must charge."""
import collections
import hashlib
import io
import json
import os
import pathlib
import subprocess

import confluent_kafka.admin
import fastavro
from installation import ACCOUNT_TOPICS, HERE, MORTAL, Group, say
from oracle import BASE, ITEMS, MASK, charge_mark, item_price, month_after
from published import read_topic

from kit.registry import Registry, parse

SOURCE = HERE / "kstreams"
STORES = ("memory", "rocksdb")
HEAP = ["-Xms1536m", "-Xmx1536m", "-Xmn768m", "-XX:+UseSerialGC"]  # its author's choice
SCHEMAS = {number: parse(json.loads((SOURCE / f"schemas/{name}.avsc").read_text()))
           for number, name in ((4, "Charge"), (5, "Notification"))}
REMEMBERED = 64  # event ids of an account


def build():
    """The folder with its classes and libraries, in the cache; built by Maven when the sources are others."""
    sources = sorted(path for path in SOURCE.rglob("*") if path.suffix in (".java", ".xml"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "osbill"
    made = cache / f"kstreams-{digest}"
    if not (made / "complete").exists():
        say(f"building the peer in {made} (once; Maven fetches Kafka Streams)")
        done = subprocess.run(["mvn", "-B", "-q", "-f", SOURCE / "pom.xml", f"-Doutput={made}", "package"], capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise SystemExit(f"FAILED: Maven could not build the peer:\n{(done.stdout + done.stderr)[-3000:]}")
        (made / "complete").touch()
    return made


class Peer(Group):
    """One application id of its own: the state that it has built stays in its changelogs from start to start."""

    def __init__(self, installation, store, built):
        self.name = f"peer-{store}"
        super().__init__(installation.stack.servers, installation.prefix + self.name, installation.prefix, installation.partitions)
        self.installation, self.store, self.built, self.process = installation, store, built, None
        self.out, self.folder = f"{self.group}.", installation.folder / self.name
        (self.folder / "tmp").mkdir(parents=True)
        self._make_topics()

    def _make_topics(self):
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": self.installation.stack.servers})
        topics = [confluent_kafka.admin.NewTopic(self.out + name, self.partitions, 1) for name in ("charge", "notification")]
        for future in admin.create_topics(topics).values():
            future.result(20)

    def start(self, threads=1, cores=None):
        registry = Registry(self.installation.environment["OSBILL_REGISTRY_URL"])
        ids = ",".join(str(registry.id_of(f"{self.prefix}{topic}-value")) for topic in ACCOUNT_TOPICS)
        with open(self.folder / "log", "ab") as out:
            self.process = subprocess.Popen(
                [*MORTAL, *(["taskset", "-c", cores] if cores else []), "java", *HEAP, f"-Djava.io.tmpdir={self.folder}/tmp",
                 "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{self.built}/classes:{self.built}/lib/*", "bench.BillingApp",
                 f"bootstrap={self.installation.stack.servers}", f"app={self.group}", f"in={self.prefix}", f"out={self.out}",
                 f"ids={ids}", f"store={self.store}", f"state={self.folder}/state", f"threads={threads}"],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        return self.process

    def must_run(self):
        if self.process.poll() is not None:
            raise SystemExit(f"FAILED: the peer ended with code {self.process.returncode}; {self.folder}/log ends with:\n"
                             f"{(self.folder / 'log').read_text(errors='replace')[-3000:]}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.consumer.close()

    def prepare(self):
        """Accounts and orders; they are there already."""
        self.start()
        self.wait_decided(["account", "order"], 300)
        self.stop()

    def check(self, bill):
        """SystemExit unless what it published is what it must be."""
        got = collections.Counter()
        for topic in ("charge", "notification"):
            for message in read_topic(self.installation.stack.servers, self.out + topic):
                value = message.value()
                record = fastavro.schemaless_reader(io.BytesIO(value[5:]), SCHEMAS[value[4]], None)
                got[topic] += 1
                if topic == "charge":
                    got["sum"] += record["amount_micros"]
                    got["mark"] += charge_mark(int(record["account_id"][1:]), record["amount_micros"], record["balance_after_micros"])
        got["mark"] &= MASK
        if got != bill.totals:
            raise SystemExit(f"FAILED: not what {self.name} must charge: expected {dict(bill.totals)}, got {dict(got)}")


class PeerBill:
    """What the job of kstreams/README.md costs: each system of a VPS once a period, and a case per system while it is unpaid."""

    def __init__(self, workload):
        self.workload, self.end = workload, month_after(workload.start)
        self.length = self.end - workload.start
        self.balances = [workload.deposit(account) for account in range(workload.accounts)]
        self.paid, self.cases, self.ids, self.totals = set(), set(), {}, collections.Counter(sum=0, mark=0)
        for vps in range(2 * workload.accounts):
            item = min(workload.order_template(vps), ITEMS)
            if self.take(vps // 2, BASE + item_price(item, workload.tariff(vps))):
                self.paid.add((vps, item))
            else:
                self.totals["notification"] += 1
        for event in workload.installations():
            self.install(*event)
        self.totals["mark"] &= MASK

    def take(self, account, amount):
        if self.balances[account] < amount:
            return False
        self.balances[account] -= amount
        self.totals["charge"] += 1
        self.totals["sum"] += amount
        self.totals["mark"] += charge_mark(account, amount, self.balances[account])
        return True

    def is_known(self, account, origin):
        """Opening, deposit and two orders are among the ids that it remembers."""
        ids = self.ids.setdefault(account, collections.deque([-1] * 4, maxlen=REMEMBERED))
        if origin in ids:
            return True
        ids.append(origin)
        return False

    def install(self, origin, vps, template, moment):
        place = (vps, template)
        if self.is_known(vps // 2, origin) or template >= ITEMS or place in self.paid:
            return
        price = item_price(template, self.workload.tariff(vps))
        if self.take(vps // 2, (2 * price * (self.end - moment) + self.length) // (2 * self.length)):
            self.paid.add(place)
            self.cases.discard(place)
        elif place not in self.cases:
            self.cases.add(place)
            self.totals["notification"] += 1
