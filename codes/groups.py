"""Who may do what: the groups that a new install begins with."""

from django.conf import settings
from django.contrib.auth.models import Group, Permission

from codes.curation.rights import APPROVE
from codes.exchange.form import MODEL_NAMES
from codes.localized import DEFAULT_LANGUAGE, translate_permission

EDITORS = "editors"
VIEWERS = "viewers"


def translators(language: str) -> str:
    """The name of the group that translates into ``language``."""
    return f"translators {language}"


def reviewers(language: str) -> str:
    """The name of the group that approves what others write in ``language``."""
    return f"reviewers {language}"


def wanted_groups() -> dict[str, set[str]]:
    """The groups and the codenames of their permissions on the reference."""
    view = {f"view_{model}" for model in (*MODEL_NAMES, "source", "import", "conflict")}
    change = {f"{action}_{model}" for action in ("add", "change", "delete") for model in MODEL_NAMES}
    exchange = {"export_bundle", "import_bundle", "change_conflict"}
    languages = [code for code in settings.CONTENT_LANGUAGES if code != DEFAULT_LANGUAGE]
    every_language = {translate_permission(code) for code in settings.CONTENT_LANGUAGES}
    return {
        EDITORS: view | change | exchange | every_language | {APPROVE},
        VIEWERS: view,
        **{translators(code): view | {translate_permission(code)} for code in languages},
        **{reviewers(code): view | {translate_permission(code), APPROVE} for code in languages},
    }


def seed_groups() -> list[str]:
    """Create the groups that are missing, with their permissions; the names of those created.

    A group that exists is left as its administrators have it.
    """
    created = []
    for name, codenames in wanted_groups().items():
        group, new = Group.objects.get_or_create(name=name)
        if new:
            permissions = Permission.objects.filter(content_type__app_label="codes", codename__in=codenames)
            group.permissions.set(permissions)
            created.append(name)
    return created
