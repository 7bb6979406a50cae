"""Deciding on many texts at once: all in one transaction, and none that is not as its reviewer saw it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from codes.curation.rights import may_decide
from codes.curation.selection import rows_of
from codes.curation.units import Unit, digest_of, is_unit, model_of
from codes.models import Outline, TextChange, TextState
from codes.models.curation import Action, Provenance, State

KEY = ["model", "object_id", "field", "language"]


class Choice(NamedTuple):
    """A text that was chosen, and the digest of its source and itself as they were seen."""

    unit: Unit
    digest: str

    @classmethod
    def of(cls, token: str) -> "Choice":
        """What ``token`` made. Raises ValueError for anything else."""
        model, pk, field, language, digest = token.split(":")
        unit = Unit(model, int(pk), field, language)
        if not is_unit(unit):
            raise ValueError(token)
        return cls(unit, digest)

    @property
    def token(self) -> str:
        """The choice as a form carries it."""
        return ":".join(map(str, (*self.unit, self.digest)))


class Outcome(NamedTuple):
    """What was decided on, and what was not: the row's natural key, the text, and why not."""

    done: list[Unit]
    skipped: list[tuple[str, Unit, str]]


def decide_all(choices: Sequence[Choice], action: Action, *, user: Any, reason: str = "") -> Outcome:
    """Approve texts, or send them back. What cannot be decided on is left as it is, and named."""
    outcome = Outcome([], [])
    state = State.DRAFT if action is Action.RETURNED else State.APPROVED
    with transaction.atomic():
        texts, keys = locked_texts(choices), keys_of(choices)
        known = {Unit(*row.about): row for row in TextState.objects.filter(object_id__in={c.unit.pk for c in choices})}
        for unit, digest in dict(choices).items():
            if why := obstacle(unit, digest, texts.get(unit), known.get(unit), user, state):
                outcome.skipped.append((keys.get(unit[:2], str(unit.pk)), unit, why))
            else:
                outcome.done.append(unit)
        states = [
            TextState(**unit.about, state=state, provenance=Provenance.RECORD, source=None) for unit in outcome.done
        ]
        TextState.objects.bulk_create(states, update_conflicts=True, unique_fields=KEY, update_fields=["state"])
        about = {"action": action, "provenance": Provenance.EDITOR, "author": user.get_username(), "reason": reason}
        TextChange.objects.bulk_create([TextChange(**unit.about, **about, at=timezone.now()) for unit in outcome.done])
    return outcome


def obstacle(
    unit: Unit, digest: str, texts: tuple[str, str] | None, row: TextState | None, user: Any, state: State
) -> str:
    """Why a text cannot be decided on; empty if it can."""
    if texts is None:
        return _("it is gone")
    if digest_of(*texts) != digest:
        return _("it was changed meanwhile")
    if not texts[1]:
        return _("there is no text")
    if not may_decide(user, unit.language, row):
        return _("it is your own")
    if row and row.source is not None:
        return _("its source has changed since it was written")
    if (row.state if row else State.APPROVED) == state:
        return _("it is in this state already")
    return ""


def locked_texts(choices: Sequence[Choice]) -> dict[Unit, tuple[str, str]]:
    """Source and text of each unit, which nobody can change until the transaction ends; a query for each model."""
    by_model: dict[str, list[Unit]] = defaultdict(list)
    for choice in choices:
        by_model[choice.unit.model].append(choice.unit)
    found: dict[Unit, tuple[str, str]] = {}
    for name in sorted(by_model):  # in one order, so that two of them never wait for each other
        units = by_model[name]
        columns = {column for unit in units for column in (unit.source_column, unit.column)}
        locked = rows_of(model_of(name)).filter(pk__in={unit.pk for unit in units}).order_by("pk").select_for_update()
        rows = {row["pk"]: row for row in locked.values("pk", *columns)}
        for unit in units:
            if row := rows.get(unit.pk):
                found[unit] = (row[unit.source_column] or "", row[unit.column] or "")
    return found


def keys_of(choices: Sequence[Choice]) -> dict[tuple[Any, ...], str]:
    """The natural keys of the rows, by model and id."""
    rows = Outline.objects.filter(object_id__in={choice.unit.pk for choice in choices})
    return {(model, pk): key for model, pk, key in rows.values_list("model", "object_id", "key")}
