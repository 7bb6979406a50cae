import pkgutil
from importlib import import_module

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import BaseExpression
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

import codes
from codes.localized import (
    LANGUAGES,
    LocalizedModel,
    LocalizedQuerySet,
    Text,
    column,
    columns,
    normalised,
    shown_languages,
    text,
    translate_permission,
)
from codes.models import Comparison, GlossaryTerm, GuideAnswer, GuideStep, Origin, StatusClass, StatusCode

LOCALIZED_MODELS = [StatusClass, Origin, StatusCode, Comparison, GuideStep, GuideAnswer, GlossaryTerm]


def stored(row, *names):
    """Values as the database has them, whatever the active language."""
    return type(row).objects.rewrite(False).values_list(*names).get(pk=row.pk)


def not_found():
    return StatusCode.objects.get(number=404, origin="iana")


def new_meaning(**values):
    return StatusCode(**{"number": 299, "origin_id": "nginx", "registration": "vendor", "name_en": "A name", **values})


# Names


def test_the_shown_languages_follow_the_setting(settings):
    assert shown_languages() == ["en", "zh-hant", "zh-hans"]
    settings.LANGUAGES = [("en", "English"), ("pt-br", "Português (Brasil)")]
    assert shown_languages() == ["en", "pt-br"]


def test_a_column_is_named_after_its_field_and_its_language():
    assert column("summary", "zh-hans") == "summary_zh_hans"
    assert column("name", "pt-br") == "name_pt_br"


def test_columns_are_grouped_by_field():
    assert columns(["name", "summary"], iter(["en", "ja"])) == ["name_en", "name_ja", "summary_en", "summary_ja"]
    assert len(columns(["name"])) == len(settings.CONTENT_LANGUAGES)


def test_the_right_to_write_a_language_is_named_after_it():
    assert translate_permission("zh-hant") == "translate_zh_hant"


# Reading


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"en": "One", "zh-hant": "一"}, Text("一", "zh-hant", False)),
        ({"en": "One", "zh-hant": None}, Text("One", "en", True)),
        ({"en": None, "zh-hant": None, "zh-hans": "一"}, Text("", "zh-hant", False)),
    ],
)
def test_a_text_falls_back_to_english_and_says_so(texts, expected):
    row = StatusCode(**{column("summary", language): value for language, value in texts.items()})
    assert text(row, "summary", "zh-hant") == expected


def test_the_english_text_is_no_fallback_for_an_english_reader():
    assert text(StatusCode(summary_en="One"), "summary", "en") == Text("One", "en", False)


def test_the_active_language_does_not_decide_what_is_read():
    row = StatusCode(summary_en="One", summary_zh_hant="一")
    with translation.override("zh-hant"):
        assert text(row, "summary", "en").value == "One"


# The one form of a text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        (" \t\r\n ", None),
        ("\u3000", None),
        ("  a  b ", "a  b"),
        ("a\r\n\r\nb\rc\n", "a\n\nb\nc"),
    ],
)
def test_texts_have_one_form(value, expected):
    assert normalised(value) == expected


@given(st.text())
def test_a_text_in_its_form_stays_as_it_is(value):
    once = normalised(value)
    assert normalised(once) == once
    assert once is None or ("\r" not in once and once == once.strip() != "")


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "  ", "\r\n"])
def test_a_saved_blank_is_null(value):
    row = not_found()
    row.summary_zh_hant = value
    row.save()
    assert stored(row, "summary_zh_hant") == (None,)


@pytest.mark.django_db
def test_saved_texts_have_unix_line_ends_and_no_blanks_around():
    row = not_found()
    row.description_zh_hant = "\r\n一\r\n二 \r"
    row.save()
    assert stored(row, "description_zh_hant") == ("一\n二",)


@pytest.mark.django_db
@pytest.mark.parametrize(("value", "expected"), [(" \r\n", None), (" 一\r\n二 ", "一\n二"), (None, None)])
def test_updated_texts_are_normalised(value, expected):
    StatusCode.objects.filter(number=404).update(description_zh_hant=value)
    assert stored(not_found(), "description_zh_hant") == (expected,)


@pytest.mark.django_db
def test_texts_created_in_bulk_are_normalised():
    StatusCode.objects.bulk_create([new_meaning(summary_zh_hant=" \r\n", description_en="a\r\nb ")])
    row = StatusCode.objects.get(number=299)
    assert stored(row, "summary_zh_hant", "description_en") == (None, "a\nb")


@pytest.mark.django_db
def test_texts_updated_in_bulk_are_normalised():
    row = not_found()
    row.summary_zh_hant, row.description_en = " \r\n", "a\r\nb "
    StatusCode.objects.bulk_update([row], ["summary_zh_hant", "description_en"])
    assert stored(row, "summary_zh_hant", "description_en", "description") == (None, "a\nb", "a\nb")


@pytest.mark.django_db
def test_texts_are_normalised_before_they_are_judged():
    row = new_meaning(summary_en=" " * 300 + "fits", summary_zh_hant="\r\n")
    row.full_clean()
    assert (row.summary_en, row.summary_zh_hant) == ("fits", None)


@pytest.mark.django_db
def test_an_error_is_told_of_the_column_and_not_of_the_one_that_repeats_it():
    with translation.override("zh-hant"), pytest.raises(ValidationError) as refusal:
        new_meaning(name_zh_hant="字" * 81).full_clean()
    assert set(refusal.value.message_dict) == {"name_zh_hant"}


# The base column


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant", None])
def test_saving_under_another_language_keeps_the_base_column_english(language):
    row = not_found()
    with translation.override(language):
        row.summary_en, row.summary_zh_hant = "New", "新"
        row.save()
    assert stored(row, "summary", "summary_en", "summary_zh_hant") == ("New", "New", "新")


@pytest.mark.django_db
@pytest.mark.parametrize("model", LOCALIZED_MODELS)
def test_creating_under_another_language_writes_that_language_and_an_english_base_column(model):
    field = model.localized_fields[0]
    StatusClass.objects.filter(digit=1).delete()
    code = not_found()
    values = {
        StatusClass: {"digit": 1},
        Origin: {"slug": "new", "title": "New"},
        StatusCode: {"number": 299, "origin_id": "nginx", "registration": "vendor"},
        Comparison: {"slug": "998-999"},
        GuideStep: {"slug": "new"},
        GuideAnswer: {"slug": "new", "position": 99, "code": code, "step": GuideStep.objects.get(slug="start")},
        GlossaryTerm: {"slug": "new"},
    }[model]
    with translation.override("zh-hant"):
        row = model.objects.create(**values, **{field: "新", column(field, "en"): "New"})
    assert stored(row, field, column(field, "en"), column(field, "zh-hant")) == ("New", "New", "新")


@pytest.mark.django_db
def test_update_or_create_under_another_language_keeps_the_base_column_english():
    with translation.override("zh-hant"):
        row, created = StatusCode.objects.update_or_create(number=404, origin_id="iana", defaults={"name": "新"})
    assert not created
    assert stored(row, "name", "name_en", "name_zh_hant") == ("Not Found", "Not Found", "新")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant", None])
def test_bulk_create_under_another_language_keeps_the_base_column_english(language):
    with translation.override(language):
        StatusCode.objects.bulk_create([new_meaning(name_zh_hant="新")])
    row = StatusCode.objects.get(number=299)
    assert stored(row, "name", "name_en", "name_zh_hant") == ("A name", "A name", "新")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant", None])
def test_updating_the_english_text_updates_the_base_column(language):
    with translation.override(language):
        StatusCode.objects.filter(number=404).update(summary_en="New")
    assert stored(not_found(), "summary", "summary_en") == ("New", "New")


@pytest.mark.django_db
def test_an_english_text_that_is_removed_leaves_an_empty_base_column():
    StatusCode.objects.filter(number=404).update(summary_en=None)
    assert stored(not_found(), "summary", "summary_en") == ("", None)
    assert not StatusCode.objects.drifted().exists()


@pytest.mark.django_db
def test_updating_a_field_by_its_plain_name_writes_the_active_language_only():
    before = stored(not_found(), "summary", "summary_en", "summary_zh_hans")
    with translation.override("zh-hant"):
        StatusCode.objects.filter(number=404).update(summary="新")
    assert stored(not_found(), "summary_zh_hant") == ("新",)
    assert stored(not_found(), "summary", "summary_en", "summary_zh_hans") == before


@pytest.mark.django_db
def test_updating_without_an_active_language_writes_english():
    with translation.override(None):
        StatusCode.objects.filter(number=404).update(summary="New")
    assert stored(not_found(), "summary", "summary_en") == ("New", "New")


@pytest.mark.django_db
def test_updating_a_fact_leaves_the_texts_alone():
    before = stored(not_found(), "name", "name_en", "summary", "summary_en")
    with translation.override("zh-hant"):
        assert StatusCode.objects.filter(number=404).update(retry="later") == 1
    assert stored(not_found(), "name", "name_en", "summary", "summary_en") == before
    assert stored(not_found(), "retry") == ("later",)


@pytest.mark.django_db
def test_updating_in_bulk_keeps_the_base_column_english():
    row = not_found()
    row.summary_en, row.summary_zh_hant = "New", "新"
    with translation.override("zh-hant"):
        StatusCode.objects.bulk_update([row], ["summary_en", "summary_zh_hant"])
    assert stored(row, "summary", "summary_en", "summary_zh_hant") == ("New", "New", "新")


@pytest.mark.django_db
def test_a_field_given_by_its_plain_name_is_saved_in_the_active_language():
    row, other = not_found(), StatusCode.objects.get(number=405)
    with translation.override("zh-hant"):
        row.summary = other.summary = "新"
        row.save(update_fields=["summary"])
        StatusCode.objects.bulk_update([other], ["summary"])
    for one in (row, other):
        summary, english, chinese = stored(one, "summary", "summary_en", "summary_zh_hant")
        assert summary == english != "新"
        assert chinese == "新"


@pytest.mark.django_db
def test_saving_only_the_english_column_updates_the_base_column():
    row = not_found()
    row.summary_en = "New"
    row.save(update_fields=["summary_en"])
    assert stored(row, "summary", "summary_en") == ("New", "New")


@pytest.mark.django_db
def test_saving_one_column_writes_no_other():
    row, editor = not_found(), not_found()
    editor.summary_zh_hans = "别人写的"
    editor.save()
    row.summary_zh_hant, row.summary_zh_hans = "新", "旧"
    row.save(update_fields=["summary_zh_hant"])
    assert stored(row, "summary_zh_hant", "summary_zh_hans") == ("新", "别人写的")


@pytest.mark.django_db
def test_saving_a_row_that_was_loaded_in_one_language_updates_the_base_column():
    row = StatusCode.objects.in_language("zh-hant").get(number=404)
    row.summary_en = "New"
    row.save()
    assert stored(row, "summary", "summary_en") == ("New", "New")


@pytest.mark.django_db
def test_saving_a_row_that_was_loaded_in_one_language_leaves_the_other_languages():
    before = stored(not_found(), *columns(["name", "summary"]))
    row = StatusCode.objects.in_language("zh-hant", "name").get(number=404)
    with CaptureQueriesContext(connection) as queries:
        row.save()
    assert not any(query["sql"].startswith("SELECT") for query in queries)
    assert stored(row, *columns(["name", "summary"])) == before


@pytest.mark.django_db
@pytest.mark.parametrize("model", LOCALIZED_MODELS)
def test_the_reference_has_no_drifted_row(model):
    assert not model.objects.drifted().exists()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("value", ["找不到資源", ""])
def test_a_base_column_that_foreign_tools_changed_is_found(language, value):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE codes_statuscode SET name = %s WHERE number = 404 AND origin = 'iana'", [value])
    with translation.override(language):
        assert list(StatusCode.objects.drifted().values_list("number", flat=True)) == [404]


# Queries


@pytest.mark.django_db
@pytest.mark.parametrize("active", ["en", "zh-hant"])
def test_coverage_looks_at_the_language_itself_whatever_a_reader_is_shown(active):
    StatusCode.objects.filter(number=404).update(summary_zh_hant=" ")
    with translation.override(active):
        assert not_found() not in StatusCode.objects.having("summary", "zh-hant")
        assert not_found() in StatusCode.objects.missing("summary", "zh-hant")
        assert not_found() in StatusCode.objects.having("summary", "en")
        assert not_found() not in StatusCode.objects.missing("summary", "en")


@pytest.mark.django_db
def test_filters_do_not_fall_back():
    StatusCode.objects.filter(number=404, origin="iana").update(name_zh_hant=None)
    with translation.override("zh-hant"):
        row = not_found()
        assert text(row, "name", "zh-hant").value == "Not Found"
        assert not StatusCode.objects.filter(name="Not Found").exists()
        assert not StatusCode.objects.filter(Q(name="Not Found")).exists()


@pytest.mark.django_db
def test_the_same_query_method_finds_its_own_in_each_language():
    StatusCode.objects.filter(number=404).update(summary_zh_hant=None)
    StatusCode.objects.filter(number=405).update(summary_en=None)
    found = {}
    for language in ("zh-hant", "en", "zh-hant"):
        with translation.override(language):
            found[language] = set(StatusCode.objects.missing("summary", language).values_list("number", flat=True))
            assert not StatusCode.objects.drifted().exists()
    assert found == {"zh-hant": {404}, "en": {405}}


def test_no_query_object_outlives_the_call_that_made_it():
    """modeltranslation rewrites Q and F in place: a shared one would freeze to the first reader's language."""
    for module in pkgutil.walk_packages(codes.__path__, "codes."):
        if "migrations" not in module.name:
            for owner in namespaces(import_module(module.name)):
                kept = [name for name, value in vars(owner).items() if isinstance(value, (Q, F, BaseExpression))]
                assert not kept, f"{owner}: {kept}"


def namespaces(module):
    classes = [value for value in vars(module).values() if isinstance(value, type)]
    return [module, *(value for value in classes if value.__module__ == module.__name__)]


@pytest.mark.django_db
def test_after_in_language_a_filter_still_reads_the_active_language():
    with translation.override("zh-hant"):
        row = StatusCode.objects.in_language("zh-hant").get(number=404, origin="iana")
        found = StatusCode.objects.in_language("zh-hant").filter(name=row.name_zh_hant)
        assert row.name_zh_hant != row.name_en
        assert row in found


def loaded_columns(queryset):
    with CaptureQueriesContext(connection) as queries:
        rows = list(queryset)
    (query,) = queries
    selected = query["sql"].partition(" FROM ")[0].removeprefix("SELECT ").replace('"', "").split(", ")
    return rows, {name.removeprefix(f"{queryset.model._meta.db_table}.") for name in selected}


@pytest.mark.django_db
@pytest.mark.parametrize("model", LOCALIZED_MODELS)
def test_in_language_loads_the_columns_of_the_language_and_of_english_only(model):
    _, loaded = loaded_columns(model.objects.in_language("zh-hant"))
    neutral = {
        field.column for field in model._meta.concrete_fields if field.name not in columns(model.localized_fields)
    }
    neutral -= set(model.localized_fields)
    assert loaded == neutral | set(columns(model.localized_fields, ["en", "zh-hant"]))


@pytest.mark.django_db
def test_in_language_loads_the_named_fields_only():
    _, loaded = loaded_columns(StatusCode.objects.in_language("zh-hant", "name"))
    assert {name for name in loaded if name in columns(StatusCode.localized_fields)} == {"name_en", "name_zh_hant"}
    assert not loaded & set(StatusCode.localized_fields)


@pytest.mark.django_db
def test_in_language_loads_the_named_relations_in_the_same_languages(django_assert_num_queries):
    rows, loaded = loaded_columns(StatusCode.objects.in_language("zh-hant", "name", related=("origin",)))
    texts = columns(Origin.localized_fields, ["en", "zh-hant"])
    assert {name for name in loaded if name.startswith("codes_origin.")} == {
        f"codes_origin.{name}" for name in ("id", "slug", "title", "url", *texts)
    }
    with django_assert_num_queries(0):
        assert all(text(row.origin, "name", "zh-hant").value for row in rows)


@pytest.mark.django_db
def test_in_english_one_language_is_loaded():
    _, loaded = loaded_columns(StatusCode.objects.in_language("en", "name"))
    assert {name for name in loaded if name in columns(StatusCode.localized_fields)} == {"name_en"}


@pytest.mark.django_db
@pytest.mark.parametrize("active", ["en", "zh-hans"])
def test_what_in_language_loaded_is_read_without_another_query(active, django_assert_num_queries):
    with translation.override(active):
        rows = list(StatusCode.objects.in_language("zh-hant", "name", "summary").in_class(4))
        with django_assert_num_queries(0):
            assert all(text(row, field, "zh-hant").value for row in rows for field in ("name", "summary"))


@pytest.mark.django_db
@pytest.mark.parametrize("model", LOCALIZED_MODELS)
@pytest.mark.parametrize("names", [(), ("pk",)])
def test_a_row_is_read_as_django_reads_it(model, names, monkeypatch):
    queryset = model._base_manager.order_by("pk").only(*names) if names else model._base_manager.order_by("pk")
    own = list(queryset.all()[:3])
    monkeypatch.delattr(LocalizedModel, "from_db")
    theirs = list(queryset.all()[:3])
    assert own and own == theirs
    for one, other in zip(own, theirs, strict=True):
        assert one.get_deferred_fields() == other.get_deferred_fields()
        states = [row.__dict__.pop("_state") for row in (one, other)]
        assert len({(state.adding, state.db, str(state.fields_cache)) for state in states}) == 1
        assert vars(one) == vars(other)


def test_an_update_is_not_callable_from_a_template():
    assert LocalizedQuerySet.update.alters_data


def test_every_language_of_the_schema_is_a_column():
    for model in LOCALIZED_MODELS:
        names = {field.name for field in model._meta.concrete_fields}
        assert names.issuperset(columns(model.localized_fields, LANGUAGES))


@pytest.mark.django_db
def test_saving_a_row_without_its_example_leaves_the_example_alone():
    row = StatusCode.objects.defer("example").get(number=404)
    example = StatusCode.objects.get(number=404).example
    row.summary_en = "New"
    row.save()
    assert stored(row, "summary_en", "example") == ("New", example)
