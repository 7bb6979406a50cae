"""The page of sessions: what it shows, and what its buttons end."""

import time

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from httpref.accounts import second_factor, sessions
from httpref.accounts.models import Event, Session
from tests.accounts.conftest import PASSWORD, code_of, give_code, give_password, is_in, secret_on, text_of
from tests.html import check_resources, parse

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = "/admin/account/"


def elsewhere(name="ann", **options):
    """Another browser in which somebody signs in."""
    client = Client(headers={"user-agent": FIREFOX}, **options)
    give_password(client, name)
    assert is_in(client)
    return client


def references(response):
    fields = (one for one in parse(response).iter("input") if one.get("name") == "session")
    return [field.get("value") for field in fields if field.get("value") != "others"]


@pytest.fixture
def here(client, ann):
    give_password(client)
    return client


def test_the_page_says_where_one_is_signed_in(here):
    elsewhere(REMOTE_ADDR="2001:db8::7")
    response = here.get(PAGE)
    check_resources(parse(response))
    text = text_of(response)
    assert "Firefox on Linux" in text
    assert "2001:db8::7" in text and "127.0.0.1" in text
    assert text.count("this session") == 1
    assert timezone.now().strftime("%Y-%m-%d") in text
    assert "None is set up: the password is enough." in text


def test_every_page_of_the_admin_leads_there(here):
    links = [one.get("href") for one in parse(here.get("/admin/")).iter("a")]
    assert PAGE in links


def test_no_key_of_a_session_is_on_the_page(here):
    other = elsewhere()
    content = here.get(PAGE).content.decode()
    assert here.session.session_key not in content and other.session.session_key not in content


def test_one_session_is_ended(here):
    one, two = elsewhere(), elsewhere()
    reference = sessions.reference_of(one.session.session_key)
    response = here.post(f"{PAGE}end/", {"session": reference}, follow=True)
    assert "The session was ended." in text_of(response)
    assert (is_in(here), is_in(one), is_in(two)) == (True, False, True)
    assert "has ended already" in text_of(here.post(f"{PAGE}end/", {"session": reference}, follow=True))


def test_all_other_sessions_are_ended(here, root):
    others, stranger = [elsewhere(), elsewhere()], elsewhere("root")
    response = here.post(f"{PAGE}end/", {"session": "others"}, follow=True)
    assert "2 sessions were ended." in text_of(response)
    assert is_in(here) and is_in(stranger)
    assert not any(map(is_in, others))


def test_ending_this_session_signs_out(here):
    reference = sessions.reference_of(here.session.session_key)
    assert here.post(f"{PAGE}end/", {"session": reference})["Location"] == "/admin/login/"
    assert not is_in(here)
    assert Event.objects.filter(action="signed-out", subject="ann").exists()


@pytest.mark.parametrize("reference", ["", "nonsense", "\0", "é" * 30, "x" * 5000])
def test_a_session_that_is_none_ends_nothing(here, reference):
    other = elsewhere()
    assert here.post(f"{PAGE}end/", {"session": reference}).status_code == 302
    assert is_in(here) and is_in(other)


def test_nobody_ends_the_session_of_somebody_else(here, root):
    other = elsewhere("root")
    reference = sessions.reference_of(other.session.session_key)
    here.post(f"{PAGE}end/", {"session": reference})
    here.post(f"{PAGE}end/", {"session": other.session.session_key})
    assert here.post(f"{PAGE}{root.pk}/end/", {"session": reference}).status_code == 403
    assert here.get(f"{PAGE}{root.pk}/").status_code == 403
    assert here.post(f"{PAGE}{root.pk}/reset/").status_code == 403
    assert is_in(other)


def test_a_superuser_ends_the_sessions_of_others(here, client, root, ann):
    chief = elsewhere("root")
    response = chief.get(f"{PAGE}{ann.pk}/")
    assert "Sessions of ann" in text_of(response)
    (reference,) = references(response)
    chief.post(f"{PAGE}{ann.pk}/end/", {"session": reference})
    assert not is_in(here)
    assert "signed in nowhere" in text_of(chief.get(f"{PAGE}{ann.pk}/"))
    assert chief.get(f"{PAGE}{ann.pk + 1000}/").status_code == 404
    assert is_in(chief)


def test_the_form_of_an_account_leads_a_superuser_to_its_sessions(ann, root):
    chief = elsewhere("root")
    links = [one.get("href") for one in parse(chief.get(reverse("admin:auth_user_change", args=[ann.pk]))).iter("a")]
    assert f"{PAGE}{ann.pk}/" in links


def test_a_new_password_ends_the_other_sessions(here):
    other = elsewhere()
    new = "quite-another-password"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post(reverse("admin:password_change"), data).status_code == 302
    assert is_in(here)
    assert Session.objects.filter(account__username="ann").count() == 1
    assert not is_in(other)


def test_an_account_that_is_switched_off_is_signed_in_nowhere(here, ann):
    ann.is_active = False
    ann.save()
    assert not Session.objects.filter(account=ann).exists()
    assert not is_in(here)


def test_a_visit_is_noted_once_in_five_minutes(here, django_assert_num_queries, monkeypatch):
    key = here.session.session_key
    before = Session.objects.get(pk=key)
    is_in(here)
    assert Session.objects.get(pk=key).session_data == before.session_data
    with django_assert_num_queries(2):  # session, account
        here.get(f"{PAGE}no-such-page/")
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    is_in(here)
    after = Session.objects.get(pk=key)
    place, other = before.get_decoded()[sessions.PLACE], after.get_decoded()[sessions.PLACE]
    assert other["seen"] - place["seen"] >= 301 and other["since"] == place["since"]


def test_visits_do_not_make_a_session_longer(here, monkeypatch):
    key = here.session.session_key
    before = Session.objects.get(pk=key).expire_date
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    is_in(here)
    assert Session.objects.get(pk=key).expire_date == before


def test_a_session_that_was_begun_in_another_way_is_shown(here, ann):
    other = Client()
    other.force_login(ann)
    session = other.session
    del session[sessions.PLACE]
    session.save()
    assert "an unknown program" in text_of(here.get(PAGE))
    assert is_in(other)


def test_public_pages_have_no_session(client, here):
    response = Client().get("/en/404/")
    assert response.status_code == 200
    assert not response.cookies
    rows = Session.objects.count()
    Client().get("/admin/login/")
    assert Session.objects.count() == rows


# The second factor on the page


def change(client, wish, password=PASSWORD):
    return client.post(f"{PAGE}change/", {"do": wish, "password": password})


def with_app(client, app):
    give_password(client)
    give_code(client, app())
    return client


def test_who_wants_a_second_factor_sets_it_up_with_the_password(here, ann):
    assert change(here, "set-up")["Location"] == f"{PAGE}set-up/"
    response = here.get(f"{PAGE}set-up/")
    assert "Leave it as it is" in text_of(response)
    response = here.post(f"{PAGE}set-up/", {"code": code_of(secret_on(response))})
    assert "lets you in once" in text_of(response)
    assert second_factor.codes_left(ann) == 10
    assert "10 recovery codes are left." in text_of(here.get(PAGE))
    assert here.get(f"{PAGE}set-up/")["Location"] == PAGE


@pytest.mark.parametrize("wish", ["set-up", "codes", "remove"])
@pytest.mark.parametrize("password", ["", "wrong"])
def test_nothing_changes_without_the_password(client, app, ann, recovery_codes, wish, password):
    with_app(client, app)
    response = change(client, wish, password)
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert second_factor.device_of(ann) and second_factor.codes_left(ann) == 10
    assert client.get(f"{PAGE}set-up/").status_code == 302


def test_guessing_the_password_there_is_throttled(here):
    assert [change(here, "set-up", "wrong").status_code for _ in range(5)] == [200] * 4 + [429]


def test_another_app_takes_the_place_of_the_first(client, ann, app, enforced):
    with_app(client, app)
    old = TOTPDevice.objects.get()
    change(client, "set-up")
    client.post(f"{PAGE}set-up/", {"code": code_of(secret_on(client.get(f"{PAGE}set-up/")))})
    assert is_in(client)
    assert TOTPDevice.objects.get().key != old.key


def test_new_recovery_codes_replace_the_old_ones(client, ann, app, recovery_codes):
    with_app(client, app)
    assert "not shown again" in text_of(change(client, "codes"))
    assert second_factor.codes_left(ann) == 10
    assert not second_factor.check(ann, recovery_codes[0]).device


def test_a_second_factor_that_nobody_asks_for_can_be_removed(client, ann, app, recovery_codes):
    with_app(client, app)
    change(client, "remove")
    assert second_factor.device_of(ann) is None and second_factor.codes_left(ann) == 0
    assert Event.objects.filter(action="factor-removed", actor="ann", subject="ann").exists()
    assert is_in(client)


def test_a_second_factor_that_is_asked_for_cannot(client, ann, app, enforced):
    with_app(client, app)
    assert "Remove the second factor" not in text_of(client.get(PAGE))
    change(client, "remove")
    assert second_factor.device_of(ann)


@pytest.mark.parametrize("wish", ["", "codes", "remove", "nonsense"])
def test_wishes_that_make_no_sense_change_nothing(here, ann, wish):
    assert change(here, wish)["Location"] == PAGE
    assert second_factor.device_of(ann) is None


def test_a_superuser_takes_the_second_factor_from_somebody_who_lost_it(client, ann, app, root):
    with_app(client, app)
    chief = elsewhere("root")
    assert "Be sure who asks you." in text_of(chief.get(f"{PAGE}{ann.pk}/"))
    response = chief.post(f"{PAGE}{ann.pk}/reset/", follow=True)
    assert "all sessions of the account were ended" in text_of(response)
    assert second_factor.device_of(ann) is None
    assert not is_in(client)
    event = Event.objects.get(action="factor-removed")
    assert (event.actor, event.subject, event.detail) == ("root", "ann", {"sessions": 1})
    chief.post(f"{PAGE}{ann.pk}/reset/")
    assert Event.objects.filter(action="factor-removed").count() == 1


def test_a_superuser_cannot_change_what_needs_the_others_password(ann, root):
    chief = elsewhere("root")
    assert chief.post(f"{PAGE}{root.pk}/reset/").status_code == 403
    assert chief.post(f"{PAGE}{ann.pk}/change/").status_code == 404


def test_who_has_none_is_told_where_it_is_asked_for(ann, root, settings):
    chief = elsewhere("root")
    settings.SECOND_FACTOR = True
    second_factor.unsaved_device(root, second_factor.new_key()).save()
    session = chief.session
    session["otp_device_id"] = TOTPDevice.objects.get().persistent_id
    session.save()
    assert "the next sign-in asks for it" in text_of(chief.get(f"{PAGE}{ann.pk}/"))
    assert User.objects.count() == 2
