"""The audit trail: what it knows, from whom, and that nobody changes it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from httpref.accounts import second_factor
from httpref.accounts.models import Action, Event, Session
from httpref.accounts.trail import in_detail, record
from tests.accounts.conftest import PASSWORD, code_of, give_code, give_password, secret_on, text_of
from tests.html import check_resources, parse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_so_far(db, request):
    for name in ("ann", "root", "app", "recovery_codes"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
    Event.objects.all().delete()


def events():
    """What happened, in order: action, by whom, to whom."""
    return [(event.action, event.actor, event.subject) for event in Event.objects.order_by("pk")]


def details(action="rights"):
    return [event.detail for event in Event.objects.filter(action=action).order_by("pk")]


# Signing in


def test_signing_in_and_out(client, ann):
    give_password(client, headers={"user-agent": "curl/8"}, REMOTE_ADDR="192.0.2.7")
    client.post(reverse("admin:logout"))
    assert events() == [("signed-in", "ann", "ann"), ("signed-out", "ann", "ann")]
    event = Event.objects.earliest("pk")
    assert (event.address, event.agent) == ("192.0.2.7", "curl/8")


def test_signing_out_without_being_signed_in_is_no_event(client):
    client.logout()
    assert events() == []


def test_failures_and_being_locked_out(client, ann):
    for _ in range(7):
        give_password(client, password="wrong")
    assert events() == [("failed", "", "ann")] * 4 + [("locked", "", "ann"), ("failed", "", "ann")]


def test_a_name_that_nobody_has_is_not_kept(client):
    for _ in range(5):
        give_password(client, PASSWORD, "ann")
    assert set(events()) == {("failed", "", ""), ("locked", "", "")}


def test_the_second_factor(client, ann, app, recovery_codes, settings):
    settings.OTP_TOTP_THROTTLE_FACTOR = 0
    give_password(client)
    give_code(client, f"{(int(app()) + 1) % 1_000_000:06}")
    give_code(client, app())
    client.post(reverse("admin:logout"))
    give_password(client)
    give_code(client, recovery_codes[0])
    assert events() == [
        ("code-refused", "", "ann"),
        ("code-accepted", "ann", "ann"),
        ("signed-in", "ann", "ann"),
        ("signed-out", "ann", "ann"),
        ("recovery-used", "ann", "ann"),
        ("signed-in", "ann", "ann"),
    ]


def test_setting_up_and_new_codes(client, ann, enforced):
    give_password(client)
    address = reverse("accounts:set_up")
    client.post(address, {"code": code_of(secret_on(client.get(address)))})
    client.post(reverse("accounts:change"), {"do": "codes", "password": PASSWORD})
    assert events() == [("factor-set-up", "ann", "ann"), ("signed-in", "ann", "ann"), ("codes-made", "ann", "ann")]


def test_ended_sessions(client, ann):
    give_password(client)
    client.post(reverse("accounts:end"), {"session": "others"})
    assert events()[1:] == [("session-ended", "ann", "ann")]
    assert details("session-ended") == [{"sessions": 0}]


# Accounts and rights


def test_the_admin_changes_rights(client, root, ann):
    group = Group.objects.get(name="editors")
    client.force_login(root)
    data = {
        "username": "ann",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [group.pk],
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
    }
    assert client.post(reverse("admin:auth_user_change", args=[ann.pk]), data).status_code == 302
    assert events()[1:] == [("rights", "root", "ann")] * 2
    assert details() == [
        {"field": "is_superuser", "value": True},
        {"field": "groups", "added": ["editors"], "removed": []},
    ]
    assert Event.objects.latest("pk").address == "127.0.0.1"


def test_a_program_changes_rights(ann):
    ann.is_staff = ann.is_active = False
    ann.save()
    assert events() == [("rights", "", "ann")] * 2
    assert details() == [{"field": "is_active", "value": False}, {"field": "is_staff", "value": False}]
    assert Event.objects.first().address is None


def test_a_save_that_changes_nothing_is_no_event(ann, django_assert_num_queries):
    ann.first_name = "Ann"
    ann.save()
    with django_assert_num_queries(1):
        ann.save(update_fields=["last_login"])
    assert events() == []


def test_groups_and_permissions_from_both_sides(ann):
    one, two = Group.objects.filter(name__in=("editors", "viewers")).order_by("name")
    permission = Permission.objects.get(codename="export_bundle")
    steps = [
        lambda: ann.groups.add(one, two),
        lambda: ann.groups.remove(one),
        lambda: ann.groups.set([one]),
        lambda: ann.groups.clear(),
        lambda: ann.groups.clear(),
        lambda: one.user_set.add(ann),
        lambda: one.user_set.clear(),
        lambda: ann.user_permissions.add(permission),
        lambda: permission.user_set.remove(ann),
    ]
    for step in steps:
        step()
    assert {event[:3:2] for event in events()} == {("rights", "ann")}
    assert [(one["field"], one["added"], one["removed"]) for one in details()] == [
        ("groups", ["editors", "viewers"], []),
        ("groups", [], ["editors"]),
        ("groups", [], ["viewers"]),
        ("groups", ["editors"], []),
        ("groups", [], ["editors"]),
        ("groups", ["editors"], []),
        ("groups", [], ["editors"]),
        ("user_permissions", ["codes.export_bundle"], []),
        ("user_permissions", [], ["codes.export_bundle"]),
    ]


def test_the_rights_of_a_group():
    group = Group.objects.create(name="testers")
    group.permissions.add(Permission.objects.get(codename="export_bundle"))
    group.save()
    group.delete()
    assert events() == [("created", "", "testers"), ("rights", "", "testers"), ("deleted", "", "testers")]
    assert set(Event.objects.values_list("kind", flat=True)) == {"group"}
    assert details() == [{"field": "permissions", "added": ["codes.export_bundle"], "removed": []}]


def test_accounts_come_and_go():
    User.objects.create_superuser("chief", password=PASSWORD).delete()
    assert events() == [("created", "", "chief"), ("deleted", "", "chief")]
    assert details("created") == [{"flags": ["is_active", "is_staff", "is_superuser"]}]


def test_passwords(client, ann):
    give_password(client)
    data = {"old_password": PASSWORD, **dict.fromkeys(("new_password1", "new_password2"), "quite-another-password")}
    client.post(reverse("admin:password_change"), data)
    ann.refresh_from_db()
    ann.set_password("a-third-password-now")
    ann.save()
    assert events()[1:] == [("password", "ann", "ann"), ("password", "", "ann")]
    assert details("password") == [{"sessions": 0}, {"sessions": 1}]
    assert "third" not in str(list(Event.objects.values()))


def test_a_newer_hash_of_the_same_password_is_no_event(client, ann, settings):
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Scrypt", "MD5")]
    give_password(client)
    assert events() == [("signed-in", "ann", "ann")]


def test_a_change_that_is_rolled_back_leaves_no_event(ann):
    from django.db import transaction

    with transaction.atomic():
        ann.is_superuser = True
        ann.save()
        transaction.set_rollback(True)
    assert events() == []


# In the admin


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_the_list_says_what_happened(client, root, ann, language):
    record(Action.RIGHTS, ann, actor="root", field="groups", added=["editors"], removed=["viewers"])
    record(Action.RIGHTS, Group.objects.get(name="editors"), field="permissions", added=["codes.x"], removed=[])
    record(Action.RIGHTS, ann, field="is_staff", value=False)
    record(Action.SESSION_ENDED, ann, browser="Firefox/1 Windows", address="")
    record(Action.FAILED, "")
    client.force_login(root)
    response = client.get(reverse("admin:accounts_event_changelist"), headers={"accept-language": language})
    check_resources(parse(response))
    text = text_of(response)
    expected = {
        "en": [
            "Groups: + editors, − viewers",
            "group editors",
            "Staff status: no",
            "Firefox on Windows, –",
            "a program",
        ],
        "zh-hant": ["+ editors, − viewers", "群組 editors", "否", "Windows 上的 Firefox", "權限異動", "不存在的名稱"],
        "zh-hans": ["+ editors, − viewers", "组 editors", "否", "Windows 上的 Firefox", "权限变更", "不存在的用户名"],
    }
    assert [part for part in expected[language] if part not in text] == []


def test_an_event_has_a_page_with_all_of_it(client, root):
    client.force_login(root)
    event = Event.objects.get()
    event.detail = {"field": "groups", "added": [f"group {number:02}" for number in range(30)], "removed": []}
    event.save()
    assert "group 29" not in text_of(client.get(reverse("admin:accounts_event_changelist")))
    response = client.get(reverse("admin:accounts_event_change", args=[event.pk]))
    assert "signed in" in text_of(response) and "group 29" in text_of(response)
    assert str(event) == "signed in: root"


def test_a_failure_is_by_nobody_who_is_signed_in(client, root):
    give_password(client, "root", "wrong")
    client.force_login(root)
    assert "nobody signed in" in text_of(client.get(reverse("admin:accounts_event_changelist"), {"action": "failed"}))


def test_nobody_writes_the_trail(client, root):
    client.force_login(root)
    event = Event.objects.get()
    address = reverse("admin:accounts_event_change", args=[event.pk])
    assert client.post(address, {"actor": "somebody"}).status_code == 403
    assert client.post(reverse("admin:accounts_event_add"), {}).status_code == 403
    assert client.post(reverse("admin:accounts_event_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"}
    client.post(reverse("admin:accounts_event_changelist"), action)
    event.refresh_from_db()
    assert event.actor == "root"
    assert not Permission.objects.filter(content_type__app_label="accounts").exclude(codename="view_event").exists()


def test_only_who_has_the_right_reads_the_trail(client, ann):
    client.force_login(ann)
    address = reverse("admin:accounts_event_changelist")
    assert client.get(address).status_code == 403
    ann.user_permissions.add(Permission.objects.get(codename="view_event"))
    assert client.get(address).status_code == 200


def test_nobody_edits_devices_in_the_admin(client, root):
    client.force_login(root)
    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert client.get("/admin/otp_static/staticdevice/").status_code == 404


def test_flags_and_numbers_in_detail():
    assert in_detail(Event(detail={"flags": ["is_staff", "is_superuser"]})) == "Staff status, Superuser status"
    assert in_detail(Event(detail={"sessions": 3})) == "sessions ended: 3"
    assert in_detail(Event()) == ""


# Commands


def test_old_events_and_sessions_are_deleted(ann, capsys, settings):
    settings.TRAIL_DAYS = 30
    old, new = (timezone.now() - timedelta(days=days) for days in (31, 29))
    for at in (old, new):
        Event.objects.create(action="created", at=at)
        Session.objects.create(pk=str(at), session_data="", expire_date=at + timedelta(days=30))
    call_command("prune_trail")
    assert capsys.readouterr().out == "events deleted: 1\n"
    assert [event.at for event in Event.objects.all()] == [new]
    assert Session.objects.count() == 1


def test_the_operator_takes_away_a_second_factor(client, ann, app, recovery_codes, capsys):
    client.force_login(ann)
    call_command("reset_second_factor", "ann")
    assert capsys.readouterr().out == "the second factor of ann was removed; sessions ended: 1\n"
    assert second_factor.device_of(ann) is None and second_factor.codes_left(ann) == 0
    assert events()[1:] == [("factor-removed", "", "ann")]
    call_command("reset_second_factor", "ann")
    assert capsys.readouterr().out == "nothing to do: ann has no second factor\n"


def test_an_account_that_is_none_has_no_second_factor_to_take_away():
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="There is no account 'nobody'"):
        call_command("reset_second_factor", "nobody")
