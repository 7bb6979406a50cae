"""What a process asks of Python and of the system for itself."""

import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

STOP = (signal.SIGINT, signal.SIGTERM)


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
    """Let a worker of granian end when it is told to before it listens.

    While it loads the application it has the handlers of the process that it was forked from, which only note that
    the server is to stop; and it forgets what it is told just before it listens. Either way it would go on, and be
    killed after half a minute. With another server, or outside of one, nothing is done.
    """
    server: Any = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if not type(server).__module__.startswith("granian."):
        return
    for number in STOP:
        signal.signal(number, signal.SIG_DFL)
    if server.interrupt_signal:
        sys.exit()
    told, telling = socket.socketpair()
    telling.setblocking(False)
    signal.set_wakeup_fd(telling.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=tell_again, args=(told, telling), name="signals", daemon=True).start()


def tell_again(told: socket.socket, telling: socket.socket) -> None:
    """Repeat every signal to stop until this process ends. ``telling`` is what says them, and has to stay open."""
    while number := told.recv(1):
        if number[0] in STOP:
            time.sleep(0.5)
            os.kill(os.getpid(), number[0])
