"""What was answered: the access log, and the numbers for the metrics.

A request only leaves a note. A thread turns the notes into lines and counts, a few times a second, so that no reader
waits for it. A process that is killed loses the notes of that time.
"""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.util import Finalize
from typing import IO, Any, NamedTuple

log = logging.getLogger(__name__)

INTERVAL = 0.2  # seconds


class Note(NamedTuple):
    """One answer."""

    at: float  # seconds since 1970
    method: str
    path: str
    status: str
    size: int | None  # bytes of content; None if Django's server sends them
    verdict: str  # hit, miss or bypass
    seconds: float  # until the answer was handed to the server
    client: str


class Journal:
    """The notes, and who reads them: ``out`` gets a line of JSON each, ``take`` gets them all at once."""

    def __init__(self, out: IO[str] | None = None, take: Callable[[Sequence[Note]], None] | None = None) -> None:
        self.out = out
        self.take = take
        self.notes: deque[Note] = deque(maxlen=100_000)

    def start(self) -> None:
        if self.out or self.take:
            threading.Thread(target=self.run, name="journal", daemon=True).start()
            # Servers that fork end their workers without what is registered with atexit.
            Finalize(None, self.flush, exitpriority=0)

    def note(self, environ: dict[str, Any], status: str, size: int | None, verdict: str, began: float) -> None:
        if self.out or self.take:
            taken = time.perf_counter() - began
            client = environ.get("REMOTE_ADDR", "")
            self.notes.append(
                Note(time.time(), environ["REQUEST_METHOD"], environ["PATH_INFO"], status, size, verdict, taken, client)
            )

    def run(self) -> None:
        while True:
            time.sleep(INTERVAL)
            try:
                self.flush()
            except Exception:
                log.exception("the answers of the last moment are not in the access log")

    def flush(self) -> None:
        """Work off the notes that are there now."""
        notes = [self.notes.popleft() for _ in range(len(self.notes))]
        if self.out and notes:
            print("\n".join(map(line, notes)), file=self.out, flush=True)
        if self.take:
            self.take(notes)


def line(note: Note) -> str:
    """A line of the access log."""
    found = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(note.at)) + f".{int(note.at * 1000) % 1000:03}Z",
        "client": note.client,
        "method": note.method,
        "path": note.path.encode("latin-1", "replace").decode("utf-8", "replace"),
        "status": int(note.status[:3]),
        "bytes": note.size,
        "store": note.verdict,
        "ms": round(note.seconds * 1000, 3),
    }
    return json.dumps(found, ensure_ascii=False)
