"""The audit trail: who did what to whom, when, and from which address."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from httpref.accounts.address import client_address
from httpref.accounts.agents import in_words
from httpref.accounts.current import current_request
from httpref.accounts.models import Action, Event, Kind
from httpref.accounts.sessions import agent_of

FLAGS = ("is_active", "is_staff", "is_superuser")


def record(action: Action, subject: Any, *, actor: str | None = None, request: Any = None, **detail: Any) -> None:
    """Note an event about ``subject``: an account, a group, or the name of an account.

    Without ``request`` it is the one being answered, if any; without ``actor`` whoever is signed in there.
    """
    request = request or current_request()
    if actor is None:
        user = getattr(request, "user", None)
        actor = user.get_username() if user else ""
    Event.objects.create(
        action=action,
        actor=actor,
        kind=Kind.GROUP if isinstance(subject, Group) else Kind.ACCOUNT,
        subject=subject if isinstance(subject, str) else str(subject)[:150],
        detail=detail,
        address=client_address(request) if request else None,
        agent=agent_of(request) if request else "",
    )


def prune() -> int:
    """Delete the events that are older than the setting says; how many."""
    return Event.objects.filter(at__lt=timezone.now() - timedelta(days=settings.TRAIL_DAYS)).delete()[0]


def in_detail(event: Event) -> str:
    """The details of an event for people."""
    detail = event.detail
    parts = []
    if "field" in detail:
        parts.append(change_of(detail))
    if "flags" in detail:
        parts.append(", ".join(label(name) for name in detail["flags"]))
    if "browser" in detail:
        parts.append(f"{in_words(detail['browser'])}, {detail.get('address') or '–'}")
    if "sessions" in detail:
        parts.append(_("sessions ended: %(number)s") % {"number": detail["sessions"]})
    return "; ".join(parts)


def change_of(detail: dict[str, Any]) -> str:
    """A changed field of an account or a group."""
    if "value" in detail:
        value = pgettext("value", "yes") if detail["value"] else pgettext("value", "no")
        return f"{label(detail['field'])}: {value}"
    changes = [f"+ {name}" for name in detail["added"]] + [f"− {name}" for name in detail["removed"]]
    return f"{label(detail['field'])}: {', '.join(changes)}"


def label(field: str) -> str:
    """What the admin calls a field; of ``permissions``, which groups have, too."""
    model = Group if field == "permissions" else User
    return capfirst(str(getattr(model._meta.get_field(field), "verbose_name", field)))
