"""What a process asks of Python and of the system for itself."""

import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


def collect_seldom() -> None:
    """Let the garbage collector look seldom: a start loads what stays; looking through it takes a fifth of its time."""
    gc.set_threshold(50_000, 20, 50)


def spare_what_is_loaded() -> None:
    """Let the garbage collector never look at what is there now: it stops all threads, for up to 90 ms."""
    gc.collect()
    gc.freeze()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Both, within this block."""
    before = gc.get_threshold()
    collect_seldom()
    spare_what_is_loaded()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def interrupt_nobody() -> None:
    """Let a thread that wakes up wait for its turn: SCHED_BATCH of sched(7). Threads that start later do the same.

    A server's threads hand every request over to each other. When each time the one interrupts the other, an
    answer costs half as much again. Where a system has no such rule, or forbids it, things stay as they are.
    """
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def end_when_told() -> None:
    """Let a worker of granian end when it is told to while it loads the application.

    Until it has loaded it has the handlers of the process that it was forked from, which only note that the server
    is to stop: it would go on, and be killed after half a minute. With another server nothing is done.
    """
    server: Any = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if not type(server).__module__.startswith("granian."):
        return
    with suppress(ValueError):  # where workers are threads, which get no signals
        # Ctrl+C tells both processes, and a worker that ends of its own accord counts as one that failed.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if server.interrupt_signal:
        time.sleep(1)  # in which the server ends it, unless that is what it was told
        sys.exit()
