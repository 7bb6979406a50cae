import pytest
from django.http import HttpResponse
from django.urls import NoReverseMatch, path, set_script_prefix, set_urlconf
from django.utils import translation

from codes.addresses import path_of

urlpatterns = [path("elsewhere/<int:number>", HttpResponse, name="number")]


@pytest.fixture(autouse=True)
def usual_site():
    yield
    set_script_prefix("/")
    set_urlconf(None)


def test_an_address_depends_on_the_language():
    found = []
    for language in ("en", "zh-hant", "en", None):
        with translation.override(language):
            found.append(path_of("number", 404))
    assert found == ["/en/404/", "/zh-hant/404/", "/en/404/", "/en/404/"]


def test_an_address_depends_on_the_prefix():
    before = path_of("all_codes")
    set_script_prefix("/http/")
    assert (before, path_of("all_codes")) == ("/en/", "/http/en/")


def test_an_address_depends_on_who_has_it(settings):
    assert path_of("number", 7) == "/en/007/"
    set_urlconf(__name__)
    assert path_of("number", 7) == "/elsewhere/7"
    set_urlconf(None)
    settings.ROOT_URLCONF = __name__
    assert path_of("number", 7) == "/elsewhere/7"


def test_an_address_that_nobody_has_is_an_error():
    with pytest.raises(NoReverseMatch):
        path_of("number", 1, 2)
