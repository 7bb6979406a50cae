import pytest

from codes.drafts import publish
from tests.drafts import MARKER, NUMBER, marked_draft

pytestmark = pytest.mark.django_db


def files_with(directory, words):
    """The paths of the files that have one of the words in them, in any case."""
    paths = [path for path in directory.rglob("*") if path.is_file() and path.suffix not in (".br", ".gz")]
    assert len(paths) > 50
    return {
        str(path.relative_to(directory))
        for path in paths
        if any(word.casefold() in path.read_text(encoding="utf-8").casefold() for word in words)
    }


def test_the_site_with_a_draft_is_byte_for_byte_the_site_without_it(export, tmp_path):
    """Every page, list, count, JSON answer, the sitemap and the index of the search."""
    before = export()
    draft = marked_draft()
    assert export() == (before.files, 0, 0)
    assert files_with(tmp_path / "site", [MARKER]) == set()
    assert publish(draft.pk)
    assert export().written > 20
    found = files_with(tmp_path / "site", [MARKER, f"/{NUMBER}/"])
    assert {
        *(f"en/{page}/index.html" for page in ("2xx", NUMBER, "404", "table", "guide", "origins")),
        f"api/v1/codes/{NUMBER}/index.json",
        "api/v1/codes/index.full.json",
        "sitemap.xml",
    } <= found
    assert any(name.startswith("search/words") for name in found)
