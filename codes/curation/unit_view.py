"""The page of one text: shown, previewed, saved and decided on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from codes.curation.checks import WARNINGS
from codes.curation.comments import LONGEST, NotAComment, comment, settle
from codes.curation.filters import ALL, WorkList
from codes.curation.labels import STATE_LABELS
from codes.curation.page import page_of, remarks, rendered
from codes.curation.rights import is_editor, languages_of, may_decide
from codes.curation.saving import Changed, Gone, Refused, Seen, decide, texts_now, write
from codes.curation.units import Rulebook, Unit, digest_of, is_unit
from codes.curation.views import for_curators, languages_for, list_address, page, unit_address
from codes.curation.worklist import following as text_behind
from codes.exchange.words import word_diff
from codes.localized import normalised
from codes.models import Comment, Dismissal, TextChange
from codes.models.curation import Action, State

DECISIONS = {"approve": Action.APPROVED, "return": Action.RETURNED, "keep": Action.KEPT}

# What there is to do about comments, and what is said when it is done.
COMMENTING: dict[str, Callable[[], str]] = {
    "comment": lambda: _("The comment stands below."),
    "settle": lambda: _("The comment is settled."),
    "reopen": lambda: _("The comment is open again."),
}


class NothingToDo(Exception):
    """A form that asks for nothing that there is; the message says so."""


def unit_of(model: str, pk: int, field: str, language: str) -> Unit:
    """The unit of an address. Raises Http404."""
    unit = Unit(model, pk, field, language)
    if not is_unit(unit):
        raise Http404
    return unit


def list_of(request: HttpRequest, unit: Unit) -> WorkList:
    """The list that a text was opened from."""
    language = ALL if request.GET.get("language") == ALL else unit.language
    return WorkList.asked_for({**request.GET.dict(), "language": language}, languages_for(request))


@for_curators
def unit_page(request: HttpRequest, model: str, pk: int, field: str, language: str) -> HttpResponse:
    """A text beside its source; a POST saves it or decides on it, and goes on to the next one of the list."""
    unit = unit_of(model, pk, field, language)
    work = list_of(request, unit)
    if request.method != "POST":
        return show(request, unit, work)
    if language not in languages_of(request.user):
        raise PermissionDenied
    if request.POST.get("do") == "preview":
        return show(request, unit, work, text=request.POST.get("text", ""))
    try:
        done = carry_out(unit, request)
    except Changed as error:
        return show_race(request, unit, work, error.now)
    except Refused as error:
        problem = error.message or _("Nothing was saved: the text has errors.")
        return show(request, unit, work, text=request.POST.get("text", ""), problem=problem, status=422)
    except (NothingToDo, NotAComment) as error:
        return show(request, unit, work, text=request.POST.get("text"), problem=str(error), status=400)
    except Gone:
        raise Http404 from None
    except PermissionError:
        raise PermissionDenied from None
    messages.success(request, done)
    if (text := unsaved_text(request)) is not None:
        return show(request, unit, work, text=text, said=True)
    return go_on(request, unit, work)


def unsaved_text(request: HttpRequest) -> str | None:
    """The text of a form that only said something about the stored one; None if nothing of it is lost."""
    sent = request.POST
    if sent.get("do", "").partition(":")[0] not in COMMENTING or "text" not in sent:
        return None
    text = sent["text"].replace("\r\n", "\n")
    return text if normalised(text) != normalised(sent.get("seen_target")) else None


def carry_out(unit: Unit, request: HttpRequest) -> str:
    """Do what the form asks for; what was done, in words. Raises what saving raises, and NothingToDo."""
    sent, user = request.POST, request.user
    seen = Seen.of(sent.get("seen_source"), sent.get("seen_target"))
    do, _colon, about = sent.get("do", "").partition(":")
    reason = sent.get("reason", "").strip()[:300]
    if do in DECISIONS:
        if do == "return" and not reason:
            raise NothingToDo(_("Say why it is sent back."))
        decide(unit, DECISIONS[do], seen=seen, user=user, reason=reason)
        return {"approve": _("Approved."), "return": _("Sent back."), "keep": _("Noted as still correct.")}[do]
    if do == "dismiss" and about in WARNINGS:
        dismiss(unit, about, seen, user.get_username())
        return _("The warning is dismissed, in your name.")
    if do in COMMENTING:
        if do == "comment":
            comment(unit, sent.get("comment", ""), author=user.get_username())
        else:
            settle(unit, about, author=user.get_username(), is_settled=do == "settle")
        return COMMENTING[do]()
    if do == "revert":
        revert(unit, about, seen, request)
        return _("Reverted: this text alone is as it was.")
    if do in ("save", "save_next"):
        state = state_sent(sent, request)
        author = user.get_username()
        write(unit, sent.get("text", ""), seen=seen, state=state, author=author, reason=reason)
        return _("Saved.")
    raise NothingToDo(_("Choose what to do."))


def states_for(user: Any) -> list[State]:
    """The states in which a user may leave what they write."""
    return [State.APPROVED, State.REVIEW, State.DRAFT] if is_editor(user) else [State.REVIEW, State.DRAFT]


def state_sent(sent: QueryDict, request: HttpRequest) -> State:
    """The state that a form asks for. Raises PermissionError if it is not the user's to give."""
    allowed = states_for(request.user)
    if sent.get("state", allowed[0]) not in allowed:
        raise PermissionError
    return State(sent.get("state", allowed[0]))


def dismiss(unit: Unit, check: str, seen: Seen, author: str) -> None:
    """Note that a warning about the very texts that were seen is none."""
    now = texts_now(unit)
    if now != seen:
        raise Changed(now)
    about = {**unit.about, "check_name": check, "digest": digest_of(now.source or "", now.target or "")}
    Dismissal.objects.get_or_create(**about, defaults={"author": author})


def revert(unit: Unit, pk: str, seen: Seen, request: HttpRequest) -> None:
    """Make a text what it was before one of its changes. Raises NothingToDo."""
    change = TextChange.objects.filter(**unit.about, pk=int(pk) if pk.isdecimal() else 0).first()
    if change is None or change.before == change.after:
        raise NothingToDo(_("There is no such version."))
    reason = _("as before {time}").format(time=f"{change.at:%Y-%m-%d %H:%M}")
    state, author = states_for(request.user)[0], request.user.get_username()
    write(unit, change.before or "", seen=seen, state=state, author=author, reason=reason, action=Action.REVERTED)


def go_on(request: HttpRequest, unit: Unit, work: WorkList) -> HttpResponse:
    """Stay on the page, or go to the next text of the list, or back to the list where there is none."""
    if request.POST.get("do") != "save_next":
        return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)
    following = text_behind(work, unit)
    if following is None:
        messages.info(request, _("That was the last one of this list."))
        return redirect(list_address(work.query))
    return redirect(unit_address(following.unit, work))


def show(
    request: HttpRequest,
    unit: Unit,
    work: WorkList,
    *,
    text: str | None = None,
    said: bool = False,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page; ``text`` is what the form has, if it is not what is stored. What was ``said`` stands with the rest."""
    row = unit.rows().first()
    if row is None:
        raise Http404
    context = page_of(unit, row, text)
    following = text_behind(work, unit)
    writes = unit.language in languages_of(request.user)
    allowed = states_for(request.user)
    asked = request.POST.get("state", allowed[0])
    context |= {
        "title": f"{context['record']} · {context['field']}",
        "state_label": STATE_LABELS[context["state"]],
        "work": work,
        "list": list_address(work.query),
        "following": unit_address(following.unit, work) if following else "",
        "may_write": writes,
        "may_decide": may_decide(request.user, unit.language, context["known"]),
        "states": [(state.value, state.label, state == asked) for state in allowed],
        "reason": request.POST.get("reason", ""),
        "comments": Comment.objects.filter(**unit.about).order_by("at", "pk"),
        "comment": "" if said else request.POST.get("comment", ""),
        "longest_comment": LONGEST,
        "query": request.GET.urlencode(),
        "preview_address": reverse("curation:preview", args=unit),
    }
    return page(request, "curation/unit.html", {**context, **more}, status)


def show_race(request: HttpRequest, unit: Unit, work: WorkList, now: Seen) -> HttpResponse:
    """The page after somebody else was faster: both texts, and the words in which they differ."""
    mine = request.POST.get("text", "").replace("\r\n", "\n")
    seen = Seen.of(request.POST.get("seen_source"), request.POST.get("seen_target"))
    race = {
        "theirs": now.target if now.target != seen.target else None,
        "is_target": now.target != seen.target,
        "parts": list(word_diff(mine, now.target or "")),
        "source_parts": list(word_diff(seen.source or "", now.source or "")) if now.source != seen.source else [],
    }
    return show(request, unit, work, text=mine, race=race, status=409)


@require_POST
@for_curators
def preview(request: HttpRequest, model: str, pk: int, field: str, language: str) -> HttpResponse:
    """A text as the public page would show it, and what is wrong with it: a piece of HTML."""
    unit, text = unit_of(model, pk, field, language), request.POST.get("text", "").replace("\r\n", "\n").strip()
    try:
        source = texts_now(unit).source or ""
    except Gone:
        raise Http404 from None
    context = {"preview": rendered(unit, text), "remarks": remarks(Rulebook(), unit, source, text), "unit": unit}
    return render(request, "curation/preview.html", {**context, "may_write": False})
