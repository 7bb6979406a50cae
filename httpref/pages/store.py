"""The pages of the current generation, in memory, in files, and on other hosts."""

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from httpref.pages.files import Shelf
from httpref.pages.page import Fetch, Page, pack
from httpref.pages.pool import Pool
from httpref.pages.shared import UNKNOWN, Shared

log = logging.getLogger(__name__)

# What a page takes in memory besides its content, roughly.
OVERHEAD = 4_000


class Store:
    """Pages by path. Those at hand in ``pages`` are of ``generation``; ``move`` when another one is current."""

    def __init__(
        self, shared: Shared, directory: Path, release: str, *, disk: int, memory: int, pool: Pool | None = None
    ) -> None:
        """``release`` names the code that renders; ``disk`` and ``memory`` are limits in bytes.

        ``pool`` has what other hosts rendered.
        """
        self.shared = shared
        self.directory = directory
        self.release = release
        self.disk = disk
        self.memory = memory
        self.pool = pool
        self.generation = UNKNOWN
        self.pages: dict[str, Page] = {}
        self.shelf: Shelf | None = None
        self.used = 0
        self.complained = False
        self.lock = threading.Lock()
        self.waiting: queue.SimpleQueue[tuple[str, int, Page, bool]] = queue.SimpleQueue()

    def start(self) -> None:
        threading.Thread(target=self.write, name="store", daemon=True).start()

    def move(self) -> None:
        """Turn to the generation that is current now."""
        with self.lock:
            generation = self.shared.generation
            if generation == self.generation:
                return
            self.pages, self.used, self.shelf = {}, 0, None
            if generation != UNKNOWN:
                self.try_files(lambda: self.open_shelf(generation))
            self.generation = generation

    def open_shelf(self, generation: int) -> None:
        self.shelf = Shelf(self.directory, self.release, generation, self.disk)

    def try_files(self, work: Callable[[], None]) -> bool:
        """Do what needs the disk, and say whether it is done; without it pages are kept in memory only."""
        try:
            work()
        except OSError as error:
            if not self.complained:
                log.warning("pages are not stored in files: %s", error)
            self.complained = True
            return False
        self.complained = False
        return True

    def find(self, path: str) -> Page | None:
        """A page of the current generation that is not at hand in memory."""
        with self.lock:
            if self.generation == UNKNOWN or self.shelf is None:
                return None
            if page := self.shelf.page(path):
                self.keep(path, page)
            return page

    def keep(self, path: str, page: Page) -> None:
        """Have a page at hand; when memory is full all others go, and come back from the files as they are wanted."""
        if self.used > self.memory:
            self.pages, self.used = {}, 0
        page.fetch = self.counting(page.fetch)
        self.pages[path] = page
        self.used += OVERHEAD

    def counting(self, fetch: Fetch) -> Fetch:
        def counted(coding: str) -> bytes | None:
            content = fetch(coding)
            self.used += len(content or b"")
            return content

        return counted

    def put(self, path: str, generation: int, page: Page, *, borrowed: bool = False) -> None:
        """Store a page that was rendered from the content of ``generation``, if that is still the current one."""
        with self.lock:
            if UNKNOWN != generation == self.generation == self.shared.generation:
                self.keep(path, page)
                self.waiting.put((path, generation, page, borrowed))

    def borrow(self, path: str) -> bool:
        """Store a page that another host rendered; whether there was one."""
        generation = self.generation
        page = self.pool.page(generation, path) if self.pool and generation != UNKNOWN else None
        if page is None:
            return False
        self.put(path, generation, page, borrowed=True)
        return True

    def drop(self, path: str) -> None:
        """Forget a page that turned out to be damaged."""
        with self.lock:
            self.pages.pop(path, None)
            if self.shelf:
                self.shelf.forget(path)

    def write(self) -> None:
        """Write what was put to the files, for ever."""
        while True:
            self.write_one(*self.waiting.get())

    def write_one(self, path: str, generation: int, page: Page, borrowed: bool) -> None:
        """Code a page and write it. From then on it comes from the file, with what is asked for and no more."""
        if generation != self.generation:
            return
        record = pack(page)
        if self.pool and not borrowed:
            self.pool.lend(generation, path, *record)
        with self.lock:
            if generation == self.generation and self.try_files(lambda: self.add(path, *record)):
                self.pages.pop(path, None)

    def add(self, path: str, description: bytes, parts: bytes) -> None:
        if self.shelf is None:
            self.open_shelf(self.generation)
        assert self.shelf is not None
        self.shelf.add(path, description, parts)
