"""Who may settle which conflict."""

from typing import Any

from codes.admin.exchange.labels import column_language
from codes.localized import translate_permission
from codes.models import Conflict
from codes.models.exchange import ConflictReason


def wanted_rights(conflict: Conflict) -> list[str]:
    """The permissions that settling a conflict takes: what a form would take that changes the same."""
    if language := column_language(conflict.model, conflict.column):
        names = [translate_permission(language)]
    elif conflict.column:
        names = [f"change_{conflict.model}"]
    elif conflict.reason == ConflictReason.RETIRED:
        names = [f"delete_{conflict.model}"]
    else:
        names = [f"add_{conflict.model}", f"change_{conflict.model}"]
    return [f"codes.{name}" for name in ("change_conflict", *names)]


def may_settle(user: Any, conflict: Conflict) -> bool:
    """Whether a user may decide a conflict."""
    return bool(user.has_perms(wanted_rights(conflict)))
