"""The directory of an export: whose it is, and that one run at a time works in it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codes.export.errors import ExportError

# Everything that is not served. Hosts do not publish names that begin with a dot; nginx.conf refuses them.
OWN = ".httpref-export"
SCRATCH, STATIC_FILES = "scratch", "static"


@contextmanager
def opened(directory: Path) -> Iterator[Path]:
    """Take hold of a directory that is new, empty or an earlier export; the place in it for what is not served.

    Raises ExportError if it holds something else or another export writes there, and OSError if it cannot be written.
    """
    own = directory / OWN
    if directory.exists() and not own.is_dir() and any(directory.iterdir()):
        raise ExportError(f"{directory} is not empty, and no export made it: name another directory, or empty this one.")
    own.mkdir(parents=True, exist_ok=True)
    with open(own / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExportError(f"another export writes to {directory}; wait until it has ended.") from error
        # What a killed run left half written.
        shutil.rmtree(own / SCRATCH, ignore_errors=True)
        os.mkdir(own / SCRATCH)
        yield own
