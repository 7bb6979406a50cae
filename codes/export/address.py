"""Where an export will be served, and how pages are made that belong there."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from csp.utils import build_policy
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage as django_storage
from django.core.files.storage import Storage
from django.urls import get_script_prefix, set_script_prefix
from django.utils.translation.trans_real import reset_cache

from codes.export.errors import ExportError

# Lazy: the storage that {% static %} asks stands inside.
staticfiles_storage: Any = django_storage
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
# What a page's <meta> cannot say (Content Security Policy Level 3, section 3.3).
NOT_IN_PAGES = ("frame-ancestors", "sandbox", "report-uri")
STATIC = "static/"


class Address(NamedTuple):
    """A web address in two parts: ``https://example.org`` and the path below which the site lies, without its end."""

    origin: str
    prefix: str

    def __str__(self) -> str:
        return self.origin + self.prefix


def parse_address(text: str) -> Address:
    """The address that a text gives; raises ExportError if it is none that a site can have."""
    try:
        parts = urlsplit(text.strip())
        is_host = bool(parts.hostname) and "@" not in parts.netloc and re.fullmatch(r"[\w.:\[\]-]+", parts.netloc)
        sound = is_host and parts.port != 0
    except ValueError:
        sound = False
    path = parts.path.rstrip("/") if sound else ""
    if not sound or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise ExportError(
            f"'{text}' is no address of a site: it looks like https://example.org or https://example.org/http"
        )
    if not PREFIX.fullmatch(path) or "/." in path:
        raise ExportError(f"the path '{path}' in the address is not made of plain names, such as /http or /docs/http")
    return Address(f"{parts.scheme}://{parts.netloc}", path)


def page_policy() -> str:
    """The content security policy of the server's answers, as far as a page itself can state it."""
    directives = (part.strip() for part in build_policy().split(";"))
    # Sorted: their order differs from process to process, and every page would differ with it.
    return "; ".join(sorted(part for part in directives if not part.startswith(NOT_IN_PAGES)))


@contextmanager
def published_at(address: Address, languages: Sequence[str], static_files: Storage) -> Iterator[None]:
    """Within this block pages are rendered as those of a site at ``address`` in ``languages``.

    Only for a process, or a test, that serves nobody meanwhile: settings and the prefix of paths are its globals.
    """
    changes = {
        "BASE_URL": address.origin,
        "LANGUAGES": [(code, name) for code, name in settings.LANGUAGES if code in languages],
        "ALLOWED_HOSTS": ["localhost"],
        # No more than what pages depend on: the headers of answers get lost, and each layer costs time.
        "MIDDLEWARE": ["codes.reader.ReaderLanguageMiddleware"],
    }
    before: dict[str, Any] = {name: getattr(settings, name) for name in changes}
    prefix, storage = get_script_prefix(), staticfiles_storage._wrapped
    log = logging.getLogger("django.request")
    level = log.level
    try:
        log.setLevel(logging.ERROR)  # a page that says that there is nothing is no event
        for name, value in changes.items():
            setattr(settings, name, value)
        reset_cache(setting="LANGUAGES")
        set_script_prefix(f"{address.prefix}/")
        staticfiles_storage._wrapped = static_files
        yield
    finally:
        log.setLevel(level)
        staticfiles_storage._wrapped = storage
        set_script_prefix(prefix)
        for name, value in before.items():
            setattr(settings, name, value)
        reset_cache(setting="LANGUAGES")
