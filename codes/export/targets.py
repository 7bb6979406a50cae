"""What the site consists of: every address that is asked for, and the file that its answer becomes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import translation

from codes.localized import DEFAULT_LANGUAGE, shown_languages
from codes.models import Comparison, GuideAnswer, GuideStep, Origin, Specification, StatusClass, StatusCode
from codes.models.guide import FIRST_STEP

OVERVIEWS = ("all_codes", "table", "guide", "comparisons", "specifications", "origins", "glossary", "search")
NUMBERS = range(1000)


class Target(NamedTuple):
    """A file of the export, and the request whose answer it holds."""

    file: str  # its path below the export's directory
    path: str  # of the request, below the site's prefix
    query: str = ""
    status: int = 200
    number: int | None = None  # whose page or answer it is
    comparison: str = ""  # the slug of the one whose page it is
    language: str = ""


def targets() -> Iterator[Target]:
    """Everything that is rendered, in the languages shown. Paths are those below the root: call it without a prefix."""
    for language in shown_languages():
        with translation.override(language):
            yield from pages(language)
    yield from answers()
    yield Target("404.html", f"/{DEFAULT_LANGUAGE}/no-such-page/", status=404)
    yield Target("robots.txt", reverse("robots"))
    yield Target("sitemap.xml", reverse("sitemap"))


def page(path: str, **facts: Any) -> Target:
    return Target(f"{path[1:]}index.html", path, **facts)


def pages(language: str) -> Iterator[Target]:
    """The pages of the active language."""
    for name in OVERVIEWS:
        yield page(reverse(name))
    for slug in Comparison.objects.order_by("pk").values_list("slug", flat=True):
        yield page(reverse("comparison", args=[slug]), comparison=slug, language=language)
    for model in (StatusClass, Origin, Specification):
        for row in model._default_manager.published().order_by("pk"):  # type: ignore[union-attr]
            yield page(row.get_absolute_url())
    for step in GuideStep.objects.exclude(slug=FIRST_STEP).order_by("pk"):
        yield page(step.get_absolute_url())
    answers_with_code = GuideAnswer.objects.published().filter(code__isnull=False)
    for answer in answers_with_code.select_related("step", "next_step").order_by("pk"):
        yield page(answer.get_absolute_url())
    known = set(known_numbers())
    for number in NUMBERS:
        status = 200 if number in known else 404
        yield page(reverse("number", args=[number]), status=status, number=number, language=language)
    for name in ("changes_atom", "changes_json", "opensearch"):
        yield Target(reverse(name)[1:], reverse(name))
    yield Target(f"{language}/404.html", f"/{language}/no-such-page/", status=404)


def known_numbers() -> list[int]:
    """The numbers that have a meaning, sorted."""
    return sorted(set(StatusCode.objects.order_by().values_list("number", flat=True)))


def answers() -> Iterator[Target]:
    """The JSON, in English as ``index.json`` and in another language under its name, for a file has no query."""
    yield Target("api/v1/openapi.json", reverse("api-1:openapi-json"))
    yield from answer("api-1:specifications", languages=[DEFAULT_LANGUAGE])
    yield from answer("api-1:classes")
    yield from answer("api-1:codes")
    yield from answer("api-1:codes", suffix=".full", query="full=1")
    for number in known_numbers():
        yield from answer("api-1:code", f"{number:03}", number=number)


def answer(
    view: str,
    *arguments: str,
    suffix: str = "",
    query: str = "",
    languages: list[str] | None = None,
    number: int | None = None,
) -> Iterator[Target]:
    """One answer of the API in every language."""
    path = reverse(view, args=arguments)
    for language in languages or shown_languages():
        name = "index" if language == DEFAULT_LANGUAGE else language
        asked = "&".join(part for part in (f"lang={language}", query) if part)
        yield Target(f"{path[1:]}{name}{suffix}.json", path, asked, number=number, language=language)
