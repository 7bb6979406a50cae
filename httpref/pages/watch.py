"""Keeping the shared generation true to the database, whoever wrote there.

A process that writes through Django publishes the new generation itself, after its commit. For all others, on this
host or another, one process of each host asks the database four times a second.
"""

import fcntl
import logging
import os
import threading
import time

from httpref.pages.database import Reader
from httpref.pages.shared import Shared

log = logging.getLogger(__name__)

INTERVAL = 0.25  # seconds
# How long pages are shown whose database cannot be asked whether they still hold.
MOST_STALE = 24 * 3600.0  # seconds


class Watch:
    """One process's part in the watching; the process that has the lock asks the database."""

    def __init__(self, shared: Shared, reader: Reader) -> None:
        self.shared = shared
        self.reader = reader
        self.duty: int | None = None
        self.failing_since: float | None = None
        self.complaint = ""
        self.wake = threading.Event()

    def start(self) -> None:
        """Watch from now on, in a thread."""
        self.believe_or_check()
        threading.Thread(target=self.run, name="watch", daemon=True).start()

    def believe_or_check(self) -> None:
        """What is known from an earlier run is not believed before it was checked."""
        if not self.shared.is_fresh():
            self.check()

    def run(self) -> None:
        while True:
            self.wake.wait(INTERVAL)
            self.wake.clear()
            self.try_to_tick()

    def try_to_tick(self) -> None:
        """Whatever goes wrong, go on; say it once."""
        try:
            self.tick()
        except Exception as error:
            if repr(error) != self.complaint:
                log.exception("the generation cannot be kept")
            self.complaint = repr(error)
        else:
            self.complaint = ""

    def tick(self) -> None:
        self.shared.follow_file()
        if self.on_duty():
            self.check()

    def on_duty(self) -> bool:
        """Whether it is this process that asks; a process that died gave its lock back."""
        if self.shared.own or self.duty is not None:
            return True
        duty = os.open(self.shared.path.with_suffix(".watch"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(duty, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(duty)
            return False
        self.duty = duty  # kept open: closing it would give the lock back
        return True

    def check(self) -> None:
        """Ask the database and publish what it says; while it does not answer, the last generation stays."""
        with self.shared.lock():
            try:
                generation = self.reader.generation()
            except Exception as error:
                self.failed(error)
            else:
                if self.failing_since is not None:
                    log.warning("the database answers again")
                self.failing_since = None
                self.shared.publish(generation)

    def failed(self, error: Exception) -> None:
        now = time.monotonic()
        if self.failing_since is None:
            self.failing_since = now
            log.warning("the database does not say whether pages still hold; they are shown as they are: %s", error)
        if not self.shared.is_fresh() and now - self.failing_since > MOST_STALE:
            self.shared.forget()
