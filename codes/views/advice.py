"""The pages that help to choose: comparisons, the guide, the glossary."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation

from codes.errors import public
from codes.localized import DEFAULT_LANGUAGE, text
from codes.models import Comparison, GlossaryTerm, GuideAnswer, GuideStep
from codes.models.guide import FIRST_STEP
from codes.pictures import Tree, guide_tree
from codes.views.parts import MOST_COMPARISONS, part


@public
def comparisons(request: HttpRequest) -> HttpResponse:
    language = translation.get_language()
    rows = Comparison.objects.listed(language, "question", "summary")
    return render(request, "codes/comparisons.html", {"part": part(request, rows, MOST_COMPARISONS)})


@public
def comparison(request: HttpRequest, slug: str) -> HttpResponse:
    # An export reads the rows of many pages at once.
    rows = request.META.get("httpref_comparisons") or Comparison.objects.to_show([slug], translation.get_language())
    if slug not in rows:
        raise Http404
    return render(request, "codes/comparison.html", {"comparison": rows[slug]})


@public
def guide(request: HttpRequest) -> HttpResponse:
    """The first question, and all questions as a picture."""
    language = translation.get_language()
    steps = {step.slug: step for step in GuideStep.objects.in_language(language, "question").with_answers(language)}
    first = get_object_or_404(GuideStep.objects.in_language(language).with_answers(language), slug=FIRST_STEP)
    context = {"step": first, "tree": picture(steps, language)}
    return render(request, "codes/guide.html", context)


def picture(steps: dict[str, GuideStep], language: str) -> Tree:
    return guide_tree(
        steps[FIRST_STEP],
        lambda step: list(steps[step.slug].answers.all()),
        lambda step: text(steps[step.slug], "question", language or DEFAULT_LANGUAGE).value,
    )


@public
def guide_step(request: HttpRequest, slug: str) -> HttpResponse:
    language = translation.get_language()
    step = get_object_or_404(GuideStep.objects.in_language(language).with_answers(language), slug=slug)
    context = {"step": step, "tree": None, "before": step.steps_before(language)}
    return render(request, "codes/guide.html", context)


@public
def guide_answer(request: HttpRequest, step: str, slug: str) -> HttpResponse:
    """Where the guide ends: the code, and why it is the one."""
    language = translation.get_language()
    answers = GuideAnswer.objects.in_language(language, related=("step", "code")).filter(code__isnull=False).published()
    answer = get_object_or_404(answers, step__slug=step, slug=slug)
    return render(request, "codes/guide_answer.html", {"answer": answer})


@public
def glossary(request: HttpRequest) -> HttpResponse:
    terms = GlossaryTerm.objects.in_language(translation.get_language())
    return render(request, "codes/glossary.html", {"terms": terms})
