"""What a server answers with a redirect, for hosts that have nothing but files."""

from collections.abc import Iterator

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from codes.export.address import Address
from codes.export.targets import NUMBERS
from codes.localized import DEFAULT_LANGUAGE, shown_languages
from codes.models import Specification


def redirects(address: Address, policy: str) -> Iterator[tuple[str, bytes]]:
    """The files that lead elsewhere, with their contents. Call it within ``published_at``."""
    yield "index.html", choice("all_codes", [], policy)
    for number in NUMBERS:
        yield f"{number:03}/index.html", choice("number", [number], policy)
    for language in shown_languages():
        with translation.override(language):
            for row in Specification.objects.order_by("slug"):
                if row.rfc_number:
                    file = reverse("specification", args=[row.slug]).removeprefix(f"{address.prefix}/")
                    yield f"{file}index.html", moved(address.origin + row.get_absolute_url(), policy)


def choice(view: str, arguments: list[int], policy: str) -> bytes:
    """A page that leads to another one in the reader's language: by script, and without it to English."""
    links = []
    for language in shown_languages():
        with translation.override(language):
            name = translation.get_language_info(language)["name_local"]
            links.append({"code": language, "name": name, "path": reverse(view, args=arguments)})
    default = next(link["path"] for link in links if link["code"] == DEFAULT_LANGUAGE)
    context = {"links": links, "target": default, "policy": policy}
    return render_to_string("codes/export/choice.html", context).encode()


def moved(target: str, policy: str) -> bytes:
    return render_to_string("codes/export/moved.html", {"target": target, "policy": policy}).encode()
