"""Requests that fail get the right status and an answer that helps: a page in the reader's language, or a problem."""

import json

import html5lib
import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from codes import errors
from codes.groups import VIEWERS

LANGUAGES = ["en", "zh-hant", "zh-hans"]
METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
PAGES = ["/", "/404", "/en/", "/zh-hant/404/", "/en/299/", "/en/table/", "/en/rfc/9110/", "/robots.txt", "/favicon.ico"]
NOWHERE = [
    "/en/abc/",
    "/en/0404/",
    "/en/99999/",
    "/en/%00/",
    "/en/404/%00",
    "/en/origins/%00/",
    "/en/%ff%fe/",
    "/en/" + "a" * 10_000,
    "/en/" + "9" * 10_000 + "/",
    "/en/specifications/" + "a" * 10_000 + "/",
    "/en/../../etc/passwd",
    "/en//404/",
    "/en/<script>alert(1)</script>/",
]
OUTSIDE = ["/xx/404/", "/ja/404/", "/xx/", "/%00", "/%ff", "/0404", "/" + "a" * 10_000, "/.env", "/wp-login.php"]
API_NOWHERE = [
    "/api/",
    "/api/v1/",
    "/api/v2/codes/",
    "/api/v1/nothing/",
    "/api/v1/codes/404/more/",
    "/api/v1/%00/",
    "/api/v1/" + "a" * 10_000,
]
FOREIGN_HOSTS = ["evil.example", "", "a b", "@@", "127.0.0.1.evil.example", "testserver:x", "[::1"]


@pytest.fixture
def failing(client):
    """A client that shows what a visitor sees when the server fails."""
    client.raise_request_exception = False
    return client


def page_of(response, language):
    """The page's text; fails unless it is a sound page in the language that leads somewhere."""
    assert response["Content-Type"] == "text/html; charset=utf-8"
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = parser.parse(response.content.decode())
    assert page.get("lang") == language
    (heading,) = page.iter("h1")
    assert str(response.status_code) in "".join(heading.itertext())
    addresses = [element.get("href") for element in page.iter("a")]
    assert f"/{language}/" in addresses
    assert f"/{language}/{response.status_code}/" in addresses
    assert any(element.get("content") == "noindex" for element in page.iter("meta"))
    assert not any(element.get("rel") == "canonical" for element in page.iter("link"))
    assert "unsafe" not in response["Content-Security-Policy"]
    assert not response.cookies
    return " ".join("".join(page.itertext()).split())


def problem_of(response, status):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    document = json.loads(response.content)
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["title"]
    assert document["detail"]
    return document


# Addresses that lead nowhere


@pytest.mark.django_db
@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_that_leads_nowhere_is_not_found_in_the_pages_language(client, language, path):
    response = client.get(path.replace("/en/", f"/{language}/", 1), headers={"accept-language": "zh-hans"})
    assert response.status_code == 404
    with translation.override(language):
        assert str(translation.gettext("There is no such page")) in page_of(response, language)


@pytest.mark.django_db
@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_language_or_place_is_not_found_in_the_readers_language(client, language, path):
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 404
    assert "Accept-Language" in response["Vary"]
    page_of(response, language)


@pytest.mark.parametrize("value", [";;;", "en;q=abc", "\x00", "日本", "*", "x" * 100_000, ""])
def test_a_malformed_accept_language_harms_nobody(client, value):
    response = client.get("/xx/", headers={"accept-language": value})
    assert response.status_code == 404
    page_of(response, "en")


@pytest.mark.parametrize("value", ["zh", "zh-TW", "zh-Hans-SG", "fr, zh-CN;q=0.5", "zh-hant;q=0", "*"])
def test_an_error_page_is_in_the_language_that_the_start_leads_to(client, value):
    start = client.get("/", headers={"accept-language": value})["Location"]
    page_of(client.get("/xx/", headers={"accept-language": value}), start.strip("/"))


def test_an_error_page_takes_no_query(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        client.get("/en/abc/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", API_NOWHERE)
def test_below_api_an_address_that_leads_nowhere_is_a_problem(client, path):
    problem_of(client.get(path), 404)


def test_a_problem_is_told_in_the_readers_language(client):
    response = client.post("/api/v1/codes/", headers={"accept-language": "zh-hant"})
    document = problem_of(response, 405)
    assert not document["detail"].isascii()
    assert document["title"] == "Method Not Allowed"
    assert "Accept-Language" in response["Vary"]


# Methods


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PAGES)
def test_pages_can_only_be_read(method, path):
    response = Client(enforce_csrf_checks=True).generic(method, path)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    page_of(response, "zh-hant" if path.startswith("/zh-hant/") else "en")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["codes/", "codes/404/", "classes/", "specifications/", "openapi.json"])
def test_the_api_can_only_be_read(method, path):
    response = Client(enforce_csrf_checks=True).generic(method, f"/api/v1/{path}")
    problem_of(response, 405)
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_address_that_leads_nowhere_stays_so_whatever_the_method(method):
    assert Client(enforce_csrf_checks=True).generic(method, "/en/abc/").status_code == 404


# Requests that make no sense


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("path", ["/", "/zh-hant/404/", "/zh-hant/404", "/admin/", "/sitemap.xml"])
def test_an_unknown_host_is_refused(client, host, path):
    response = client.get(path, headers={"host": host})
    assert response.status_code == 400
    text = page_of(response, "zh-hant" if path.startswith("/zh-hant/") else "en")
    assert not host or host not in text


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_an_unknown_host_is_a_problem_below_api(client, host):
    problem_of(client.get("/api/v1/codes/", headers={"host": host}), 400)


def test_too_many_parameters_are_a_problem(failing, db):
    problem_of(failing.get("/api/v1/codes/?" + "&".join(f"x{i}=1" for i in range(2000))), 400)


# Forbidden


def test_what_an_account_may_not_do_is_said_in_the_readers_language(client, db):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.groups.add(Group.objects.get(name=VIEWERS))
    client.force_login(viewer)
    response = client.get("/admin/codes/statuscode/add/", headers={"accept-language": "zh-hant"})
    assert response.status_code == 403
    page_of(response, "zh-hant")


def test_a_forged_form_is_refused_in_the_readers_language(db):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/admin/login/", {"username": "a"}, headers={"accept-language": "zh-hant"})
    assert response.status_code == 403
    page_of(response, "zh-hant")


# Failures of the server


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failure_is_admitted_in_the_readers_language(failing, monkeypatch, language):
    monkeypatch.setattr("codes.models.status_code.StatusCodeQuerySet.neighbours", None)
    response = failing.get(f"/{language}/404/")
    assert response.status_code == 500
    assert "NoneType" not in page_of(response, language)


@pytest.mark.django_db
def test_a_failure_below_api_is_a_problem(failing, monkeypatch):
    monkeypatch.setattr("codes.models.StatusClass.objects.in_language", None)
    document = problem_of(failing.get("/api/v1/classes/"), 500)
    assert "NoneType" not in str(document)


# The parts


def test_a_problem_is_a_document_of_rfc_9457():
    response = errors.problem(404, "詳情", errors=[1])
    document = problem_of(response, 404)
    assert document == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "詳情",
        "errors": [1],
    }


@pytest.mark.parametrize(
    ("handler", "exception", "status"),
    [
        (errors.bad_request, SuspiciousOperation(), 400),
        (errors.forbidden, PermissionDenied(), 403),
        (errors.not_found, None, 404),
        (errors.method_not_allowed, None, 405),
        (errors.server_error, None, 500),
    ],
)
def test_every_error_has_a_page_and_a_problem(rf, handler, exception, status):
    arguments = [exception] if exception else []
    assert handler(rf.get("/en/"), *arguments).status_code == status
    problem_of(handler(rf.get("/api/v1/"), *arguments), status)


def test_a_public_view_is_told_apart_from_what_it_returns(rf):
    view = errors.public(lambda request: HttpResponse("here"))
    assert view(rf.get("/en/")).content == b"here"
    assert view(rf.head("/en/")).status_code == 200
    assert view(rf.post("/en/")).status_code == 405


@pytest.mark.parametrize(
    ("path", "status", "kept"),
    [
        ("/en/", 404, True),
        ("/api/v1/", 200, True),
        ("/api/v1/", 301, True),
        ("/api/v1/", 405, False),
        ("/api/v1/", 400, False),
        ("/api/v1/", 503, False),
    ],
)
def test_below_api_every_error_becomes_a_problem(rf, path, status, kept):
    middleware = errors.problems_for_programs(lambda request: HttpResponse("as it was", status=status))
    response = middleware(rf.get(path))
    assert response.status_code == status
    assert (response.content == b"as it was") is kept
    assert (response["Content-Type"] == errors.PROBLEM) is not kept


def test_a_problem_passes_as_it_is(rf):
    known = errors.problem(404, "Known already.")
    assert errors.problems_for_programs(lambda request: known)(rf.get("/api/v1/")) is known
