"""The search of the export: the index of the server's search as files, for the same formulas in the reader's browser.

``search/meta.json`` names the others, whose names carry a digest, so that one state is never mixed with another:
the vocabulary, and shards of keys, terms and documents, of which a query needs a few. What the browser must know
of the analysis and the ranking (tables, weights) goes along, so that it is written down only once.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils import translation

from codes.export.files import digest_of
from codes.localized import text
from codes.models import StatusCode
from codes.search import analyze, candidates, find, query, rank, vocabulary
from codes.search.document import Document, documents
from codes.search.folding import SIMPLIFIED, data_lines
from codes.search.passages import pack

DIRECTORY = "search/"
META = f"{DIRECTORY}meta.json"
# Of JSON in a shard: with Brotli a fourth or fifth of it.
SHARD = 100_000
BATCH = 500
# The numbers that the browser ranks by, under the names that they have here.
WEIGHTS = (
    *("WORD", "PAIR", "WEAK", "STOP", "LONGEST_QUERY", "MOST_UNITS", "MOST_KEYS", "MOST_RANKED", "MAY_BE_UNFINISHED"),
    *("MOST_COMPLETIONS", "MOST_SPELLINGS", "UNFINISHED", "MISSPELT", "MISSPELT_TWICE", "LEAST", "LEAST_IN_GROUP"),
    *("KIND_WEIGHTS", "BODY_WEIGHT", "FURTHER", "OTHER_LANGUAGE", "EXACT_KEYS", "EXACT_KEY", "NEARLY_A_NAME"),
    *("BEGINNING", "NUMBER_STRESS", "ORIGIN_STRESS", "RECALL_POWER", "SHORTEST_MISSPELT", "SIMILAR", "LONG_WORD"),
)


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def index_files(languages: Sequence[str]) -> dict[str, bytes]:
    """The files of the index by their paths below the export's directory. Call it within ``published_at``."""
    entries = list(StatusCode.objects.order_by("pk").values_list("pk", flat=True))
    index = Index(languages)
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        made = sorted(documents(batch), key=lambda one: one.entry)
        rows = StatusCode.objects.filter(pk__in=batch).order_by("pk").for_readers(*languages)
        for one, row in zip(made, rows, strict=True):
            index.add(one, row)
    return index.files()


class Index:
    """The index of all meanings, a place each in the order of their primary keys."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = languages
        self.documents: list[list[Any]] = []
        self.rows: dict[str, list[list[Any]]] = {language: [] for language in languages}
        self.keys: defaultdict[str, list[Any]] = defaultdict(list)
        self.terms: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        self.words: dict[str, str] = {}
        self.names: set[str] = set()
        self.contents: dict[str, bytes] = {}

    def add(self, one: Document, row: StatusCode) -> None:
        place = len(self.documents)
        self.documents.append([one.number, one.standing, pack(one.passages)])
        for kind, key, language in sorted(one.keys):
            self.keys[key].append([kind, language, place])
            if kind in (1, 2):
                self.names.add(key)
        for term in one.head:
            self.terms[term][0].append(place)
        for term in one.body - one.head:
            self.terms[term][1].append(place)
        self.words.update(one.words)
        for language, rows in self.rows.items():
            rows.append(shown(row, language))

    def files(self) -> dict[str, bytes]:
        blocks = list(blocks_of(self.documents))
        meta = {
            "documents": len(self.documents),
            "numbers": sorted({number for number, *_ in self.documents}),
            "starts": [start for start, _ in blocks],
            "blocks": [self.store("documents", self.documents[start:end]) for start, end in blocks],
            "rows": {
                language: [self.store(f"rows-{language}", rows[start:end]) for start, end in blocks]
                for language, rows in self.rows.items()
            },
            "keys": [self.store("keys", shard) for shard in shards(self.keys, first)],
            "terms": [self.store("terms", shard) for shard in shards(self.terms, whole)],
            "words": self.store("words", {"terms": sorted(self.words.items()), "names": sorted(self.names)}),
            "analysis": self.store("analysis", analysis()),
            "weights": weights(),
        }
        return {**self.contents, META: as_json(meta)}

    def store(self, kind: str, content: Any) -> str:
        """Keep a file of the index; its name."""
        data = as_json(content)
        name = f"{kind}-{digest_of(data)[:12]}.json"
        self.contents[DIRECTORY + name] = data
        return name


def shown(row: StatusCode, language: str) -> list[Any]:
    """What a list of results shows of a meaning, and the path of its page."""
    with translation.override(language):
        path = reverse("number", args=[row.number])
    anchor = "" if row.is_registered else f"#{row.anchor}"
    names = [text(row, field, language).value for field in ("name", "summary")]
    return [row.origin_id, row.reason_phrase, *names, f"{path}{anchor}"]


def blocks_of(made: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Neighbouring documents that make a shard: where it begins and ends."""
    start = size = 0
    for place, one in enumerate(made):
        size += len(as_json(one))
        if size > SHARD:
            yield start, place + 1
            start, size = place + 1, 0
    if start < len(made):
        yield start, len(made)


def shards(found: dict[str, Any], sorter: Any) -> list[dict[str, Any]]:
    """A table in parts of about equal size. ``sorter`` says by what number a key finds its part."""
    parts: list[dict[str, Any]] = [{} for _ in range(len(as_json(found)) // SHARD + 1)]
    for key, value in found.items():
        parts[sorter(key) % len(parts)][key] = value
    return parts


def first(key: str) -> int:
    """Keys are looked up by their beginnings: those that begin alike stay together."""
    return ord(key[0])


def whole(term: str) -> int:
    number = 0
    for character in term:
        number = (number * 31 + ord(character)) % 2**32
    return number


def analysis() -> dict[str, Any]:
    """The tables of the analysis."""
    return {
        "simplified": {chr(code): character for code, character in SIMPLIFIED.items()},
        "regional": analyze.REGIONAL,
        "stopWords": sorted(analyze.STOP_WORDS),
        "weakWords": sorted(analyze.WEAK_WORDS),
        "fillers": sorted(data_lines("fillers.txt"), key=lambda filler: (-len(filler), filler)),
        "ideographs": analyze.IDEOGRAPHS,
    }


def weights() -> dict[str, Any]:
    """The numbers of WEIGHTS."""
    modules = (analyze, candidates, find, query, rank, vocabulary)
    values = {name: value for module in modules for name, value in vars(module).items()}
    return {name: values[name] for name in WEIGHTS}
