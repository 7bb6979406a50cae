from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from codes.addresses import path_of
from codes.localized import LANGUAGES, LocalizedModel, LocalizedQuerySet, required


def validate_forbidden(value: Any) -> None:
    """Refuse anything but an object of language codes with lists of words."""
    if not isinstance(value, dict) or not set(value) <= set(LANGUAGES):
        raise ValidationError(_("Forbidden forms are listed by language code."))
    lists = list(value.values())
    if not all(isinstance(words, list) for words in lists) or not all(
        isinstance(word, str) and word for words in lists for word in words
    ):
        raise ValidationError(_("The forbidden forms of a language are a list of words."))


class GlossaryTerm(LocalizedModel):
    """A term of the field, what each language calls it, and the forms that its texts avoid."""

    natural_key_fields = ("slug",)
    localized_fields = ("name", "definition")

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    forbidden = models.JSONField(
        _("forbidden forms"),
        default=dict,
        blank=True,
        validators=[validate_forbidden],
        help_text=_("By language: words that no text in that language uses for it."),
    )
    name = models.CharField(_("name"), max_length=80)
    definition = models.CharField(_("definition"), max_length=400, blank=True)

    objects = LocalizedQuerySet.as_manager()

    class Meta:
        verbose_name = _("term of the glossary")
        verbose_name_plural = _("terms of the glossary")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="glossaryterm_named",
                condition=required("name") & ~models.Q(slug=""),
                violation_error_message=_("The slug and the English name are required."),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return f"{path_of('glossary')}#{self.anchor}"

    @property
    def anchor(self) -> str:
        """The fragment of this term on the glossary's page."""
        return f"term-{self.slug}"
