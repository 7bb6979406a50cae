"""Conflicts: queued by an import, settled one by one."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from codes.curation.signature import signed
from codes.exchange.base import Base
from codes.exchange.carry import Carrier
from codes.exchange.errors import BundleError
from codes.exchange.form import Fields, Key, Model, Record, model_named, rows_of
from codes.exchange.merge import Action, Unit, same
from codes.exchange.plan import Plan
from codes.localized import LANGUAGES
from codes.models import Conflict, Import
from codes.models.curation import Provenance, State
from codes.models.exchange import ConflictReason, ConflictState


class SettlingError(Exception):
    """A decision that cannot be carried out; the message says why, in the active language."""


def enqueue(plan: Plan, entry: Import) -> None:
    """Queue what a plan leaves to editors; a conflict that is open already learns what the source says now."""
    for unit in plan.with_action(Action.CONFLICT, Action.RETIRE):
        values = {"reason": unit.reason, "local": unit.local, "upstream": unit.upstream, "found_by": entry}
        about = {"source": plan.source, "model": unit.model, "key": list(unit.key), "column": unit.column}
        Conflict.objects.update_or_create(
            **about, state=ConflictState.OPEN, defaults=values, create_defaults={**values, "base": unit.base}
        )


def local_row(conflict: Conflict) -> tuple[models.Model | None, Fields | None]:
    """The row that a conflict is about, and its record as it is now; None if it does not exist."""
    model = model_named(conflict.model)
    try:
        row: models.Model = model._default_manager.get_by_natural_key(*conflict.key)  # type: ignore[attr-defined]
    except ObjectDoesNotExist:
        return None, None
    return row, next(rows_of(model, LANGUAGES, [row.pk])).fields


def local_value(conflict: Conflict) -> Any:
    """What stands here now: the value of the column, or the whole record; None if there is none."""
    _row, fields = local_row(conflict)
    return fields.get(conflict.column) if conflict.column and fields else fields


def close_agreed(base: Base) -> None:
    """Tell the open conflicts of a source what it says now, and close those that are none any more."""
    conflicts = Conflict.objects.open().filter(source=base.source.slug).order_by("model", "pk")
    for name, about in groupby(conflicts, attrgetter("model")):
        records = base.records(model_named(name))
        for conflict in about:
            follow(conflict, records.get(tuple(conflict.key)))
            came_back = conflict.reason == ConflictReason.RETIRED and conflict.upstream is not None
            if came_back or is_agreed(conflict):
                close(conflict, ConflictState.AGREED, author="")


def follow(conflict: Conflict, record: Fields | None) -> None:
    """Give a conflict the value that the source has now; a column of a record that is gone there keeps the last."""
    if conflict.column and record is None:
        return
    said = record.get(conflict.column, conflict.upstream) if record and conflict.column else record
    if not same(said, conflict.upstream):
        conflict.upstream = said
        conflict.save(update_fields=["upstream"])


def close_equal(source: str) -> None:
    """Close the open conflicts of a source that has no base, where what stands here is what it says."""
    for conflict in Conflict.objects.open().filter(source=source):
        if is_agreed(conflict):
            close(conflict, ConflictState.AGREED, author="")


def is_agreed(conflict: Conflict) -> bool:
    """Whether what stands here is what the source says."""
    local = local_value(conflict)
    if conflict.column or conflict.upstream is None or local is None:
        return same(local, conflict.upstream)
    return all(same(local.get(name), value) for name, value in conflict.upstream.items())


def close(conflict: Conflict, state: ConflictState, *, author: str) -> None:
    conflict.state, conflict.settled, conflict.settled_by = state, timezone.now(), author
    conflict.save(update_fields=["state", "settled", "settled_by"])


def settle(conflict: Conflict, state: ConflictState, *, seen: Any, author: str, value: Any = None) -> None:
    """Settle a conflict: ``LOCAL``, ``UPSTREAM`` or, with ``value``, ``EDITED``.

    ``seen`` is the value here that the editor decided on. Raises SettlingError if it has changed since, if somebody
    else has settled the conflict, or if the rules do not allow the decision; nothing is written then.
    """
    with transaction.atomic():
        conflict = Conflict.objects.select_for_update().get(pk=conflict.pk)
        if conflict.state != ConflictState.OPEN:
            raise SettlingError(_("Somebody else has settled this conflict."))
        if not same(local_value(conflict), seen):
            raise SettlingError(_("The value here has changed since this page was opened. Look at it again."))
        if state != ConflictState.LOCAL:
            wanted = conflict.upstream if state == ConflictState.UPSTREAM else value
            writer = Provenance.IMPORT if state == ConflictState.UPSTREAM else Provenance.EDITOR
            try:
                with signed(author=author, state=State.APPROVED, provenance=writer, reason=conflict.source):
                    take(conflict, wanted)
            except BundleError as error:
                raise SettlingError(str(error)) from error
        close(conflict, state, author=author)


def take(conflict: Conflict, wanted: Any) -> None:
    """Write what was decided. Raises BundleError if the rules do not allow it."""
    model, key = model_named(conflict.model), tuple(conflict.key)
    row, fields = local_row(conflict)
    place = f"{model._meta.verbose_name} {'/'.join(map(str, key))}"
    if conflict.reason == ConflictReason.RETIRED:
        delete(row, place)
    elif row is not None:
        values = {conflict.column: wanted} if conflict.column else wanted
        write(model, key, row, fields or {}, Record(place, values))
    elif conflict.column:
        raise BundleError(_("{place}: the record does not exist any more").format(place=place))
    else:
        unit = Unit(conflict.model, key, "", Action.CREATE, None, None, wanted)
        carrier = strict()
        carrier.create(model, [unit], {key: Record(place, wanted)}, lambda count: None)
        carrier.relate()


def strict() -> Carrier:
    return Carrier(withheld=lambda model: (), strict=True)


def write(model: Model, key: Key, row: models.Model, local: Fields, record: Record) -> None:
    """Give an existing row the values of a record."""
    units: Iterable[Unit] = [
        Unit(str(model._meta.model_name), key, name, Action.CHANGE, None, local.get(name), value)
        for name, value in record.fields.items()
        if not same(local.get(name), value)
    ]
    carrier = strict()
    carrier.change(model, {key: list(units)}, {key: record}, {key: row.pk}, ())
    carrier.relate()


def delete(row: models.Model | None, place: str) -> None:
    """Delete a row that the source has no more. Raises BundleError if others need it."""
    try:
        if row is not None:
            row.delete()
    except models.ProtectedError as error:
        needed_by = ", ".join(sorted({str(needing._meta.verbose_name) for needing in error.protected_objects}))
        message = _("{place}: other records still refer to it: {models}")
        raise BundleError(message.format(place=place, models=needed_by)) from error
