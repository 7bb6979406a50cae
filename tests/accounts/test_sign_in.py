"""The first step: a password, and how often it may be wrong."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.models import User
from django.urls import reverse

from tests.accounts.conftest import PASSWORD, give_password, is_in, text_of

pytestmark = pytest.mark.django_db


def fail(client, times, name="ann", **options):
    return [give_password(client, name, "wrong", **options).status_code for _ in range(times)]


def test_the_password_is_enough_for_a_site_that_asks_for_no_more(client, ann):
    response = give_password(client)
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert is_in(client)


def test_the_page_of_signing_in_leads_on_who_is_signed_in_already(client, ann):
    assert client.get(reverse("admin:login")).status_code == 200
    give_password(client)
    assert client.get(reverse("admin:login"))["Location"] == "/admin/"


def test_a_wrong_password_is_told(client, ann):
    assert "correct username and password" in text_of(give_password(client, password="wrong"))
    assert not is_in(client)


def test_who_fails_five_times_waits_and_is_told_how_long(client, ann):
    assert fail(client, 5) == [200] * 4 + [429]
    response = give_password(client)
    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    assert "Try again in 15 minutes." in text_of(response)
    assert not is_in(client)


@pytest.mark.parametrize(("language", "text"), [("zh-hant", "請在 15 分鐘後再試"), ("zh-hans", "请在 15 分钟后重试")])
def test_the_wait_is_told_in_the_readers_language(client, ann, language, text):
    fail(client, 5)
    response = give_password(client, headers={"accept-language": language})
    assert text in text_of(response)


def test_the_wait_ends(client, ann, settings):
    fail(client, 5)
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=14))
    response = give_password(client)
    assert response.status_code == 429
    assert "Try again in 1 minute." in text_of(response)
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=1))
    give_password(client)
    assert is_in(client)


def test_attempts_during_the_wait_do_not_make_it_longer(client, ann):
    fail(client, 5)
    before = AccessAttempt.objects.get().attempt_time
    fail(client, 3)
    assert AccessAttempt.objects.get().attempt_time == before


def test_another_browser_at_the_same_address_waits_too(client, ann):
    fail(client, 3, headers={"user-agent": "one"})
    assert fail(client, 2, headers={"user-agent": "other"}) == [200, 429]


def test_others_do_not_wait(client, ann, root):
    fail(client, 5)
    give_password(client, REMOTE_ADDR="192.0.2.9")
    assert is_in(client)
    client.logout()
    give_password(client, "root")
    assert is_in(client)


def test_signing_in_clears_the_count(client, ann):
    fail(client, 4)
    give_password(client)
    assert fail(client, 4) == [200] * 4


def test_a_forwarded_address_counts_only_behind_a_proxy(client, ann, settings):
    for number in range(4):
        fail(client, 1, headers={"x-forwarded-for": f"192.0.2.{number}"})
    assert fail(client, 1, headers={"x-forwarded-for": "192.0.2.9"}) == [429]
    settings.PROXIES = 1
    assert fail(client, 1, headers={"x-forwarded-for": "127.0.0.1, 192.0.2.9"}) == [200]
    assert fail(client, 1, headers={"x-forwarded-for": "192.0.2.9, 127.0.0.1"}) == [429]


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_nobody_is_sent_to_another_site(client, ann, goal):
    assert give_password(client, goal=goal)["Location"] == "/admin/"


def test_who_wanted_a_page_gets_there(client, ann):
    assert give_password(client, goal="/admin/password_change/")["Location"] == "/admin/password_change/"


@pytest.mark.parametrize("name", ["\0", "x" * 5000, "ann\u202e", ""])
def test_a_name_that_is_none_is_refused(client, ann, name):
    response = client.post(reverse("admin:login"), {"username": name, "password": "x"})
    assert response.status_code == 200
    assert not is_in(client)


def test_members_who_are_no_staff_stay_out(client):
    User.objects.create_user("guest", password=PASSWORD)
    assert give_password(client, "guest").status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("elevenchars", "at least 12 characters"),
        ("password1234", "too common"),
        ("928374650192", "entirely numeric"),
        ("ann-elisabeth", "too similar to the username"),
    ],
)
def test_weak_passwords_are_refused(client, password, complaint):
    client.force_login(User.objects.create_user("ann-elisabet", password=PASSWORD, is_staff=True))
    data = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert complaint in text_of(client.post(reverse("admin:password_change"), data))


def test_an_old_hash_becomes_a_new_one_as_its_owner_signs_in(client, ann, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    give_password(client)
    ann.refresh_from_db()
    assert identify_hasher(ann.password).algorithm == "scrypt"
    assert is_in(client)
