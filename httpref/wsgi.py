"""The WSGI application, for any WSGI server: the page store, and Django behind it."""

import gc
import os

from httpref import settings
from httpref.pages.application import WSGI
from httpref.pages.site import application as page_store

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "httpref.settings")


def load() -> WSGI:
    from django.core.wsgi import get_wsgi_application  # takes a second, in which stored pages are served

    found = get_wsgi_application()
    collect_seldom()
    return found


def collect_seldom() -> None:
    """Let the garbage collector look seldom, and never at what is loaded: it stops all threads for up to 90 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def complaints() -> dict[str, str]:
    from codes import health  # needs Django

    return health.complaints()


application = page_store(settings, load, complaints)
