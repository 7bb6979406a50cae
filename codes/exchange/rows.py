"""Rows from records, and back into the database, each held to the rules of its model."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from codes.exchange.errors import BundleError
from codes.exchange.form import Fields, Key, Model, Record, can_be_key, stored_value


class Broken(Exception):
    """A row that breaks a rule all by itself; the message says which."""


class Refused(Exception):
    """A row that other rows have no room for; the message says why."""


class MissingTarget(Exception):
    """A relation to a record that is not there."""

    def __init__(self, place: str, field: Any, key: Any) -> None:
        message = _("{place}: {field} refers to {key!r}, which does not exist")
        super().__init__(message.format(place=place, field=field.name, key=key))
        self.field, self.key = field, key


class Targets:
    """What relations point to, by natural key."""

    def __init__(self) -> None:
        self.known: dict[tuple[Model, str], dict[Key, Any]] = {}

    def of(self, field: Any) -> dict[Key, Any]:
        """The values that a relation may have, by the natural key of its target."""
        model, attribute = field.related_model, "pk" if field.many_to_many else field.target_field.attname
        if (model, attribute) not in self.known:
            paths = model.natural_key_fields
            names = list(dict.fromkeys([*paths, attribute]))  # an attribute may be part of the key
            rows = model._default_manager.order_by().values_list(*names)
            place = names.index(attribute)
            self.known[model, attribute] = {row[: len(paths)]: row[place] for row in rows}
        return self.known[model, attribute]

    def add(self, key: Key, row: models.Model) -> None:
        """Know a row that was just created."""
        for (model, attribute), values in self.known.items():
            if model is type(row):
                values[key] = getattr(row, attribute)

    def find(self, place: str, field: Any, key: Any) -> Any:
        """The value by which a relation points to its target. Raises MissingTarget."""
        with suppress(KeyError):
            if can_be_key(key):
                return self.of(field)[tuple(key)]
        raise MissingTarget(place, field, key)


def build(model: Model, record: Record, targets: Targets) -> models.Model:
    """An unsaved row of the fields that a record has, each checked, but not yet the rules that span fields and rows.

    Relations to many rows are left out. Raises BundleError and MissingTarget.
    """
    fields = [field for field in model._meta.concrete_fields if field.name in record.fields]
    values: Fields = {}
    for field in fields:
        value = values[field.attname] = record.fields[field.name]
        if field.is_relation and (value is not None or not field.null):
            if value is None:
                message = _("{place}: {field}: cannot be null")
                raise BundleError(message.format(place=record.place, field=field.name))
            values[field.attname] = targets.find(record.place, field, value)
    with naming(record):
        refuse_unstorable(record.fields)
        row = model(**values)
        plain = {field.name for field in fields if not field.is_relation}
        row.clean_fields(exclude=[field.name for field in model._meta.concrete_fields if field.name not in plain])
        for field in fields:
            if not field.is_relation:
                refuse_unlike(field, record.fields[field.name], stored_value(field, row))
    return row


@contextmanager
def naming(record: Record) -> Iterator[None]:
    """Turn what a bad value makes Python or Django raise into a BundleError that names the record."""
    try:
        yield
    except ValidationError as error:
        raise BundleError(f"{record.place}: {explain(error)}") from error
    except RecursionError as error:
        raise BundleError(_("{place}: nested too deeply").format(place=record.place)) from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BundleError(f"{record.place}: {error}") from error


def relation_to_many(record: Record, field: Any) -> list[Any]:
    """The natural keys that a record has for a relation to many rows. Raises BundleError."""
    keys = record.fields[field.name]
    if not isinstance(keys, list):
        message = _("{place}: {field} is a list of natural keys")
        raise BundleError(message.format(place=record.place, field=field.name))
    return keys


def hold_to_rules(row: models.Model) -> None:
    """What ``full_clean`` does, in two steps: raises Broken for the row's own rules, Refused for other rows' sake."""
    model = type(row)
    constraints = model._meta.constraints
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
        for constraint in constraints:
            if isinstance(constraint, models.CheckConstraint):
                constraint.validate(model, row)
    except ValidationError as error:
        raise Broken(explain(error)) from error
    try:
        row.validate_unique()
        for constraint in constraints:
            if not isinstance(constraint, models.CheckConstraint):
                constraint.validate(model, row)
    except ValidationError as error:
        raise Refused(explain(error)) from error


def refuse_unstorable(value: Any) -> None:
    """Raise ValueError for a text with a NUL or half a surrogate pair, which not every database takes."""
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError(_("a text contains NUL"))
    elif isinstance(value, list | dict):
        for part in (*value, *value.values()) if isinstance(value, dict) else value:
            refuse_unstorable(part)


def refuse_unlike(field: Any, given: Any, stored: Any) -> None:
    """Raise ValueError if a value would be stored as another one: 101.5 as 101. Texts may be normalised."""
    if given is None and not field.null:
        raise ValueError(_("{field}: cannot be null").format(field=field.name))
    if isinstance(given, str) and isinstance(field, models.CharField | models.TextField):
        return
    structured = isinstance(field, models.JSONField)
    kind = type(field.get_default()) if structured else type(stored)
    # Django takes these for "empty" and looks no further.
    empty = not structured and given in ("", [], {})
    if type(given) is not kind or given != stored or empty:
        message = _("{field}: {given!r} is not in the form in which it is stored, {stored!r}")
        raise ValueError(message.format(field=field.name, given=given, stored=stored))


def explain(error: ValidationError) -> str:
    """The messages of a row's validation error in one line."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
