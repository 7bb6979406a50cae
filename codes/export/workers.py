"""Several processes for one piece of work: forked, so that they have what this one has loaded and set."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import Any

from codes.export.errors import ExportError

WORK: list[Callable[[Any], Any]] = []


def in_processes(
    work: Callable[[Any], Any], parts: Sequence[Any], jobs: int, begin: Callable[[], None]
) -> Iterator[Any]:
    """The results of ``work`` for each part, in order, from ``jobs`` processes; each of them calls ``begin`` first.

    Raises what the work raises, and ExportError if a process is killed.
    """
    pool = ProcessPoolExecutor(jobs, get_context("fork"), prepare, (work, begin))
    try:
        yield from pool.map(do, parts)
    except BrokenProcessPool as error:
        raise ExportError(
            "one of its processes was killed, perhaps for want of memory. Start again, with fewer --jobs: it goes on."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def prepare(work: Callable[[Any], Any], begin: Callable[[], None]) -> None:
    """What a process does first. An interruption is the first process's business, and its end is theirs, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=follow, args=(parent_process(),), daemon=True).start()
    WORK[:] = [work]
    begin()


def follow(parent: Any) -> None:
    """End this process when its parent has ended, however it did."""
    connection.wait([parent.sentinel])
    os._exit(1)


def do(part: Any) -> Any:
    return WORK[0](part)
