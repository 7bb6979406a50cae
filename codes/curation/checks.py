"""What can be found wrong with a translation by looking at it beside its source.

Errors block saving; a warning can be dismissed by somebody who looked. All of it is pure: texts in, findings out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from codes.search.folding import SIMPLIFIED

CODE_SPAN = re.compile(r"`[^`]+`")
LINK = re.compile(r"\[([^\]]*)\]\(([^)]+)\)")
RFC = re.compile(r"RFC \d+")
STATUS_CODE = re.compile(r"(?<![\w.])[1-9]\d{2}(?!\w)")
# Where English names a month, others write its number.
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?![\d.,]*\d|[\d.,]* ?[月월])")
TAG = re.compile(r"</?[A-Za-z!][^>]*>|<!--")
IMAGE = re.compile(r"!\[[^\]]*\]\(")
HEADING = re.compile(r"^ {0,3}#{1,6} ", re.MULTILINE)
BLANKS = re.compile(r"(?<=\S)[ \u3000]{2,}(?=\S)")
HAN = re.compile(r"[\u3400-\u9fff]")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?](?=[\s\u4e00-\u9fff]|$)")
SQUEEZED = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
FULL_STOPS = {"zh-hant": "。", "zh-hans": "。", "ja": "。"}
OTHER_QUOTES = {"zh-hant": "“”", "zh-hans": "「」"}
# The characters that a summary may have, and half as many where each is a syllable.
LONGEST_SUMMARY = 160
DENSE = ("zh-hant", "zh-hans", "ja", "ko")


class Check(StrEnum):
    """What is looked at. The first ones block."""

    CODE = "code"
    LINK = "link"
    RFC = "rfc"
    STATUS = "status"
    FIELD = "field"
    TABLE = "table"
    MARKDOWN = "markdown"
    LENGTH = "length"
    NUMBER = "number"
    PUNCTUATION = "punctuation"
    UNCHANGED = "unchanged"
    GLOSSARY = "glossary"
    SCRIPT = "script"
    BLANKS = "blanks"


WARNINGS = frozenset({Check.NUMBER, Check.PUNCTUATION, Check.UNCHANGED, Check.GLOSSARY, Check.SCRIPT, Check.BLANKS})


class Finding(NamedTuple):
    """Something wrong, said in the reader's language."""

    check: Check
    message: str

    @property
    def blocks(self) -> bool:
        """Whether a text with it cannot be saved."""
        return self.check not in WARNINGS


class Rules(NamedTuple):
    """What the reference says that a text in one language has to keep to."""

    forbidden: Mapping[str, str] = {}  # a form that this language avoids, and the term that stands for it
    header_fields: tuple[str, ...] = ()
    longest: int | None = None


def plain(text: str) -> str:
    """A text without its code spans and addresses."""
    return LINK.sub(r"\1", CODE_SPAN.sub("", text))


def examine(source: str, target: str, language: str, rules: Rules, *, prose: bool = True) -> list[Finding]:
    """What is wrong with ``target``, the translation of the English ``source``; errors first.

    A text that is no ``prose`` is a name or a label, which may put numbers and names in its own way.
    """
    found = [
        *errors(source, target, language, rules, prose=prose),
        *warnings(source, target, language, rules, prose=prose),
    ]
    return sorted(found, key=lambda finding: not finding.blocks)


def errors(source: str, target: str, language: str, rules: Rules, *, prose: bool) -> Iterator[Finding]:
    """What makes a translation wrong whatever it says."""
    if prose:
        yield from differing(source, target, rules)
    for pattern, what in ((TAG, _("HTML")), (IMAGE, _("a picture")), (HEADING, _("a heading"))):
        if match := pattern.search(CODE_SPAN.sub("", target)):
            message = _("The pages do not show {what}: {text}").format(what=what, text=match[0].strip())
            yield Finding(Check.MARKDOWN, message)
    for _label, address in LINK.findall(target):
        if not address.startswith(("https://", "/", "#")):
            yield Finding(Check.MARKDOWN, _("A link leads to https:// or to /404: {text}").format(text=address))
    if rules.longest and len(target) > rules.longest:
        message = _("It is too long: {length} characters, at most {longest}.")
        yield Finding(Check.LENGTH, message.format(length=len(target), longest=rules.longest))


def differing(source: str, target: str, rules: Rules) -> Iterator[Finding]:
    """What is the same in every language, and is not."""
    words, other = plain(source), plain(target)
    yield from difference(Check.CODE, _("code"), CODE_SPAN.findall(source), CODE_SPAN.findall(target))
    addresses = ([address for _, address in LINK.findall(text)] for text in (source, target))
    yield from difference(Check.LINK, _("links"), *addresses)
    yield from difference(Check.RFC, "RFC", RFC.findall(words), RFC.findall(other))
    yield from difference(Check.STATUS, _("status codes"), STATUS_CODE.findall(words), STATUS_CODE.findall(other))
    names = field_pattern(rules.header_fields)
    yield from difference(Check.FIELD, _("header fields"), set(names.findall(words)), set(names.findall(other)))
    if bars(source) != bars(target):
        yield Finding(Check.TABLE, _("The table has another number of columns than the source."))


def bars(text: str) -> set[int]:
    """How many bars the lines of a Markdown table have."""
    return {line.count("|") for line in text.splitlines() if line.startswith("|")}


def difference(check: Check, what: str, wanted: Iterable[str], there: Iterable[str]) -> Iterator[Finding]:
    """One finding for what is missing, one for what is too much."""
    before, after = Counter(wanted), Counter(there)
    if missing := before - after:
        text = ", ".join(sorted(missing))
        yield Finding(check, _("Missing here, but in the source ({what}): {text}").format(what=what, text=text))
    if added := after - before:
        text = ", ".join(sorted(added))
        yield Finding(check, _("Not in the source ({what}): {text}").format(what=what, text=text))


@cache
def field_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Finds names of header fields that cannot be taken for words: those with a hyphen."""
    long = sorted((name for name in names if "-" in name), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, long)) or '(?!)'})(?![\w-])")


def warnings(source: str, target: str, language: str, rules: Rules, *, prose: bool) -> Iterator[Finding]:
    """What is usually a slip."""
    words, other = plain(source), plain(target)
    if prose:
        if target == source and re.search(r"[A-Za-z]{2}", words):
            yield Finding(Check.UNCHANGED, _("It is the same as the source."))
        numbers = (set(NUMBER.findall(STATUS_CODE.sub("", RFC.sub("", text)))) for text in (words, other))
        yield from difference(Check.NUMBER, _("numbers"), *numbers)
    yield from slips_of_punctuation(words, other, target, language)
    for form, term in rules.forbidden.items():
        if form in target:
            message = _("The glossary avoids “{form}” and has “{term}”.")
            yield Finding(Check.GLOSSARY, message.format(form=form, term=term))
    if strangers := wrong_script(target, language):
        message = _("Characters of another script: {text}")
        yield Finding(Check.SCRIPT, message.format(text=" ".join(strangers)))
    if BLANKS.search(CODE_SPAN.sub("X", target)) and not BLANKS.search(CODE_SPAN.sub("X", source)):
        yield Finding(Check.BLANKS, _("Two blanks stand side by side."))


def slips_of_punctuation(source: str, words: str, target: str, language: str) -> Iterator[Finding]:
    """Signs that are missing or another script's."""
    stop = FULL_STOPS.get(language, ".")
    ends = [text.rstrip("*_)）”」 \n").endswith(sign) for text, sign in ((source, "."), (words, stop))]
    if words and ends[0] != ends[1]:
        message = _("The source ends with a full stop.") if ends[0] else _("The source does not end with a full stop.")
        yield Finding(Check.PUNCTUATION, message)
    if language in OTHER_QUOTES:
        if match := HALF_WIDTH.search(words):
            yield Finding(Check.PUNCTUATION, _("A sign of punctuation is half as wide: {text}").format(text=match[0]))
        if set(OTHER_QUOTES[language]) & set(words):
            yield Finding(Check.PUNCTUATION, _("The quotation marks are those of another region."))
        spaced = LINK.sub(r"\1", CODE_SPAN.sub("X", target)).replace("*", "")
        if match := SQUEEZED.search(spaced):
            yield Finding(Check.PUNCTUATION, _("A blank is missing: {text}").format(text=match[0]))


def wrong_script(target: str, language: str) -> list[str]:
    """The characters that are written otherwise in this language's region, or that have no place in it."""
    characters = dict.fromkeys(HAN.findall(target))
    if language == "zh-hans":
        return [one for one in characters if SIMPLIFIED.get(ord(one), one) != one]
    if language == "zh-hant":
        return [one for one in characters if is_simplified_only(one)]
    return list(characters) if language not in ("ja", "ko") else []


def is_simplified_only(character: str) -> bool:
    """Whether a character belongs to simplified Chinese alone: Taiwan's own character set lacks it."""
    try:
        character.encode("cp950")
    except UnicodeEncodeError:
        return character in simplified_characters()
    return False


@cache
def simplified_characters() -> frozenset[str]:
    """The characters that traditional ones are simplified to."""
    return frozenset(SIMPLIFIED.values())


def longest_summary(language: str) -> int:
    """How many characters a summary in a language may have."""
    return LONGEST_SUMMARY // 2 if language in DENSE else LONGEST_SUMMARY
