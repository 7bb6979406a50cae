"""How an account signs in: its sessions and its second factor. One's own, and for superusers everybody's."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from httpref.accounts import second_factor, sessions
from httpref.accounts.forms import PasswordForm
from httpref.accounts.models import Action
from httpref.accounts.trail import record
from httpref.accounts.views.steps import NEW_KEY, codes_page, page

View = Callable[..., HttpResponse]


def for_owners(view: View) -> View:
    """A view that gets the account whose number is in the address, else the reader's own."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        user: Any = request.user
        if pk is not None and pk != user.pk and not user.is_superuser:
            raise PermissionDenied
        return view(request, user if pk in (None, user.pk) else get_object_or_404(User, pk=pk))

    return admin.site.admin_view(guarded)


def address_of(request: HttpRequest, owner: Any) -> str:
    return reverse("accounts:account", args=[] if owner == request.user else [owner.pk])


@for_owners
def account(request: HttpRequest, owner: Any) -> HttpResponse:
    return overview(request, owner, PasswordForm())


def overview(request: HttpRequest, owner: Any, form: PasswordForm) -> HttpResponse:
    is_own = owner == request.user
    context = {
        "title": _("Your sessions") if is_own else _("Sessions of %(name)s") % {"name": owner.get_username()},
        "owner": owner,
        "is_own": is_own,
        "sessions": sessions.sessions_of(owner, request.session.session_key),
        "device": second_factor.device_of(owner),
        "codes_left": second_factor.codes_left(owner),
        "is_enforced": settings.SECOND_FACTOR,
        "form": form,
    }
    return page(request, "account", context)


@require_POST
@for_owners
def end_session(request: HttpRequest, owner: Any) -> HttpResponse:
    """End one session, or all but this one."""
    reference = request.POST.get("session", "")
    if reference == "others":
        number = sessions.end_others(owner)
        record(Action.SESSION_ENDED, owner, sessions=number)
        text = ngettext("%(number)d session was ended.", "%(number)d sessions were ended.", number)
        messages.success(request, text % {"number": number})
    elif reference == sessions.reference_of(request.session.session_key or ""):
        logout(request)
        return redirect("admin:login")
    elif ended := sessions.end(owner, reference):
        record(Action.SESSION_ENDED, owner, browser=ended.agent, address=ended.address)
        messages.success(request, _("The session was ended."))
    else:
        messages.warning(request, _("This session has ended already."))
    return redirect(address_of(request, owner))


@require_POST
@for_owners
def change(request: HttpRequest, owner: Any) -> HttpResponse:
    """Change one's own second factor, with the password. The address takes no number: it is nobody else's."""
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return overview(request, owner, form)
    if not authenticate(request, username=owner.get_username(), password=form.cleaned_data["password"]):
        form.add_error("password", _("This is not your password."))
        return overview(request, owner, form)
    return carry_out(request, owner, request.POST.get("do", ""))


def carry_out(request: HttpRequest, owner: Any, wish: str) -> HttpResponse:
    device = second_factor.device_of(owner)
    if wish == "set-up":
        request.session[NEW_KEY] = second_factor.new_key()
        return redirect("accounts:set_up")
    if wish == "codes" and device:
        record(Action.CODES_MADE, owner)
        return codes_page(request, second_factor.new_recovery_codes(owner), reverse("accounts:account"))
    if wish == "remove" and device and not settings.SECOND_FACTOR:
        second_factor.remove(owner)
        record(Action.FACTOR_REMOVED, owner)
        messages.success(request, _("The second factor was removed."))
    return redirect("accounts:account")


@require_POST
@for_owners
def reset(request: HttpRequest, owner: Any) -> HttpResponse:
    """Take the second factor from somebody who lost it, and end their sessions."""
    if owner == request.user:
        raise PermissionDenied
    if second_factor.remove(owner):
        record(Action.FACTOR_REMOVED, owner, sessions=sessions.end_others(owner))
        messages.success(request, _("The second factor was removed, and all sessions of the account were ended."))
    return redirect(address_of(request, owner))
