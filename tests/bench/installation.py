"""One installation of osbill for benchmarks and fault tests: a topic prefix of its own on a stack, workers, the benchmark's
workload, and how far it is decided. What is waited for is a condition with a limit, never time."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import confluent_kafka
import confluent_kafka.admin

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
STACK = REPOSITORY / "deploy/local/stack"
MORTAL = ["setpriv", "--pdeathsig", "KILL"]  # ends with this process, even when ctest kills it
ACCOUNT_TOPICS, LANE_TOPICS = ("account", "order", "os-installed"), ("catalogue", "template-discovered")

sys.path.insert(0, str(REPOSITORY / "tests/integration/contract"))
sys.path.insert(0, str(HERE))
from catalogue import catalogue  # noqa: E402


# so that `finally` runs
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(f"FAILED: signal {number}"))


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def wait_for(condition, what, seconds, pause=0.05, must_hold=lambda: None):
    """The first true answer; SystemExit with `what` after that time. must_hold is called each time and may fail sooner."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        must_hold()
        if time.monotonic() > deadline:
            raise SystemExit(f"FAILED: waited {seconds} s for {what() if callable(what) else what}")
        time.sleep(pause)


class Stack:
    """The stack that STACK_DIR and OSBILL_* name, or one in a folder of its own."""

    def __init__(self, folder, started=False):
        self.folder, self.started = pathlib.Path(folder), started
        self.environment = os.environ | self._exports()

    @classmethod
    def start(cls, folder):
        subprocess.run([STACK, "up", "--fresh", "--dir", folder], check=True)
        return cls(folder, started=True)

    def _exports(self):
        lines = subprocess.run([STACK, "env", "--dir", self.folder], check=True, capture_output=True, text=True).stdout
        return dict(line.removeprefix("export ").split("=", 1) for line in lines.splitlines())

    def __call__(self, *arguments):
        subprocess.run([STACK, *arguments, "--dir", self.folder], check=True)

    def pid(self, part):
        return int((self.folder / part / "pid").read_text().split()[0])

    @property
    def servers(self):
        return self.environment["OSBILL_KAFKA_BOOTSTRAP_SERVERS"]

    def redis(self, *arguments):
        return subprocess.run(["redis-cli", "-s", self.folder / "redis.sock", *arguments], check=True, capture_output=True,
                              text=True).stdout.strip()

    def close(self):
        if self.started:
            self("reset")


class Worker:
    """One `osbill worker` process."""

    def __init__(self, installation, name, arguments, cores=None):
        self.name, self.log_path = name, installation.folder / f"{name}.log"
        pinned = ["taskset", "-c", cores] if cores else []
        with open(self.log_path, "ab") as out:
            self.process = subprocess.Popen([*MORTAL, *pinned, installation.program, "worker", *arguments], stdout=out, stderr=out,
                                            stdin=subprocess.DEVNULL, env=installation.environment)
        self.pid = self.process.pid

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def must_run(self):
        if self.process.poll() is not None:
            raise SystemExit(f"FAILED: {self.name} ended with code {self.process.returncode}; {self.log_path} ends with:\n"
                             f"{self.log[-3000:]}")

    def stop(self, how=signal.SIGTERM, seconds=30):
        """(exit code, seconds it took)"""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise SystemExit(f"FAILED: {self.name} still ran {seconds} s after {how.name}; {self.log_path} ends with:\n"
                             f"{self.log[-3000:]}") from None
        return self.process.returncode, time.monotonic() - began


class Group:
    """How far a consumer group has decided the inputs."""

    def __init__(self, servers, group, prefix, partitions):
        self.group, self.prefix, self.partitions = group, prefix, partitions
        # read_uncommitted: committed() would wait for transactions that are open
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": servers, "group.id": group, "enable.auto.commit": False,
            "isolation.level": "read_uncommitted", "log_level": 0})

    def must_run(self):
        """SystemExit when the program that decides has ended."""

    def places(self, topics):
        return [confluent_kafka.TopicPartition(self.prefix + topic, partition) for topic in topics
                for partition in range(1 if topic in LANE_TOPICS else self.partitions)]

    def decided(self, topics):
        """How many records the group's committed offsets cover; None: Kafka does not answer now."""
        try:
            return sum(max(place.offset, 0) for place in self.consumer.committed(self.places(topics), timeout=10))
        except confluent_kafka.KafkaException:
            return None

    def written(self, topics):
        return sum(wait_for(lambda place=place: self._end(place), f"the end of {place.topic}", 30)[0]
                   for place in self.places(topics))

    def _end(self, place):
        """(offset,); None: the leader is moving, or Kafka starts."""
        try:
            return (self.consumer.get_watermark_offsets(place, timeout=10)[1],)
        except confluent_kafka.KafkaException:
            return None

    def wait_decided(self, topics, seconds, total=None, pause=0.05):
        total = self.written(topics) if total is None else total
        last = [0]

        def is_there():
            last[0] = self.decided(topics)
            return last[0] is not None and last[0] >= total

        wait_for(is_there, lambda: f"{total} decided of {', '.join(topics)} by {self.group}: {last[0]} are", seconds, pause,
                 self.must_run)


class Installation(Group):
    def __init__(self, stack, folder, program, generate, workload, partitions=4, prefix=None):
        prefix = prefix or f"bench-{time.time_ns() // 1_000_000}."
        super().__init__(stack.servers, prefix + "workers", prefix, partitions)
        self.stack, self.program, self.generate, self.workload = stack, str(program), str(generate), workload
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.environment = stack.environment | {
            "OSBILL_TOPIC_PREFIX": self.prefix, "OSBILL_GROUP": self.group,
            "OSBILL_REGISTRY_CACHE": str(self.folder / "schemas")}
        self.workers = []

    def osbill(self, *arguments, check=True, seconds=300):
        done = subprocess.run([self.program, *arguments], env=self.environment, capture_output=True, text=True,
                              errors="replace", timeout=seconds, check=False)
        if check and done.returncode:
            raise SystemExit(f"FAILED: osbill {' '.join(arguments)} ended with code {done.returncode}:\n{done.stderr}"
                             f"{done.stdout}")
        return done

    def start_worker(self, threads=1, arguments=(), cores=None, name=None):
        worker = Worker(self, name or f"worker-{len(self.workers) + 1}", ["--threads", str(threads), *arguments], cores)
        self.workers.append(worker)
        return worker

    def must_run(self):
        for worker in self.workers:
            worker.must_run()

    def stop_workers(self):
        """Exit codes."""
        workers, self.workers = self.workers, []
        return [worker.stop()[0] for worker in workers]

    def close(self):
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                worker.process.kill()
            worker.process.wait()
        self.workers = []
        self.consumer.close()

    # --- the world and the load ---

    def initialise(self):
        self.osbill("init", "--replication-factor", "1", "--partitions", str(self.partitions))

    def apply_catalogue(self):
        """Needs a worker; returns when the templates are linked."""
        path = self.folder / "catalogue.yaml"
        path.write_text(catalogue())
        self.osbill("catalogue", "apply", str(path))
        self.preload("templates")
        self.wait_decided(LANE_TOPICS, 60)

    def preload(self, *what, **options):
        """Lines of generate, by WHAT. options: first, count, rate."""
        done = subprocess.run(self.generate_command(*what, **options), env=self.environment, capture_output=True, text=True,
                              check=False)
        if done.returncode:
            raise SystemExit(f"FAILED: generate {' '.join(what)}: {done.stderr}")
        return {line["what"]: line for line in map(json.loads, done.stdout.splitlines())}

    def generate_command(self, *what, **options):
        return [*MORTAL, self.generate, *self.workload.options(), "--prefix", self.prefix,
                *(f"--{name}={value}" for name, value in options.items()), *what]

    def accounts_and_orders(self, seconds=300):
        """In the order that the oracle counts on: an account before its orders, both before installations."""
        for what, topic in (("accounts", "account"), ("orders", "order")):
            self.preload(what)
            self.wait_decided([topic], seconds)

    def forget(self):
        """Takes its topics away, so that the next one has the broker for itself."""
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": self.stack.servers, "log_level": 0})
        names = [name for name in admin.list_topics(timeout=20).topics if name.startswith(self.prefix)]
        for future in admin.delete_topics(names).values() if names else ():
            with contextlib.suppress(confluent_kafka.KafkaException):
                future.result(20)
