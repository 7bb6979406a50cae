"""Long lists of rows, in parts. The address names the row after which a part begins: each costs the same."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.core.validators import slug_re
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from codes.models import Comparison, Origin, StatusCode
from codes.models.comparison import ComparisonQuerySet
from codes.models.origin import OriginQuerySet
from codes.models.status_code import StatusCodeQuerySet

InParts = StatusCodeQuerySet | OriginQuerySet | ComparisonQuerySet

# Lists of all meanings are what readers look for their code in; a class is an excerpt. What the reference itself has
# fits into one part, and a full part costs less than twice as much.
MOST_ROWS = 200
MOST_OF_A_KIND = 70
# Each with its summary.
MOST_COMPARISONS = 60
# With all their texts.
MOST_IN_FULL = 5
AFTER = re.compile(r"([0-9]{3})\.([-\w]+)", re.ASCII)


class Part(NamedTuple):
    """The rows to show, what to ask for to see more (empty at the end), and how many there are in all parts."""

    rows: list[Any]
    following: str
    total: int | None  # None where nobody asked


def part(
    request: HttpRequest,
    rows: InParts | Sequence[StatusCode],
    most: int = MOST_OF_A_KIND,
    *,
    count: Callable[[], int] | None = None,
) -> Part:
    """The part of ``rows``, which are in their order, that the request asks for. A file of an export has all of them.

    ``count`` tells how many there are in all parts; it is asked only where this part is not the whole. Raises
    Http404 where the request names no row, or one that nothing follows.
    """
    if "httpref_export" in request.META or not isinstance(rows, InParts):
        return Part(list(rows), "", len(rows))
    asked = request.GET.get("after", "")
    shown: list[Any] = list((rows.after(row_of(asked, rows)) if asked else rows)[: most + 1])
    if asked and not shown:
        raise Http404
    whole = not asked and len(shown) <= most
    total = (len(shown) if whole else count()) if count else None
    if len(shown) <= most:
        return Part(shown, "", total)
    return Part(shown[:most], name_of(shown[most - 1]), total)


def name_of(row: StatusCode | Origin | Comparison) -> str:
    """How an address names a row: a meaning ``499.nginx``, others by their slug."""
    return f"{row.padded}.{row.origin_id}" if isinstance(row, StatusCode) else row.slug


def row_of(name: str, rows: InParts) -> Any:
    """The row of a name, of the kind of ``rows``. Raises Http404 if there is none."""
    if isinstance(rows, StatusCodeQuerySet):
        return meaning(name)
    if not slug_re.fullmatch(name):
        raise Http404
    return get_object_or_404(rows.model.objects.published().only("slug"), slug=name)


def meaning(name: str) -> StatusCode:
    if not (found := AFTER.fullmatch(name)):
        raise Http404
    row = StatusCode.objects.filter(number=int(found[1]), origin__slug=found[2]).only(
        "number", "origin", "registration"
    )
    return get_object_or_404(row)
