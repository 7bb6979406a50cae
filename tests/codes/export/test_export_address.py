import logging

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage, staticfiles_storage
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_supported_language_variant

from codes.export.address import Address, page_policy, parse_address, published_at
from codes.export.errors import ExportError


@pytest.mark.parametrize(
    ("text", "origin", "prefix"),
    [
        ("https://example.org", "https://example.org", ""),
        (" https://example.org/ ", "https://example.org", ""),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", ""),
        ("http://[::1]:8000/a", "http://[::1]:8000", "/a"),
        ("https://example.org/http/", "https://example.org", "/http"),
        ("https://example.org/docs/http-1.1", "https://example.org", "/docs/http-1.1"),
    ],
)
def test_an_address_is_an_origin_and_a_prefix(text, origin, prefix):
    assert parse_address(text) == Address(origin, prefix)
    assert str(parse_address(text)) == origin + prefix


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "ftp://example.org",
        "https://",
        "https:///http",
        "https://user@example.org",
        "https://exa mple.org",
        "https://example.org:0",
        "https://example.org:99999",
        "https://[::1",
        "https://example.org/?q=1",
        "https://example.org/#top",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_of_a_site_is_refused(text):
    with pytest.raises(ExportError, match="is no address of a site: it looks like https://example.org"):
        parse_address(text)


@pytest.mark.parametrize("path", ["/a b", "/ä", "/a//b", "/..", "/a/../b", "/.git", '/"><script>', "/%20"])
def test_a_path_of_odd_names_is_refused(path):
    with pytest.raises(ExportError, match="the path .* is not made of plain names"):
        parse_address(f"https://example.org{path}")


def test_a_page_states_the_policy_but_for_what_only_headers_can():
    policy = page_policy()
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors" not in policy


def state():
    names = ("BASE_URL", "LANGUAGES", "ALLOWED_HOSTS", "MIDDLEWARE")
    log = logging.getLogger("django.request").level
    return [*(getattr(settings, name) for name in names), reverse("all_codes"), static("codes/style.css"), log]


def test_within_the_block_everything_leads_to_the_address_and_afterwards_back():
    staticfiles_storage.url("x")  # made, as it is in a server
    before = state()
    with published_at(Address("https://example.org", "/http"), ["en"], StaticFilesStorage("/", "/http/static/")):
        assert settings.BASE_URL == "https://example.org"
        assert settings.LANGUAGES == [("en", "English")]
        assert reverse("number", args=[404]) == "/http/en/404/"
        assert static("codes/style.css") == "/http/static/codes/style.css"
        with pytest.raises(LookupError):
            get_supported_language_variant("zh-hant")
    assert state() == before
    assert get_supported_language_variant("zh-hant") == "zh-hant"


def test_an_error_within_the_block_leaves_nothing_changed():
    staticfiles_storage.url("x")
    before = state()
    with (
        pytest.raises(KeyError),
        published_at(Address("https://example.org", "/http"), ["en"], StaticFilesStorage("/", "/http/static/")),
    ):
        raise KeyError
    assert state() == before
