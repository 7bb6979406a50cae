"""Which content coding a client gets (RFC 9110, section 12.5.3)."""

import gzip
import random

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from httpref.pages.coding import PREFERENCE, acceptable, encode

DENSE = random.Random(404).randbytes(300)
TEXT = "每個狀態碼 every status code ".encode() * 50
DECODE = {
    "br": brotli.decompress,
    "zstd": zstandard.decompress,
    "gzip": gzip.decompress,
    "identity": bytes,
}


@pytest.mark.parametrize(
    ("field", "codings"),
    [
        (None, ["identity"]),
        ("", ["identity"]),
        ("gzip, deflate, br, zstd", ["br", "zstd", "gzip", "identity"]),
        ("gzip, deflate, br", ["br", "gzip", "identity"]),
        ("gzip", ["gzip", "identity"]),
        ("GZIP", ["gzip", "identity"]),
        ("x-gzip", ["gzip", "identity"]),
        ("zstd", ["zstd", "identity"]),
        ("br;q=0.5, zstd", ["zstd", "br", "identity"]),
        ("br;q=0.5, gzip;q=1.0, zstd;q=0", ["gzip", "br", "identity"]),
        ("br ; q=0.2 , gzip;Q=0.8", ["gzip", "br", "identity"]),
        ("identity, br;q=0.5", ["identity", "br"]),
        ("identity;q=0.5, br;q=0.2", ["identity", "br"]),
        ("*", ["br", "zstd", "gzip", "identity"]),
        ("*;q=0.5, gzip", ["gzip", "br", "zstd", "identity"]),
        ("gzip, *;q=0", ["gzip"]),
        ("br;q=0, *", ["zstd", "gzip", "identity"]),
        ("identity;q=0, gzip", ["gzip"]),
        # What is not well-formed is as good as not sent.
        ("br;q=2, gzip", ["gzip", "identity"]),
        ("br;q=, gzip", ["gzip", "identity"]),
        ("br;q=0.1234, gzip", ["gzip", "identity"]),
        ("br;level=11, gzip", ["gzip", "identity"]),
        ("\r\n, ;;, b r", ["identity"]),
        ("deflate, compress", ["identity"]),
        # Where nothing is left the content goes as it is.
        ("identity;q=0", ["identity"]),
        ("*;q=0", ["identity"]),
    ],
)
def test_the_codings_are_those_that_the_field_allows_the_most_welcome_first(field, codings):
    assert list(acceptable(field)) == codings


@given(st.lists(st.tuples(st.sampled_from([*PREFERENCE, "*", "deflate"]), st.integers(0, 1000)), max_size=6))
def test_a_refused_coding_is_never_chosen_while_another_is_allowed(members):
    field = ", ".join(f"{name};q={quality / 1000:.3f}" for name, quality in members)
    qualities = dict(members)
    chosen = acceptable(field)
    refused = [name for name in chosen if qualities.get(name, qualities.get("*", 1)) == 0]
    assert refused in ([], ["identity"])
    if refused:
        assert chosen == ("identity",)


@given(st.text())
def test_any_field_has_an_answer(field):
    assert set(acceptable(field)) <= set(PREFERENCE)


@pytest.mark.parametrize("coding", PREFERENCE)
def test_what_is_coded_can_be_decoded_and_is_the_same_each_time(coding):
    coded = encode(TEXT, coding)
    assert coded is not None
    assert DECODE[coding](coded) == TEXT
    assert encode(TEXT, coding) == coded
    assert coding == "identity" or len(coded) < len(TEXT) / 5


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip"])
@pytest.mark.parametrize("content", [b"", b"too short", DENSE], ids=["empty", "short", "dense"])
def test_content_that_would_not_get_smaller_is_not_coded(coding, content):
    assert encode(content, coding) is None
