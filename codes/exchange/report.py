"""A plan in words, for a terminal."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from codes.exchange.merge import Action, Unit
from codes.exchange.plan import BUNDLE, Plan
from codes.exchange.words import Part, word_diff
from codes.models.exchange import ConflictReason

# What stays of a stretch that did not change, at each of its ends.
CONTEXT = 30
MARKS = {"removed": "[-{}-]", "added": "{{+{}+}}"}


def action_label(action: str) -> str:
    """What an action is called."""
    return {
        Action.CREATE: _("new"),
        Action.CHANGE: _("changed"),
        Action.KEEP: _("kept as here"),
        Action.CONFLICT: _("conflict, kept as here"),
        Action.RETIRE: _("no longer at the source, kept here"),
    }[Action(action)]


def as_text(value: Any) -> str:
    """A value as a reader compares it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def unit_name(unit: Unit) -> str:
    """``statuscode 404/iana reason_phrase``."""
    return f"{unit.model} {'/'.join(map(str, unit.key))} {unit.column}".strip()


def describe(plan: Plan, *, every_unit: bool) -> Iterator[str]:
    """The lines that tell a plan: what is imported, the counts by model, and, if wanted, each unit with its words."""
    if plan.kind == BUNDLE:
        yield _("from {source}, bundle {digest}").format(source=plan.source, digest=plan.bundle[:12])
        last = plan.base[:12] or _("nothing was imported from there yet")
        yield _("last bundle applied: {digest}").format(digest=last)
    else:
        yield _("from {source}, file {digest}").format(source=plan.source, digest=plan.bundle[:12])
    yield _("languages: {codes}").format(codes=", ".join(plan.languages))
    if plan.unknown_languages:
        message = _("left out, for this install cannot store them: {codes}")
        yield message.format(codes=", ".join(plan.unknown_languages))
    yield from plan.notices
    for model, counts in plan.counts().items():
        for action, count in counts.items():
            yield f"  {count:6} {model}: {action_label(action)}"
    if every_unit:
        for unit in plan.units:
            yield ""
            yield f"{unit_name(unit)}: {action_label(unit.action)}"
            yield from details(unit)
    yield ""
    if plan.is_empty:
        yield _("Nothing to do.")
    elif not plan.units:
        yield _("No value differs; only the base of the next import moves on.")


def details(unit: Unit) -> Iterator[str]:
    """Why an editor is asked, where that is not plain to see, and what differs, word by word."""
    if unit.action is Action.CONFLICT and unit.reason != ConflictReason.BOTH_CHANGED:
        yield indented(str(ConflictReason(unit.reason).label))
    if unit.action is Action.CHANGE:
        yield indented(marked(as_text(unit.local), as_text(unit.upstream)))
    elif unit.action in (Action.CONFLICT, Action.KEEP) and unit.column:
        yield indented(_("here: {text}").format(text=marked(as_text(unit.base), as_text(unit.local))))
        yield indented(_("source: {text}").format(text=marked(as_text(unit.base), as_text(unit.upstream))))


def indented(text: str) -> str:
    return "    " + text.replace("\n", "\n    ")


def marked(old: str, new: str) -> str:
    """A text with what is gone and what has come marked, and what stayed shortened."""
    return "".join(MARKS.get(part.kind, "{}").format(part.text) for part in shortened_diff(old, new))


def shortened_diff(old: str, new: str) -> Iterator[Part]:
    """The stretches of two texts; what stayed is shortened."""
    parts = list(word_diff(old, new))
    for i, part in enumerate(parts):
        is_equal = part.kind == "equal"
        yield part._replace(text=shortened(part, i == 0, i == len(parts) - 1)) if is_equal else part


def shortened(part: Part, is_first: bool, is_last: bool) -> str:
    """A stretch that did not change, without its middle, or without the end that nothing is beside."""
    text = part.text
    before, after = "" if is_first else text[:CONTEXT], "" if is_last else text[-CONTEXT:]
    return text if len(text) <= len(before) + len(after) + 1 else f"{before}…{after}"
