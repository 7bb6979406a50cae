"""The manifest of a bundle: where it is from, in which languages, and the digest of each of its files."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from codes.exchange.errors import BundleError
from codes.exchange.form import as_bytes, bundled_models, file_name
from codes.exchange.reading import parse
from codes.localized import LANGUAGES

SCHEMA = 2
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 1_000_000
KEYS = {"files", "languages", "licence", "parent", "schema", "source"}
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
SOURCE = re.compile(r"[a-z0-9][-a-z0-9]{0,59}")
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class File:
    """What a manifest says of a file. ``size`` is in bytes; None where an older schema does not tell it."""

    records: int
    sha256: str
    size: int | None


@dataclass(frozen=True)
class Manifest:
    """A manifest that was checked."""

    source: str
    languages: tuple[str, ...]  # those that this install can store
    unknown_languages: tuple[str, ...]
    files: dict[str, File]
    digest: str  # of the manifest's own bytes: the name of the whole bundle
    raw: dict[str, Any]


def without_sizes(manifest: dict[str, Any]) -> dict[str, Any]:
    """From schema 1, which did not tell the files' sizes."""
    files = {name: {**entry, "size": None} for name, entry in manifest["files"].items()}
    return {**manifest, "schema": 2, "files": files}


# What makes a manifest of the next schema out of one, by the schema that it is in.
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: without_sizes}


def digest_of(raw: dict[str, Any]) -> str:
    """The name of a bundle: the digest of its manifest, which has the digests of all files."""
    return sha256(as_bytes(raw)).hexdigest()


def read_manifest(content: bytes) -> Manifest:
    """A manifest with its schema, languages, source and list of files checked. Raises BundleError."""
    raw = parse(MANIFEST, content)
    check(isinstance(raw, dict), _("an object is expected"))
    schema = raw.get("schema")
    is_number = type(schema) is int
    check(
        not is_number or schema <= SCHEMA,
        _("schema {schema} is newer than {known}, the newest that this version knows: update it first"),
        schema=schema,
        known=SCHEMA,
    )
    check(is_number and schema >= 1, _("schema {schema!r} is none"), schema=schema)
    check_files(raw.get("files"), schema)
    manifest = raw
    while manifest["schema"] < SCHEMA:
        manifest = UPGRADES[manifest["schema"]](manifest)
    check(set(raw) == KEYS, _("it has exactly {names}"), names=", ".join(sorted(KEYS)))
    check_origin(raw)
    files = {name: File(**entry) for name, entry in manifest["files"].items()}
    known = tuple(code for code in LANGUAGES if code in raw["languages"])
    unknown = tuple(sorted(set(raw["languages"]) - set(LANGUAGES)))
    return Manifest(raw["source"], known, unknown, files, digest_of(raw), raw)


def check(condition: bool, message: str, **values: Any) -> None:
    if not condition:
        raise BundleError(f"{MANIFEST}: {message.format(**values)}")


def check_origin(raw: dict[str, Any]) -> None:
    """Check the languages, and what names the bundle and the one before it."""
    codes = raw["languages"]
    is_list = isinstance(codes, list) and all(isinstance(code, str) and LANGUAGE.fullmatch(code) for code in codes)
    check(is_list and 0 < len(codes) == len(set(codes)), _("languages is a list of language codes"))
    source, parent = raw["source"], raw["parent"]
    check(
        isinstance(source, str) and SOURCE.fullmatch(source) is not None,
        _("source is a name in small letters, digits and hyphens"),
    )
    check(
        parent is None or (isinstance(parent, str) and DIGEST.fullmatch(parent) is not None),
        _("parent is the digest of a bundle, or null"),
    )


def check_files(files: Any, schema: int) -> None:
    """Check the list of files: some of those that a bundle can have, each with what the schema tells of it."""
    known = {file_name(model) for model in bundled_models()}
    told = {"records", "sha256"} if schema == 1 else {"records", "sha256", "size"}
    check(isinstance(files, dict) and len(files) > 0, _("files is an object of file names"))
    strange = ", ".join(repr(name) for name in sorted(set(files) - known))
    check(not strange, _("no file of a bundle: {names}"), names=strange)
    for name, entry in files.items():
        is_object = isinstance(entry, dict) and set(entry) == told
        check(is_object, _("{name} has exactly {told}"), name=name, told=", ".join(sorted(told)))
        is_digest = isinstance(entry["sha256"], str) and DIGEST.fullmatch(entry["sha256"]) is not None
        check(is_digest, _("the sha256 of {name} has 64 hexadecimal digits"), name=name)
        sizes = [entry["records"], entry.get("size", 0)]
        check(all(type(size) is int and size >= 0 for size in sizes), _("the sizes of {name} are numbers"), name=name)
