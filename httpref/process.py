"""What a process asks of Python and of the system for itself."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


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
