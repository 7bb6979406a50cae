"""Where a bundle lies: a directory or a zip file. What is not exactly a bundle is refused before it is unpacked."""

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from django.utils.translation import gettext as _

from codes.exchange.errors import BundleError
from codes.exchange.form import MODEL_NAMES
from codes.exchange.manifest import MANIFEST

FILES = {MANIFEST, *(f"{name}.json" for name in MODEL_NAMES)}
# No file of ours is compressed to less than a fiftieth; a bomb is compressed to a thousandth.
MOST_COMPRESSED = 200
SYSTEM_OF_UNIX = 3
ENCRYPTED = 0x1
# The time that a zip file gives for its members: the earliest that it can give, so that the bytes are always the same.
NO_TIME = (1980, 1, 1, 0, 0, 0)

# A file's name and the number of its bytes.
Report = Callable[[str, int], None]


class Container(Protocol):
    """Files that may be a bundle."""

    is_far: bool  # whether a file takes long to get
    digest: str  # what the bundle has to be named; empty if any will do

    def names(self) -> set[str]:
        """The names of all files."""

    def read(self, name: str, most: int) -> bytes:
        """A file of at most ``most`` bytes. Raises BundleError."""


def too_large(name: str, most: int) -> BundleError:
    return BundleError(_("{name}: larger than {most} bytes, the most that is taken").format(name=name, most=most))


def read_file(path: Path, most: int, *, follow_symlinks: bool) -> bytes:
    """A file of at most ``most`` bytes. Raises BundleError."""
    name = path.name
    try:
        if not stat.S_ISREG(path.stat(follow_symlinks=follow_symlinks).st_mode):
            raise BundleError(_("{name}: no ordinary file").format(name=name))
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BundleError(_("{name}: cannot be read ({reason})").format(name=name, reason=reason)) from error
    if len(content) > most:
        raise too_large(name, most)
    return content


class Directory:
    """A bundle that lies unpacked."""

    is_far, digest = False, ""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> set[str]:
        """All but hidden files, which editors and file systems leave everywhere."""
        return {path.name for path in self.path.iterdir() if not path.name.startswith(".")}

    def read(self, name: str, most: int) -> bytes:
        return read_file(self.path / name, most, follow_symlinks=False)


class Zip:
    """A bundle in a zip file, which is never unpacked to disk."""

    is_far, digest = False, ""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self.archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise BundleError(_("this is no zip file that can be read: {reason}").format(reason=error)) from error
        self.members = {}
        for member in self.archive.infolist():
            self.refuse_dangerous(member)
            self.members[member.filename] = member

    def refuse_dangerous(self, member: zipfile.ZipInfo) -> None:
        """Raise BundleError for a member that no bundle has: another path, a link, a bomb."""
        name = repr(member.filename)
        mode = member.external_attr >> 16 if member.create_system == SYSTEM_OF_UNIX else 0
        if member.filename not in FILES:
            raise BundleError(_("no file of a bundle: {names}").format(names=name))
        if member.filename in self.members:
            raise BundleError(_("{name}: twice in the zip file").format(name=name))
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise BundleError(_("{name}: no ordinary file").format(name=name))
        if member.flag_bits & ENCRYPTED:
            raise BundleError(_("{name}: encrypted").format(name=name))
        if member.file_size > MOST_COMPRESSED * max(member.compress_size, 1):
            raise BundleError(_("{name}: compressed far more than a text can be").format(name=name))

    def names(self) -> set[str]:
        return set(self.members)

    def read(self, name: str, most: int) -> bytes:
        try:
            # What the directory of the zip file says of the size may be a lie.
            with self.archive.open(self.members[name]) as file:
                content = file.read(most + 1)
        except KeyError as error:
            raise BundleError(_("{name}: not in the zip file").format(name=name)) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise BundleError(_("{name}: cannot be read ({reason})").format(name=name, reason=error)) from error
        if len(content) > most:
            raise too_large(name, most)
        return content


@contextmanager
def opened(path: Path) -> Iterator[Container]:
    """The directory or zip file at a path. Raises BundleError if it is neither."""
    if path.is_dir():
        yield Directory(path)
        return
    try:
        file = path.open("rb")
    except OSError as error:
        message = _("{path} is no directory and no file that can be read: {reason}")
        raise BundleError(message.format(path=path, reason=error.strerror or error)) from error
    with file:
        yield Zip(file)


def write_zip(file: IO[bytes], files: Iterable[tuple[str, Iterable[bytes]]], report: Report) -> None:
    """Write files, each given piece by piece, to a zip file; the same content gives the same bytes.

    ``report`` is called after each with its name and the number of its bytes.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in files:
            member = zipfile.ZipInfo(name, NO_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            member.create_system = SYSTEM_OF_UNIX
            with archive.open(member, "w") as target:
                for piece in pieces:
                    target.write(piece)
            report(name, member.file_size)
