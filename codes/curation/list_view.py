"""The page of a work list: texts that fit some filters, to open one by one or to decide on together."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codes.curation.bulk import Choice, Outcome, decide_all
from codes.curation.coverage import MISSING, STALE
from codes.curation.filters import ALL, OPEN, TODO, WorkList
from codes.curation.labels import STATE_LABELS
from codes.curation.outline import FIELDS
from codes.curation.rights import may_decide, may_review
from codes.curation.units import digest_of, field_label, fields, model_label, model_of
from codes.curation.views import for_curators, languages_for, list_address, page, unit_address
from codes.curation.worklist import EXCERPT, PAGE, Item, authors, count, page_of, texts_of
from codes.exchange.texts import localized_models
from codes.localized import LANGUAGES
from codes.models.curation import Action

DECISIONS = {"approve": Action.APPROVED, "return": Action.RETURNED}


@for_curators
def work_list(request: HttpRequest) -> HttpResponse:
    """The texts that fit the filters, in the order of the reference; a POST decides on those that are chosen."""
    if request.method != "POST":
        return show(request)
    try:
        choices = [Choice.of(token) for token in sent(request)]
    except ValueError as error:
        raise BadRequest("a text that there cannot be") from error
    if not all(may_review(request.user, choice.unit.language) for choice in choices):
        raise PermissionDenied
    action, reason = DECISIONS.get(request.POST.get("do", "")), request.POST.get("reason", "").strip()[:300]
    if not choices or not action:
        return show(request, problem=_("Choose texts, and what to do with them."), status=400)
    if action is Action.RETURNED and not reason:
        return show(request, problem=_("Say why they are sent back."), status=400)
    report(request, action, decide_all(choices, action, user=request.user, reason=reason))
    return redirect(request.get_full_path())


def sent(request: HttpRequest) -> list[str]:
    """What a form has marked: single texts, or all of its page. Raises ValueError for more than a page has."""
    tokens = request.POST.getlist("offered" if request.POST.get("all") else "chosen")
    if len(tokens) > PAGE:
        raise ValueError(len(tokens))
    return tokens


def report(request: HttpRequest, action: Action, outcome: Outcome) -> None:
    """Say what was done, and name what was not."""
    number = len(outcome.done)
    if number and action is Action.APPROVED:
        messages.success(request, ngettext("%d text is approved.", "%d texts are approved.", number) % number)
    elif number:
        messages.success(request, ngettext("%d text is sent back.", "%d texts are sent back.", number) % number)
    for key, unit, why in outcome.skipped:
        model = model_of(unit.model)
        text = f"{model_label(model)} {key} · {field_label(model, unit.field)}"
        messages.warning(request, _("{text}: nothing was decided, {why}.").format(text=text, why=why))


def show(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    """The page; ``problem`` is why nothing was done."""
    own = languages_for(request)
    work = WorkList.asked_for(request.GET, own)
    after = request.GET.get("after", "").replace("\0", "")
    items, following = page_of(work, after)
    texts = texts_of(items)
    rows = [row_of(item, work, *texts[item.unit], request) for item in items]
    is_whole = not after and not following
    context = {
        "title": _("Work list"),
        "work": work,
        "count": len(items) if is_whole else count(work),
        "items": rows,
        "may_review": any(row["token"] for row in rows),
        "next": list_address({**work.query, "after": following}) if following else "",
        "is_first": not after,
        "first": list_address(work.query),
        "choices": choices(work),
        "days": [("since", _("written since"), work.since), ("before", _("written before"), work.before)],
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    return page(request, "curation/list.html", context, status)


def row_of(item: Item, work: WorkList, source: str, target: str, request: HttpRequest) -> dict[str, Any]:
    """A line of a list. It has a ``token`` where its reader can decide on the text without opening it."""
    model, unit = model_of(item.unit.model), item.unit
    can_be = item.state not in (MISSING, STALE) and may_decide(request.user, unit.language, item.known)
    token = Choice(unit, digest_of(source, target)).token if can_be else ""
    return {
        "item": item,
        "record": f"{model_label(model)} {item.key}",
        "field": field_label(model, unit.field),
        "language_name": settings.CONTENT_LANGUAGES[unit.language],
        "state": STATE_LABELS[item.state],
        "source": source[:EXCERPT],
        "target": target[:EXCERPT],
        "address": unit_address(unit, work),
        "token": token,
        "is_chosen": token in request.POST.getlist("chosen"),
    }


def choices(work: WorkList) -> list[dict[str, Any]]:
    """The filters of a list, with their values and what they are called."""
    labels = {field: field_label(model, field) for model, field in reversed(list(fields()))}
    names = settings.CONTENT_LANGUAGES
    found: dict[str, tuple[str, list[tuple[str, Any]]]] = {
        "language": (_("language"), [(ALL, _("all of mine")), *[(code, names[code]) for code in LANGUAGES[1:]]]),
        "state": (_("state"), [(TODO, _("anything to do")), *STATE_LABELS.items()]),
        "model": (_("model"), [(str(one._meta.model_name), model_label(one)) for one in localized_models()]),
        "field": (_("field"), [(name, labels[name]) for name in FIELDS]),
        "digit": (_("class"), [(digit, f"{digit}xx") for digit in "12345"]),
        "author": (_("author"), [(name, name) for name in authors(work.languages)]),
        "comments": (_("comments"), [(OPEN, _("with open comments"))]),
    }
    return [
        {"name": name, "label": label, "value": getattr(work, name), "options": options, "needed": name == "language"}
        for name, (label, options) in found.items()
    ]
