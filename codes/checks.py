"""System checks that look into the database: `manage.py check --database default`."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from codes import generation
from codes.curation import triggers
from codes.localized import LocalizedModel
from codes.search import index


@register(Tags.database)
def base_columns_repeat_english(*, app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of rows whose base column drifted from the default language."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        tables = connections[alias].introspection.table_names()
        for model in apps.get_app_config("codes").get_models():
            if issubclass(model, LocalizedModel) and model._meta.db_table in tables:
                count = model._default_manager.using(alias).drifted().count()  # type: ignore[attr-defined]
                if count:
                    found.append(
                        Warning(
                            f"{count} of {model._meta.label} have a base column unlike the default language.",
                            hint="Run: manage.py repair_base_columns",
                            obj=model,
                            id="codes.W001",
                        )
                    )
    return found


@register(Tags.database)
def search_index_is_current(*, app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of a search index that is missing or not the one that the reference and the settings ask for."""
    return [
        Warning(f"The search index {found}.", hint="Run: manage.py rebuild_search", id="codes.W002")
        for alias in databases or []
        if (found := index.complaint(alias))
    ]


@register(Tags.database)
def curation_hears_of_changes(*, app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of tables without the triggers that keep the states and the history of texts."""
    return [
        Warning(f"The tables with texts {found}.", hint="Run: manage.py migrate", id="codes.W004")
        for alias in databases or []
        if (found := triggers.complaint(alias))
    ]


@register(Tags.database)
def writes_are_noted(*, app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of a database that does not tell pages when its content changes."""
    return [
        Warning(f"The generation of the content {found}.", hint="Run: manage.py migrate", id="codes.W003")
        for alias in databases or []
        if (found := generation.complaint(connections[alias]))
    ]
