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

    def must_run(self):
        code = self.process.poll()
        assert code is None, f"osbill worker ended with code {code}; the end of its log:\n{self.log[-3000:]}"

    def stop(self, how=signal.SIGTERM, seconds=30):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"osbill worker still ran {seconds} s after {how.name}; the end of its log:\n"
                                 f"{self.log[-3000:]}") from None
