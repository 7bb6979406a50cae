"""The WSGI application, for any WSGI server: the page store, and Django behind it."""

import gc
import os
from contextlib import suppress

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


def interrupt_nobody() -> None:
    """Let a thread that wakes up wait for its turn: SCHED_BATCH of sched(7). Threads that start later do the same.

    The server's threads hand every request over to each other. When each time the one interrupts the other, an
    answer costs half as much again. Where a system has no such rule, or forbids it, things stay as they are.
    """
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def complaints() -> dict[str, str]:
    from codes import health  # needs Django

    return health.complaints()


interrupt_nobody()
application = page_store(settings, load, complaints)
