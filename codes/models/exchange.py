"""What an install remembers of the bundles that it took over: not part of the reference, never in a bundle."""

import json
import zlib
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Source(models.Model):
    """An install whose bundles were applied here, and the last of them: the base of the next merge."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True, help_text=_("As its manifests name it."))
    address = models.CharField(_("address"), max_length=300, blank=True, help_text=_("Where `pull` found it last."))
    digest = models.CharField(_("digest"), max_length=64)
    manifest = models.JSONField(_("manifest"))
    applied = models.DateTimeField(_("last applied"), auto_now=True)

    class Meta:
        verbose_name = _("source of bundles")
        verbose_name_plural = _("sources of bundles")
        ordering = ["slug"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.slug


class BaseFile(models.Model):
    """What a source last said of the records of one model, compressed: every unit that any of its bundles held."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="files", verbose_name=_("source"))
    model = models.CharField(_("model"), max_length=40)
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("base of merges")
        verbose_name_plural = _("bases of merges")
        constraints = [models.UniqueConstraint(fields=["source", "model"], name="basefile_key")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source_id} {self.model}"

    @property
    def records(self) -> list[tuple[list[Any], dict[str, Any]]]:
        """Each natural key with its fields."""
        return [(key, fields) for key, fields in json.loads(zlib.decompress(self.content))]

    @staticmethod
    def packed(records: Any) -> bytes:
        """The content that holds these pairs of natural key and fields."""
        return zlib.compress(json.dumps(records, ensure_ascii=False, separators=(",", ":")).encode(), 6)


class ImportState(models.TextChoices):
    """How far an import has come."""

    PLANNED = "planned", _("uploaded, not applied")
    APPLIED = "applied", pgettext_lazy("state of an import", "applied")


class Import(models.Model):
    """A bundle or a translator's file that was applied, or uploaded to be: the log."""

    source = models.SlugField(_("source"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, default="bundle")
    digest = models.CharField(_("digest"), max_length=64)
    plan = models.CharField(_("plan"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.APPLIED)
    languages = models.JSONField(_("languages"), default=list)
    counts = models.JSONField(_("counts"), default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    author = models.CharField(_("by whom"), max_length=150, help_text=_("The name of the user, or of the command."))
    at = models.DateTimeField(_("when"), auto_now_add=True)
    content = models.BinaryField(_("uploaded file"), null=True, editable=False)
    shown = models.BinaryField(_("plan that was shown"), null=True, editable=False)
    file_name = models.CharField(_("file name"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        permissions = [("export_bundle", "Can export bundles"), ("import_bundle", "Can import bundles")]
        constraints = [
            models.CheckConstraint(name="import_state", condition=models.Q(state__in=ImportState.values)),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.digest[:12]}"


class ConflictState(models.TextChoices):
    """Whether somebody still has to decide, and what was decided."""

    OPEN = "open", _("open")
    LOCAL = "local", _("settled: as it is here")
    UPSTREAM = "upstream", _("settled: as the source has it")
    EDITED = "edited", _("settled: edited")
    AGREED = "agreed", _("gone: both sides agree")


class ConflictReason(models.TextChoices):
    """Why an import left something as it is here and asks."""

    BOTH_CHANGED = "both-changed", _("changed here and at the source")
    DELETED_HERE = "deleted-here", _("deleted here, changed at the source")
    RETIRED = "retired", _("no longer at the source")
    MISSING = "missing", _("refers to a record that does not exist here")
    TAKEN = "taken", _("another record here is in its place")
    TOGETHER = "together", _("breaks a rule together with what was changed here")


class ConflictQuerySet(models.QuerySet["Conflict"]):
    def open(self) -> Self:
        """Those that wait for a decision."""
        return self.filter(state=ConflictState.OPEN)


class Conflict(models.Model):
    """A difference between this install and a source that an editor decides; the local value stands until then.

    ``column`` is empty where it is about a whole record; the values are then objects of fields, or null.
    """

    source = models.SlugField(_("source"), max_length=60)
    model = models.CharField(_("model"), max_length=40)
    key = models.JSONField(_("key"))
    column = models.CharField(_("field"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=16, choices=ConflictReason)
    base = models.JSONField(_("last common value"), null=True)
    local = models.JSONField(_("value here"), null=True)
    upstream = models.JSONField(_("value at the source"), null=True)
    found_by = models.ForeignKey(
        Import, models.SET_NULL, null=True, related_name="conflicts", verbose_name=_("found by import")
    )
    found = models.DateTimeField(_("found at"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=ConflictState, default=ConflictState.OPEN)
    settled = models.DateTimeField(_("settled at"), null=True)
    settled_by = models.CharField(_("settled by"), max_length=150, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        ordering = ["state", "model", "pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "model", "key", "column"],
                condition=models.Q(state="open"),
                name="conflict_one_open_each",
            ),
            models.CheckConstraint(name="conflict_state", condition=models.Q(state__in=ConflictState.values)),
            models.CheckConstraint(name="conflict_reason", condition=models.Q(reason__in=ConflictReason.values)),
        ]

    def __str__(self) -> str:
        key = "/".join(map(str, self.key))
        return f"{self.model} {key} {self.column}".strip()
