"""The WSGI application, for any WSGI server: the page store, and Django behind it."""

import os

from httpref import settings
from httpref.pages.application import WSGI
from httpref.pages.site import application as page_store
from httpref.process import collect_seldom, end_when_told, interrupt_nobody, spare_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "httpref.settings")


def load() -> WSGI:
    collect_seldom()
    from django.core.wsgi import get_wsgi_application  # takes a second, in which stored pages are served

    found = get_wsgi_application()
    spare_what_is_loaded()
    return found


def complaints() -> dict[str, str]:
    from codes import health  # needs Django

    return health.complaints()


end_when_told()
interrupt_nobody()
application = page_store(settings, load, complaints)
