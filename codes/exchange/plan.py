"""What an import would do, unit by unit: shown before it is applied, and named by a digest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Self

from codes.exchange.form import MODEL_NAMES, as_bytes
from codes.exchange.merge import Action, Policy, Unit

# The kind of import that is no translator's file.
BUNDLE = "bundle"
# Enough that no two plans of an install have the same, few enough to type.
DIGEST_LENGTH = 16


def place(unit: Unit) -> tuple[int, Any, str]:
    """Where a unit stands in a plan."""
    return MODEL_NAMES.index(unit.model), unit.key, unit.column


@dataclass(frozen=True)
class Plan:
    """The units that differ, in the order of models, keys and columns, and what they were computed from."""

    source: str
    bundle: str  # digest of what is imported
    base: str  # digest of what was imported last; empty if nothing was
    languages: tuple[str, ...]
    unknown_languages: tuple[str, ...] = ()
    keep: Mapping[str, Policy] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()
    notices: tuple[str, ...] = ()  # what else there is to say, in the active language
    kind: str = BUNDLE  # or the format of a translator's file, which has no base

    @cached_property
    def digest(self) -> str:
        """The name of this very plan: another state of either side gives another."""
        return sha256(as_bytes(self.content())).hexdigest()[:DIGEST_LENGTH]

    def content(self) -> dict[str, Any]:
        """What the digest is of."""
        return {
            "kind": self.kind,
            "source": self.source,
            "bundle": self.bundle,
            "base": self.base,
            "languages": list(self.languages),
            "unknown_languages": list(self.unknown_languages),
            "keep": dict(self.keep),
            "units": [as_json(unit) for unit in self.units],
        }

    def as_json(self) -> dict[str, Any]:
        """The plan for programs."""
        return {"plan": self.digest, "counts": self.counts(), "notices": list(self.notices), **self.content()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The plan that ``as_json`` told."""
        names = {name: told[name] for name in ("source", "bundle", "base", "kind")}
        parts: dict[str, Any] = {name: tuple(told[name]) for name in ("languages", "unknown_languages", "notices")}
        units = tuple(
            Unit(**{**unit, "key": tuple(unit["key"]), "action": Action(unit["action"])}) for unit in told["units"]
        )
        keep = {language: Policy(side) for language, side in told["keep"].items()}
        return cls(**names, **parts, keep=keep, units=units)

    def for_log(self) -> dict[str, Any]:
        """What an entry in the log of imports says of it."""
        return {
            "source": self.source,
            "kind": self.kind,
            "digest": self.bundle,
            "plan": self.digest,
            "languages": list(self.languages),
            "counts": self.counts(),
        }

    def counts(self) -> dict[str, dict[str, int]]:
        """The number of units by model and action; only those that there are."""
        found: dict[str, Counter[str]] = {}
        for unit in self.units:
            found.setdefault(unit.model, Counter())[unit.action] += 1
        return {model: dict(sorted(counter.items())) for model, counter in found.items()}

    def with_action(self, *actions: Action) -> Iterable[Unit]:
        """The units of some kinds."""
        return (unit for unit in self.units if unit.action in actions)

    @property
    def has_conflicts(self) -> bool:
        """Whether something would be queued for an editor."""
        return any(self.with_action(Action.CONFLICT, Action.RETIRE))

    @property
    def is_empty(self) -> bool:
        """Whether applying it would change nothing, not even the base."""
        return not self.units and (self.kind != BUNDLE or self.bundle == self.base)


def as_json(unit: Unit) -> dict[str, Any]:
    """A unit for programs."""
    names = ("model", "column", "action", "reason", "base", "local", "upstream")
    return {**{name: getattr(unit, name) for name in names}, "key": list(unit.key)}
