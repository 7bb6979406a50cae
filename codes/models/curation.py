"""What an install knows about its texts beside the texts themselves: not part of the reference, never in a bundle.

A *unit* is one localized field of one row in one language. Triggers keep ``TextState`` and ``TextChange`` in step with
every write of a text, whoever makes it: see codes/curation/triggers.py.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """How far a text has come. That one is missing or stale is derived, and not stored as a state."""

    DRAFT = "draft", _("draft")
    REVIEW = "review", _("needs review")
    APPROVED = "approved", _("approved")


class Provenance(models.TextChoices):
    """What wrote a text."""

    RECORD = "record", _("came with its record")
    EDITOR = "editor", _("an editor")
    IMPORT = "import", _("an import")
    OUTSIDE = "outside", _("a program that did not sign")


class Action(models.TextChoices):
    """What was done to a unit."""

    EDITED = "edited", _("edited")
    REVERTED = "reverted", _("reverted")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("sent back")
    KEPT = "kept", _("found to be still correct")


class UnitModel(models.Model):
    """Something about one unit. ``object_id`` is the database's id of the row, which never leaves it."""

    model = models.CharField(_("model"), max_length=40)
    object_id = models.BigIntegerField(_("row"))
    field = models.CharField(_("field"), max_length=40)
    language = models.CharField(_("language"), max_length=10)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return " ".join(map(str, self.about))

    @property
    def about(self) -> tuple[str, int, str, str]:
        """The unit: model, row, field, language."""
        return self.model, self.object_id, self.field, self.language


class TextState(UnitModel):
    """The state of a text that was written, or whose source changed, since its record came; others are approved.

    ``source`` is the English that the text was written against where today's is another one, and NULL where it is not:
    a text is stale if, and only if, it has one. ``approved`` is the last approved text before one that is not, for
    sites that show approved ones only; NULL if there is none, and without meaning for a text that is approved itself.
    """

    state = models.CharField(_("state"), max_length=10, choices=State)
    source = models.TextField(_("source it was written against"), null=True)
    approved = models.TextField(_("last approved text, where today's is not approved"), null=True)
    provenance = models.CharField(_("written by"), max_length=10, choices=Provenance)
    author = models.CharField(_("author"), max_length=150, blank=True)
    at = models.DateTimeField(_("written at"), null=True, help_text=_("Unknown where it came with its record."))

    class Meta:
        verbose_name = _("state of a text")
        verbose_name_plural = _("states of texts")
        default_permissions = ()
        permissions = [("approve_texts", "Can approve texts in the languages that they translate into")]
        constraints = [
            models.UniqueConstraint(fields=["model", "object_id", "field", "language"], name="textstate_key"),
            models.CheckConstraint(name="textstate_state", condition=models.Q(state__in=State.values)),
        ]
        indexes = [models.Index(fields=["language", "state", "model", "field"], name="textstate_worklist")]


class TextChange(UnitModel):
    """An entry of a unit's history. Where only the state was changed, both texts are NULL."""

    before = models.TextField(_("before"), null=True)
    after = models.TextField(_("after"), null=True)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    provenance = models.CharField(_("written by"), max_length=10, choices=Provenance)
    author = models.CharField(_("author"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("change of a text")
        verbose_name_plural = _("changes of texts")
        default_permissions = ()
        indexes = [
            models.Index(fields=["model", "object_id", "field", "language"], name="textchange_unit"),
            models.Index(fields=["language", "at"], name="textchange_latest"),
        ]


class Signature(models.Model):
    """Who writes in this transaction: read by the triggers, and gone before the transaction ends."""

    state = models.CharField(_("state"), max_length=10, choices=State)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    provenance = models.CharField(_("written by"), max_length=10, choices=Provenance)
    author = models.CharField(_("author"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        default_permissions = ()

    def __str__(self) -> str:
        return self.author


class Dismissal(UnitModel):
    """A warning about a text that somebody looked at and found to be none; it holds for that very text."""

    check_name = models.CharField(_("check"), max_length=20)
    digest = models.CharField(_("digest of the texts"), max_length=64)
    author = models.CharField(_("author"), max_length=150)
    at = models.DateTimeField(_("dismissed at"), auto_now_add=True)

    class Meta:
        verbose_name = _("dismissed warning")
        verbose_name_plural = _("dismissed warnings")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_id", "field", "language", "check_name", "digest"], name="dismissal_key"
            )
        ]


class Comment(UnitModel):
    """What somebody has to say about a text, until somebody finds it settled."""

    text = models.TextField(_("comment"))
    author = models.CharField(_("author"), max_length=150)
    at = models.DateTimeField(_("written at"), auto_now_add=True)
    settled_by = models.CharField(_("settled by"), max_length=150, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        verbose_name = _("comment on a text")
        verbose_name_plural = _("comments on texts")
        default_permissions = ()
        constraints = [models.CheckConstraint(name="comment_says_something", condition=models.Q(text__gt=""))]
        indexes = [models.Index(fields=["model", "object_id", "field", "language"], name="comment_unit")]


class Outline(models.Model):
    """Which texts a row has, and its place in lists: kept by triggers, so that nobody has to look at all texts.

    ``texts`` has a letter for each language and field, see codes/curation/outline.py.
    """

    model = models.CharField(_("model"), max_length=40)
    object_id = models.BigIntegerField(_("row"))
    digit = models.SmallIntegerField(_("class"))
    place = models.TextField(_("place"))
    key = models.TextField(_("natural key"))
    texts = models.TextField(_("texts"))

    class Meta:
        verbose_name = _("outline of a row")
        verbose_name_plural = _("outlines of rows")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["model", "object_id"], name="outline_key")]
        indexes = [models.Index(fields=["place"], name="outline_place")]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"
