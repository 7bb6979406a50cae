"""A page as it is kept: its fields, and its content in every coding."""

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from zlib import crc32

from httpref.pages.coding import IDENTITY, PREFERENCE, encode

Field = tuple[str, str]
Fetch = Callable[[str], bytes | None]

# A cache shows a page for a second without asking, and then the one it has while it asks: no reader waits for it.
# If the origin fails, yesterday's page is better than none.
CACHE_CONTROL = "public, max-age=1, stale-while-revalidate=30, stale-if-error=86400"
SHARED: list[Field] = [("Cache-Control", CACHE_CONTROL), ("Vary", "Accept-Encoding")]
HIT: Field = ("Server-Timing", "store;desc=hit")
# Of this connection, of this one rendering, or replaced by our own.
LEFT_OUT = frozenset(
    [
        "connection",
        "content-length",
        "content-encoding",
        "date",
        "etag",
        "cache-control",
        "expires",
        "vary",
        "server-timing",
    ]
)


class Damaged(Exception):
    """What was stored is not what is there now."""


class Part:
    """The content in one coding."""

    __slots__ = ("content", "etag", "fields", "status", "unchanged")

    def __init__(self, status: str, fields: Sequence[Field], coding: str, content: bytes) -> None:
        self.status = status
        coded = [] if coding == IDENTITY else [("Content-Encoding", coding)]
        self.content = content
        # Of the bytes themselves: another version of a coder may make others.
        self.etag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
        mine = [*SHARED, ("ETag", self.etag)]
        self.fields = [*fields, *coded, *mine, ("Content-Length", str(len(content))), HIT]
        # RFC 9110, section 15.4.5: what a cache needs to go on using what it has.
        self.unchanged = [*mine, HIT]


class Page:
    """An answer that is the same for everybody. Parts that are not at hand are fetched when they are asked for."""

    __slots__ = ("fetch", "fields", "lock", "parts", "status")

    def __init__(self, status: str, fields: Iterable[Field], fetch: Fetch) -> None:
        self.status = status
        self.fields = [(name, value) for name, value in fields if name.lower() not in LEFT_OUT]
        self.fetch = fetch
        self.parts: dict[str, Part | None] = {}
        self.lock = threading.Lock()

    def part(self, codings: Iterable[str]) -> Part:
        """The first of these codings that there is, else the content as it is. Raises Damaged."""
        for coding in (*codings, IDENTITY):
            if coding not in self.parts:
                with self.lock:
                    if coding not in self.parts:
                        self.parts[coding] = self.fetched(coding)
            if part := self.parts[coding]:
                return part
        raise Damaged("no content")

    def fetched(self, coding: str) -> Part | None:
        content = self.fetch(coding)
        return None if content is None else Part(self.status, self.fields, coding, content)


def rendered(status: str, fields: Iterable[Field], content: bytes) -> Page:
    """A page that was just rendered; a part is coded when it is asked for."""
    return Page(status, fields, lambda coding: encode(content, coding))


def pack(page: Page) -> tuple[bytes, bytes]:
    """A page as it is written: a description (JSON), and the parts one after the other."""
    parts: list[bytes] = []
    table: dict[str, tuple[int, int, int]] = {}
    at = 0
    for coding in PREFERENCE:
        page.part([coding])
        if part := page.parts[coding]:
            table[coding] = (at, len(part.content), crc32(part.content))
            parts.append(part.content)
            at += len(part.content)
    description = {"status": page.status, "fields": page.fields, "parts": table}
    return json.dumps(description, ensure_ascii=False).encode(), b"".join(parts)


def unpack(description: bytes, read: Callable[[int, int], bytes]) -> Page:
    """A page as it was written; ``read`` gives so many bytes from that place in its parts. Raises Damaged."""
    try:
        found = json.loads(description)
        status, fields, table = found["status"], [(name, value) for name, value in found["fields"]], found["parts"]
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("description") from error

    def fetch(coding: str) -> bytes | None:
        if coding not in table:
            return None
        start, length, checksum = table[coding]
        content = read(start, length)
        if crc32(content) != checksum:
            raise Damaged(f"{coding} content")
        return content

    return Page(status, fields, fetch)
