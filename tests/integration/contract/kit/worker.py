"""One `osbill worker` process."""
import signal
import subprocess


class Worker:
    def __init__(self, program, environment, log, arguments=()):
        self.log_path = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen([program, "worker", *arguments], env=environment, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=out, start_new_session=True)

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    @property
    def end_of_log(self):
        return "the end of the worker's log:\n" + "\n".join(line[:200] for line in self.log.splitlines()[-12:])

    def must_run(self):
        code = self.process.poll()
        assert code is None, f"osbill worker ended with code {code}; {self.end_of_log}"

    def stop(self, how=signal.SIGTERM, seconds=30):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"osbill worker still ran {seconds} s after {how.name}; "
                                 f"{self.end_of_log}") from None
