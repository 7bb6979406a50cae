"""Bundles from elsewhere: uploaded, looked at, applied or discarded."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from codes.admin.exchange.plan import KeepForm, plan_context
from codes.exchange.apply import PlanChanged
from codes.exchange.errors import BundleError
from codes.exchange.upload import apply_upload, plan_again, plan_upload, shown_plan
from codes.models import Import
from codes.models.exchange import ImportState


class UploadForm(forms.Form):
    bundle = forms.FileField(
        label=gettext_lazy("Bundle"),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        help_text=gettext_lazy("A zip file that another install has exported. Nothing is changed before you say so."),
    )


def uploads_of(user: Any) -> models.QuerySet[Import]:
    """The uploads that wait and that a user may see: their own, or everybody's for a superuser."""
    waiting = Import.objects.filter(state=ImportState.PLANNED)
    return waiting if user.is_superuser else waiting.filter(user=user)


def refuse_strangers(request: HttpRequest) -> None:
    """Raise PermissionDenied for somebody who may not import."""
    if not request.user.has_perm("codes.import_bundle"):
        raise PermissionDenied


@csrf_exempt
def upload_page(request: HttpRequest) -> HttpResponse:
    """Takes a bundle.

    Whoever may not do that, or sends too much, is refused before the body is read: the check for forged requests
    reads it, and therefore comes second.
    """
    refuse_strangers(request)
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.BUNDLE_LIMIT:
        form = UploadForm({})
        message = _("The file is larger than {most} MB, the most that is taken")
        form.errors["bundle"] = form.error_class([message.format(most=settings.BUNDLE_LIMIT // 1_000_000)])
        return upload_form(request, form, status=413)
    return take_upload(request)


@csrf_protect
def take_upload(request: HttpRequest) -> HttpResponse:
    """The form, and the way on to the plan of a bundle that can be read."""
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        file = form.cleaned_data["bundle"]
        try:
            entry = plan_upload(content=file.read(), file_name=file.name[:200], user=request.user)
        except BundleError as error:
            form.add_error("bundle", nothing_changed(error))
        else:
            return redirect("admin:exchange_plan", entry.pk)
    return upload_form(request, form)


def upload_form(request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Upload a bundle"),
        "form": form,
        "waiting": uploads_of(request.user).defer("content", "shown").select_related("user"),
    }
    return TemplateResponse(request, "admin/exchange/upload.html", context, status=status)


def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan of an uploaded bundle as it was computed last; a form sent back has it computed anew."""
    refuse_strangers(request)
    entry = uploads_of(request.user).filter(pk=pk).first()
    if entry is None:
        return gone(request)
    plan = shown_plan(entry)
    form = KeepForm(plan, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            plan_again(entry, keep=form.policies())
        except BundleError as error:
            messages.error(request, nothing_changed(error))
        return redirect("admin:exchange_plan", pk)
    title = _("Plan of {file}").format(file=entry.file_name)
    context = {**admin.site.each_context(request), "title": title, "entry": entry, "form": form}
    return TemplateResponse(request, "admin/exchange/plan.html", {**context, **plan_context(plan, request.GET)})


@require_POST
def apply_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Applies the plan that was shown."""
    refuse_strangers(request)
    entry = uploads_of(request.user).filter(pk=pk).first()
    if entry is None:
        return gone(request)
    try:
        applied = apply_upload(entry, request.POST.get("plan", ""), user=request.user)
    except PlanChanged:
        messages.warning(
            request,
            _("Nothing was changed: the plan is not the same any more as the one that was shown. This is today's."),
        )
    except BundleError as error:
        messages.error(request, nothing_changed(error))
    else:
        count = applied.conflicts.count()
        waiting = ngettext("{count} conflict waits for a decision.", "{count} conflicts wait for a decision.", count)
        done = _("The bundle was applied.")
        messages.success(request, f"{done} {waiting.format(count=count)}" if count else done)
        return redirect("admin:codes_import_change", applied.pk)
    return redirect("admin:exchange_plan", pk)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws an uploaded bundle away."""
    refuse_strangers(request)
    if not uploads_of(request.user).filter(pk=pk).delete()[0]:
        return gone(request)
    messages.success(request, _("The uploaded bundle was thrown away; nothing was changed."))
    return redirect("admin:exchange_upload")


def gone(request: HttpRequest) -> HttpResponse:
    """The way on for a page that was left open too long, or a form that was sent twice."""
    messages.warning(request, _("This upload does not wait any more: it was applied or thrown away."))
    return redirect("admin:codes_import_changelist")


def nothing_changed(error: BundleError) -> str:
    return _("Nothing was changed: {reason}").format(reason=error)
