"""osbill's processes, as a person would start them from a shell."""
import json
import os
import subprocess
import sys
import threading
import time


class Program:
    """Everything it started ends with close()."""

    def __init__(self, prefix, folder):
        self.path, self.folder = os.environ["OSBILL_PROGRAM"], folder
        # a cache of its own: on a new stack the same URL and id may name another schema
        self.settings = {"OSBILL_TOPIC_PREFIX": prefix, "OSBILL_GROUP": prefix.rstrip("."),
                         "OSBILL_REGISTRY_CACHE": os.path.join(folder, "schemas")}
        self.environment = os.environ | self.settings
        del self.environment["OSBILL_PROGRAM"]  # no option of osbill: it would warn
        self.children, self.publishers = [], {}

    def run(self, *arguments, text=""):
        """Ends the story when the command fails: nothing after it would make sense."""
        done = subprocess.run([self.path, *arguments], env=self.environment, input=text, capture_output=True, text=True,
                              check=False)
        if done.returncode:
            sys.exit(f"story: osbill {' '.join(arguments)} ended with code {done.returncode}:\n{done.stderr}{done.stdout}")
        return done.stdout

    def start(self, *arguments, **how):
        child = subprocess.Popen([self.path, *arguments], env=self.environment, text=True, **how)
        self.children.append(child)
        return child

    def start_logged(self, *arguments, **how):
        """The process and the file that holds what it prints."""
        log = os.path.join(self.folder, f"{'-'.join(arguments)}.log")
        with open(log, "a", encoding="utf-8") as out:
            return self.start(*arguments, stdout=out, stderr=out, **how), log

    def start_worker(self):
        return self.start_logged("worker", stdin=subprocess.DEVNULL)

    def start_publishers(self, *topics):
        """One `osbill publish` for each topic: it takes lines as long as the story lasts."""
        for topic in topics:
            self.publishers[topic] = self.start_logged("publish", topic, stdin=subprocess.PIPE)

    def publish(self, topic, *events):
        child, log = self.publishers[topic]
        try:
            child.stdin.write("".join(json.dumps(event) + "\n" for event in events))
            child.stdin.flush()
        except BrokenPipeError:
            with open(log, encoding="utf-8") as said:
                sys.exit(f"story: osbill publish {topic} ended with code {child.wait()}:\n{said.read()}")

    def watch(self, topic, tell=None):
        return Watch(self.start("watch", topic, "--from", "beginning", "--json", "--values", stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE), tell)

    def close(self):
        for child in reversed(self.children):
            child.terminate()
        for child in self.children:
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


class Watch:
    """The records of one topic as they become readable; `tell` is called with each."""

    def __init__(self, child, tell):
        self.child, self.tell = child, tell
        self.seen = []  # (when, record)
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            record = json.loads(line)
            if self.tell:
                self.tell(record)
            with self.changed:
                self.seen.append((time.monotonic(), record))
                self.changed.notify_all()

    def records(self):
        with self.changed:
            return [record for _, record in self.seen]

    def wait(self, accepts, seconds=20):
        """(when, record) of the first that `accepts` takes; None: it did not come."""
        with self.changed:
            def first():
                return next((item for item in self.seen if accepts(item[1])), None)
            self.changed.wait_for(first, seconds)
            return first()
