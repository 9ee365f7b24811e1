"""Waiting for something to become true, with a time limit and without fixed pauses."""
import time

POLL_S = 0.02


class Missed(AssertionError):
    """What was waited for did not happen in time."""


def wait_for(what, condition, seconds):
    """Calls condition until it returns something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise Missed(f"not within {seconds} s: {what}")
        time.sleep(POLL_S)
