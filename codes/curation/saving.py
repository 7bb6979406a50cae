"""Writing one text, or deciding on it: against what its editor saw, and never over somebody else's work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from codes.curation.checks import Finding
from codes.curation.rights import may_decide
from codes.curation.signature import signed
from codes.curation.units import Rulebook, Unit
from codes.exchange.rows import explain, refuse_unstorable
from codes.localized import normalised
from codes.models import TextChange, TextState
from codes.models.curation import Action, Provenance, State


class Seen(NamedTuple):
    """The two texts that an editor had before their eyes; None where there is none."""

    source: str | None
    target: str | None

    @classmethod
    def of(cls, source: str | None, target: str | None) -> "Seen":
        """In the form in which texts are stored."""
        return cls(normalised(source), normalised(target))


class Changed(Exception):
    """Somebody else has changed the source or the text since the editor saw them; ``now`` is what stands there."""

    def __init__(self, now: Seen) -> None:
        super().__init__(now)
        self.now = now


class Refused(Exception):
    """A text that cannot be stored as it is."""

    def __init__(self, findings: list[Finding], message: str = "") -> None:
        super().__init__(message)
        self.findings, self.message = findings, message


class Gone(Exception):
    """The row does not exist any more."""


def texts_now(unit: Unit) -> Seen:
    """Source and text as they are. Raises Gone."""
    found = unit.rows().values_list(unit.source_column, unit.column).first()
    if found is None:
        raise Gone
    return Seen(*found)


@contextmanager
def locked(unit: Unit, seen: Seen) -> Iterator[Any]:
    """The row, which nobody else can change until the transaction ends. Raises Gone and Changed."""
    with transaction.atomic():
        row = unit.rows().select_for_update().first()
        if row is None:
            raise Gone
        now = Seen(getattr(row, unit.source_column), getattr(row, unit.column))
        if now != seen:
            raise Changed(now)
        yield row


def write(
    unit: Unit,
    text: str,
    *,
    seen: Seen,
    state: State,
    author: str,
    reason: str = "",
    action: Action = Action.EDITED,
) -> None:
    """Store a text. Raises Refused with what is wrong with it, Changed, and Gone; nothing is written then."""
    value = normalised(text)
    errors = [one for one in Rulebook().examine(unit, seen.source or "", value or "") if one.blocks] if value else []
    if errors:
        raise Refused(errors)
    with signed(author=author, state=state, action=action, reason=reason), locked(unit, seen) as row:
        if value == seen.target:
            if value:
                kept = still_approved(unit, value)
                note(unit, Action.KEPT, author=author, reason=reason, state=state, source=None, **kept)
            return
        try:
            refuse_unstorable(value)
            setattr(row, unit.column, value)
            row.clean_fields(exclude=[one.name for one in row._meta.fields if one.name != unit.column])
        except ValidationError as error:
            raise Refused([], explain(error)) from error
        except ValueError as error:
            raise Refused([], str(error)) from error
        row.save(update_fields=[unit.column])


def decide(unit: Unit, action: Action, *, seen: Seen, user: Any, reason: str = "") -> None:
    """Approve a text, send it back, or find it still correct although the source has changed.

    Raises Changed, Gone, and PermissionError for somebody who may not.
    """
    with locked(unit, seen):
        row = unit.state()
        is_kept = action is Action.KEPT
        if not is_kept and not may_decide(user, unit.language, row):
            raise PermissionError
        state = State.DRAFT if action is Action.RETURNED else State.APPROVED
        if is_kept and not may_decide(user, unit.language, row):
            state = State.REVIEW
        kept = {"source": None, **still_approved(unit, seen.target)} if is_kept else {}
        note(unit, action, author=user.get_username(), reason=reason, state=state, **kept)


def still_approved(unit: Unit, text: str | None) -> dict[str, str | None]:
    """What to note of a text that stays, and may leave the approved state: that readers go on seeing it.

    One that is sent back was found to be wrong, so that they do not.
    """
    known = unit.state()
    return {"approved": text} if known is None or known.state == State.APPROVED else {}


def note(unit: Unit, action: Action, *, author: str, reason: str, **state: Any) -> None:
    """Change what is known about a text that itself stays as it is, and put it in the history."""
    TextState.objects.update_or_create(
        **unit.about, defaults=state, create_defaults={"provenance": Provenance.RECORD, **state}
    )
    TextChange.objects.create(
        **unit.about, action=action, provenance=Provenance.EDITOR, author=author, reason=reason, at=timezone.now()
    )
