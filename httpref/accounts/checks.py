"""System checks: what a site in production should not do without."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security)
def production_is_guarded(*, app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of a site in production that asks for passwords only, or whose sessions can be read on the way."""
    found: list[CheckMessage] = []
    if settings.PRODUCTION and not settings.SECOND_FACTOR:
        found.append(
            Warning(
                "The staff signs in without a second factor.",
                hint="Set HTTPREF_SECOND_FACTOR=on, or leave it out.",
                id="accounts.W001",
            )
        )
    if settings.PRODUCTION and not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        found.append(
            Warning(
                "Cookies are also sent over connections that anybody can read.",
                hint="Keep SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE on.",
                id="accounts.W002",
            )
        )
    return found
