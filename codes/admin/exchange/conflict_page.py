"""What there is to see of a conflict, and what can be decided."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from codes.admin.exchange.labels import (
    Line,
    column_label,
    column_language,
    compared,
    key_label,
    model_label,
    record_lines,
)
from codes.exchange.form import bundled_models, model_named
from codes.exchange.queue import local_row
from codes.exchange.report import as_text
from codes.models import Conflict
from codes.models.exchange import ConflictReason


def conflict_context(conflict: Conflict) -> dict[str, Any]:
    """What there is to see of a conflict."""
    row, fields = local_row(conflict)
    local = fields.get(conflict.column) if conflict.column and fields else fields
    name, column = f"{model_label(conflict.model)} {key_label(conflict.key)}", conflict.column
    return {
        "title": _("Conflict: {record}").format(record=name),
        "subtitle": column_label(conflict.model, column) or capfirst(_("the whole record")),
        "conflict": conflict,
        "explanation": explanation(conflict),
        "language": column_language(conflict.model, column),
        "row": row and reverse(f"admin:codes_{conflict.model}_change", args=[row.pk]),
        "local": local,
        "seen": json.dumps(local, ensure_ascii=False),
        "sides": sides_of(conflict, local) if column else [],
        "lines": [] if column else list(lines_of(conflict, local)),
        "answers": answers(conflict, row),
        "falls_with_it": falls_with(row) if conflict.reason == ConflictReason.RETIRED else [],
        "edit": way_to_edit(conflict),
        "value": editable(local),
    }


def sides_of(conflict: Conflict, local: Any) -> list[dict[str, Any]]:
    """The three values of a column, each raw, and the later ones compared with what they had in common."""
    base, upstream = conflict.base, conflict.upstream
    return [
        {"label": _("Last common value"), "raw": as_text(base), "parts": None},
        {"label": _("Here now"), "raw": as_text(local), "parts": compared(base, local)},
        {"label": _("At the source"), "raw": as_text(upstream), "parts": compared(base, upstream)},
    ]


def lines_of(conflict: Conflict, local: Any) -> Iterator[Line]:
    """The fields of a record that is asked about: what was changed here, or what the source says now."""
    if conflict.reason == ConflictReason.RETIRED:
        return record_lines(conflict.model, conflict.base, local, every=True)
    return record_lines(conflict.model, local or conflict.base, conflict.upstream, every=True)


def explanation(conflict: Conflict) -> str:
    """What happened, in a sentence."""
    return {
        ConflictReason.BOTH_CHANGED: _("It was changed here and at the source since both had it in common."),
        ConflictReason.DELETED_HERE: _("The record was deleted here, and changed at the source since."),
        ConflictReason.RETIRED: _("The source has this record no more; here it still stands."),
        ConflictReason.MISSING: _("What the source says refers to a record that does not exist here."),
        ConflictReason.TAKEN: _("Another record here is in the place that this one has at the source."),
        ConflictReason.TOGETHER: _("What the source says breaks a rule together with what was changed here."),
    }[ConflictReason(conflict.reason)]


def answers(conflict: Conflict, row: models.Model | None) -> dict[str, str]:
    """What the two buttons say."""
    if conflict.column:
        return {"local": _("Keep it as it is here"), "upstream": _("Take it as the source has it")}
    if conflict.reason == ConflictReason.RETIRED:
        return {"local": _("Keep the record"), "upstream": _("Delete the record here, too")}
    if row is not None:
        return {"local": _("Keep the record as it is here"), "upstream": _("Take all values of the source")}
    if conflict.reason == ConflictReason.DELETED_HERE:
        return {"local": _("Leave it deleted"), "upstream": _("Restore it as the source has it")}
    return {"local": _("Do without it"), "upstream": _("Create it as the source has it")}


def falls_with(row: models.Model | None) -> list[str]:
    """What would be deleted together with a row: names of models and how many."""
    if row is None:
        return []
    collector = NestedObjects("default")
    collector.collect([row])
    found: Mapping[Any, Any] = collector.model_objs  # by model, whatever the stubs say
    counts = [(model, len(rows)) for model, rows in found.items() if model in bundled_models()]
    return [f"{model._meta.verbose_name_plural}: {count}" for model, count in counts if not isinstance(row, model)]


def editable(value: Any) -> str:
    """A value as a text area has it."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, indent=2)
    return as_text(value)


def way_to_edit(conflict: Conflict) -> str:
    """How a value can be written by hand: as a ``text``, as ``json``, or (empty) only on the record's own page."""
    if not conflict.column:
        return ""
    field: Any = model_named(conflict.model)._meta.get_field(conflict.column)
    if isinstance(field, models.JSONField):
        return "json"
    is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    return "text" if is_text else ""
