"""Pages in files that the processes of a host share: they outlive a restart, and one renders for all.

A file only grows. Each record is a head, the page's path and description, and its parts; checksums tell when one
is not what was written. Whatever cannot be read is as good as not there.
"""

import fcntl
import logging
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from httpref.pages.page import Damaged, Page, unpack

log = logging.getLogger(__name__)

HEADER = b"httpref pages 1\n"
MARK = b"page"
HEAD = struct.Struct("<4sIIII")  # mark, length of path, of description, of parts, checksum of what precedes the parts
AT_ONCE = 4096


class Place(NamedTuple):
    """Where a record stands."""

    start: int
    path: int
    description: int
    parts: int


class File:
    """One file of records. Raises OSError where it cannot be made or written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places: dict[str, Place] = {}
        self.end = len(HEADER)
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with self.lock():
            if os.pread(self.descriptor, len(HEADER), 0) != HEADER:
                self.begin()
        self.scan()

    def __del__(self) -> None:
        # Pages keep their file while they are used, and no longer.
        if hasattr(self, "descriptor"):
            os.close(self.descriptor)

    def begin(self) -> None:
        """Start over in a file that is new, or not one of this version."""
        if os.fstat(self.descriptor).st_size:
            log.warning("%s is not a file of pages of this version: begun anew", self.path.name)
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, HEADER, 0)

    @contextmanager
    def lock(self) -> Iterator[None]:
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def scan(self) -> None:
        """Learn the records that were added since, by whomever; stop at one that is not whole."""
        while found := self.record_at(self.end):
            name, place = found
            self.places[name] = place
            self.end += HEAD.size + place.path + place.description + place.parts

    def record_at(self, start: int) -> tuple[str, Place] | None:
        data = os.pread(self.descriptor, AT_ONCE, start)
        if len(data) < HEAD.size:
            return None
        mark, path, description, parts, checksum = HEAD.unpack_from(data)
        size = HEAD.size + path + description
        if mark != MARK or os.fstat(self.descriptor).st_size < start + size + parts:
            return None
        if size > len(data):
            data = os.pread(self.descriptor, size, start)
        if crc32(data[HEAD.size : size], crc32(data[:16])) != checksum:
            return None
        return data[HEAD.size : HEAD.size + path].decode(), Place(start, path, description, parts)

    def append(self, path: str, description: bytes, parts: bytes) -> None:
        """Write a packed page, unless another process did. Raises OSError."""
        name = path.encode()
        head = HEAD.pack(MARK, len(name), len(description), len(parts), 0)[:16]
        checksum = struct.pack("<I", crc32(name + description, crc32(head)))
        record = b"".join((head, checksum, name, description, parts))
        with self.lock():
            self.scan()
            if path in self.places:
                return
            # Nobody else writes now: what stands behind the last whole record was never finished.
            if (left := os.fstat(self.descriptor).st_size - self.end) > 0:
                log.warning("%s: %d bytes that are no pages are given up", self.path.name, left)
                os.ftruncate(self.descriptor, self.end)
            if os.pwrite(self.descriptor, record, self.end) < len(record):
                raise OSError("the page was not written in full")
        self.scan()

    def page(self, path: str) -> Page | None:
        """The page of a path, None if there is none; its parts are read when they are asked for. Raises Damaged."""
        if (place := self.places.get(path)) is None:
            return None
        start = place.start + HEAD.size + place.path
        description = os.pread(self.descriptor, place.description, start)
        return unpack(description, lambda at, length: self.read(start + place.description + at, length))

    def read(self, start: int, length: int) -> bytes:
        return os.pread(self.descriptor, length, start)

    def forget(self, path: str) -> None:
        self.places.pop(path, None)

    @property
    def is_gone(self) -> bool:
        """Whether the file was deleted: nobody else will read what is added."""
        return os.fstat(self.descriptor).st_nlink == 0


class Shelf:
    """The pages of one generation: two files, of which the older one goes when the newer one is full."""

    def __init__(self, directory: Path, release: str, generation: int, limit: int) -> None:
        """``limit`` is in bytes. Raises OSError."""
        self.directory = directory
        self.name = f"{release}-{generation:016x}"
        self.half = limit // 2
        numbers = self.numbers()[-2:] or [1]
        self.number = numbers[-1]
        self.files = [File(self.file_path(number)) for number in numbers]
        self.clear_away(release)

    def numbers(self) -> list[int]:
        """The files of this generation that there are, oldest first."""
        found = self.directory.glob(f"{self.name}-*.pages")
        return sorted(int(path.stem.rpartition("-")[2]) for path in found)

    def file_path(self, number: int) -> Path:
        return self.directory / f"{self.name}-{number}.pages"

    def clear_away(self, release: str) -> None:
        """Delete what no process of this release will read; another release may be running beside, for a day."""
        newest = self.file_path(self.number).stat().st_mtime
        for path in self.directory.glob("*.pages"):
            mine = path.name.startswith(f"{release}-")
            if not path.name.startswith(f"{self.name}-") and (mine or newest - path.stat().st_mtime > 24 * 3600):
                path.unlink(missing_ok=True)

    def page(self, path: str) -> Page | None:
        """The page of a path, whichever process stored it."""
        for again in (False, True):
            if again:
                self.catch_up()
            for file in reversed(self.files):
                try:
                    if page := file.page(path):
                        return page
                except Damaged as error:
                    log.warning("%s: the %s of %s is damaged", file.path.name, error, path)
                    file.forget(path)
        return None

    def catch_up(self) -> None:
        """Learn what other processes stored."""
        self.files[-1].scan()
        for number in self.numbers()[-2:]:
            if number > self.number:
                self.open(number)

    def open(self, number: int) -> None:
        self.files = [self.files[-1], File(self.file_path(number))]
        self.number = number

    def add(self, path: str, description: bytes, parts: bytes) -> None:
        """Store a packed page. Raises OSError, also where the disk is full."""
        self.catch_up()
        if self.files[-1].is_gone:
            self.open(self.number)
        if self.files[-1].end > self.half:
            self.open(self.number + 1)
            self.file_path(self.number - 2).unlink(missing_ok=True)
        self.files[-1].append(path, description, parts)

    def forget(self, path: str) -> None:
        for file in self.files:
            file.forget(path)
