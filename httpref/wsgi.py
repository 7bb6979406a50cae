"""The WSGI application, for any WSGI server: the page store, and Django behind it."""

import os

from httpref import settings
from httpref.pages.application import WSGI
from httpref.pages.site import application as page_store

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "httpref.settings")


def load() -> WSGI:
    from django.core.wsgi import get_wsgi_application  # takes a second, in which stored pages are served

    return get_wsgi_application()


def complaints() -> dict[str, str]:
    from codes import health  # needs Django

    return health.complaints()


application = page_store(settings, load, complaints)
