"""Waiting for a condition, never for time to pass."""
import time


def wait_for(condition, what, seconds=20, pause=0.02):
    """The first true answer of condition(); fails with `what` (a text or a function that makes one) after that time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what() if callable(what) else what}")
        time.sleep(pause)
