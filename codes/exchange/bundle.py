"""A bundle: its manifest, and its files read one at a time."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from codes.exchange.container import Container, Report, write_zip
from codes.exchange.errors import BundleError
from codes.exchange.form import Model, Record, as_bytes, bundled_models, file_name, record_bytes, records_of
from codes.exchange.manifest import LARGEST_MANIFEST, MANIFEST, SCHEMA, Manifest, read_manifest
from codes.exchange.reading import read_records
from codes.models import Source

Files = Iterable[tuple[str, Iterator[bytes]]]


@dataclass(frozen=True)
class Bundle:
    """A bundle whose manifest was checked; the files are checked as they are read."""

    manifest: Manifest
    container: Container
    limit: int  # bytes that a file may have

    def models(self) -> list[Model]:
        """The models that it has a file of, each after those it refers to."""
        return [model for model in bundled_models() if file_name(model) in self.manifest.files]

    def content(self, model: Model) -> bytes:
        """The file of a model, with its digest checked. Raises BundleError."""
        name = file_name(model)
        told = self.manifest.files[name]
        content = self.container.read(name, self.limit if told.size is None else min(told.size, self.limit))
        if sha256(content).hexdigest() != told.sha256:
            message = _("{name}: the content does not have the digest that {manifest} gives")
            raise BundleError(message.format(name=name, manifest=MANIFEST))
        return content

    def records(self, model: Model) -> list[Record]:
        """The records of a model in the order of the file. Raises BundleError."""
        told = self.manifest.files[file_name(model)].records
        manifest = self.manifest
        found = list(read_records(model, self.content(model), manifest.languages, manifest.unknown_languages))
        if len(found) != told:
            message = _("{name}: {found} records instead of the {told} that {manifest} gives")
            values = {"name": file_name(model), "found": len(found), "told": told, "manifest": MANIFEST}
            raise BundleError(message.format(**values))
        return found


def read_bundle(container: Container, limit: int | None = None) -> Bundle:
    """The bundle in a directory or zip file. Raises BundleError if it lacks a file, has one too many, or is too large.

    ``limit`` is the most that all files together may have, in bytes (default: HTTPREF_BUNDLE_LIMIT).
    """
    limit = limit or settings.BUNDLE_LIMIT
    names = container.names()
    manifest = read_manifest(container.read(MANIFEST, LARGEST_MANIFEST))
    if container.digest not in ("", manifest.digest):
        raise BundleError(_("the bundle has changed while it was read: try again"))
    expected = {MANIFEST, *manifest.files}
    if missing := sorted(expected - names):
        raise BundleError(_("files of the manifest are missing: {names}").format(names=", ".join(missing)))
    if surplus := sorted(names - expected):
        raise BundleError(_("files that the manifest does not list: {names}").format(names=", ".join(surplus)))
    if sum(file.size or 0 for file in manifest.files.values()) > limit:
        raise BundleError(_("the bundle is larger than {most} bytes, the most that is taken").format(most=limit))
    return Bundle(manifest, container, limit)


# Writing


def export(models: Sequence[Model], languages: Sequence[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The files of the database's own bundle, the manifest last: names and contents, piece by piece.

    Take each content whole before the next name: the manifest has their digests. Languages are codes of LANGUAGES.
    """
    files: dict[str, dict[str, Any]] = {}
    for model in models:
        yield file_name(model), signed(model, languages, files)
    yield MANIFEST, iter([as_bytes(manifest_of(files, languages))])


def signed(model: Model, languages: Sequence[str], files: dict[str, dict[str, Any]]) -> Iterator[bytes]:
    """The file of a model, and at its end an entry in ``files``."""
    digest, size, records = sha256(), 0, -1  # what closes the list is a piece, too
    for piece in record_bytes(model, records_of(model, languages)):
        digest.update(piece)
        size += len(piece)
        records += 1
        yield piece
    files[file_name(model)] = {"records": records, "sha256": digest.hexdigest(), "size": size}


def manifest_of(files: dict[str, dict[str, Any]], languages: Sequence[str]) -> dict[str, Any]:
    """The manifest of these files: the one they came with, if they are as they came; else one of this install's."""
    codes = sorted(languages)
    sources = list(Source.objects.order_by("-applied"))
    for source in sources:
        if source.manifest["files"] == files and source.manifest["languages"] == codes:
            return dict(source.manifest)
    return {
        "files": files,
        "languages": codes,
        "licence": sources[0].manifest["licence"] if sources else None,
        "parent": sources[0].digest if sources else None,
        "schema": SCHEMA,
        "source": settings.SOURCE,
    }


def write_directory(directory: Path, files: Files, report: Report) -> None:
    """Write the files of ``export``; a file that stands there is replaced when its successor is complete.

    ``report`` is called after each with its name and the number of its bytes. Raises OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name, pieces in files:
        with replacing(directory / name) as file:
            for piece in pieces:
                file.write(piece)
            size = file.tell()
        report(name, size)


def write_zip_file(path: Path, files: Files, report: Report) -> None:
    """Write the files of ``export`` to a zip file, as ``write_directory`` does."""
    with replacing(path) as file:
        write_zip(file, files, report)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, which takes the place of ``path`` at the end of the block, or leaves no trace."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            yield file
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
