"""Comments on a text: said by those who write its language, until somebody finds them settled."""

import re

from django.utils import timezone
from django.utils.translation import gettext as _

from codes.curation.units import Unit
from codes.localized import normalised
from codes.models import Comment

LONGEST = 2_000
# Signs that nobody sees: control characters, and those that turn the order of what stands beside them.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class NotAComment(Exception):
    """Why a text cannot be a comment, in words."""


def comment(unit: Unit, text: str, *, author: str) -> None:
    """Say something about a text. Raises NotAComment."""
    value = normalised(text)
    if not value:
        raise NotAComment(_("Write the comment first."))
    if len(value) > LONGEST:
        message = _("The comment is too long: {length} characters, at most {longest}.")
        raise NotAComment(message.format(length=len(value), longest=LONGEST))
    if match := INVISIBLE.search(value):
        message = _("The comment has a sign that nobody sees: {sign}. Type it anew.")
        raise NotAComment(message.format(sign=f"U+{ord(match[0]):04X}"))
    Comment.objects.create(**unit.about, text=value, author=author)


def settle(unit: Unit, pk: str, *, author: str, is_settled: bool) -> None:
    """Note that a comment is settled, or that it is open again. Raises NotAComment if there is no such one."""
    found = Comment.objects.filter(**unit.about, pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
    values = (
        {"settled_by": author, "settled_at": timezone.now()} if is_settled else {"settled_by": "", "settled_at": None}
    )
    if not found.filter(settled_at__isnull=is_settled).update(**values) and not found.exists():
        raise NotAComment(_("There is no such comment."))
    # Whoever was first stays named.
    found.filter(settled_at__isnull=is_settled).update(
        settled_by=author if is_settled else "", settled_at=timezone.now() if is_settled else None
    )
