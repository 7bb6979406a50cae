"""The store in front of the real site: what is stored, and that nothing a reader sends gets into a page."""

import json

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from codes import generation, publication
from codes.models import Origin, StatusCode
from httpref import settings as module
from httpref.pages.application import Application
from httpref.pages.journal import Journal
from httpref.pages.request import Reception
from httpref.pages.shared import Shared
from httpref.pages.store import Store

PAGES = [
    "/en/",
    "/zh-hant/404/",
    "/zh-hans/4xx/",
    "/en/table/",
    "/en/rfc/9110/",
    "/en/specifications/",
    "/en/origins/",
    "/en/origins/nginx/",
    "/en/compare/401-403/",
    "/en/guide/",
    "/en/glossary/",
    "/en/search/",
    "/en/opensearch.xml",
    "/en/changes.atom",
    "/zh-hant/changes.json",
    "/api/v1/codes/404/",
    "/api/v1/codes/",
    "/api/v1/classes/",
    "/api/v1/openapi.json",
    "/robots.txt",
    "/sitemap.xml",
]


class Site:
    """The site as a server has it, without a server."""

    def __init__(self, directory):
        self.shared = Shared(directory, connection.settings_dict)
        generation.publish(connection)
        self.store = Store(self.shared, directory, "f" * 16, disk=10**8, memory=10**8)
        public = [*(f"/{code}/" for code, _ in module.LANGUAGES), "/api/v1/", "/sitemap.xml", "/robots.txt"]
        rules = Reception(["127.0.0.1"], public, base_url=module.BASE_URL, https_only=False, session_cookie="sessionid")
        self.application = Application(self.store, rules, Journal(), WSGIHandler, dict)
        self.application.load_django()

    def get(self, path, method="GET", **fields):
        """The verdict of the store, status, fields and content."""
        environ = RequestFactory().get("/").environ | {"HTTP_HOST": "127.0.0.1:8000", "REQUEST_METHOD": method}
        del environ["HTTP_COOKIE"]
        answer = []
        parts = self.application(
            {**environ, "PATH_INFO": path, **fields}, lambda status, fields, *rest: answer.append((status, fields))
        )
        content = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        ((status, found),) = answer
        found = dict(found)
        verdict = found.pop("Server-Timing", "").partition(",")[0].removeprefix("store;desc=")
        return verdict, status, found, content

    def stored(self):
        return set(self.store.pages)


@pytest.fixture
def site(own_database, settings, tmp_path):
    settings.PAGES_DIR = tmp_path / "pages"
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    return Site(settings.PAGES_DIR)


def test_every_kind_of_page_is_stored_and_says_the_same_from_the_store(site):
    for path in PAGES:
        verdict, status, fields, content = site.get(path)
        assert (verdict, status) == ("miss", "200 OK"), path
        assert site.get(path) == ("hit", status, fields, content), path
        assert fields["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in fields
        assert "Content-Security-Policy" in fields
    assert site.stored() == set(PAGES)


def test_the_json_of_the_store_is_open_to_all_origins_whoever_asked_first(site):
    for path in ("/api/v1/codes/404/", "/api/v1/classes/"):
        assert site.get(path)[2]["access-control-allow-origin"] == "*"
        assert site.get(path, HTTP_ORIGIN="https://a.example")[2]["access-control-allow-origin"] == "*"


def test_the_page_of_an_unassigned_number_is_stored_with_its_status(site):
    assert site.get("/en/299/")[:2] == ("miss", "404 Not Found")
    assert site.get("/en/299/")[:2] == ("hit", "404 Not Found")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", "302 Found"),
        ("/404", "302 Found"),
        ("/404/", "302 Found"),
        ("/favicon.ico", "302 Found"),
        ("/en/404", "301 Moved Permanently"),
        ("/en/nothing/", "404 Not Found"),
        ("/en/origins/nobody/", "404 Not Found"),
        ("/en/specifications/rfc9110/", "301 Moved Permanently"),
        ("/api/v1/codes/299/", "404 Not Found"),
        ("/api/v1/nothing/", "404 Not Found"),
        ("/admin/", "302 Found"),
        ("/EN/404/", "404 Not Found"),
    ],
)
def test_other_answers_are_not_stored(path, status, site):
    for _ in range(2):
        assert site.get(path)[:2] == ("bypass", status)
    assert site.stored() == set()


def test_the_start_page_follows_each_readers_language_whoever_came_first(site):
    for languages, place in (("zh-TW", "/zh-hant/"), ("en", "/en/"), ("zh-CN,en;q=0.5", "/zh-hans/"), ("", "/en/")):
        _, _, fields, _ = site.get("/", HTTP_ACCEPT_LANGUAGE=languages)
        assert fields["Location"] == place
        assert "Accept-Language" in fields["Vary"]


def test_an_error_of_the_api_is_in_each_readers_language(site):
    texts = {site.get("/api/v1/codes/299/", HTTP_ACCEPT_LANGUAGE=code)[3] for code in ("en", "zh-TW", "zh-CN")}
    assert len(texts) == 3


# What readers send

HOSTILE = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_ACCEPT_LANGUAGE": st.sampled_from(["zh-TW", "zh-CN", "de", "*", "x" * 5000, "\r\nX: y"]),
        "HTTP_X_FORWARDED_HOST": st.just("evil.example"),
        "HTTP_X_FORWARDED_PROTO": st.sampled_from(["https", "http", "evil"]),
        "HTTP_X_FORWARDED_PORT": st.just("666"),
        "HTTP_X_FORWARDED_PREFIX": st.just("/evil"),
        "HTTP_FORWARDED": st.just("host=evil.example;proto=https"),
        "HTTP_X_ORIGINAL_URL": st.just("/en/403/"),
        "HTTP_X_REWRITE_URL": st.just("/en/403/"),
        "HTTP_X_HTTP_METHOD_OVERRIDE": st.sampled_from(["POST", "DELETE", "HEAD"]),
        "HTTP_ORIGIN": st.just("https://evil.example"),
        "HTTP_REFERER": st.just("https://evil.example/"),
        "HTTP_USER_AGENT": st.sampled_from(["", "evil", "x" * 20_000]),
        "HTTP_COOKIE": st.sampled_from(["theme=evil", "django_language=zh-hant", "csrftoken=evil", "x" * 9000]),
        "HTTP_ACCEPT": st.sampled_from(["application/json", "image/png", "evil"]),
        "HTTP_RANGE": st.just("bytes=0-9"),
        "HTTP_AUTHORIZATION": st.just("Basic ZXZpbDpldmls"),
        "HTTP_CACHE_CONTROL": st.just("no-store"),
        "HTTP_EXPECT": st.just("100-continue"),
        "HTTP_HOST": st.sampled_from(["127.0.0.1:666", "127.0.0.1"]),
        "REMOTE_USER": st.just("admin"),
        "CONTENT_LENGTH": st.just("5"),
        "REQUEST_METHOD": st.sampled_from(["GET", "HEAD"]),
    },
)


@pytest.fixture(scope="module")
def answers():
    return {}


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=HOSTILE, path=st.sampled_from(["/zh-hant/404/", "/api/v1/codes/418/", "/en/299/"]))
def test_no_request_makes_another_page_than_a_plain_one_does(first, path, site, answers):
    plain = answers.setdefault(path, site.get(path)[1:])
    site.store.pages.clear()
    method = first.pop("REQUEST_METHOD", "GET")
    assert site.get(path, method, **first)[0] == "miss"
    verdict, *answer = site.get(path)
    assert (verdict, tuple(answer)) == ("hit", plain)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "[", ""])
def test_a_host_that_is_not_this_sites_gets_no_page_stored_or_not(host, site):
    assert site.get("/en/404/", HTTP_HOST=host)[1] == "400 Bad Request"
    assert site.stored() == set()
    site.get("/en/404/")
    assert site.get("/en/404/", HTTP_HOST=host)[1] == "400 Bad Request"


@pytest.mark.parametrize(
    "path",
    ["/en//404/", "/en/./404/", "/en/x/../404/", "//en/404/", "/en/404//", "/en/404/\x00", "/en/\u0664\u0660\u0664/"],
)
def test_no_variant_of_a_path_stores_a_second_page(path, site):
    site.get("/en/404/")
    raw = path.encode().decode("latin-1")
    assert site.get(raw)[1] in ("404 Not Found", "301 Moved Permanently")
    assert site.stored() == {"/en/404/"}


def test_addresses_without_end_store_nothing(site):
    for number in range(30):
        site.get(f"/en/nothing-{number}/")
        site.get("/en/404/", QUERY_STRING=f"x={number}")
    assert site.stored() == set()


def test_an_editor_gets_their_own_answer_and_their_browser_keeps_none(site):
    verdict, _, fields, _ = site.get("/en/404/", HTTP_COOKIE="sessionid=abc")
    assert verdict == "bypass"
    assert fields["Cache-Control"] == "private, no-cache"
    assert site.stored() == set()
    assert "public" in site.get("/en/404/")[2]["Cache-Control"]


# Edits


def rename(title, using=None):
    Origin.objects.using(using).filter(slug="nginx").update(name_en=title)


def test_an_edit_is_in_the_next_answer_and_a_rolled_back_one_never(site):
    assert b"Enginex" not in site.get("/en/origins/nginx/")[3]
    rename("Enginex")
    verdict, _, _, content = site.get("/en/origins/nginx/")
    assert verdict == "miss"
    assert b"Enginex" in content
    with pytest.raises(InterruptedError), transaction.atomic():
        rename("Rolled back")
        raise InterruptedError
    verdict, _, _, content = site.get("/en/origins/nginx/")
    assert verdict == "hit"
    assert b"Enginex" in content


def test_a_page_during_whose_rendering_an_edit_is_committed_is_not_stored_for_the_new_content(site, monkeypatch):
    """The race: the content is read, then an edit is committed and published, then the page is handed over."""
    writer = connections["default"].copy()
    real = publication.snapshot

    def snapshot():
        block = real()
        generation_read = block.__enter__()
        with writer.cursor() as cursor:
            cursor.execute("UPDATE codes_origin SET name_en = 'Enginex', name = 'Enginex' WHERE slug = 'nginx'")
        generation.publish(writer)
        monkeypatch.setattr(publication, "snapshot", real)

        class Entered:
            def __enter__(self):
                return generation_read

            def __exit__(self, *error):
                return block.__exit__(*error)

        return Entered()

    monkeypatch.setattr(publication, "snapshot", snapshot)
    assert b"Enginex" not in site.get("/en/origins/nginx/")[3]
    for verdict in ("miss", "hit"):
        found, _, _, content = site.get("/en/origins/nginx/")
        assert found == verdict
        assert b"Enginex" in content
    writer.close()


def test_the_json_follows_an_edit_too(site):
    StatusCode.objects.filter(number=418).update(summary_en="A pot.")
    (meaning, *_) = json.loads(site.get("/api/v1/codes/418/")[3])["meanings"]
    assert meaning["summary"] == "A pot."
    StatusCode.objects.filter(number=418).update(summary_en="A kettle.")
    (meaning, *_) = json.loads(site.get("/api/v1/codes/418/")[3])["meanings"]
    assert meaning["summary"] == "A kettle."


@pytest.mark.django_db
def test_outside_of_the_store_nothing_is_said_of_storing(rf):
    request = rf.get("/en/")
    publication.same_for_everybody(request)
    response = publication.in_one_snapshot(lambda request: HttpResponse())(request)
    assert "Cache-Control" not in response
