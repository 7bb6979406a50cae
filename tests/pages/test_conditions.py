"""If-None-Match (RFC 9110, sections 8.8.3.2 and 13.1.2)."""

import pytest

from httpref.pages.conditions import is_unchanged


@pytest.mark.parametrize(
    ("field", "unchanged"),
    [
        ('"a"', True),
        ('W/"a"', True),
        (' "a" ', True),
        ('"b", "a"', True),
        ('"b",W/"a" , "c"', True),
        ("*", True),
        (" * ", True),
        ('"b"', False),
        ('"A"', False),
        ('"ab"', False),
        ("a", False),
        ("", False),
        ('"b, "a', False),
        ('w/"b"', False),
        # Inside of another tag a comma separates nothing.
        ('"x,*"', False),
        ('W/"x, a"', False),
    ],
)
def test_a_field_matches_by_weak_comparison(field, unchanged):
    assert is_unchanged(field, '"a"') is unchanged
