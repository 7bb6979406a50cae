"""A site of few pages, to be exported in a moment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codes.exchange.apply import seed
from codes.export import redirects, targets
from codes.export.address import Address, parse_address
from codes.export.site import Outcome, export_site
from tests.codes.exchange.bundles import Records, bundle_of, reference

NUMBERS = (299, 404, 410, 499)
DOCUMENTS = {"rfc9110", "rfc2616", "w3c-htresp-1992"}
STEPS = ("start", "missing")


def small() -> Records:
    """The meanings of 404, 410 and 499 with what belongs to them, and the guide's questions that lead to them."""
    records = reference()

    def is_kept(name: str, fields: dict[str, Any]) -> bool:
        numbers = [
            code[0] for code in (*fields.get("codes", ()), fields.get("status_code"), [fields.get("number")]) if code
        ]
        documents = [
            slug for slug in (*fields.get("specification", ()), name == "specification" and fields["slug"]) if slug
        ]
        match name:
            case "origin":
                return fields["slug"] in origins
            case "headerfielduse":
                return fields["header_field"][0] in fields_kept and numbers[0] in NUMBERS
            case "guidestep":
                return fields["slug"] in STEPS
            case "guideanswer":
                return fields["step"][0] in STEPS and fields["code"] is not None and fields["code"][0] in NUMBERS
        return set(numbers) - {None} <= set(NUMBERS) and set(documents) <= DOCUMENTS

    origins = {fields["origin"][0] for fields in records["statuscode"] if fields["number"] in NUMBERS}
    headers = records["headerfield"]
    fields_kept = {fields["name"] for fields in headers if fields["specification"][0] in DOCUMENTS}
    kept = {name: [fields for fields in every if is_kept(name, fields)] for name, every in records.items()}
    for fields in kept["specification"]:
        fields.update(obsoletes=[], updates=[])
    return kept


@pytest.fixture
def few_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (targets, redirects):
        monkeypatch.setattr(module, "NUMBERS", NUMBERS)


@pytest.fixture
def small_site(empty_database: None, few_numbers: None) -> None:
    seed(bundle=bundle_of(small()))


@pytest.fixture
def address() -> Address:
    return parse_address("https://example.org/http")


@pytest.fixture
def export(small_site: None, address: Address, tmp_path: Path) -> Callable[..., Outcome]:
    """A function that exports the small site to ``site`` in the temporary directory."""

    def run(*languages: str, jobs: int = 1, progress: Any = lambda done, total: None) -> Outcome:
        return export_site(tmp_path / "site", address, languages or ("en",), jobs=jobs, progress=progress)

    return run
