"""A name for everything that pages depend on besides the content: code, templates, translations, settings."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

# What does not show in any page, or is a secret, or is covered by the generation. Hosts may differ in it.
NOT_SHOWN = frozenset(
    ["SECRET_KEY", "DATABASES", "CACHES", "LOGGING", "HOST", "PORT", "WORKERS", "THREADS"]
    + ["PAGES_DISK", "PAGES_MEMORY", "ACCESS_LOG", "METRICS"]
    + ["DATA_DIR", "PAGES_DIR", "STATIC_ROOT", "FIXTURES_DIR"]
)
CODE = ("codes", "httpref", "templates", "requirements.txt")


def release_of(root: Path, settings: Mapping[str, Any], more: Iterable[Path] = ()) -> str:
    """The name: 16 hexadecimal digits. ``more`` are files whose content counts too, where they exist."""
    digest = sha256(sys.version.encode())
    for name in sorted(settings):
        if name.isupper() and name not in NOT_SHOWN:
            digest.update(f"{name}={settings[name]!r}\n".encode())
    for path in [*files(root), *(path for path in more if path.is_file())]:
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def files(root: Path) -> Iterator[Path]:
    """The files of the project's own code, in a fixed order."""
    for name in CODE:
        if (root / name).is_file():
            yield root / name
        for directory, names, found in os.walk(root / name):
            names[:] = sorted(part for part in names if part not in ("__pycache__", "static"))
            yield from (Path(directory) / part for part in sorted(found) if not part.endswith((".pyc", ".po")))
