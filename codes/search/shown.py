"""What results show of meanings: read with a fixed number of statements, and remembered until a meaning changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from codes.localized import DEFAULT_LANGUAGE, Text, column, columns, held_back, hold_back, text
from codes.models import StatusCode
from codes.search.candidates import CHANGING, Hit
from codes.search.document import LONG_TEXTS, keys_of
from codes.search.folding import composed
from codes.search.memory import Memory
from codes.search.reading import Reading
from codes.search.snippet import Wanted, best_passage, coverage, marked, sentences

CODE = str(StatusCode._meta.model_name)
NEUTRAL_FIELDS = ("id", "number", "origin", "reason_phrase", "registration", "visibility")


@dataclass
class Shown:
    """A meaning as results show it to readers of a language."""

    version: int
    row: StatusCode  # with what a list of results shows loaded, and the rest deferred
    summary: Text
    passages: str | None = None  # what else can be shown, a line each; read where it is needed

    def covers(self, wanted: Wanted) -> bool:
        """Whether the summary shows enough of what is wanted."""
        return coverage(composed(self.summary.value), wanted) >= max(1, len(wanted.terms) // 2)

    def snippet(self, wanted: Wanted) -> SafeString:
        """The summary, or the sentence or name that has more of what is wanted, marked."""
        passage = best_passage(self.passages or "", wanted)
        if passage and coverage(passage, wanted) > coverage(composed(self.summary.value), wanted):
            return marked(passage, wanted)
        return marked(self.summary.value, wanted)


# Some 20 kB each, where the long texts were looked through.
SHOWN: Memory[Shown] = Memory(1_000)


class Showing:
    """Reads what is shown to a reader of a language; with ``fresh`` nothing that is remembered will do."""

    def __init__(self, index: Reading, language: str, *, fresh: bool) -> None:
        self.index, self.language, self.fresh = index, language, fresh
        self.languages = dict.fromkeys([language, DEFAULT_LANGUAGE])

    def meanings(self, hits: Sequence[Hit]) -> dict[int, Shown]:
        """The meanings of hits, by primary key. One that was deleted in between is left out."""
        found: dict[int, Shown] = {}
        for hit in hits:
            shown = SHOWN.get(self.key(hit.entry))
            if shown and shown.version == hit.version and not self.fresh:
                found[hit.entry] = shown
        missing = {hit.entry: hit.version for hit in hits if hit.entry not in found}
        return found | (self.read(missing) if missing else {})

    def key(self, entry: int) -> tuple[str, str, int]:
        return self.index.database, self.language, entry

    def read(self, versions: dict[int, int]) -> dict[int, Shown]:
        """Read meanings and remember them as what these versions of their documents show.

        With so many changes that some may not be known, a version may be that of an older text: nothing is remembered.
        Not a query set, whose statement would be put together anew for every keystroke.
        """
        wanted = (*NEUTRAL_FIELDS, *columns(("name", "summary"), self.languages))
        fields = [field for field in StatusCode._meta.concrete_fields if field.name in wanted]
        names = [field.attname for field in fields]
        texts = self.index.texts(list(versions), [str(field.column) for field in fields])
        rows = {entry: StatusCode.from_db(self.index.connection.alias, names, values) for entry, *values in texts}
        hold_back(rows.values(), self.languages)
        found = {}
        for entry, row in rows.items():
            found[entry] = Shown(versions[entry], row, text(row, "summary", self.language))
            if versions[entry] != CHANGING and not self.fresh:
                SHOWN.put(self.key(entry), found[entry])
        return found

    def read_passages(self, meanings: Iterable[Shown]) -> None:
        """Read what meanings have besides their summaries, where that was not done yet."""
        missing = {shown.row.pk: shown for shown in meanings if shown.passages is None}
        if not missing:
            return
        passages: dict[int, list[str]] = {entry: [] for entry in missing}
        names = columns(LONG_TEXTS, self.languages)
        held = held_back([(CODE, entry) for entry in missing], self.languages)
        for entry, *values in self.index.texts(list(missing), names):
            by_name = dict(zip(names, values, strict=True)) | held.get((CODE, entry), {})
            texts = (by_name[column(name, missing[entry].summary.language)] or "" for name in LONG_TEXTS)
            passages[entry].append(sentences("\n\n".join(texts)))
        known = {entry: keys_of(shown.row.reason_phrase) for entry, shown in missing.items()}
        for entry, name in self.index.names(list(missing), self.language):
            if keys_of(name) != known[entry]:  # the reason phrase itself stands above the snippet
                passages[entry].append(name)
        for entry, shown in missing.items():
            shown.passages = composed("\n".join(passages[entry]))
