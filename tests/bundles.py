"""Bundles for tests: the reference's own files with some values changed, in a zip file."""

import io
import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from django.conf import settings

from codes.exchange.bundle import MANIFEST
from codes.exchange.container import write_zip
from codes.exchange.form import as_bytes

Records = list[dict[str, Any]]


def bundle_of(*models: str, change: Callable[[dict[str, Records]], Any] = lambda files: None, **manifest: Any) -> bytes:
    """A zip file with the reference's records of some models, after ``change`` was made to their fields by model.

    Every text of the reference, in all languages that it has; keywords replace entries of the manifest.
    """
    records = {model: json.loads((settings.FIXTURES_DIR / f"{model}.json").read_bytes()) for model in models}
    fields = {model: [record["fields"] for record in found] for model, found in records.items()}
    change(fields)
    records = {model: [{"model": f"codes.{model}", "fields": each} for each in fields[model]] for model in models}
    files = {f"{model}.json": as_bytes(found) for model, found in records.items()}
    told = json.loads((settings.FIXTURES_DIR / MANIFEST).read_bytes())
    told["files"] = {
        name: {"records": len(records[name[:-5]]), "sha256": sha256(content).hexdigest(), "size": len(content)}
        for name, content in files.items()
    }
    return zipped({**files, MANIFEST: as_bytes({**told, **manifest})}.items())


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip file."""
    file = io.BytesIO()
    write_zip(file, ((name, [content]) for name, content in files), lambda name, size: None)
    return file.getvalue()
