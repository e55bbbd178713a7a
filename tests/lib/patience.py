"""How long to wait.

No test asserts a speed: that is what the benches are for.  What guards against a program that hangs may be as long as
HANG, since it costs time only where something is broken.  What asserts that the program ends by itself, long before
something else would end it, takes allowed(seconds).
"""
import os
import subprocess
import time

HANG = 600  # seconds after which a program is held to hang
IDLE = 0.2  # seconds that the yardstick takes on an idle machine with two cores
MARGIN = 3  # load comes and goes between what is judged and the yardstick
KEPT = 5  # seconds for which one measurement serves

_measured = (-KEPT, 1.0)


def _yardstick():
    """Seconds for a little of all that tests do: start processes, wait for them, compute."""
    began = time.monotonic()
    for _ in range(60):
        subprocess.run(["/bin/true"], check=True)
    sum(i * i for i in range(2_000_000))
    return time.monotonic() - began


def slowness():
    """How many times slower than an idle machine this one is now; never under 1."""
    global _measured
    if time.monotonic() - _measured[0] >= KEPT:
        _measured = (time.monotonic(), max(1.0, _yardstick() / IDLE))
    return _measured[1]


def allowed(seconds):
    """Seconds to allow for what takes so many on an idle machine, as slow and busy as this one is now."""
    return seconds * MARGIN * slowness()


def wait_until(what, condition, process=None):
    """Wait for condition(); give up when the process that should bring it about has ended."""
    deadline = time.monotonic() + HANG
    while not condition():
        if process is not None and process.poll() is not None:
            raise AssertionError(f"{what}: the program ended with {process.returncode} before")
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {HANG} s")
        time.sleep(0.02)


def catches(process, sig):
    """Whether a program has begun to listen to that signal."""
    try:
        with open(f"/proc/{process.pid}/status") as f:
            caught = next(int(line.split()[1], 16) for line in f if line.startswith("SigCgt:"))
    except (FileNotFoundError, StopIteration):
        return False
    return bool(caught >> (sig - 1) & 1)
