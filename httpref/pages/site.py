"""The page store of a site, put together from its settings."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from httpref.pages.application import WSGI, Application
from httpref.pages.database import Reader
from httpref.pages.health import Complaints
from httpref.pages.journal import Journal
from httpref.pages.metrics import Metrics
from httpref.pages.pool import Pool
from httpref.pages.release import release_of
from httpref.pages.request import Reception
from httpref.pages.shared import Shared
from httpref.pages.store import Store
from httpref.pages.watch import Watch

MEGABYTE = 1024 * 1024
# A stored page takes microseconds, and should not wait for as long as Python lets another thread render or search.
SWITCH = 0.001  # seconds


def application(settings: ModuleType, load: Callable[[], WSGI], complaints: Complaints) -> Application:
    """The application before Django's, which ``load`` makes. Starts its threads."""
    sys.setswitchinterval(SWITCH)
    directory, database = settings.PAGES_DIR, settings.DATABASES["default"]
    shared = Shared(directory, database)
    release = release_of(settings.BASE_DIR, vars(settings), [Path(settings.STATIC_ROOT) / "staticfiles.json"])
    store = Store(
        shared,
        directory,
        release,
        disk=settings.PAGES_DISK * MEGABYTE,
        memory=settings.PAGES_MEMORY * MEGABYTE,
        pool=pool_of(settings.CACHES["default"], release),
    )
    reception = Reception(
        settings.ALLOWED_HOSTS,
        [*(f"/{code}/" for code, _ in settings.LANGUAGES), "/api/v1/", "/sitemap.xml", "/robots.txt"],
        base_url=settings.BASE_URL,
        https_only=getattr(settings, "SECURE_SSL_REDIRECT", False),
        session_cookie="sessionid",
    )
    metrics = Metrics(directory / "metrics", settings.METRICS) if settings.METRICS else None
    journal = Journal(sys.stdout if settings.ACCESS_LOG else None, metrics.take if metrics else None)
    found = Application(store, reception, journal, load, complaints)
    Watch(shared, Reader(database)).start()
    store.move()
    found.start()
    return found


def pool_of(cache: Mapping[str, Any], release: str) -> Pool | None:
    """Where hosts share a Redis as Django's cache, they lend each other pages there."""
    if not cache["BACKEND"].endswith(".RedisCache"):
        return None
    places = cache["LOCATION"]
    return Pool(places if isinstance(places, str) else places[0], release)
