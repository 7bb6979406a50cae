"""What a work list is filtered by, and how an address says so."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from codes.curation.coverage import STATES
from codes.curation.outline import FIELDS, TARGETS
from codes.exchange.texts import localized_models

TODO = "todo"  # every state but the approved one
ALL = "all"  # of the languages that the reader works in
OPEN = "open"  # comments


@dataclass(frozen=True)
class WorkList:
    """The filters; empty values filter nothing."""

    language: str  # or ``all`` for those of ``own``
    own: tuple[str, ...] = ()
    model: str = ""
    field: str = ""
    digit: str = ""  # of the class
    state: str = ""  # one of STATES, or ``todo``
    author: str = ""
    since: str = ""  # a day: written on it or later
    before: str = ""  # a day: written earlier
    comments: str = ""  # ``open``: with comments that nobody has settled
    q: str = ""

    @classmethod
    def asked_for(cls, query: Mapping[str, str], languages: Sequence[str]) -> "WorkList":
        """The list that a query string asks for; what it asks for and there is not is left out.

        ``languages`` are the reader's own.
        """
        known: dict[str, Sequence[str]] = {
            "language": [*TARGETS, ALL],
            "model": [str(model._meta.model_name) for model in localized_models()],
            "field": FIELDS,
            "digit": list("12345"),
            "state": [*STATES, TODO],
            "comments": [OPEN],
        }
        values = {name: query.get(name, "") for name in known if query.get(name, "") in known[name]}
        language = values.pop("language", "") or (languages[0] if languages else TARGETS[0])
        free = {name: query.get(name, "").replace("\0", "").strip() for name in ("author", "q")}
        days = {name: day_of(query.get(name, "")) for name in ("since", "before")}
        return cls(language, tuple(languages), **values, **free, **days)

    @property
    def query(self) -> dict[str, str]:
        """The query string that asks for this list."""
        names = [one.name for one in dataclasses.fields(self) if one.name != "own"]
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its texts."""
        return self.own if self.language == ALL else (self.language,)

    @property
    def asks_who_or_when(self) -> bool:
        """Whether it is of texts only of which something is known."""
        return bool(self.author or self.since or self.before)


def day_of(text: str) -> str:
    """A day as ``2026-11-25``; empty if the text is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
