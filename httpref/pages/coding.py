"""Content codings: which one a client gets (RFC 9110, section 12.5.3), and how content is coded."""

import gzip
import re
from collections.abc import Callable

import brotli
import zstandard

IDENTITY = "identity"
# Best first among those that a client likes equally: the smallest.
CODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, brotli.MODE_TEXT, quality=9, lgwin=19),
    "zstd": lambda content: zstandard.compress(content, 12),
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
PREFERENCE = (*CODERS, IDENTITY)
# Content that is shorter gains nothing.
WORTH_CODING = 200

MEMBER = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?")


def acceptable(field: str | None) -> tuple[str, ...]:
    """The codings that an Accept-Encoding field allows, the most welcome first.

    Without a field the content goes as it is: the client may be anything. A member that is not well-formed counts as
    absent. Where nothing is allowed the content goes as it is, too, rather than not at all.
    """
    if field is None:
        return (IDENTITY,)
    qualities: dict[str, float] = {}
    for part in field.split(","):
        if member := MEMBER.fullmatch(part):
            name = member[1].lower().removeprefix("x-")
            qualities[name] = float(member[2] or 1)
    others = qualities.get("*")
    # What is not named has the quality of "*". Without one, only the content as it is may be sent, if need be.
    found = {name: qualities.get(name, others or 0.0) for name in CODERS}
    found[IDENTITY] = qualities.get(IDENTITY, 0.0001 if others is None else others)
    ranked = sorted(PREFERENCE, key=lambda name: -found[name])
    return tuple(name for name in ranked if found[name]) or (IDENTITY,)


def encode(content: bytes, coding: str) -> bytes | None:
    """The content in a coding; None where that makes it no smaller."""
    if coding == IDENTITY:
        return content
    if len(content) < WORTH_CODING:
        return None
    coded = CODERS[coding](content)
    return coded if len(coded) < len(content) else None
