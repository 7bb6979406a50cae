"""Signing what is written, so that states and history know who did it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from codes.models.curation import Action, Provenance, Signature, State


@contextmanager
def signed(
    *,
    author: str,
    state: State,
    provenance: Provenance = Provenance.EDITOR,
    action: Action = Action.EDITED,
    reason: str = "",
) -> Iterator[None]:
    """A transaction in which every text that is written counts as ``author``'s, and is then in ``state``.

    The triggers read the signature from a row. Nobody else ever sees it, since it is gone before the commit.
    """
    with transaction.atomic():
        row = Signature.objects.create(author=author, state=state, provenance=provenance, action=action, reason=reason)
        yield
        row.delete()
