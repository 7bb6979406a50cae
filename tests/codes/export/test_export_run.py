import errno
import json
import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.db import connection

from codes.export import site as module
from codes.export.errors import ExportError
from codes.export.files import Files
from codes.export.render import Renderer
from codes.export.site import export_site
from codes.models import Origin, Reference, Specification, StatusCode

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(tmp_path):
    return tmp_path / "site"


def files(site: Path) -> dict[str, bytes]:
    """What is served, without the compressed forms."""
    paths = [path for path in site.rglob("*") if path.is_file() and path.suffix not in (".br", ".gz")]
    names = {str(path.relative_to(site)): path.read_bytes() for path in paths}
    return {name: content for name, content in names.items() if not name.startswith(".")}


def stamps(site: Path) -> dict[str, int]:
    return {name: (site / name).stat().st_mtime_ns for name in files(site)}


def test_the_export_holds_pages_json_and_all_that_they_refer_to(export, site):
    outcome = export("en", "zh-hant")
    found = files(site)
    assert outcome == (len(found), len(found), 0)
    for name in (
        "index.html",
        "404.html",
        "404/index.html",
        "robots.txt",
        "sitemap.xml",
        "en/index.html",
        "zh-hant/404/index.html",
        "zh-hant/299/index.html",
        "zh-hant/search/index.html",
        "zh-hant/opensearch.xml",
        "zh-hant/changes.atom",
        "zh-hant/changes.json",
        "zh-hant/404.html",
        "en/rfc/9110/index.html",
        "en/specifications/rfc9110/index.html",
        "api/v1/openapi.json",
        "api/v1/codes/index.json",
        "api/v1/codes/zh-hant.full.json",
        "api/v1/codes/404/index.json",
        "api/v1/codes/404/zh-hant.json",
        "api/v1/classes/index.json",
        "api/v1/specifications/index.json",
        "search/meta.json",
    ):
        assert name in found
    assert not any(name.startswith(("admin", "zh-hans")) for name in found)
    for name in found:
        assert (site / f"{name}.br").exists()
        assert (site / f"{name}.gz").exists()


def test_every_link_leads_below_the_prefix_to_a_file(export, site):
    export("en", "zh-hant")
    found = files(site)
    links = set()
    for name, content in found.items():
        if name.endswith(".html"):
            # Browsers would look for one at the root of the host, which is not ours.
            assert b'<link rel="icon" href="/http/static/' in content, name
            links |= set(re.findall(r'(?:href|src|action|data-index|data-module)="([^"]+)"', content.decode()))
    inner = {link.removeprefix("https://example.org") for link in links}
    inner = {link.partition("#")[0] for link in inner if link.startswith("/")}
    assert len(inner) > 50
    assert [link for link in inner if not link.startswith("/http/")] == []
    wanted = {link.removeprefix("/http/") for link in inner}
    targets = {f"{link}index.html" if link.endswith("/") or not link else link for link in wanted}
    # What the texts of the small site say of numbers that it lacks, and the questions that lead to them.
    assert [link for link in targets - set(found) if not re.fullmatch(r"\w\w(-\w+)?/\d{3}/index.html", link)] == []


def test_addresses_for_other_sites_are_absolute(export, site):
    export("en", "zh-hant")
    page = (site / "en/404/index.html").read_text()
    assert '<link rel="canonical" href="https://example.org/http/en/404/">' in page
    assert '<link rel="alternate" hreflang="zh-hant" href="https://example.org/http/zh-hant/404/">' in page
    assert "zh-hans" not in page
    assert "Sitemap: https://example.org/http/sitemap.xml" in (site / "robots.txt").read_text()
    assert "<loc>https://example.org/http/zh-hant/404/</loc>" in (site / "sitemap.xml").read_text()
    answer = json.loads((site / "api/v1/codes/404/zh-hant.json").read_bytes())
    assert answer["meanings"][0]["url"] == "https://example.org/http/zh-hant/404/"
    assert "https://example.org/http/en/search/?q=" in (site / "en/opensearch.xml").read_text()


def test_the_pages_say_themselves_what_the_server_says_in_headers(export, site):
    export()
    page = (site / "en/404/index.html").read_text()
    assert re.search(r'<meta http-equiv="Content-Security-Policy" content="[^"]*default-src &#39;none&#39;', page)
    assert 'data-index="/http/search/meta.json"' in page
    assert "data-api" not in page


def test_an_unchanged_site_is_neither_rendered_nor_written_again(export, site, monkeypatch):
    first = export()
    before = stamps(site)
    monkeypatch.setattr(Renderer, "contents", lambda *_: pytest.fail("a page was rendered"))
    assert export() == (first.files, 0, 0)
    assert stamps(site) == before


def test_an_edit_writes_only_what_shows_it(export, site):
    export()
    before = stamps(site)
    StatusCode.objects.filter(number=410, origin="iana").update(visitor_en="Nothing to see here any more.")
    outcome = export()
    changed = {name for name, stamp in stamps(site).items() if before.get(name) != stamp}
    assert "en/410/index.html" in changed
    assert "api/v1/codes/410/index.json" in changed
    assert "en/404/index.html" not in changed
    assert outcome.written == len(changed) < 15
    assert "Nothing to see here any more." in (site / "en/410/index.html").read_text()


def test_what_the_site_no_longer_has_is_removed_and_foreign_files_stay(export, site):
    export("en", "zh-hant")
    mine = site / "en/rfc/2616/notes.txt"
    mine.write_text("mine")
    (site / "CNAME").write_text("example.org")
    Reference.objects.filter(specification__slug="rfc2616").delete()
    Specification.objects.get(slug="rfc2616").delete()
    outcome = export("en")
    assert outcome.removed > 20
    assert not (site / "zh-hant").exists()
    assert list((site / "en/rfc/2616").iterdir()) == [mine]
    assert (site / "CNAME").read_text() == "example.org"


def test_a_run_that_was_interrupted_goes_on(export, site, monkeypatch):
    whole = export()
    expected = files(site)
    for path in sorted(site.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    monkeypatch.setattr(module, "BATCH", 5)
    render = Renderer.contents
    rendered = []

    def interrupted(self, batch):
        if len(rendered) == 3:
            raise KeyboardInterrupt
        rendered.append(batch)
        return render(self, batch)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Renderer, "contents", interrupted)
        export()
    begun = {target.file for batch in rendered for target in batch}
    assert len(begun) == 15
    again = []

    def counted(self, batch):
        again.extend(target.file for target in batch)
        return render(self, batch)

    monkeypatch.setattr(Renderer, "contents", counted)
    export()
    assert begun.isdisjoint(again)
    assert files(site) == expected
    assert len(expected) == whole.files


def test_what_was_lost_or_cut_short_is_written_again(export, site):
    export()
    expected = files(site)
    (site / "en/404/index.html.br").unlink()
    (site / "en/410/index.html").write_bytes(b"")
    (site / "search/meta.json").unlink()
    outcome = export()
    assert outcome.written == 3
    assert files(site) == expected
    assert (site / "en/404/index.html.br").exists()


@pytest.mark.parametrize("name", ["en/404/index.html", "404.html.gz"])
def test_a_foreign_file_in_the_way_is_named_and_left(export, site, name):
    (site / ".httpref-export").mkdir(parents=True)
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).write_text("mine")
    with pytest.raises(ExportError, match="is in the way: it is no file of an earlier export"):
        export()
    assert sorted(path.name for path in site.rglob("*") if path.is_file() and ".httpref" not in str(path)) == [
        (site / name).name
    ]
    assert (site / name).read_text() == "mine"


def test_a_full_disk_is_told_and_what_was_written_is_kept(export, site, monkeypatch):
    put = Files.put

    def full(self, path, content):
        if path.endswith("robots.txt"):
            raise OSError(errno.ENOSPC, "No space left on device", path)
        put(self, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Files, "put", full)
        with pytest.raises(ExportError, match="robots.txt cannot be written: No space left on device. Make room and"):
            export()
    assert (site / "index.html").exists()
    outcome = export()
    assert 0 < outcome.written < outcome.files


def test_a_directory_that_cannot_be_made_is_named(small_site, address, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="file/site.* cannot be written: Not a directory.$"):
        export_site(tmp_path / "file" / "site", address, ["en"], jobs=1, progress=lambda *_: None)


def test_a_page_with_another_status_than_expected_is_named(export, monkeypatch):
    known = Origin.objects.get(slug="nginx")
    monkeypatch.setattr(
        Origin, "get_absolute_url", lambda self: f"/en/origins/{'gone' if self == known else self.slug}/"
    )
    with pytest.raises(ExportError, match="^/en/origins/gone/ was answered with 404 instead of 200"):
        export()


def test_several_processes_write_what_one_does(export, site, monkeypatch):
    told = []

    def in_processes(work, parts, jobs, begin):
        told.append((jobs, len(parts)))
        begin()
        return map(work, parts)

    export()
    expected = files(site)
    monkeypatch.setattr(module, "in_processes", in_processes)
    monkeypatch.setattr(module, "version_of", lambda *_: "abc")
    attached = []
    monkeypatch.setattr(module, "snapshot", lambda scratch: nullcontext(lambda: attached.append(True)))
    assert export(jobs=2).written == 0
    assert [jobs for jobs, _ in told] == [2]
    assert attached == [True]
    assert files(site) == expected


def test_the_connection_stays_and_with_it_the_snapshot(export):
    before = connection.connection
    export()
    assert connection.connection is before
    assert connection.is_usable()


def test_progress_ends_with_all_files(export):
    told = []
    outcome = export(progress=lambda done, total: told.append((done, total)))
    assert [total for _, total in told] == [outcome.files] * len(told)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == outcome.files


def test_progress_goes_on_where_it_was(export, site):
    files = export().files
    for name in ("en/404/index.html", "en/4xx/index.html"):
        (site / name).unlink()
    told = []
    export(progress=lambda done, total: told.append(done))
    assert (told[0], told[-1]) == (files - 2, files)
