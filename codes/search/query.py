"""What a reader asks: the query as typed, taken apart."""

import re
from dataclasses import dataclass, field
from unicodedata import normalize

from codes.search.analyze import DOCUMENT, LETTER, SEAMS, tokens, weight
from codes.search.document import Kind, keys_of
from codes.search.folding import composed, data_lines, fold, fold_with_places
from codes.search.vocabulary import Vocabulary

LONGEST_QUERY = 200
MOST_UNITS = 32

FILLERS = re.compile("|".join(sorted(data_lines("fillers.txt"), key=lambda filler: -len(filler))))
PROTOCOL = re.compile(rf"(?<!{LETTER})https?/[0-9](?:\.[0-9])?(?!{LETTER}|\.)", re.IGNORECASE)
CLASS = re.compile(rf"(?<!{LETTER})([1-5])(?:xx|\*\*|__|\?\?)(?!{LETTER})", re.IGNORECASE)
NOTATION = re.compile(r"[1-5]xx")
SECTION = re.compile(
    r"\W*rfc[\s-]*0*([0-9]{1,5})(?:\W*(?:section|sec|第)|\W)\W*([0-9a-z]+(?:\.[0-9]+)+)\W*节?\W*", re.IGNORECASE
)
SPACE = re.compile(r"\s+")
WORD_OF_TEXT = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"[0-9]{3}")
# How many or how much of something: no status code, whatever the number.
AMOUNT = re.compile(
    rf"(?<!{LETTER})[0-9]+(?:[.,][0-9]+)?\s*"
    rf"((?:milli)?seconds|secs|ms|minutes?|mins|hours?|days?|bytes?|[kmg]i?b)(?!{LETTER})"
    r"|(?<![0-9])[0-9]+(?:\.[0-9]+)?\s*(毫?秒|分[鐘钟]|小[時时]|天|次|位元組|字[節节])",
    re.IGNORECASE,
)


@dataclass
class Unit:
    """One thing that is asked for, and the terms that stand for it: 1 for itself, less for a guess."""

    word: str
    weight: float
    terms: dict[str, float]
    last: bool = False  # may be unfinished
    is_class: bool = False  # names a status class: 4xx
    number: int | None = None
    respelt: str = ""  # the nearest known word, if this one is not known

    def may_be(self, kind: int) -> bool:
        """Whether a passage of this kind can answer: what mentions 404 or 4xx is not what has that number or class."""
        if self.is_class:
            return kind == Kind.CLASS
        return self.number is None or kind == Kind.NUMBER


@dataclass
class Query:
    """A query, ready to be looked up."""

    text: str  # as it was typed, cut to LONGEST_QUERY characters
    cut: bool
    keys: list[str]  # as a whole, without blanks and punctuation
    units: list[Unit] = field(default_factory=list)

    @property
    def number(self) -> int | None:
        """The status code, if the query is nothing else."""
        asked = fold(self.text)
        return int(asked) if NUMBER.fullmatch(asked) else None

    @property
    def numbers(self) -> list[int]:
        """The status codes that stand in the query."""
        return [unit.number for unit in self.units if unit.number is not None]


def cleaned(text: str) -> str:
    """A text without what the database and the page cannot take: NUL, lone surrogates, controls."""
    return "".join(character for character in text if character.isprintable() or character == " ").strip()


def parse(typed: str, vocabulary: Vocabulary) -> Query:
    """Take a query apart. Any text is a query; one without letters and digits has no units."""
    whole = composed(cleaned(SPACE.sub(" ", typed)))
    text = whole[:LONGEST_QUERY]
    # Full-width forms first: what follows looks for the signs of programs.
    asked = normalize("NFKC", text)
    query = Query(text, len(whole) > LONGEST_QUERY, [*keys_of(without_protocol(asked)), *keys_of(asked)])
    query.keys = list(dict.fromkeys(query.keys))
    if section := SECTION.fullmatch(fold(text)):
        asked, query.keys = f"rfc{section[1]}", keys_of(f"rfc{section[1]}{section[2]}")
    bare = without_amounts(without_protocol(taken_apart(asked, vocabulary)))
    query.units = units_of(bare, vocabulary)[:MOST_UNITS]
    if query.units and not typed[-1].isspace():
        query.units[-1].last = True
    if all(unit.is_class for unit in query.units):
        query.keys = []  # every code of the class, not those whose texts name it
    return query


def without_protocol(text: str) -> str:
    """A text without protocol versions, and with classes in one notation: ``4**`` is ``4xx``."""
    return CLASS.sub(r" \1xx ", PROTOCOL.sub(" ", text))


def without_amounts(text: str) -> str:
    """A text whose amounts are only their units: ``waited 100 seconds`` asks for no 100."""
    return AMOUNT.sub(lambda match: f" {match[1] or match[2]}", text)


def taken_apart(text: str, vocabulary: Vocabulary) -> str:
    """A text with the names that programs use taken apart, but for those that are known as they stand."""
    return WORD_OF_TEXT.sub(
        lambda match: match[0] if fold(match[0]) in vocabulary.terms else SEAMS.sub(" ", match[0]), text
    )


def units_of(text: str, vocabulary: Vocabulary) -> list[Unit]:
    """The units of a text, each once. A compound is one unit if it is known as one word, else its parts are units."""
    found: dict[str, Unit] = {}
    all_tokens = tokens(composed(without_fillers(text)))
    for token in all_tokens:
        outer = [other for other in all_tokens if other.start <= token.start and token.end <= other.end]
        inner = [other for other in all_tokens if token.start <= other.start and other.end <= token.end]
        wider = [other for other in outer if other not in inner and other.word]
        is_compound = token.word and any(other not in outer for other in inner)
        known = [other for other in wider if is_one_word(other.word, vocabulary)]
        if not known and (not is_compound or is_one_word(token.word, vocabulary)):
            found.setdefault(token.term, unit(token.term, token.word))
    return list(found.values())


def is_one_word(compound: str, vocabulary: Vocabulary) -> bool:
    return compound in vocabulary.terms or DOCUMENT.fullmatch(compound) is not None


def unit(term: str, word: str) -> Unit:
    number = int(word) if NUMBER.fullmatch(word) else None
    return Unit(word, weight(word or term), {term: 1.0}, number=number, is_class=NOTATION.fullmatch(word) is not None)


def without_fillers(text: str) -> str:
    """A text without the words that a Chinese question is wrapped in; the text itself if nothing else is left."""
    folded, places = fold_with_places(text)
    bare = list(text)
    for match in FILLERS.finditer(folded):
        for place in places[match.start() : match.end()]:
            bare[place] = " "
    rest = "".join(bare)
    return rest if WORD_OF_TEXT.search(rest) else text
