"""The canonical form of the reference: what lies in fixtures/ and travels between installs.

A bundle is a directory with one file per model, in Django's fixture format, and manifest.json. The same
content gives the same bytes on any machine, engine or locale: records sorted by natural key, keys sorted,
no database id, no base column, one text column per language of the manifest.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.core import serializers
from django.db import models

from codes.localized import LANGUAGES, LocalizedModel, columns

SCHEMA = 1
MANIFEST = "manifest.json"
# In the order in which they can be created: no record refers to a later file.
MODEL_NAMES = (
    "statusclass",
    "origin",
    "specification",
    "statuscode",
    "reference",
    "headerfield",
    "headerfielduse",
    "ecosystem",
    "symbol",
    "alias",
    "comparison",
    "guidestep",
    "guideanswer",
    "glossaryterm",
)


class BundleError(Exception):
    """A bundle that cannot be read or applied; the message names the file and the record."""


class Record(NamedTuple):
    """One row as the bundle has it: ``fields`` hold natural keys where the row refers to others."""

    place: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Bundle:
    """A bundle in memory: its languages, and the records of each model in canonical order."""

    languages: tuple[str, ...]
    records: dict[str, list[Record]]


def bundled_models() -> list[type[models.Model]]:
    """The models that a bundle holds, each after those it refers to."""
    return [apps.get_model("codes", name) for name in MODEL_NAMES]


def file_name(model: type[models.Model]) -> str:
    """The file of a model: ``statuscode.json``."""
    return f"{model._meta.model_name}.json"


def bundled_fields(model: type[models.Model], languages: tuple[str, ...]) -> list[str]:
    """The fields of a model that a bundle in ``languages`` holds."""
    names = [
        field.name
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if not field.primary_key and not hasattr(field, "translated_field")
    ]
    if not issubclass(model, LocalizedModel):
        return names
    neutral = [name for name in names if name not in model.base_columns()]
    return neutral + columns(model.localized_fields, languages)


def as_bytes(value: Any) -> bytes:
    """JSON in its one form: sorted keys, two blanks of indent, UTF-8 as it is, one line end at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def stored_value(field: Any, row: models.Model) -> Any:
    """The value of a field that is no relation, as JSON has it."""
    value = field.value_from_object(row)
    return value.isoformat() if hasattr(value, "isoformat") else value


def dump_model(model: type[models.Model], languages: tuple[str, ...]) -> bytes:
    """All rows of a model in canonical form."""
    related = [field.name for field in model._meta.concrete_fields if field.is_relation]
    rows = model._default_manager.order_by().select_related(*related)
    rows = rows.prefetch_related(*(field.name for field in model._meta.many_to_many))
    keyed = sorted(((row.natural_key(), row) for row in rows), key=lambda pair: pair[0])  # type: ignore[attr-defined]
    records = serializers.serialize(
        "python",
        [row for _, row in keyed],
        fields=bundled_fields(model, languages),
        use_natural_foreign_keys=True,
        use_natural_primary_keys=True,
    )
    for record in records:
        for field in model._meta.many_to_many:
            record["fields"][field.name].sort()
        for name, value in record["fields"].items():
            if hasattr(value, "isoformat"):
                record["fields"][name] = value.isoformat()
    return as_bytes(records)


def write_bundle(directory: Path, languages: tuple[str, ...]) -> dict[str, int]:
    """Write the database's reference to ``directory``; the number of records per file."""
    directory.mkdir(parents=True, exist_ok=True)
    counts, files = {}, {}
    for model in bundled_models():
        content = dump_model(model, languages)
        name = file_name(model)
        (directory / name).write_bytes(content)
        counts[name] = model._default_manager.count()
        files[name] = {"records": counts[name], "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {
        "files": files,
        "languages": sorted(languages),
        "licence": None,
        "parent": None,
        "schema": SCHEMA,
        "source": "httpref",
    }
    (directory / MANIFEST).write_bytes(as_bytes(manifest))
    return counts


def read_bundle(directory: Path) -> Bundle:
    """Read and check a bundle. Raises BundleError, which names what is wrong and where."""
    manifest = read_manifest(directory)
    languages = tuple(manifest["languages"])
    records = {}
    for model in bundled_models():
        name = file_name(model)
        content = read_file(directory / name)
        if hashlib.sha256(content).hexdigest() != manifest["files"][name]["sha256"]:
            raise BundleError(f"{name}: the content does not have the digest that {MANIFEST} gives")
        records[str(model._meta.model_name)] = list(read_records(model, content, languages))
    return Bundle(languages, records)


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest, with its shape, schema version, languages and list of files checked."""
    if not directory.is_dir():
        raise BundleError(f"{directory} is no directory")
    manifest = parse(MANIFEST, read_file(directory / MANIFEST))
    if not isinstance(manifest, dict):
        raise BundleError(f"{MANIFEST}: an object is expected")
    if manifest.get("schema") != SCHEMA:
        raise BundleError(f"{MANIFEST}: schema {manifest.get('schema')!r} is not {SCHEMA}, the one known here")
    languages = manifest.get("languages")
    if not isinstance(languages, list) or not languages or not set(map(str, languages)) <= set(LANGUAGES):
        raise BundleError(f"{MANIFEST}: languages is a list of some of {', '.join(LANGUAGES)}")
    files = manifest.get("files")
    expected = {file_name(model) for model in bundled_models()}
    if not isinstance(files, dict) or set(files) != expected:
        raise BundleError(f"{MANIFEST}: files lists exactly {', '.join(sorted(expected))}")
    if not all(isinstance(entry, dict) and isinstance(entry.get("sha256"), str) for entry in files.values()):
        raise BundleError(f"{MANIFEST}: each file has a sha256")
    return manifest


def read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path.name}: cannot be read ({error.strerror})") from error


def parse(name: str, content: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8, no duplicate key, no NaN."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise ValueError(f"the key {key!r} stands twice in one object")
            found[key] = value
        return found

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    try:
        parsed = json.loads(content.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except RecursionError as error:
        raise BundleError(f"{name}: nested too deeply") from error
    except ValueError as error:
        raise BundleError(f"{name}: {error}") from error
    return parsed


def read_records(model: type[models.Model], content: bytes, languages: tuple[str, ...]) -> Iterator[Record]:
    """The records of one file, each with exactly the fields that its model has."""
    name = file_name(model)
    parsed = parse(name, content)
    if not isinstance(parsed, list):
        raise BundleError(f"{name}: a list of records is expected")
    expected = set(bundled_fields(model, languages))
    for position, record in enumerate(parsed, start=1):
        place = f"{name}, record {position}"
        if not isinstance(record, dict) or set(record) != {"model", "fields"} or not isinstance(record["fields"], dict):
            raise BundleError(f"{place}: a record has a model and fields, and nothing else")
        if record["model"] != model._meta.label_lower:
            raise BundleError(f"{place}: the model is {record['model']!r} instead of {model._meta.label_lower!r}")
        if unknown := sorted(set(record["fields"]) - expected):
            raise BundleError(f"{place}: unknown fields: {', '.join(unknown)}")
        if absent := sorted(expected - set(record["fields"])):
            raise BundleError(f"{place}: missing fields: {', '.join(absent)}")
        yield Record(place, record["fields"])
