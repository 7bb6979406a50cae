"""Where an account is signed in, and how to end that."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from httpref.accounts.address import client_address
from httpref.accounts.agents import in_words
from httpref.accounts.current import current_request
from httpref.accounts.models import Session

PLACE = "accounts.place"
LONGEST_AGENT = 255
# How old the time of the last visit may be: it is a write.
FRESH = 300  # seconds


@dataclass(frozen=True)
class SignedIn:
    """A session as it is shown. ``reference`` names it in forms: its key would let anybody in."""

    reference: str
    key: str
    address: str
    agent: str
    browser: str
    since: datetime | None
    seen: datetime | None
    is_this: bool


def agent_of(request: HttpRequest) -> str:
    return str(request.META.get("HTTP_USER_AGENT", ""))[:LONGEST_AGENT]


def begin(request: HttpRequest) -> None:
    """Note in a new session from where it is; it ends at a fixed time, however often it is used."""
    now = int(time.time())
    request.session[PLACE] = {
        "address": client_address(request) or "",
        "agent": agent_of(request),
        "since": now,
        "seen": now,
    }
    request.session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))


def noting_visits(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that notes visits, as far as a view looked at the session: public pages never do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.session.accessed:
            note_visit(request)
        return response

    return middleware


def note_visit(request: HttpRequest) -> None:
    """Note the visit of somebody who is signed in, if the last one noted is a while ago."""
    place = request.session.get(PLACE)
    if place and SESSION_KEY in request.session and time.time() - place["seen"] > FRESH:
        request.session[PLACE] = {**place, "seen": int(time.time())}


def reference_of(key: str) -> str:
    return salted_hmac("httpref.accounts.sessions", key).hexdigest()[:20]


def sessions_of(user: Any, current: str | None = None) -> list[SignedIn]:
    """An account's sessions, the one with the key ``current`` first, then by their last visit."""
    rows = Session.objects.filter(account=user, expire_date__gt=timezone.now())
    found = [shown(row, current) for row in rows]
    return sorted(found, key=lambda one: (one.is_this, one.seen.timestamp() if one.seen else 0), reverse=True)


def shown(row: Session, current: str | None) -> SignedIn:
    place = row.get_decoded().get(PLACE, {})
    return SignedIn(
        reference=reference_of(row.session_key),
        key=row.session_key,
        address=place.get("address", ""),
        agent=place.get("agent", ""),
        browser=in_words(place.get("agent", "")),
        since=moment(place.get("since")),
        seen=moment(place.get("seen")),
        is_this=row.session_key == current,
    )


def moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def end(user: Any, reference: str) -> SignedIn | None:
    """End one session of an account; None if the account has no such session."""
    for one in sessions_of(user):
        if constant_time_compare(one.reference, reference):
            Session.objects.filter(session_key=one.key).delete()
            return one
    return None


def end_others(user: Any) -> int:
    """End an account's sessions but for the one that asks, if it is its own; how many."""
    rows = Session.objects.filter(account=user)
    request = current_request()
    if request and request.session.session_key:
        rows = rows.exclude(session_key=request.session.session_key)
    return rows.delete()[0]
