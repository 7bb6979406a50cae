"""What an export shows, as one digest: while it is the same, nothing has to be rendered again."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from codes.exchange.form import bundled_models
from codes.models import TextState

CODE = ("codes", "httpref", "templates")
SUFFIXES = (".py", ".html", ".xml", ".conf", ".js", ".css", ".svg", ".mo", ".txt", ".tsv")


def version_of(*options: str) -> str:
    """The digest of the reference in the database, of the code that renders it, and of the options."""
    digest = hashlib.sha256(repr(options).encode())
    for directory in CODE:
        for path in sorted((Path(settings.BASE_DIR) / directory).rglob("*")):
            if path.suffix in SUFFIXES:
                digest.update(path.name.encode() + path.read_bytes())
    for rows in tables():
        digest.update(rows.__name__.encode())
        for values in plain(rows).order_by("pk").values_list().iterator():
            digest.update(repr(values).encode())
    return digest.hexdigest()[:32]


def tables() -> list[type[models.Model]]:
    """The models of the reference, those between two of them included."""
    found = bundled_models()
    through: list[Any] = [field.remote_field.through for model in found for field in model._meta.many_to_many]
    # Where readers see only approved texts, the states of texts say which.
    return [*found, *through, *([TextState] if settings.ONLY_APPROVED else [])]


def plain(model: type[models.Model]) -> Any:
    """The rows with their columns as they are, whatever language is active; without drafts."""
    rows: Any = model._default_manager.all()
    rows = rows.published() if hasattr(rows, "published") else rows
    return rows.rewrite(False) if hasattr(rows, "rewrite") else rows
