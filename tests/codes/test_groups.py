import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User

from codes.exchange.form import MODEL_NAMES
from codes.groups import EDITORS, VIEWERS, reviewers, seed_groups, translators

pytestmark = pytest.mark.django_db


def permissions(group: str) -> set[str]:
    found = Group.objects.get(name=group).permissions.values_list("content_type__app_label", "codename")
    return {f"{label}.{codename}" for label, codename in found}


def on_the_reference(*actions: str) -> set[str]:
    return {f"codes.{action}_{model}" for model in MODEL_NAMES for action in actions}


def looking() -> set[str]:
    """What everybody may see: the reference, and how it is exchanged; the bases of merges are for nobody."""
    return on_the_reference("view") | {f"codes.view_{model}" for model in ("source", "import", "conflict")}


def translating(*languages: str) -> set[str]:
    return {f"codes.translate_{language.replace('-', '_')}" for language in languages}


def member_of(*groups: str) -> User:
    user = User.objects.create_user("reader")
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def test_editors_may_change_everything_of_the_reference_in_every_language_and_exchange_it_and_nothing_else():
    actions = looking() | on_the_reference("add", "change", "delete")
    approving = {"codes.approve_texts"}
    exchange = {"codes.export_bundle", "codes.import_bundle", "codes.change_conflict"}
    assert permissions(EDITORS) == actions | exchange | approving | translating(*settings.CONTENT_LANGUAGES)


def test_viewers_may_only_look():
    assert permissions(VIEWERS) == looking()


@pytest.mark.parametrize("language", [code for code in settings.CONTENT_LANGUAGES if code != "en"])
def test_translators_may_look_and_write_their_own_language(language):
    assert permissions(translators(language)) == looking() | translating(language)


def test_reviewers_also_approve_what_others_write_in_their_language():
    assert permissions(reviewers("ja")) == permissions(translators("ja")) | {"codes.approve_texts"}


def test_english_is_not_a_translation():
    names = [of(code) for code in settings.CONTENT_LANGUAGES if code != "en" for of in (translators, reviewers)]
    assert sorted(Group.objects.values_list("name", flat=True)) == sorted([EDITORS, VIEWERS, *names])


def test_the_right_to_translate_reaches_the_members():
    user = member_of(translators("zh-hant"), translators("ja"))
    assert user.has_perms(translating("zh-hant", "ja"))
    assert not user.has_perm("codes.translate_zh_hans")
    assert not user.has_perm("codes.change_statuscode")


def test_missing_groups_are_created_and_existing_ones_left_as_they_are():
    Group.objects.get(name=translators("ko")).delete()
    Group.objects.get(name=VIEWERS).permissions.clear()
    assert seed_groups() == [translators("ko")]
    assert permissions(translators("ko")) == looking() | translating("ko")
    assert permissions(VIEWERS) == set()
    assert seed_groups() == []
