"""What somebody is told who failed too often."""

import math
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _


def credentials_of(user: Any) -> dict[str, str]:
    return {"username": user.get_username()}


def is_locked_out(request: HttpRequest, user: Any) -> bool:
    """Whether an account may not try anything more from this address for now."""
    return not AxesProxyHandler.is_allowed(request, credentials_of(user))


def count_failure(request: HttpRequest, user: Any) -> None:
    """A wrong code counts as a wrong password does."""
    AxesProxyHandler.user_login_failed(__name__, credentials_of(user), request)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """The page that says how long."""
    minutes = math.ceil(seconds_left(request, credentials) / 60)
    context = {**admin.site.each_context(request), "title": _("Too many attempts"), "minutes": minutes}
    answer = render(request, "admin/accounts/locked.html", context, status=429)
    answer["Retry-After"] = str(60 * minutes)
    answer["Cache-Control"] = "no-store"
    return answer


def seconds_left(request: HttpRequest, credentials: Any) -> float:
    """How long until the last failure is forgotten."""
    (attempts,) = AxesProxyHandler.get_implementation().get_user_attempts(request, credentials)
    last = max((attempt.attempt_time for attempt in attempts), default=timezone.now())
    left: float = (last + settings.AXES_COOLOFF_TIME - timezone.now()).total_seconds()
    return max(left, 1)
