"""The reference's bundle as other installs pull it: the list of its files, and each of them byte for byte."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from codes.exchange.bundle import export
from codes.exchange.container import FILES
from codes.exchange.form import bundled_models, file_name, record_bytes, records_of
from codes.exchange.manifest import MANIFEST, read_manifest
from codes.generation import snapshot
from codes.localized import shown_languages


def bundle_index() -> dict[str, Any]:
    """The list of files with their digests; ``digest`` is that of the manifest, and names the bundle."""
    content = manifest_file()
    manifest = read_manifest(content)
    own = {"records": None, "sha256": manifest.digest, "size": len(content)}
    files = {**manifest.raw["files"], MANIFEST: own}
    return {
        "digest": manifest.digest,
        **{name: manifest.raw[name] for name in ("schema", "source", "parent", "licence", "languages")},
        "files": [
            {"name": name, "url": settings.BASE_URL + reverse("api-1:bundle_file", args=[name]), **told}
            for name, told in sorted(files.items())
        ],
    }


def manifest_file() -> bytes:
    """The manifest: what all the other files are has to be known for it."""
    with snapshot():
        files = {name: b"".join(pieces) for name, pieces in export(bundled_models(), shown_languages())}
    return files[MANIFEST]


def bundle_file(name: str) -> bytes | None:
    """A file of the bundle; None if it has none of that name."""
    if name not in FILES:
        return None
    if name == MANIFEST:
        return manifest_file()
    with snapshot():
        model = next(model for model in bundled_models() if file_name(model) == name)
        return b"".join(record_bytes(model, records_of(model, shown_languages())))
