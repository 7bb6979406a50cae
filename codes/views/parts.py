"""Long lists of meanings, in parts. The address names the meaning after which a part begins: each costs the same."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from codes.models import StatusCode
from codes.models.status_code import StatusCodeQuerySet

# Lists of all meanings are what readers look for their code in; a class is an excerpt.
MOST_ROWS = 250
MOST_OF_A_KIND = 120
# With all their texts.
MOST_IN_FULL = 5
AFTER = re.compile(r"([0-9]{3})\.([-\w]+)", re.ASCII)


class Part(NamedTuple):
    """The meanings to show, what to ask for to see more (empty at the end), and how many there are in all parts."""

    rows: list[StatusCode]
    following: str
    total: int | None  # None where nobody asked


def part(
    request: HttpRequest,
    rows: StatusCodeQuerySet | Sequence[StatusCode],
    most: int = MOST_OF_A_KIND,
    *,
    counted: bool = False,
) -> Part:
    """The part of ``rows``, which are in reading order, that the request asks for. A file of an export has all of them.

    Raises Http404 where it names no meaning, or one that nothing follows.
    """
    if "httpref_export" in request.META or not isinstance(rows, StatusCodeQuerySet):
        return Part(list(rows), "", len(rows))
    asked = request.GET.get("after", "")
    shown = list((rows.after(meaning(asked)) if asked else rows)[: most + 1])
    if asked and not shown:
        raise Http404
    whole = not asked and len(shown) <= most
    total = (len(shown) if whole else rows.count()) if counted else None
    if len(shown) <= most:
        return Part(shown, "", total)
    last = shown[most - 1]
    return Part(shown[:most], f"{last.padded}.{last.origin_id}", total)


def meaning(name: str) -> StatusCode:
    """The meaning of a name such as ``499.nginx``."""
    if not (found := AFTER.fullmatch(name)):
        raise Http404
    row = StatusCode.objects.filter(number=int(found[1]), origin__slug=found[2]).only(
        "number", "origin", "registration"
    )
    return get_object_or_404(row)
