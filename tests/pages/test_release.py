"""A release of the code has pages of its own."""

import pytest

from httpref import settings
from httpref.pages.release import NOT_SHOWN, release_of

SETTINGS = {"BASE_URL": "http://a.example", "SECRET_KEY": "a", "private": 1}


@pytest.fixture
def tree(tmp_path):
    for path, text in (
        ("codes/views.py", "1"),
        ("codes/locale/zh_Hant/LC_MESSAGES/django.mo", "1"),
        ("httpref/urls.py", "1"),
        ("templates/base.html", "1"),
        ("requirements.txt", "1"),
        ("more.json", "1"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def name(tree, **changed):
    return release_of(tree, {**SETTINGS, **changed}, [tree / "more.json", tree / "missing.json"])


def test_the_same_code_has_the_same_name(tree):
    before = name(tree)
    for path in (
        "codes/__pycache__/views.pyc",
        "codes/static/style.css",
        "codes/locale/zh_Hant/django.po",
        "README.md",
    ):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text("not shown, or named by the list of static files")
    assert name(tree) == before
    assert name(tree, SECRET_KEY="b", private=2) == before


@pytest.mark.parametrize(
    "path",
    [
        "codes/views.py",
        "codes/locale/zh_Hant/LC_MESSAGES/django.mo",
        "templates/base.html",
        "requirements.txt",
        "more.json",
    ],
)
def test_whatever_shows_in_pages_has_another_name(tree, path):
    before = name(tree)
    (tree / path).write_text("2")
    changed = name(tree)
    assert changed != before
    (tree / path).rename(tree / f"{path}.away")
    assert name(tree) not in (before, changed)


def test_a_setting_has_another_name(tree):
    assert name(tree, BASE_URL="http://b.example") != name(tree)


def test_only_settings_that_exist_are_left_out():
    assert set(vars(settings)) >= NOT_SHOWN
