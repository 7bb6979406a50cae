"""The directory of an export: whose it is, and that one run at a time works in it."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from codes.export.errors import ExportError

# Everything that is not served. Hosts do not publish names that begin with a dot; nginx.conf refuses them.
OWN = ".httpref-export"
SCRATCH, STATIC_FILES = "scratch", "static"
PATIENCE = 2.0


@contextmanager
def opened(directory: Path) -> Iterator[Path]:
    """Take hold of a directory that is new, empty or an earlier export; the place in it for what is not served.

    Raises ExportError if it holds something else or another export writes there, and OSError if it cannot be written.
    """
    own = directory / OWN
    if directory.exists() and not own.is_dir() and any(directory.iterdir()):
        raise ExportError(
            f"{directory} is not empty, and no export made it: name another directory, or empty this one."
        )
    own.mkdir(parents=True, exist_ok=True)
    with open(own / "lock", "w") as lock:
        if not locked(lock):
            raise ExportError(f"another export writes to {directory}; wait until it has ended.")
        # What a killed run left half written.
        shutil.rmtree(own / SCRATCH, ignore_errors=True)
        os.mkdir(own / SCRATCH)
        yield own


def locked(lock: IO[str]) -> bool:
    """Whether a lock file could be locked, soon: the processes of a killed run hold it for another moment."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
