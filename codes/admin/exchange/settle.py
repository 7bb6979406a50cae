"""Settling one conflict: the decision that a form brings, and the way on to the next conflict."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from codes.admin.exchange.conflict_page import conflict_context, way_to_edit
from codes.admin.exchange.labels import compared
from codes.admin.exchange.rights import may_settle
from codes.exchange.errors import BundleError
from codes.exchange.form import model_named
from codes.exchange.merge import same
from codes.exchange.queue import SettlingError, settle
from codes.exchange.reading import parse
from codes.exchange.rows import refuse_unstorable
from codes.localized import normalised
from codes.models import Conflict
from codes.models.exchange import ConflictState

DECISIONS = (ConflictState.LOCAL, ConflictState.UPSTREAM, ConflictState.EDITED)


def settle_page(request: HttpRequest, conflict: Conflict, following: Conflict | None) -> HttpResponse:
    """Shows a conflict, takes the decision, and goes on to the ``following`` one."""
    problem = ""
    is_allowed = may_settle(request.user, conflict)
    if request.method == "POST":
        if not is_allowed:
            raise PermissionDenied
        try:
            decide(conflict, request.POST, request.user.get_username())
        except (SettlingError, BundleError) as error:
            problem = str(error)
        else:
            return go_on(request, following)
    context = {
        **admin.site.each_context(request),
        **conflict_context(conflict),
        "problem": problem,
        "following": following and page_of(request, following),
        "list": list_of(request),
        "is_allowed": is_allowed and conflict.state == ConflictState.OPEN,
    }
    if problem:
        context |= sent_back(request.POST, context["local"])
    return TemplateResponse(request, "admin/exchange/settle.html", context, status=409 if problem else 200)


def page_of(request: HttpRequest, conflict: Conflict) -> str:
    """The page of another conflict of the same list."""
    return reverse("admin:codes_conflict_change", args=[conflict.pk], query=request.GET)


def list_of(request: HttpRequest) -> str:
    """The list that the reader came from, filtered as it was."""
    return reverse("admin:codes_conflict_changelist", query=QueryDict(request.GET.get("_changelist_filters", "")))


def go_on(request: HttpRequest, following: Conflict | None) -> HttpResponse:
    if following is None:
        messages.success(request, _("Settled. No other conflict of this list waits for you."))
        return redirect(list_of(request))
    messages.success(request, _("Settled. This is the next one."))
    return redirect(page_of(request, following))


def decide(conflict: Conflict, sent: QueryDict, author: str) -> None:
    """Carry out what a form says. Raises SettlingError and BundleError; nothing is written then."""
    decision = sent.get("decision", "")
    if decision not in DECISIONS or (decision == ConflictState.EDITED and not way_to_edit(conflict)):
        raise SettlingError(_("Choose one of the answers."))
    seen = value_sent("seen", sent.get("seen", ""))
    value = edited_value(conflict, sent.get("value", "")) if decision == ConflictState.EDITED else None
    settle(conflict, ConflictState(decision), seen=seen, author=author, value=value)


def value_sent(name: str, text: str) -> Any:
    """A value that a form sends as JSON. Raises SettlingError, or BundleError with what is wrong."""
    value = parse(name, text.encode())
    try:
        refuse_unstorable(value)
    except ValueError as error:
        raise SettlingError(_("This text cannot be stored.")) from error
    return value


def edited_value(conflict: Conflict, text: str) -> Any:
    """The value that an editor wrote."""
    if way_to_edit(conflict) == "json":
        return value_sent(conflict.column, text)
    is_nullable = model_named(conflict.model)._meta.get_field(conflict.column).null
    return normalised(text) or (None if is_nullable else "")


def sent_back(sent: QueryDict, local: Any) -> dict[str, Any]:
    """What a refused form had, for the page that it comes back on."""
    text = sent.get("value", "").replace("\0", "\N{REPLACEMENT CHARACTER}")
    context: dict[str, Any] = {"value": text} if "value" in sent else {}
    try:
        seen = value_sent("seen", sent.get("seen", ""))
    except (SettlingError, BundleError):
        return context
    return context if same(seen, local) else {**context, "stale": compared(seen, local)}
