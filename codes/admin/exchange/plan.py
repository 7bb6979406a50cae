"""The plan of an uploaded bundle as a page shows it: counted, filtered, in pages, each unit with its words."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from codes.admin.exchange.labels import Line, column_label, column_language, key_label, model_label, record_lines
from codes.exchange.merge import FACTS, Action, Policy, Unit
from codes.exchange.plan import Plan
from codes.exchange.report import action_label, as_text, shortened_diff
from codes.models.exchange import ConflictReason

UNITS_A_PAGE = 50
SIDES = [
    ("", gettext_lazy("ask an editor")),
    (Policy.LOCAL.value, gettext_lazy("as it is here")),
    (Policy.UPSTREAM.value, gettext_lazy("as the source has it")),
]


class KeepForm(forms.Form):
    """Who is right where both sides changed a value, by language; unanswered means that an editor decides."""

    def __init__(self, plan: Plan, data: Any = None) -> None:
        super().__init__(data)
        for language in (*plan.languages, FACTS):
            name = _("What is in no language") if language == FACTS else settings.CONTENT_LANGUAGES[language]
            self.fields[language] = forms.ChoiceField(
                label=name, choices=SIDES, required=False, initial=plan.keep.get(language, "")
            )

    def policies(self) -> dict[str, Policy]:
        """The answers that were given."""
        return {language: Policy(side) for language, side in self.cleaned_data.items() if side}


def plan_context(plan: Plan, query: QueryDict) -> dict[str, Any]:
    """What the page of a plan shows: ``model`` and ``action`` of the query choose units, ``p`` the page."""
    model, action = query.get("model", ""), query.get("action", "")
    units = [unit for unit in plan.units if model in ("", unit.model) and action in ("", unit.action)]
    page = Paginator(units, UNITS_A_PAGE).get_page(query.get("p"))
    chosen = QueryDict(mutable=True)
    chosen.update({name: value for name, value in (("model", model), ("action", action)) if value})
    return {
        "plan": plan,
        "counts": [(name, model_label(name), counts_of(counts)) for name, counts in plan.counts().items()],
        "actions": [action_label(action) for action in Action],
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "units": [shown(unit) for unit in page],
        "is_filtered": bool(chosen),
        "chosen": chosen.urlencode(),
    }


def counts_of(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The number of units of every action, also of those that there are none of."""
    return [(action.value, counts.get(action, 0)) for action in Action]


def shown(unit: Unit) -> dict[str, Any]:
    """A unit for the template."""
    return {
        "model": model_label(unit.model),
        "key": key_label(unit.key),
        "column": column_label(unit.model, unit.column),
        "action": action_label(unit.action),
        "kind": unit.action.value,
        "reason": ConflictReason(unit.reason).label if unit.action is Action.CONFLICT else "",
        "lines": list(lines_of(unit)),
        "is_record": not unit.column,
    }


def lines_of(unit: Unit) -> Iterator[Line]:
    """What is to be compared in a unit."""
    language = column_language(unit.model, unit.column)
    if not unit.column:
        if unit.upstream is not None:
            yield from record_lines(unit.model, unit.base, unit.upstream)
    elif unit.action is Action.CHANGE:
        yield Line("", language, list(shortened_diff(as_text(unit.local), as_text(unit.upstream))))
    else:
        base = as_text(unit.base)
        yield Line(_("here"), language, list(shortened_diff(base, as_text(unit.local))))
        yield Line(_("at the source"), language, list(shortened_diff(base, as_text(unit.upstream))))
