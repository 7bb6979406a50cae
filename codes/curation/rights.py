"""Who may write, approve and send back which text."""

from typing import Any

from codes.localized import DEFAULT_LANGUAGE, LANGUAGES, translate_permission
from codes.models.curation import State, TextState

APPROVE = "approve_texts"


def languages_of(user: Any) -> list[str]:
    """The languages that a user has the right to write in."""
    return [code for code in LANGUAGES if user.has_perm(f"codes.{translate_permission(code)}")]


def targets_of(user: Any) -> list[str]:
    """The languages that a user translates into."""
    return [code for code in languages_of(user) if code != DEFAULT_LANGUAGE]


def is_editor(user: Any) -> bool:
    """Whether a user answers for the English and the facts, and so may approve also what they wrote themselves."""
    return bool(user.has_perms(["codes.change_statuscode", f"codes.{APPROVE}"]))


def may_review(user: Any, language: str) -> bool:
    """Whether a user decides on texts in a language that others wrote."""
    return bool(user.has_perms([f"codes.{translate_permission(language)}", f"codes.{APPROVE}"]))


def may_decide(user: Any, language: str, row: TextState | None) -> bool:
    """Whether a user may approve, or send back, the very text whose state is ``row``."""
    is_own = row is not None and row.author == user.get_username()
    return may_review(user, language) and (not is_own or is_editor(user))


def state_of_writing(user: Any) -> State:
    """The state of what a user writes: only an editor's text needs nobody else's eyes."""
    return State.APPROVED if is_editor(user) else State.REVIEW
