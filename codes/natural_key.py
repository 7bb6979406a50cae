"""Natural keys: how a row is named outside the database."""

from operator import attrgetter
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model, covariant=True)


class NaturalKeyQuerySet(models.QuerySet[M]):
    """Finds a row by its natural key, as Django's serializers ask for it."""

    def get_by_natural_key(self, *values: Any) -> M:
        paths = self.model.natural_key_fields  # type: ignore[attr-defined]
        return self.get(**dict(zip(paths, values, strict=True)))

    def published(self) -> Self:
        """What the public may see: without drafts of meanings, and without the rows that belong to one."""
        path: str = self.model.draft_path  # type: ignore[attr-defined]
        return self.exclude(**{path: True}) if path else self.all()


class NaturalKeyModel(models.Model):
    """A model whose rows are named by ``natural_key_fields``, given as look-up paths."""

    natural_key_fields: ClassVar[tuple[str, ...]] = ()
    draft_path: ClassVar[str] = ""  # the look-up path to whether a row is, or belongs to, a draft; "" if it never does
    install_fields: ClassVar[tuple[str, ...]] = ()  # what is this install's own business: in no bundle

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[Any, ...]:
        """The values of ``natural_key_fields``: numbers and slugs, no database id."""
        return tuple(attrgetter(path.replace("__", "."))(self) for path in self.natural_key_fields)
