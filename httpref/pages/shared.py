"""The generation of the content that is current on this host, in memory that its processes share.

A generation is a number that stands for what the pages show: two different contents never have the same one.
Zero means that nobody knows. A process reads it for every request, so it is one aligned word of a mapped file.
"""

import fcntl
import logging
import mmap
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

UNKNOWN = 0
SIZE = 4096
GENERATION, CHECKED, BOOT = 0, 1, 2
# A process that starts believes what another one read from the database so shortly before.
FRESH = 5_000_000_000  # nanoseconds


def identity(database: Mapping[str, Any]) -> str:
    """A name for the database of Django's settings: processes with different ones share nothing."""
    place = "\n".join(str(database.get(key) or "") for key in ("ENGINE", "HOST", "PORT", "NAME"))
    return sha256(place.encode()).hexdigest()[:12]


def boot() -> int:
    """A number for the time since the machine started, in which its monotonic clock never jumps."""
    try:
        return int(Path("/proc/sys/kernel/random/boot_id").read_text().replace("-", "")[:15], 16)
    except (OSError, ValueError):
        return 0


class Shared:
    """The word, and the lock that orders those who write it."""

    def __init__(self, directory: Path, database: Mapping[str, Any], *, create: bool = True) -> None:
        """Raises FileNotFoundError if there is none and ``create`` is not set.

        Where no file can be made, the word is the process's own.
        """
        self.path = directory / f"{identity(database)}.generation"
        self.own = False
        if create:
            try:
                self.make_file()
            except OSError as error:
                log.warning("the generation is not shared with other processes: %s", error)
                self.own = True
        self.attach()

    def make_file(self) -> None:
        """Make the file unless it is there in full size, at once: a half of it must not be mapped."""
        if self.path.exists() and self.path.stat().st_size == SIZE:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.path.parent)
        with open(descriptor, "wb") as file:
            file.write(bytes(SIZE))
        os.replace(name, self.path)

    def attach(self) -> None:
        """Map the file that has the name now."""
        if self.own:
            memory = mmap.mmap(-1, SIZE)
            self.inode = 0
        else:
            with open(self.path, "r+b") as file:
                memory = mmap.mmap(file.fileno(), SIZE)
                self.inode = os.fstat(file.fileno()).st_ino
        self.words = memoryview(memory).cast("Q")

    def follow_file(self) -> None:
        """Map the file again if another one took its place."""
        if self.own:
            return
        self.make_file()
        if self.path.stat().st_ino != self.inode:
            self.attach()

    @property
    def generation(self) -> int:
        return self.words[GENERATION]

    def publish(self, generation: int) -> None:
        """Tell all processes of the host. Only under the lock, by who read it from the database under the lock."""
        self.words[GENERATION] = generation
        self.words[CHECKED] = time.monotonic_ns()
        self.words[BOOT] = boot()

    def forget(self) -> None:
        """Have nobody answer from the store any more."""
        self.words[GENERATION] = UNKNOWN

    def is_fresh(self) -> bool:
        """Whether somebody read it from the database a moment ago."""
        age = time.monotonic_ns() - self.words[CHECKED]
        return 0 <= age < FRESH and self.words[BOOT] == boot()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One process at a time reads the database and publishes: a late one would put an old generation back."""
        if self.own:
            yield
            return
        with open(self.path.with_suffix(".lock"), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                # Closing would not do where the process was forked meanwhile.
                fcntl.flock(file, fcntl.LOCK_UN)
