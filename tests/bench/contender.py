"""The same site without the page store, to measure beside it: BENCH_CACHE is ``none``, or the address of a cache.

With a cache every page is kept whole by Django's own cache middleware, as ``cache_page`` does.
"""

import os

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "httpref.settings")

if os.environ["BENCH_CACHE"] != "none":
    settings.CACHES = {"default": environ.Env.cache_url_config(os.environ["BENCH_CACHE"])}
    settings.CACHE_MIDDLEWARE_SECONDS = 3600
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]

application = get_wsgi_application()
