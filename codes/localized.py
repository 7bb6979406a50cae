"""Localized texts: which columns hold them, how they are read, how they are kept true.

A localized field such as ``summary`` is one column per language of CONTENT_LANGUAGES, made by
django-modeltranslation, and a base column ``summary`` that repeats the default language. Only
this module builds the name of such a column.

A text that is missing is NULL, never an empty or a blank string.
"""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.base import ModelState
from django.db.models.functions import Coalesce
from django.utils import translation
from modeltranslation.utils import build_localized_fieldname

from codes.natural_key import NaturalKeyModel, NaturalKeyQuerySet

LANGUAGES: tuple[str, ...] = tuple(settings.CONTENT_LANGUAGES)
DEFAULT_LANGUAGE: str = settings.LANGUAGE_CODE


def shown_languages() -> list[str]:
    """The codes of the languages that the public pages are served in, in the order of the setting."""
    return [code for code, _ in settings.LANGUAGES]


@cache
def column(field: str, language: str) -> str:
    """The name of the column that holds ``field`` in ``language``: ``summary_zh_hans``."""
    return build_localized_fieldname(field, language)


def columns(fields: Iterable[str], languages: Iterable[str] = LANGUAGES) -> list[str]:
    """The columns of several fields in several languages, grouped by field."""
    languages = list(languages)
    return [column(field, language) for field in fields for language in languages]


def required(field: str) -> models.Q:
    """The condition that a localized field is written in the default language."""
    name = column(field, DEFAULT_LANGUAGE)
    return models.Q(**{f"{name}__isnull": False, f"{name}__gt": ""})


def translate_permission(language: str) -> str:
    """The codename of the permission to write texts in ``language``."""
    return column("translate", language)


class Text(NamedTuple):
    """A text and the language it is written in; ``fallback`` if that is not the one asked for."""

    value: str
    language: str
    fallback: bool


def text(instance: models.Model, field: str, language: str) -> Text:
    """``field`` in ``language`` (a code of LANGUAGES), else in the default language, else empty."""
    for candidate in (language, DEFAULT_LANGUAGE):
        if value := getattr(instance, column(field, candidate)):
            return Text(value, candidate, candidate != language)
    return Text("", language, False)


def normalised(value: str | None) -> str | None:
    """The one form in which a text is stored: Unix line ends, no blanks around it, None if empty."""
    if value is None:
        return None
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() or None


# Of so many rows the texts are looked for one by one, of more all that are held back.
MOST_ROWS = 500


def held_back(keys: Collection[tuple[str, int]], languages: Iterable[str]) -> dict[tuple[str, int], dict[str, Any]]:
    """The columns that readers of these languages must not see as they are, and what they see instead: a text or None.

    ``keys`` are models' names and rows' ids, and so are the keys of what is found; empty if readers see everything.
    """
    languages = set(languages) - {DEFAULT_LANGUAGE}
    if not settings.ONLY_APPROVED or not languages or not keys:
        return {}
    states = apps.get_model("codes", "TextState")._default_manager.exclude(state="approved")
    states = states.filter(language__in=languages, model__in={model for model, _ in keys})
    if len(keys) <= MOST_ROWS:
        states = states.filter(object_id__in={pk for _, pk in keys})
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for model, pk, field, language, approved in states.values_list(
        "model", "object_id", "field", "language", "approved"
    ):
        found.setdefault((model, pk), {})[column(field, language)] = approved
    return found


def hold_back(rows: Iterable["LocalizedModel"], languages: Iterable[str]) -> None:
    """Give rows that are only shown, and never saved, the texts that readers of these languages may see."""
    by_key: dict[tuple[str, int], list[LocalizedModel]] = {}
    for row in rows:
        by_key.setdefault((str(row._meta.model_name), row.pk), []).append(row)
    for key, texts in held_back(by_key.keys(), languages).items():
        for row in by_key.get(key, ()):
            row.__dict__.update({name: value for name, value in texts.items() if name in row.__dict__})


M = TypeVar("M", bound="LocalizedModel", covariant=True)


class LocalizedQuerySet(NaturalKeyQuerySet[M]):
    """Query methods for models with localized fields. Filters never fall back to another language."""

    def in_language(
        self, language: str, *fields: str, facts: Collection[str] | None = None, related: tuple[str, ...] = ()
    ) -> Self:
        """Load ``fields`` (default: all localized ones) in ``language`` and the default language only, for a reader.

        Of what is the same in every language ``facts`` are loaded (default: all). The rows of the foreign keys
        ``related`` come with them, in the same languages.
        """
        names = [name for name in self.model.columns_in(language, fields, facts) if name not in related]
        for relation in related:
            model: Any = self.model._meta.get_field(relation).related_model
            names += [f"{relation}__{name}" for name in model.columns_in(language)]
        # Without rewriting for the names themselves; the filters that follow are rewritten again.
        rows = self.rewrite(False).only(*names)  # type: ignore[attr-defined]
        if related:
            rows = rows.select_related(*related)
        return rows.rewrite(True).for_readers(language, related=related)  # type: ignore[no-any-return]

    def for_readers(self, *languages: str, related: tuple[str, ...] = ()) -> Self:
        """Rows, with those of foreign keys, as readers of these languages may see them: to be shown, not to be saved.

        Without languages: as they are.
        """
        rows = self.all()
        # The query is what every clone of a query set copies whole.
        rows.query.readers = (languages, related)  # type: ignore[attr-defined]
        return rows

    def _fetch_all(self) -> None:
        is_new = self._result_cache is None
        super()._fetch_all()
        if not is_new or not settings.ONLY_APPROVED:
            return  # not even a look at the query: of rows that were read with others it is not made yet
        languages, related = getattr(self.query, "readers", ((), ()))
        if languages:
            rows = [row for row in self._result_cache or () if isinstance(row, LocalizedModel)]
            shown = [getattr(row, name) for row in rows for name in related]
            hold_back([*rows, *(row for row in shown if row is not None)], languages)

    def having(self, field: str, language: str) -> Self:
        """Rows whose ``field`` is written in ``language`` itself."""
        return self.filter(**{column(field, language) + "__isnull": False})

    def missing(self, field: str, language: str) -> Self:
        """Rows whose ``field`` is not written in ``language``, whatever a reader is shown instead."""
        return self.filter(**{column(field, language) + "__isnull": True})

    def update(self, **values: Any) -> int:
        """Like Django's, with texts normalised and the base column kept equal to the default language."""
        values = {
            column(name, translation.get_language() or DEFAULT_LANGUAGE)
            if name in self.model.localized_fields
            else name: value
            for name, value in values.items()
        }
        for field in self.model.localized_fields:
            for name in columns([field]):
                if isinstance(values.get(name), str):
                    values[name] = normalised(values[name])
            default = column(field, DEFAULT_LANGUAGE)
            if default in values:
                values[field] = values[default] if values[default] is not None else ""
        return super(LocalizedQuerySet, self.rewrite(False)).update(**values)  # type: ignore[attr-defined]

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """Like Django's, with texts normalised and the base columns in the default language."""
        objs = list(objs)
        for instance in objs:
            instance.normalise_texts()
        with translation.override(DEFAULT_LANGUAGE):
            return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        """Like Django's, with texts normalised and the base columns kept equal to the default language."""
        objs, names = list(objs), self.model.columns_to_store(fields)
        for instance in objs:
            instance.normalise_texts()
        with translation.override(DEFAULT_LANGUAGE):
            return super().bulk_update(objs, names, *args, **kwargs)

    def drifted(self) -> Self:
        """Rows with a base column that differs from the default language (raw SQL, foreign tools)."""
        condition = models.Q()
        for field in self.model.localized_fields:
            default = Coalesce(column(field, DEFAULT_LANGUAGE), models.Value(""))
            condition |= ~models.Q(**{field: default})
        return self.rewrite(False).filter(condition)  # type: ignore[attr-defined, no-any-return]


class LocalizedModel(NaturalKeyModel):
    """A model with texts in several languages; ``localized_fields`` names them."""

    localized_fields: ClassVar[tuple[str, ...]] = ()
    neutral_texts: ClassVar[tuple[str, ...]] = ()  # texts that are the same in every language

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override]  # that of Django 6.1, which the stubs are for, takes more
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """A row as it was read. Django's way asks each of some ninety columns whether it is one of the ten loaded."""
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        row.__dict__.update(zip(field_names, values, strict=True))
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row with normalised texts; the base columns take the default language."""
        self.normalise_texts()
        names = kwargs.get("update_fields")
        if names is None and not self._state.adding and (deferred := self.get_deferred_fields()):
            names = [field.name for field in self._meta.concrete_fields if field.attname not in deferred]
            names.remove(self._meta.pk.name)
        if names is not None:
            kwargs["update_fields"] = self.columns_to_store(names)
        with translation.override(DEFAULT_LANGUAGE):
            super().save(*args, **kwargs)

    @classmethod
    def columns_to_store(cls, names: Iterable[str]) -> list[str]:
        """The columns to write for names of fields.

        A localized field's plain name means the active language; the base columns of texts in the default
        language come with them.
        """
        active = translation.get_language() or DEFAULT_LANGUAGE
        names = [column(name, active) if name in cls.localized_fields else name for name in names]
        return names + [field for field in cls.localized_fields if column(field, DEFAULT_LANGUAGE) in names]

    @classmethod
    def columns_in(cls, language: str, fields: Iterable[str] = (), facts: Iterable[str] | None = None) -> list[str]:
        """What to load to show a row in ``language``: no base column, no third language."""
        languages = dict.fromkeys([language, DEFAULT_LANGUAGE])
        neutral = cls.neutral_columns() if facts is None else facts
        return [*neutral, *columns(fields or cls.localized_fields, languages)]

    @classmethod
    @cache
    def neutral_columns(cls) -> tuple[str, ...]:
        """The columns that are the same in every language."""
        return tuple(field.name for field in cls._meta.concrete_fields if cls.is_neutral(field))

    @classmethod
    def is_neutral(cls, field: Any) -> bool:
        """Whether a field is the same in every language: no text in one of them, no base column."""
        return field.name not in cls.base_columns() and not hasattr(field, "translated_field")

    @classmethod
    def base_columns(cls) -> tuple[str, ...]:
        """The columns that only repeat the default language and that nothing reads."""
        return cls.localized_fields

    def clean_fields(self, exclude: Any = None) -> None:
        self.normalise_texts()
        super().clean_fields(exclude={*(exclude or ()), *self.base_columns()})

    def normalise_texts(self) -> None:
        """Bring every loaded text into the form that is stored."""
        for name in columns(self.localized_fields):
            if name in self.__dict__:
                setattr(self, name, normalised(self.__dict__[name]))
        for name in self.neutral_texts:
            if name in self.__dict__:
                setattr(self, name, normalised(self.__dict__[name]) or "")
