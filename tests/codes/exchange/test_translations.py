from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from codes.exchange.apply import PlanChanged
from codes.exchange.errors import BundleError
from codes.exchange.merge import Action, Policy
from codes.exchange.plan import Plan
from codes.exchange.queue import settle
from codes.exchange.report import describe
from codes.exchange.texts import Entry, TextsFile, fingerprint
from codes.exchange.translations import apply_texts, plan_texts
from codes.exchange.translators import read_texts, texts_file, write_texts
from codes.localized import column
from codes.models import Conflict, Import, StatusClass, StatusCode
from codes.models.exchange import ConflictReason, ConflictState

pytestmark = pytest.mark.django_db

NAME = "statuscode:404/iana:name"
SUMMARY = "statuscode:404/iana:summary"
GIVEN_OUT = "Introuvable"
KEY = (404, "iana")


@pytest.fixture(autouse=True)
def given_out(db: None) -> None:
    """What the translator began with."""
    local(name_fr=GIVEN_OUT)


def local(**texts: str | None) -> None:
    """Write texts of the meaning that the tests are about."""
    StatusCode.objects.filter(number=404, origin="iana").update(**texts)


def imports() -> QuerySet[Import]:
    """The log without the bundle that the database was filled with."""
    return Import.objects.exclude(kind="bundle")


def code() -> StatusCode:
    return StatusCode.objects.get(number=404, origin="iana")


def entry(translated: str, context: str = NAME, source: str = "Not Found", base: str | None = GIVEN_OUT) -> Entry:
    return Entry(context, source, translated, fingerprint(base))


def file_of(*entries: Entry, flags: str = "", language: str = "fr") -> TextsFile:
    """A PO file of these entries."""
    text = f'msgid ""\nmsgstr "Language: {language}\\n"\n'
    for context, source, translated, known in entries:
        text += f'\n#. {known}\n{flags}msgctxt "{context}"\nmsgid "{source}"\nmsgstr "{translated}"\n'
    return texts_file("fr.po", text.encode())


def plan_of(*entries: Entry, keep: dict[str, Policy] | None = None, **options: str) -> Plan:
    return plan_texts(file_of(*entries, **options), keep=keep or {})


def applied(*entries: Entry, keep: dict[str, Policy] | None = None) -> tuple[Plan, Import]:
    file, keep = file_of(*entries), keep or {}
    return apply_texts(file, plan_texts(file, keep=keep).digest, keep=keep, author="somebody")


def actions(plan: Plan) -> list[tuple[str, Action]]:
    return [(unit.column, unit.action) for unit in plan.units]


CHANGE, CONFLICT, KEEP = ([("name_fr", action)] for action in (Action.CHANGE, Action.CONFLICT, Action.KEEP))


# What becomes of a text


@pytest.mark.parametrize(
    ("base", "here", "returned", "expected"),
    [
        # given out and returned, with a fingerprint
        ("a", "a", "a", []),
        ("a", "a", "b", CHANGE),
        ("a", "b", "a", []),
        ("a", "b", "b", []),
        ("a", "b", "c", CONFLICT),
        ("a", None, "a", []),
        ("a", None, "b", CONFLICT),
        # there was nothing to give out, or the file lost what tells it
        (None, None, "a", CHANGE),
        (None, "a", "a", []),
        (None, "a", "b", CONFLICT),
        # what is not there never deletes
        ("a", "a", "", []),
        ("a", "b", "  ", []),
        (None, "a", "", []),
    ],
)
def test_a_text_is_merged_three_ways(base, here, returned, expected):
    local(name_fr=here)
    plan, _ = applied(entry(returned, base=base))
    assert actions(plan) == expected
    assert code().name_fr == (returned if expected == CHANGE else here)
    assert plan_of(entry(returned, base=base)).is_empty


def test_a_foreign_fingerprint_is_a_conflict_where_both_have_a_text():
    assert actions(plan_of(entry("Perdu")._replace(fingerprint="sha256:00"))) == CONFLICT


@pytest.mark.parametrize(
    ("policy", "expected", "text"), [(Policy.LOCAL, KEEP, "ici"), (Policy.UPSTREAM, CHANGE, "Perdu")]
)
def test_a_policy_decides_where_both_changed(policy, expected, text):
    local(name_fr="ici")
    plan, _ = applied(entry("Perdu"), keep={"fr": policy})
    assert actions(plan) == expected
    assert code().name_fr == text
    assert not Conflict.objects.exists()


def test_a_text_is_taken_in_the_form_in_which_it_is_stored():
    assert actions(plan_of(entry(f"  {GIVEN_OUT}\\r\\n"))) == []
    applied(entry("  Perdu\\n"))
    assert code().name_fr == "Perdu"


def test_only_the_column_of_the_language_is_written():
    before = StatusCode.objects.rewrite(False).filter(number=404, origin="iana").values().get()
    applied(entry("Perdu"), entry("Pas ici.", SUMMARY, code().summary_en, None))
    after = StatusCode.objects.rewrite(False).filter(number=404, origin="iana").values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {column("name", "fr"), column("summary", "fr")}


@pytest.mark.parametrize("kind", ["po", "csv"])
@pytest.mark.parametrize("language", ["zh-hant", "fr"])
def test_what_was_just_written_changes_nothing(kind, language, tmp_path):
    write_texts(tmp_path / f"x.{kind}", language)
    plan = plan_texts(read_texts(tmp_path / f"x.{kind}", 10_000_000), keep={})
    assert plan.is_empty
    assert not plan.has_conflicts


@pytest.mark.parametrize("kind", ["po", "csv"])
def test_what_was_written_on_one_install_fills_another(kind, tmp_path):
    expected = {row.digit: row.summary_zh_hant for row in StatusClass.objects.all()}
    write_texts(tmp_path / f"x.{kind}", "zh-hant")
    StatusClass.objects.update(summary_zh_hant=None)
    file = read_texts(tmp_path / f"x.{kind}", 10_000_000)
    returned = {
        context: one._replace(entry=one.entry._replace(fingerprint=""))
        for context, one in file.returned.items()
        if context.startswith("statusclass:")
    }
    file = file._replace(returned=returned)
    apply_texts(file, plan_texts(file, keep={}).digest, keep={}, author="somebody")
    assert {row.digit: row.summary_zh_hant for row in StatusClass.objects.all()} == expected


# Conflicts


def test_a_conflict_is_queued_and_what_is_here_stays():
    local(name_fr="ici")
    plan, log = applied(entry("Perdu"))
    assert plan.has_conflicts
    conflict = Conflict.objects.get()
    assert (conflict.source, conflict.model, tuple(conflict.key), conflict.column) == (
        "texts-fr",
        "statuscode",
        KEY,
        "name_fr",
    )
    assert (conflict.reason, conflict.base, conflict.local, conflict.upstream) == (
        ConflictReason.BOTH_CHANGED,
        None,
        "ici",
        "Perdu",
    )
    assert conflict.found_by == log
    assert code().name_fr == "ici"


@pytest.mark.parametrize("decision", [ConflictState.LOCAL, ConflictState.UPSTREAM, ConflictState.OPEN])
def test_an_editor_is_asked_once_about_the_same_text(decision):
    local(name_fr="ici")
    applied(entry("Perdu"))
    if decision != ConflictState.OPEN:
        settle(Conflict.objects.get(), decision, seen="ici", author="editor")
    assert plan_of(entry("Perdu")).is_empty
    assert actions(plan_of(entry("Disparu"))) == CONFLICT


def test_a_text_that_was_refused_is_taken_when_it_is_given_again_for_the_one_here():
    local(name_fr="ici")
    applied(entry("Perdu"))
    settle(Conflict.objects.get(), ConflictState.LOCAL, seen="ici", author="editor")
    assert actions(plan_of(entry("Perdu", base="ici"))) == CHANGE


def test_an_open_conflict_closes_when_both_sides_say_the_same():
    local(name_fr="ici")
    applied(entry("Perdu"))
    local(name_fr="Perdu")
    applied(entry("Perdu"))
    assert Conflict.objects.get().state == ConflictState.AGREED


def test_an_open_conflict_learns_what_the_translator_says_now():
    local(name_fr="ici")
    applied(entry("Perdu"))
    applied(entry("Disparu"))
    assert Conflict.objects.get().upstream == "Disparu"


def test_a_row_that_breaks_a_rule_of_its_own_makes_a_conflict(monkeypatch):
    # As after a stricter version: the row was stored when the rule was another.
    monkeypatch.setattr(StatusCode._meta.get_field("retry"), "choices", [("never", "never")])
    StatusCode.objects.filter(number=404, origin="iana").update(retry="later")
    plan, _ = applied(entry("Perdu"))
    assert actions(plan) == CONFLICT
    assert Conflict.objects.get().reason == ConflictReason.TOGETHER
    assert code().name_fr == GIVEN_OUT


# The plan


def test_a_plan_leaves_no_trace():
    plan_of(entry("Perdu"))
    assert code().name_fr == GIVEN_OUT
    assert not imports().exists()


def test_a_plan_names_the_file_and_its_kind():
    file = file_of(entry("Perdu"))
    plan = plan_texts(file, keep={})
    assert (plan.kind, plan.source, plan.bundle, plan.base, plan.languages) == (
        "po",
        "texts-fr",
        file.digest,
        "",
        ("fr",),
    )
    assert plan.as_json()["kind"] == "po"
    assert list(describe(plan, every_unit=False))[:2] == [
        f"from texts-fr, file {file.digest[:12]}",
        "languages: fr",
    ]


def test_what_is_applied_is_in_the_log():
    plan, _ = applied(entry("Perdu"))
    log = imports().get()
    assert (log.kind, log.source, log.digest, log.plan, log.languages, log.counts, log.author) == (
        "po",
        "texts-fr",
        plan.bundle,
        plan.digest,
        ["fr"],
        {"statuscode": {"change": 1}},
        "somebody",
    )


def test_another_plan_than_the_one_shown_is_not_applied():
    file = file_of(entry("Perdu"))
    shown = plan_texts(file, keep={})
    local(name_fr="ici")
    with pytest.raises(PlanChanged) as caught:
        apply_texts(file, shown.digest, keep={}, author="somebody")
    assert actions(caught.value.plan) == CONFLICT
    assert code().name_fr == "ici"
    assert not imports().exists()


def test_other_writers_wait_while_a_file_is_taken():
    with CaptureQueriesContext(connection) as queries:
        plan_of(entry("Perdu"))
    locks = [query["sql"] for query in queries if query["sql"].startswith("LOCK TABLE")]
    assert len(locks) == (connection.vendor == "postgresql")  # SQLite has only one writer anyway


def test_progress_tells_each_kind_of_rows_that_the_file_has_texts_of():
    told: list[Any] = []
    file = file_of(entry("Perdu"), entry("", SUMMARY), entry("", "statusclass:4:name"))
    plan_texts(file, keep={}, progress=lambda *progress: told.append(progress))
    assert told == [("status classes", 1, 1), ("status codes", 2, 2)]


def test_what_is_not_taken_is_counted():
    assert plan_of(entry("")).notices == ("1 entry without a translation",)
    assert plan_of(entry(""), entry("", SUMMARY)).notices == ("2 entries without a translation",)
    fuzzy = plan_of(entry("Perdu"), flags="#, fuzzy\n")
    assert (fuzzy.notices, fuzzy.units) == (("1 fuzzy entry: not taken",), ())
    assert plan_of(entry("Perdu"), entry("x", SUMMARY), flags="#, fuzzy\n").notices == ("2 fuzzy entries: not taken",)


def test_a_text_for_an_older_english_is_taken_and_named():
    plan = plan_of(entry("Perdu", source="Missing"), entry("Pas ici.", SUMMARY, "Old.", None))
    assert plan.notices == tuple(
        f"fr.po, line {line}, {context}: translated from another English text than today's"
        for line, context in [(4, NAME), (10, SUMMARY)]
    )
    assert actions(plan) == [("name_fr", Action.CHANGE), ("summary_fr", Action.CHANGE)]
    assert set(plan.notices) < set(describe(plan, every_unit=False))


def test_the_notices_are_in_the_readers_language():
    with translation.override("zh-hant"):
        assert "entry" not in plan_of(entry("")).notices[0]


# What is refused


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (entry("x", "statuscode:404/nobody:name"), "statuscode:404/nobody:name: there is no such text here"),
        (entry("", "statuscode:404/iana:example"), "statuscode:404/iana:example: there is no such text here"),
        (entry("x", "user:root:password"), "user:root:password: there is no such text here"),
        (entry("x", "rubbish"), "rubbish: there is no such text here"),
        (entry("x" * 201, SUMMARY), "statuscode:404/iana:summary: summary_fr: Ensure this value has at most 200"),
        (entry("a\0b", SUMMARY), "statuscode:404/iana:summary: a text contains NUL"),
    ],
    ids=lambda value: value.context if isinstance(value, Entry) else None,
)
def test_what_is_wrong_is_named_by_line_and_nothing_is_changed(wrong, message):
    with pytest.raises(BundleError) as caught:
        plan_of(entry("Perdu"), wrong)
    assert str(caught.value).startswith(f"fr.po, line 9, {message}")
    file = file_of(entry("Perdu"), wrong)
    with pytest.raises(BundleError):
        apply_texts(file, "", keep={}, author="somebody")
    assert code().name_fr == GIVEN_OUT
    assert not imports().exists()
