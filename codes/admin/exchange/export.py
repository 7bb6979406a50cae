"""The database's own bundle, to download."""

import io

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from codes.exchange.bundle import export
from codes.exchange.container import Zip, write_zip
from codes.exchange.form import bundled_models
from codes.exchange.manifest import LARGEST_MANIFEST, MANIFEST, read_manifest
from codes.generation import snapshot
from codes.localized import DEFAULT_LANGUAGE, LANGUAGES, shown_languages


class ExportForm(forms.Form):
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=[(code, settings.CONTENT_LANGUAGES[code]) for code in LANGUAGES if code != DEFAULT_LANGUAGE],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("English is always part of it."),
    )


def export_page(request: HttpRequest) -> HttpResponseBase:
    """Asks for the languages, and answers with the zip file."""
    if not request.user.has_perm("codes.export_bundle"):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    form = ExportForm(data, initial={"languages": shown_languages()})
    if form.is_valid():
        return download([DEFAULT_LANGUAGE, *form.cleaned_data["languages"]])
    context = {**admin.site.each_context(request), "title": _("Export a bundle"), "form": form}
    return TemplateResponse(request, "admin/exchange/export.html", context)


def download(languages: list[str]) -> FileResponse:
    """The bundle in these languages, as the database is at this moment."""
    file = io.BytesIO()
    with snapshot():
        write_zip(file, export(bundled_models(), languages), lambda name, size: None)
    manifest = read_manifest(Zip(file).read(MANIFEST, LARGEST_MANIFEST))
    file.seek(0)
    name = f"{manifest.source}-{manifest.digest[:12]}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
