"""What an export knows of its directory: which files are its own, and which of them are as the site is now.

A text file in the directory itself. Its first line names the version of the site that is written; every line after it
a file: ``?`` one that may be written, ``-`` one of an earlier version, ``+`` one that is done. Lines are only added,
so that after a kill at any moment all but the last one are whole.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from codes.export.errors import ExportError

FIRST_LINE = re.compile(r"httpref export 1 ([0-9a-f]+)\n")
LINE = re.compile(r"([?+-]) ([0-9a-f]*) ([0-9]+) (\S+)\n")


class Known(NamedTuple):
    """A file as it was written: its digest and size in bytes; whether it shows the current version of the site."""

    digest: str
    size: int
    done: bool


class Journal:
    """The journal of one directory, read at the beginning and written on as files are finished."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.version = ""
        self.known: dict[str, Known] = {}
        self.read()

    def read(self) -> None:
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            raise ExportError(f"{self.path} cannot be read: {error}") from error
        first = FIRST_LINE.fullmatch(lines[0]) if lines else None
        if not first:
            raise ExportError(f"{self.path} is no journal of an export. Take another directory, or empty this one.")
        self.version = first[1]
        for line in lines[1:]:
            if found := LINE.fullmatch(line):
                kind, digest, size, name = found.groups()
                self.known[name] = Known(digest, int(size), kind == "+")

    def begin(self, version: str, names: Iterable[str]) -> None:
        """Begin to write a version that consists of these files; go on if it is the one that was begun before."""
        is_same = version == self.version
        self.version = version
        self.known = {name: known._replace(done=known.done and is_same) for name, known in self.known.items()}
        for name in names:
            self.known.setdefault(name, Known("", 0, False))
        self.rewrite()

    def rewrite(self) -> None:
        """Write the journal anew, a line a file; the old one stays until the new one is whole."""
        part = self.path.with_suffix(".part")
        with open(part, "w", encoding="utf-8") as file:
            file.write(f"httpref export 1 {self.version}\n")
            file.writelines(line(name, known) for name, known in sorted(self.known.items()))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self.path)

    def __enter__(self) -> Self:
        self.file = open(self.path, "a", encoding="utf-8")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.file.close()

    def add(self, done: Mapping[str, Known]) -> None:
        """Note files that are written."""
        self.known.update(done)
        self.file.write("".join(line(name, known) for name, known in done.items()))
        self.file.flush()

    def forget(self, names: Iterable[str]) -> None:
        """Leave out files that are gone."""
        for name in names:
            del self.known[name]
        self.rewrite()


def line(name: str, known: Known) -> str:
    kind = "+" if known.done else "-" if known.digest else "?"
    return f"{kind} {known.digest} {known.size} {name}\n"
