"""Carrying out a merge: rows are changed and created, and what the rules do not allow becomes a conflict."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from django.db import DataError, IntegrityError, models, transaction

from codes.exchange.errors import BundleError
from codes.exchange.form import CHUNK, Key, Model, Record, can_be_key
from codes.exchange.merge import Action, Unit
from codes.exchange.rows import (
    Broken,
    MissingTarget,
    Refused,
    Targets,
    build,
    hold_to_rules,
    relation_to_many,
)
from codes.models.exchange import ConflictReason

T = TypeVar("T")
Withheld = Callable[[Model], Collection[Key]]
HIGHEST_POSITION = 32_767


@dataclass
class Change:
    """A row with its new values, the units that they come from, and where the record stands."""

    row: models.Model
    units: list[Unit]
    place: str
    refused: str = ""
    is_whole: bool = True  # no unit of it had to be left out


@dataclass
class Relation:
    """A relation to many rows that waits until all rows of the model are there; without a unit for a new row."""

    row: models.Model
    field: Any
    unit: Unit | None
    record: Record
    key: Key


class Carrier:
    """Writes the units of one model after the other; ``units`` then holds what became of each."""

    def __init__(self, *, withheld: Withheld, strict: bool = False) -> None:
        """``withheld`` gives the keys that the source has and this install deleted; ``strict`` allows no conflict."""
        self.targets = Targets()
        self.withheld, self.strict = withheld, strict
        self.units: list[Unit] = []
        self.relations: list[Relation] = []

    def demote(self, units: Iterable[Unit], reason: str, message: str) -> None:
        """Leave units as they are here, for an editor to decide."""
        if self.strict:
            raise BundleError(message)
        self.units += [replace(unit, action=Action.CONFLICT, reason=reason) for unit in units]

    def demote_missing(self, unit: Unit, error: MissingTarget) -> None:
        """Demote a unit whose target this install deleted; any other missing target is the bundle's own fault."""
        if not can_be_key(error.key) or tuple(error.key) not in self.withheld(error.field.related_model):
            raise BundleError(str(error)) from error
        self.demote([unit], ConflictReason.MISSING, str(error))

    # Rows that are there

    def change(
        self,
        model: Model,
        units: Mapping[Key, list[Unit]],
        records: Mapping[Key, Record],
        pks: Mapping[Key, int],
        edited: Collection[Key],
    ) -> None:
        """Change columns of rows. ``edited`` has the keys of the records that were changed here."""
        refused: list[Change] = []
        for keys in batched(units, CHUNK):
            rows = model._default_manager.in_bulk([pks[key] for key in keys])
            for key in keys:
                change = self.prepare(rows[pks[key]], units[key], records[key])
                try:
                    if change.units and not self.save(change):
                        refused.append(change)
                except Broken as error:
                    message = f"{change.place}: {error}"
                    if change.is_whole and key not in edited:
                        raise BundleError(message) from error
                    self.demote(change.units, ConflictReason.TOGETHER, message)
        for change in self.save_in_any_order(model, refused):
            self.demote(change.units, ConflictReason.TAKEN, f"{change.place}: {change.refused}")

    def prepare(self, row: models.Model, units: list[Unit], record: Record) -> Change:
        """Give a row its new values, all that can be had; the other units are settled here."""
        change = Change(row, [], record.place)
        for unit in units:
            field: Any = row._meta.get_field(unit.column)
            if field.many_to_many:
                self.relations.append(Relation(row, field, unit, record, unit.key))
                continue
            one = Record(record.place, {unit.column: record.fields[unit.column]})
            try:
                value = getattr(build(type(row), one, self.targets), field.attname)
            except MissingTarget as error:
                change.is_whole = False
                self.demote_missing(unit, error)
                continue
            if unit.action is Action.CHANGE:
                setattr(row, field.attname, value)
                change.units.append(unit)
            else:
                self.units.append(unit)
        return change

    def save(self, change: Change) -> bool:
        """Save a row unless other rows are in its way. Raises Broken for a rule of its own."""
        try:
            hold_to_rules(change.row)
            with transaction.atomic():
                change.row.save(update_fields=[unit.column for unit in change.units])
        except (Refused, IntegrityError, DataError) as error:
            change.refused = in_one_line(error)
            return False
        self.units += change.units
        return True

    def save_in_any_order(self, model: Model, changes: list[Change]) -> list[Change]:
        """Save rows that are in each other's way; those that are left."""
        left = [change for change in changes if not self.save(change)]
        while left and len(left) < len(changes):
            changes, left = left, [change for change in left if not self.save(change)]
        positions = positions_of(model)
        if not left or not positions:
            return left
        before = len(self.units)
        try:
            with transaction.atomic():
                # Out of each other's way: two rows may want to change places.
                for place, change in enumerate(left):
                    values = dict.fromkeys(positions, HIGHEST_POSITION - place)
                    model._default_manager.filter(pk=change.row.pk).update(**values)
                if not all(self.save(change) for change in left):
                    raise Refused
        except Refused:
            del self.units[before:]
            return left
        return []

    # Rows that are not there yet

    def create(
        self, model: Model, units: Iterable[Unit], records: Mapping[Key, Record], told: Callable[[int], None]
    ) -> set[Key]:
        """Create rows; the keys of those that there are now. ``told`` is called with the number done."""
        pks: dict[Key, Any] = {}
        for batch in batched(units, CHUNK):
            rows: dict[Key, tuple[Unit, models.Model]] = {}
            for unit in batch:
                try:
                    rows[unit.key] = unit, build(model, records[unit.key], self.targets)
                except MissingTarget as error:
                    self.demote_missing(unit, error)
            for unit, row in self.insert(model, rows, records):
                # Where nobody decides on a plan, the whole bundle need not stay in memory for it.
                self.units.append(replace(unit, upstream=None) if self.strict else unit)
                self.targets.add(unit.key, row)
                pks[unit.key] = row.pk
            told(len(batch))
        for field in model._meta.many_to_many:
            self.relations += [Relation(model(pk=pk), field, None, records[key], key) for key, pk in pks.items()]
        return set(pks)

    def insert(
        self, model: Model, rows: Mapping[Key, tuple[Unit, models.Model]], records: Mapping[Key, Record]
    ) -> list[tuple[Unit, models.Model]]:
        """Insert rows; those that other rows had room for."""
        try:
            with transaction.atomic():
                model._default_manager.bulk_create([row for _, row in rows.values()])
        except (IntegrityError, DataError):
            # Slower, but it tells which record breaks which rule.
            return [(unit, row) for key, (unit, row) in rows.items() if self.insert_one(unit, row, records[key])]
        return list(rows.values())

    def insert_one(self, unit: Unit, row: models.Model, record: Record) -> bool:
        """Insert one row; whether other rows had room for it."""
        row.pk, row._state.adding = None, True
        try:
            hold_to_rules(row)
            with transaction.atomic():
                row.save(force_insert=True)
        except Refused as error:
            self.demote([unit], ConflictReason.TAKEN, f"{record.place}: {error}")
            return False
        except (Broken, IntegrityError, DataError) as error:
            raise BundleError(f"{record.place}: {in_one_line(error)}") from error
        return True

    # Relations to many rows

    def relate(self) -> None:
        """Relate the rows that were changed and created to those that their records name.

        Where one of these was deleted here, a new row is related to the others, and it becomes a conflict.
        """
        for relation in self.relations:
            row, field, unit, record = relation.row, relation.field, relation.unit, relation.record
            found, missing = self.find_all(field, record)
            if unit is None or (unit.action is Action.CHANGE and missing is None):
                getattr(row, field.name).set([value for _, value in found])
            if missing is not None:
                name, there, wanted = str(row._meta.model_name), [key for key, _ in found], record.fields[field.name]
                new = Unit(name, relation.key, field.name, Action.CONFLICT, None, there, wanted)
                self.demote_missing(unit or new, missing)
            elif unit is not None:
                self.units.append(unit)
        self.relations.clear()

    def find_all(self, field: Any, record: Record) -> tuple[list[tuple[Any, Any]], MissingTarget | None]:
        """The natural keys of a relation to many rows with what they stand for, and one that stands for nothing."""
        found, missing = [], None
        for key in relation_to_many(record, field):
            try:
                found.append((key, self.targets.find(record.place, field, key)))
            except MissingTarget as error:
                missing = error
        return found, missing


def positions_of(model: Model) -> list[str]:
    """The numbers beside the natural key that rows must not share."""
    key: tuple[str, ...] = model.natural_key_fields  # type: ignore[attr-defined]
    constraints = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    names = {name for constraint in constraints for name in constraint.fields if name not in key}
    return [name for name in sorted(names) if isinstance(model._meta.get_field(name), models.IntegerField)]


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most ``size``."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())
