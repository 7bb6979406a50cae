"""A draft as its signed link shows it: the page of its number as it will be."""

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.translation import gettext as _

from codes.drafts import Expired, draft_of
from codes.errors import error_answer, read_only
from codes.localized import DEFAULT_LANGUAGE
from codes.models import StatusCode
from codes.models.status_code import StatusCodeQuerySet
from codes.views.numbers import Numbers
from codes.views.reference import number_page


class WithDraft(Numbers):
    """What the public sees of a number, and one draft of it."""

    def __init__(self, draft: StatusCode, language: str) -> None:
        super().__init__([draft.number], language)
        self.draft = draft

    def codes(self) -> StatusCodeQuerySet:
        rows: StatusCodeQuerySet = StatusCode.with_drafts.as_if_published(self.draft.pk)
        return rows

    def meanings_of(self, number: int) -> list[StatusCode]:
        """All of them: the page is not in parts, whose addresses would name the draft."""
        return list(super().meanings_of(number))


@read_only
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """The page for whoever has the link; never stored, whatever the answer."""
    response = answer(request, token)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def answer(request: HttpRequest, token: str) -> HttpResponse:
    try:
        pk, until = draft_of(token)
    except BadSignature as error:
        raise Http404 from error
    except Expired:
        detail = _("Links to drafts work for some days only. Ask the person who sent you this one for a new one.")
        return error_answer(request, 410, _("This link has expired"), detail)
    draft: StatusCode = get_object_or_404(StatusCode.with_drafts.only("number", "origin", "is_draft"), pk=pk)
    if not draft.is_draft:
        return redirect(draft)
    language = translation.get_language() or DEFAULT_LANGUAGE
    return number_page(request, draft.number, WithDraft(draft, language), preview_until=until, draft=draft)
