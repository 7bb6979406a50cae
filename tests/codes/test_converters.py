import pytest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse


@pytest.mark.parametrize(
    ("view", "value", "path"),
    [
        ("number", 404, "/en/404/"),
        ("number", 0, "/en/000/"),
        ("number", 99, "/en/099/"),
        ("number", 999, "/en/999/"),
        ("class", 4, "/en/4xx/"),
        ("rfc", 1, "/en/rfc/1/"),
        ("rfc", 99999, "/en/rfc/99999/"),
    ],
)
def test_a_value_and_its_address_lead_to_each_other(view, value, path):
    assert reverse(view, args=[value]) == path
    match = resolve(path)
    assert match.url_name == view
    assert list(match.kwargs.values()) == [value]


@pytest.mark.parametrize(
    "path",
    [
        "/en/0404/",
        "/en/40/",
        "/en/99999/",
        "/en/4o4/",
        "/en/٤٠٤/",
        "/en/404%0A/",
        "/en/404\n/",
        "/en/-404/",
        "/en/6xx/",
        "/en/0xx/",
        "/en/4XX/",
        "/en/rfc/0/",
        "/en/rfc/09110/",
        "/en/rfc/123456/",
        "/en/rfc/९/",
    ],
)
def test_other_addresses_lead_nowhere(path):
    with pytest.raises(Resolver404):
        resolve(path)


@pytest.mark.parametrize(("view", "value"), [("number", 1000), ("number", -1), ("class", 6), ("rfc", 0)])
def test_values_out_of_range_have_no_address(view, value):
    with pytest.raises(NoReverseMatch):
        reverse(view, args=[value])
