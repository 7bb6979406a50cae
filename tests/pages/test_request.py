"""Which requests the store may answer."""

import pytest
from django.http.request import validate_host
from hypothesis import given
from hypothesis import strategies as st

from httpref.pages.rendering import KEY, rendering
from httpref.pages.request import MOST_HOSTS, Reception

PLAIN = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/en/404/",
    "QUERY_STRING": "",
    "SCRIPT_NAME": "",
    "HTTP_HOST": "www.example.com",
    "wsgi.url_scheme": "http",
}


def reception(hosts=("www.example.com", ".example.org"), base_url="https://www.example.com", https_only=False):
    return Reception(hosts, ["/en/", "/api/v1/"], base_url=base_url, https_only=https_only, session_cookie="sessionid")


@pytest.mark.parametrize(
    "difference",
    [
        {},
        {"REQUEST_METHOD": "HEAD"},
        {"HTTP_COOKIE": "theme=dark; csrftoken=1"},
        {"HTTP_HOST": "WWW.example.com"},
        {"HTTP_HOST": "www.example.com:8000"},
        {"HTTP_HOST": "a.b.example.org."},
        {"HTTP_HOST": "example.org"},
        {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_FORWARDED": "host=evil.example"},
        {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
        {"HTTP_AUTHORIZATION": "Basic eA=="},
        {"HTTP_ACCEPT_LANGUAGE": "zh", "HTTP_ACCEPT": "application/json"},
        {"HTTP_RANGE": "bytes=0-1"},
    ],
)
def test_a_plain_request_is_admitted_whatever_else_it_says(difference):
    assert reception().admits({**PLAIN, **difference})


@pytest.mark.parametrize(
    "difference",
    [
        {"REQUEST_METHOD": "POST"},
        {"REQUEST_METHOD": "get"},
        {"REQUEST_METHOD": "OPTIONS"},
        {"QUERY_STRING": "q=1"},
        {"QUERY_STRING": "&"},
        {"HTTP_COOKIE": "sessionid=1"},
        {"HTTP_COOKIE": "a=1;sessionid=2"},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "evilexample.org"},
        {"HTTP_HOST": "www.example.com.evil.example"},
        {"HTTP_HOST": "www.example.com, evil.example"},
        {"HTTP_HOST": "evil.example/www.example.com"},
        {"HTTP_HOST": "www.example.com@evil.example"},
        {"HTTP_HOST": "www.example.com:x"},
        {"HTTP_HOST": ""},
        {"HTTP_IF_MATCH": '"a"'},
        {"SCRIPT_NAME": "/mounted"},
    ],
)
def test_all_others_are_djangos_business(difference):
    assert not reception().admits({**PLAIN, **difference})


def test_a_request_without_a_host_is_djangos_business():
    assert not reception().admits({name: value for name, value in PLAIN.items() if name != "HTTP_HOST"})


@pytest.mark.parametrize(
    ("difference", "admitted"),
    [
        ({}, False),
        ({"HTTP_X_FORWARDED_PROTO": "http"}, False),
        ({"HTTP_X_FORWARDED_PROTO": "https"}, True),
        ({"HTTP_X_FORWARDED_PROTO": "http, https"}, False),
        ({"wsgi.url_scheme": "https"}, True),
    ],
)
def test_where_only_https_is_served_other_requests_are_left_to_djangos_redirect(difference, admitted):
    assert reception(https_only=True).admits({**PLAIN, **difference}) is admitted


@given(
    st.from_regex(r"[a-zA-Z0-9.:*\[\]-]{1,30}", fullmatch=True), st.sampled_from([".example.org", "*", "a", "[::1]"])
)
def test_no_host_is_admitted_that_django_refuses(host, pattern):
    if reception([pattern]).is_host(host):
        name = host.lower().rpartition(":")[0] if ":" in host and not host.endswith("]") else host.lower()
        assert validate_host(name.rstrip("."), [pattern])


def test_hosts_that_were_seen_do_not_fill_the_memory():
    rules = reception()
    for number in range(2 * MOST_HOSTS):
        rules.is_host(f"host{number}.example")
    assert len(rules.known_hosts) <= MOST_HOSTS


@pytest.mark.parametrize(
    ("path", "public"),
    [
        ("/en/", True),
        ("/api/v1/codes/", True),
        ("/admin/", False),
        ("/static/codes/style.css", False),
        ("/", False),
        ("/404", False),
        ("en/", False),
        ("/en/" + "x" * 300, False),
    ],
)
def test_only_paths_below_the_public_ones_are_tried(path, public):
    assert reception().is_public(path) is public


def test_nothing_of_the_reader_is_in_what_the_rendering_is_asked():
    said = {
        "HTTP_COOKIE": "theme=x",
        "HTTP_ACCEPT_LANGUAGE": "zh",
        "HTTP_ACCEPT_ENCODING": "br",
        "HTTP_X_FORWARDED_HOST": "evil.example",
        "HTTP_X_FORWARDED_PROTO": "http",
        "HTTP_IF_NONE_MATCH": "*",
        "HTTP_RANGE": "bytes=0-1",
        "HTTP_HOST": "a.example.org",
        "HTTP_ORIGIN": "https://evil.example",
        "REMOTE_ADDR": "192.0.2.1",
        "REMOTE_USER": "somebody",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "5",
        "REQUEST_METHOD": "HEAD",
    }
    found, state = reception().canonical({**PLAIN, **said})
    assert found == {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/en/404/",
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "HTTP_HOST": "www.example.com",
        "HTTP_ORIGIN": "https://www.example.com",
        "HTTP_X_FORWARDED_PROTO": "https",
        "wsgi.url_scheme": "https",
        KEY: state,
    }
    assert rendering(found) is state
    assert rendering({**found, KEY: "planted"}) is None


def test_a_site_whose_own_address_is_not_among_its_hosts_is_asked_by_the_readers():
    rules = reception(["other.example"], base_url="http://www.example.com")
    found, _ = rules.canonical({**PLAIN, "HTTP_HOST": "other.example"})
    assert (found["HTTP_HOST"], found["wsgi.url_scheme"]) == ("other.example", "http")
    assert "HTTP_X_FORWARDED_PROTO" not in found
