"""Load that lasts as long as the fault."""
import subprocess
import threading


class Chunks:
    """Installations in chunks of a second each, in a thread, until it is stopped."""

    def __init__(self, field, rate):
        self.field, self.rate, self.count, self.stopping, self.failure = field, rate, 0, threading.Event(), ""
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping.is_set() and self.count + self.rate <= self.field.workload.events:
            done = subprocess.run(self.field.generate_command("installations", rate=self.rate, first=self.count, count=self.rate),
                                  env=self.field.environment, capture_output=True, text=True, check=False)
            if done.returncode:
                self.failure = done.stderr
                return
            self.count += self.rate

    def stop(self):
        """How many there are."""
        self.stopping.set()
        self.thread.join(180)
        if self.failure:
            raise SystemExit(f"FAILED: generate could not write everything: {self.failure}")
        return self.count

    def poll(self):
        return None if self.thread.is_alive() else 0

    def kill(self):
        self.stopping.set()

    def wait(self):
        self.thread.join(60)
