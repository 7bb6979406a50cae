import pytest
from django.test import RequestFactory

from httpref.accounts.address import client_address
from httpref.accounts.agents import in_words
from httpref.accounts.checks import production_is_guarded

CLIENT = "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, None, "10.0.0.1"),
        (0, CLIENT, "10.0.0.1"),
        (1, None, "10.0.0.1"),
        (1, CLIENT, CLIENT),
        (1, f"203.0.113.9, {CLIENT}", CLIENT),
        (2, f"203.0.113.9, {CLIENT}, 10.0.0.2", CLIENT),
        (2, CLIENT, "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "\0", "10.0.0.1"),
        (1, " 2001:DB8::1 ", "2001:db8::1"),
        (1, "::ffff:192.0.2.1", CLIENT),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "192.0.2.1:4711", "10.0.0.1"),
    ],
)
def test_the_address_is_what_the_outermost_trusted_proxy_saw(settings, proxies, forwarded, found):
    settings.PROXIES = proxies
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    assert client_address(RequestFactory(REMOTE_ADDR="10.0.0.1").get("/", headers=headers)) == found


def test_a_request_without_an_address_has_none(settings):
    assert client_address(RequestFactory(REMOTE_ADDR="").get("/")) is None


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iOS"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("curl/8.5.0", "curl"),
        ("Something (X11)", "Linux"),
        ("", "an unknown program"),
    ],
)
def test_a_browser_is_told_in_words(agent, words):
    assert in_words(agent) == words


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"SECOND_FACTOR": False}, ["accounts.W001"]),
        ({"SESSION_COOKIE_SECURE": False}, ["accounts.W002"]),
        ({"CSRF_COOKIE_SECURE": False}, ["accounts.W002"]),
        ({"PRODUCTION": False, "SECOND_FACTOR": False, "SESSION_COOKIE_SECURE": False}, []),
    ],
)
def test_production_is_told_what_it_lacks(settings, changes, found):
    guarded = dict.fromkeys(("PRODUCTION", "SECOND_FACTOR", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"), True)
    for name, value in {**guarded, **changes}.items():
        setattr(settings, name, value)
    assert [warning.id for warning in production_is_guarded()] == found
