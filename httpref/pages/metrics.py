"""Metrics for Prometheus, summed over the workers, on an address of their own."""

import logging
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from httpref.pages.journal import Note

log = logging.getLogger(__name__)

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
AGAIN = 5.0  # seconds between tries to become the worker that answers


class Metrics:
    """What one worker counts. The workers share a directory; the one that got the address answers for all."""

    def __init__(self, directory: Path, address: tuple[str, int]) -> None:
        self.directory = directory
        self.address = address
        self.registry: Any = None
        self.serving = False
        self.next_try = 0.0

    def take(self, notes: Sequence[Note]) -> None:
        """Count the latest answers. Called regularly, also when there are none."""
        if self.registry is None:
            self.prepare()
        if not self.serving and monotonic() >= self.next_try:
            self.try_to_serve()
        for (status, verdict), many in Counter((note.status[:3], note.verdict) for note in notes).items():
            self.requests.labels(status, verdict).inc(many)
        for note in notes:
            self.seconds.labels(note.verdict).observe(note.seconds)

    def prepare(self) -> None:
        """Load the library, which reads the directory from the environment, once."""
        self.directory.mkdir(parents=True, exist_ok=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(self.directory)
        from prometheus_client import CollectorRegistry, Histogram
        from prometheus_client import Counter as CounterMetric
        from prometheus_client.multiprocess import MultiProcessCollector

        self.registry = CollectorRegistry()
        MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        self.requests = CounterMetric(
            "httpref_requests", "Answers, by status and by what the page store did.", ["status", "store"], registry=None
        )
        self.seconds = Histogram(
            "httpref_seconds", "Time until an answer was at the server.", ["store"], buckets=BUCKETS, registry=None
        )

    def try_to_serve(self) -> None:
        """Answer from now on, unless another worker does; when that one ends, one of the others gets the address."""
        from prometheus_client import start_http_server

        host, port = self.address
        self.next_try = monotonic() + AGAIN
        try:
            self.server, _ = start_http_server(port, host, self.registry)
            self.serving = True
        except OSError as error:
            log.debug("another one answers at %s port %s: %s", host, port, error)
