"""Pages that hosts lend to each other through Redis: what one has rendered, the others need not.

A host lends what it renders and asks before it renders. While Redis is away, slow or full, every host renders for
itself.
"""

import logging
import time
from collections.abc import Callable
from functools import cached_property
from struct import Struct
from typing import TYPE_CHECKING
from zlib import crc32

from httpref.pages.coding import PREFERENCE
from httpref.pages.page import Damaged, Page, unpack

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)

HEAD = Struct("<II")  # length of the description, and its checksum; the parts have theirs in it
# Other hosts want a page soon after an edit, or when they start.
KEPT = 3600  # seconds
# A rendering takes some 10 ms: whoever waits longer than that for Redis has gained nothing.
PATIENCE = 0.1  # seconds
# How long nobody asks a Redis that failed.
PAUSE = 5.0  # seconds


class Pool:
    """The pages of one release. Nothing in it raises for what Redis does or holds."""

    def __init__(self, url: str, release: str) -> None:
        """``url`` is ``redis://…``; no connection is made before the first page."""
        self.url = url
        self.release = release
        self.failed_at: float | None = None

    @cached_property
    def client(self) -> "Redis":
        from redis import Redis  # takes a fifth of a second, in which stored pages are served
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return Redis.from_url(
            self.url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )

    def key(self, generation: int, path: str) -> str:
        return f"httpref:{self.release}:{generation:016x}:{path}"

    def page(self, generation: int, path: str) -> Page | None:
        """What another host rendered for a path from the content of this generation, if that is whole."""
        record = self.ask(lambda: self.client.get(self.key(generation, path)))
        if not isinstance(record, bytes):
            return None
        try:
            return whole(record)
        except Damaged as error:
            log.warning("the %s of %s from Redis is damaged", error, path)
            return None

    def lend(self, generation: int, path: str, description: bytes, parts: bytes) -> None:
        """Offer a packed page to the other hosts."""
        record = HEAD.pack(len(description), crc32(description)) + description + parts
        self.ask(lambda: self.client.set(self.key(generation, path), record, ex=KEPT))

    def ask(self, question: Callable[[], object]) -> object:
        """Redis's answer; None where it has none, or has just failed. A failure is logged once."""
        if self.failed_at is not None and time.monotonic() - self.failed_at < PAUSE:
            return None
        try:
            answer = question()
        except Exception as error:  # the library raises more than its own
            if self.failed_at is None:
                log.warning("Redis fails, so that each host renders for itself: %s", error)
            self.failed_at = time.monotonic()
            return None
        if self.failed_at is not None:
            log.warning("Redis answers again")
            self.failed_at = None
        return answer


def whole(record: bytes) -> Page:
    """The page of a record. Raises Damaged if anything in it is not what was written."""
    length, checksum = HEAD.unpack_from(record.ljust(HEAD.size, b"\0"))
    start = HEAD.size + length
    description = record[HEAD.size : start]
    if crc32(description) != checksum:
        raise Damaged("description")
    page = unpack(description, lambda at, size: record[start + at : start + at + size])
    for coding in PREFERENCE:
        page.part([coding])
    return page
