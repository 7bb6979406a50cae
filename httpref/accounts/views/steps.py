"""The steps after the password: the code, or setting up what makes codes."""

from dataclasses import dataclass
from typing import Any

import segno
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_otp import login as remember_device

from httpref.accounts import halfway, lockout, second_factor, sessions
from httpref.accounts.forms import CodeForm
from httpref.accounts.models import Action
from httpref.accounts.trail import record

NEW_KEY = "accounts.new_key"


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    context = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, f"admin/accounts/{template}.html", context)


@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Ask for a code; whoever has nothing to make codes with is led to set it up."""
    state = halfway.found(request)
    if state is None:
        return redirect("admin:login")
    if second_factor.device_of(state.user) is None:
        return redirect("accounts:set_up")
    if lockout.is_locked_out(request, state.user):
        return lockout.locked_out(request, credentials=lockout.credentials_of(state.user))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        verdict = second_factor.check(state.user, form.cleaned_data["code"])
        if verdict.device:
            action = Action.RECOVERY_USED if verdict.is_recovery else Action.CODE_ACCEPTED
            record(action, state.user, actor=state.user.get_username())
            halfway.finish(request, state, verdict.device)
            return HttpResponseRedirect(state.next)
        form.add_error("code", refusal(request, state.user, verdict))
    return page(request, "code", {"title": _("Second factor"), "form": form})


def refusal(request: HttpRequest, user: Any, verdict: second_factor.Verdict) -> str:
    """Why a code is not taken; a wrong one counts."""
    if verdict.wait:
        text = ngettext(
            "Wait %(seconds)d second, then try again.", "Wait %(seconds)d seconds, then try again.", verdict.wait
        )
        return text % {"seconds": verdict.wait}
    record(Action.CODE_REFUSED, user, actor="")
    lockout.count_failure(request, user)
    return _("This code is not right, or it was used before.")


@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Forget the password that was typed in."""
    if halfway.found(request):
        request.session.flush()
    return redirect("admin:login")


@dataclass(frozen=True)
class Enrolment:
    """Who sets up an app, with which secret; half-way or signed in."""

    user: Any
    key: str
    state: halfway.Halfway | None = None

    @property
    def next(self) -> str:
        return self.state.next if self.state else reverse("accounts:account")


def enrolment(request: HttpRequest) -> Enrolment | None:
    """An account without an app, half-way; or somebody signed in who asked for it with their password."""
    state = halfway.found(request)
    if state:
        return None if second_factor.device_of(state.user) else Enrolment(state.user, state.key, state)
    if admin.site.has_permission(request) and NEW_KEY in request.session:
        return Enrolment(request.user, request.session[NEW_KEY])
    return None


@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the secret, as a picture and as text, until a code proves that an app has it."""
    found = enrolment(request)
    if found is None:
        return redirect("accounts:code" if halfway.found(request) else "accounts:account")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        made = second_factor.set_up(found.user, found.key, form.cleaned_data["code"])
        if made:
            device, codes = made
            record(Action.FACTOR_SET_UP, found.user, actor=found.user.get_username())
            enrolled(request, found, device)
            return codes_page(request, codes, found.next)
        form.add_error("code", _("This is not the code for this secret at this time. Is your device’s clock right?"))
    address = second_factor.unsaved_device(found.user, found.key).config_url
    context = {
        "title": _("Set up the second factor"),
        "form": form,
        "picture": segno.make(address, micro=False).svg_data_uri(scale=5, border=4, light="white"),
        "address": address,
        "secret": second_factor.secret_in_words(found.key),
        "is_halfway": found.state is not None,
    }
    return page(request, "set_up", context)


def enrolled(request: HttpRequest, found: Enrolment, device: Any) -> None:
    """Go on signed in with the new app, and nowhere else."""
    if found.state:
        halfway.finish(request, found.state, device)
    else:
        del request.session[NEW_KEY]
        remember_device(request, device)
    sessions.end_others(found.user)


def codes_page(request: HttpRequest, codes: list[str], address: str) -> HttpResponse:
    """Recovery codes, which are shown this once."""
    context = {"title": _("Recovery codes"), "codes": codes, "address": address, "has_permission": False}
    response = page(request, "codes", context)
    response["Cache-Control"] = "no-store"
    return response
