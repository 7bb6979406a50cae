"""The second step: codes, setting up what makes them, and every way around."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from httpref.accounts import halfway, second_factor
from httpref.accounts.models import Session
from tests.accounts.conftest import code_of, give_code, give_password, is_in, secret_on, text_of
from tests.html import check_resources, parse, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enforced")]
CODE, SET_UP = "/admin/account/code/", "/admin/account/set-up/"


def codes_on(response):
    (element,) = (one for one in parse(response).iter("ul") if one.get("class") == "codes")
    return [words(item) for item in element.iter("li")]


# Setting up


def test_who_has_no_second_factor_sets_one_up_and_is_in(client, ann):
    assert give_password(client, goal="/admin/password_change/")["Location"] == CODE
    assert client.get(CODE)["Location"] == SET_UP
    secret = secret_on(client.get(SET_UP))
    response = client.post(SET_UP, {"code": code_of(secret)})
    assert len(codes_on(response)) == 10
    assert "no-store" in response["Cache-Control"]
    (link,) = (one for one in parse(response).iter("a") if one.get("class") == "button")
    assert link.get("href") == "/admin/password_change/"
    assert is_in(client)
    assert client.get(SET_UP).status_code == 302


def test_the_secret_is_a_picture_too(client, ann):
    give_password(client)
    page = parse(client.get(SET_UP))
    (picture,) = (one for one in page.iter("img") if one.get("class") == "picture")
    assert picture.get("src").startswith("data:image/svg+xml")
    address = next(one for one in page.iter("a") if one.get("href").startswith("otpauth:")).get("href")
    assert address.startswith("otpauth://totp/127.0.0.1%3Aann?secret=")
    picture.set("src", "#")
    check_resources(page)


def test_the_secret_stays_the_same_until_it_is_confirmed(client, ann):
    give_password(client)
    assert secret_on(client.get(SET_UP)) == secret_on(client.get(SET_UP))


@pytest.mark.parametrize("code", ["000000", "12345", "", "abcdef", "１２３", "9" * 41, "\0"])
def test_a_code_that_is_not_the_right_one_sets_up_nothing(client, ann, code):
    give_password(client)
    secret = secret_on(client.get(SET_UP))
    assert code != code_of(secret)
    response = client.post(SET_UP, {"code": code})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert not TOTPDevice.objects.exists()
    assert not is_in(client)


def test_the_code_that_set_up_an_app_is_used_up(client, ann):
    give_password(client)
    code = code_of(secret_on(client.get(SET_UP)))
    client.post(SET_UP, {"code": code})
    client.post(reverse("admin:logout"))
    give_password(client)
    assert "used before" in text_of(give_code(client, code))


def test_setting_up_ends_the_sessions_that_there_were(client, ann):
    other = Client()
    other.force_login(ann)
    give_password(client)
    client.post(SET_UP, {"code": code_of(secret_on(client.get(SET_UP)))})
    assert list(Session.objects.filter(account=ann).values_list("pk", flat=True)) == [client.session.session_key]


# Codes


def test_the_code_of_the_app_lets_in_after_the_password(client, ann, app):
    assert give_password(client)["Location"] == CODE
    assert not is_in(client)
    assert "six digits" in text_of(client.get(CODE))
    assert give_code(client, f" {app()[:3]} {app()[3:]} ")["Location"] == "/admin/"
    assert is_in(client)


def test_a_code_is_good_for_once(client, ann, app):
    code = app()
    give_password(client)
    give_code(client, code)
    thief = Client()
    give_password(thief)
    assert "used before" in text_of(give_code(thief, code))
    assert not is_in(thief)


def test_a_code_of_another_time_is_refused(client, ann, app):
    give_password(client)
    give_code(client, app(later=-3))
    assert not is_in(client)


def test_codes_that_are_tried_one_after_the_other_have_to_wait(client, ann, app):
    give_password(client)
    wrong = f"{(int(app()) + 1) % 1_000_000:06}"
    give_code(client, wrong)
    response = give_code(client, app())
    assert "Wait 1 second" in text_of(response)
    assert not is_in(client)
    assert AccessAttempt.objects.get().failures_since_start == 1
    TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timezone.timedelta(seconds=2))
    give_code(client, app())
    assert is_in(client)


def test_wrong_codes_count_as_wrong_passwords_do(client, ann, app, settings):
    settings.OTP_TOTP_THROTTLE_FACTOR = 0
    for _ in range(2):
        give_password(client, password="wrong")
    give_password(client)
    wrong = f"{(int(app()) + 1) % 1_000_000:06}"
    assert [give_code(client, wrong).status_code for _ in range(3)] == [200, 200, 429]
    assert give_code(client, app()).status_code == 429
    assert client.get(CODE).status_code == 429
    assert give_password(client).status_code == 429
    assert not is_in(client)


def test_a_right_password_in_between_gives_no_more_attempts_at_codes(client, ann, app, settings):
    settings.OTP_TOTP_THROTTLE_FACTOR = 0
    wrong = f"{(int(app()) + 1) % 1_000_000:06}"
    for _ in range(4):
        give_password(client)
        give_code(client, wrong)
    give_password(client)
    assert give_code(client, wrong).status_code == 429


def test_no_code_is_kept_with_the_attempts(client, ann, app):
    give_password(client)
    give_code(client, "ABCD-efgh")
    assert "efgh" not in AccessAttempt.objects.get().post_data


@pytest.mark.parametrize("code", ["", "\0", "x" * 41, "１２３４５６", "😀", "' OR 1=1", "-1", "1e5", "٠٠٠٠٠٠"])
def test_a_code_that_is_none_is_refused(client, ann, app, recovery_codes, code):
    give_password(client)
    response = give_code(client, code)
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert not is_in(client)


# Recovery codes


def test_a_recovery_code_lets_in_once(client, ann, recovery_codes):
    give_password(client)
    give_code(client, recovery_codes[0].upper().replace("-", " "))
    assert is_in(client)
    assert second_factor.codes_left(ann) == 9
    client.post(reverse("admin:logout"))
    give_password(client)
    give_code(client, recovery_codes[0])
    assert not is_in(client)
    StaticDevice.objects.update(throttling_failure_timestamp=None)
    give_code(client, recovery_codes[1])
    assert is_in(client)


def test_a_recovery_code_of_somebody_else_lets_nobody_in(client, recovery_codes, root):
    second_factor.unsaved_device(root, second_factor.new_key()).save()
    second_factor.new_recovery_codes(root)
    give_password(client, "root")
    give_code(client, recovery_codes[0])
    assert not is_in(client)


@pytest.mark.skipif(not connection.features.has_select_for_update, reason="a transaction is alone from its beginning")
def test_two_codes_are_never_looked_at_at_the_same_time(ann, app):
    with CaptureQueriesContext(connection) as queries:
        second_factor.check(ann, app())
    assert "FOR UPDATE" in next(query["sql"] for query in queries if "otp_totp" in query["sql"])


def test_the_database_does_not_tell_recovery_codes(ann, root, recovery_codes):
    assert second_factor.digest(ann, recovery_codes[0]) != second_factor.digest(root, recovery_codes[0])
    stored = set(StaticDevice.objects.get().token_set.values_list("token", flat=True))
    assert len(stored) == 10
    assert stored.isdisjoint({second_factor.normalised(code) for code in recovery_codes})


# Ways around


def admin_addresses(patterns=None, prefix="/"):
    """Every address below the admin, with something in the place of what differs."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = str(pattern.pattern)
        if prefix == "/" and not route.startswith("admin"):
            continue
        if isinstance(pattern, URLPattern):
            yield prefix + filled(route)
        else:
            yield from admin_addresses(pattern.url_patterns, prefix + route)


def filled(route):
    values = {"pk": "1", "object_id": "1", "content_type_id": "1", "digits": "4", "app_label": "codes"}
    for part in ("model", "field", "language", "path", "url"):
        values[part] = "x"
    for name, value in values.items():
        for kind in ("int", "path", "slug", "str"):
            route = route.replace(f"<{kind}:{name}>", value)
        route = route.replace(f"<{name}>", value)
    if route.startswith("^(?P<app_label>"):
        return "codes/"
    if route.startswith("(?P<url>"):
        return "nothing"
    return route


OWN_STEPS = {"/admin/login/", "/admin/account/cancel/"}


def is_shut(response):
    return response.status_code == 405 or (
        response.status_code == 302
        and response["Location"].split("?")[0] in ("/admin/", "/admin/login/", "/admin/account/", SET_UP, CODE)
    )


def test_no_address_of_the_admin_is_open_half_way(client, root):
    second_factor.unsaved_device(root, second_factor.new_key()).save()
    give_password(client, "root")
    addresses = set(admin_addresses()) - {*OWN_STEPS, CODE}
    assert len(addresses) > 80
    assert "/admin/curation/" in addresses and "/admin/auth/user/" in addresses
    assert [address for address in addresses if not is_shut(client.get(address))] == []


def test_no_address_of_the_admin_is_open_to_a_session_that_gave_a_password_only(client, root):
    client.force_login(root)
    for address in set(admin_addresses()) - OWN_STEPS:
        assert is_shut(client.post(address)), address


def test_such_a_session_signs_in_anew(client, ann, app):
    client.force_login(ann)
    assert client.get("/admin/login/").status_code == 200
    give_password(client)
    give_code(client, app())
    assert is_in(client)


def test_who_has_an_app_cannot_set_up_another_with_the_password_alone(client, ann, app):
    give_password(client)
    secret = client.session[halfway.KEY]["key"]
    assert client.get(SET_UP)["Location"] == CODE
    assert client.post(SET_UP, {"code": code_of(bytes.fromhex(secret))})["Location"] == CODE
    assert TOTPDevice.objects.count() == 1
    assert not is_in(client)


@pytest.mark.parametrize("address", [CODE, SET_UP])
def test_nobody_begins_with_the_second_step(client, ann, app, address):
    for response in (client.get(address), client.post(address, {"code": app()})):
        assert response.status_code == 302
    assert not is_in(client)


def test_the_second_step_is_about_who_gave_the_password(client, ann, app, root):
    second_factor.unsaved_device(root, second_factor.new_key()).save()
    give_password(client, "root")
    give_code(client, app())
    assert not is_in(client)


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"is_staff": False},
        {"password": "another"},
    ],
)
def test_an_account_that_changed_since_starts_over(client, ann, app, change):
    give_password(client)
    User.objects.update(**change)
    assert give_code(client, app())["Location"] == "/admin/login/"
    assert not is_in(client)


def test_the_second_step_waits_ten_minutes(client, ann, app):
    give_password(client)
    row = Session.objects.get(pk=client.session.session_key)
    assert row.account is None
    assert 590 < (row.expire_date - timezone.now()).total_seconds() <= 600
    Session.objects.update(expire_date=timezone.now())
    assert give_code(client, app())["Location"] == "/admin/login/"


def test_whoever_gave_a_wrong_name_starts_over(client, ann, app):
    give_password(client)
    assert client.post(reverse("accounts:cancel"))["Location"] == "/admin/login/"
    assert give_code(client, app())["Location"] == "/admin/login/"


def test_cancelling_signs_nobody_out(client, ann, settings):
    settings.SECOND_FACTOR = False
    client.force_login(ann)
    client.post(reverse("accounts:cancel"))
    assert is_in(client)


def test_a_session_gets_another_key_at_each_step(client, ann, app):
    client.force_login(ann)
    keys = [client.session.session_key]
    give_password(client)
    keys.append(client.session.session_key)
    give_code(client, app())
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3
    assert Session.objects.filter(pk__in=keys).count() == 1


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example/"])
def test_the_second_step_sends_nobody_to_another_site(client, ann, app, goal):
    give_password(client, goal=goal)
    assert client.post(f"{CODE}?next={goal}", {"code": app(), "next": goal})["Location"] == "/admin/"


def test_a_device_of_somebody_else_in_the_session_does_not_count(client, ann, app, root):
    client.force_login(root)
    session = client.session
    session["otp_device_id"] = TOTPDevice.objects.get().persistent_id
    session.save()
    assert not is_in(client)


def test_a_site_that_asks_for_no_more_still_asks_who_has_an_app(client, ann, app, settings):
    settings.SECOND_FACTOR = False
    assert give_password(client)["Location"] == CODE
    assert not is_in(client)
    give_code(client, app())
    assert is_in(client)


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_the_steps_speak_the_readers_language(client, ann, language):
    headers = {"accept-language": language}
    give_password(client)
    english = text_of(client.get(SET_UP))
    response = client.get(SET_UP, headers=headers)
    assert parse(response).get("lang") == language
    assert "Scan the picture" in english and "Scan the picture" not in text_of(response)
