from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from codes.addresses import path_of
from codes.localized import LocalizedModel, LocalizedQuerySet, required
from codes.models.status_code import StatusCode

FIRST_STEP = "start"


class GuideStepQuerySet(LocalizedQuerySet["GuideStep"]):
    def with_answers(self, language: str) -> Self:
        """With each step's answers, and the codes and steps that they lead to; no draft is among them."""
        answers = GuideAnswer.objects.in_language(language, related=("code", "next_step")).published()
        answers = answers.order_by("position")
        return self.prefetch_related(models.Prefetch("answers", answers))


class GuideStep(LocalizedModel):
    """A question on the way from a request to the status code of its response."""

    natural_key_fields = ("slug",)
    localized_fields = ("question", "help")

    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    question = models.CharField(_("question"), max_length=160)
    help = models.CharField(_("help"), max_length=400, blank=True)

    objects = GuideStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of the guide")
        verbose_name_plural = _("steps of the guide")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="guidestep_question",
                condition=required("question") & ~models.Q(slug=""),
                violation_error_message=_("The slug and the English question are required."),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def steps_before(self, language: str) -> LocalizedQuerySet["GuideStep"]:
        """The steps with an answer that leads here."""
        rows: LocalizedQuerySet[GuideStep] = GuideStep.objects.in_language(language, "question")
        return rows.filter(answers__next_step=self).distinct()

    def get_absolute_url(self) -> str:
        return path_of("guide") if self.slug == FIRST_STEP else path_of("guide_step", self.slug)


class GuideAnswer(LocalizedModel):
    """An answer to a step's question: it leads to another step, or to a code with the reason for it."""

    natural_key_fields = ("step__slug", "slug")
    draft_path = "code__is_draft"
    localized_fields = ("text", "reason")

    step = models.ForeignKey(GuideStep, models.CASCADE, related_name="answers", verbose_name=_("step of the guide"))
    slug = models.SlugField(_("slug"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))
    next_step = models.ForeignKey(
        GuideStep, models.PROTECT, null=True, blank=True, related_name="reached_by", verbose_name=_("next step")
    )
    code = models.ForeignKey(
        StatusCode, models.PROTECT, null=True, blank=True, related_name="guide_answers", verbose_name=_("status code")
    )
    text = models.CharField(_("text"), max_length=160)
    reason = models.TextField(_("reason"), blank=True)

    objects = LocalizedQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer of the guide")
        verbose_name_plural = _("answers of the guide")
        ordering = ["step", "position"]
        constraints = [
            models.UniqueConstraint(fields=["step", "slug"], name="guideanswer_key"),
            models.UniqueConstraint(fields=["step", "position"], name="guideanswer_position"),
            models.CheckConstraint(
                name="guideanswer_leads_to_one",
                condition=models.Q(next_step__isnull=True, code__isnull=False)
                | models.Q(next_step__isnull=False, code__isnull=True),
                violation_error_message=_("An answer leads either to another step or to a status code."),
            ),
            models.CheckConstraint(
                name="guideanswer_text",
                condition=required("text") & ~models.Q(slug=""),
                violation_error_message=_("The slug and the English text are required."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step.slug}/{self.slug}"

    def get_absolute_url(self) -> str:
        """Where the answer leads: the next step, or the page that gives the code and the reason."""
        if self.next_step:
            return self.next_step.get_absolute_url()
        return path_of("guide_answer", self.step.slug, self.slug)
