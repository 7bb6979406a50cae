"""The three-way merge of one record: pure functions, no database.

``base`` is what the source said last time, ``local`` what stands here, ``upstream`` what the source says now; each is
a record's fields, or None where there is no record. Nothing that was changed here is ever changed by a merge.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from codes.exchange.form import Fields, Key
from codes.models.exchange import ConflictReason

WHOLE = ""  # the column of a unit that is about a whole record
FACTS = "facts"  # stands for all languages where a value is in none


class Absent:
    """The value of a column in a base that never had it: unlike any value."""


ABSENT: Any = Absent()


class Action(StrEnum):
    """What an import does with a unit."""

    CREATE = "create"
    CHANGE = "change"
    KEEP = "keep"  # both sides changed it, and the policy says: as it is here
    CONFLICT = "conflict"  # left as it is here, and queued for an editor
    RETIRE = "retire"  # left as it is here, and proposed to an editor as out of use


class Policy(StrEnum):
    """Who is right where both sides changed a text."""

    LOCAL = "local"
    UPSTREAM = "upstream"


@dataclass(frozen=True, slots=True)
class Unit:
    """One column of one record, or a whole record, that is not the same on both sides."""

    model: str
    key: Key
    column: str
    action: Action
    base: Any
    local: Any
    upstream: Any
    reason: str = ""


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same: unlike Python's, 1 is neither 1.0 nor true."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    return bool(one == other)


def merge(
    model: str,
    key: Key,
    *,
    base: Fields | None,
    local: Fields | None,
    upstream: Fields | None,
    languages: Mapping[str, str],
    keep: Mapping[str, Policy],
) -> Iterator[Unit]:
    """What differs in one record, and what becomes of it.

    ``languages`` names the language of each column of texts; ``keep`` decides conflicts by language, or by FACTS.
    """
    if upstream is None:
        if base is not None and local is not None:
            yield Unit(model, key, WHOLE, Action.RETIRE, base, None, None, ConflictReason.RETIRED)
        return
    # A text that the base does not know was not there; a fact that it does not know may have been anything.
    before = {column: (base or {}).get(column, None if column in languages else ABSENT) for column in upstream}
    if local is not None:
        for column, value in upstream.items():
            action = merge_value(before[column], local[column], value, keep.get(languages.get(column, FACTS)))
            if action:
                known = None if before[column] is ABSENT else before[column]
                reason = "" if action is Action.CHANGE else ConflictReason.BOTH_CHANGED
                yield Unit(model, key, column, action, known, local[column], value, reason)
    elif base is None:
        yield Unit(model, key, WHOLE, Action.CREATE, None, None, upstream)
    elif any(not same(before[column], value) for column, value in upstream.items()):
        yield Unit(model, key, WHOLE, Action.CONFLICT, base, None, upstream, ConflictReason.DELETED_HERE)


def merge_value(base: Any, local: Any, upstream: Any, policy: Policy | None) -> Action | None:
    """What becomes of one value; None if there is nothing to do."""
    if same(upstream, base) or same(local, upstream):
        return None
    if same(local, base):
        return Action.CHANGE
    return {None: Action.CONFLICT, Policy.LOCAL: Action.KEEP, Policy.UPSTREAM: Action.CHANGE}[policy]


def advance(base: Fields | None, upstream: Fields) -> Fields:
    """The base of the next merge: what the source says now, and what it said of columns that it left out."""
    return {**(base or {}), **upstream}
