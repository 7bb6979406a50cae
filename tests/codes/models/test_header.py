import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from codes.models import HeaderField, HeaderFieldUse, Specification, StatusCode
from codes.models.header import FieldRole

pytestmark = pytest.mark.django_db

BROKEN_USES = [
    ("headerfielduse_key", {"role": "optional"}, "already exists", "codes_headerfielduse.header_field_id"),
    ("headerfielduse_choices", {"role": "decorative"}, "is not a valid choice", "headerfielduse_choices"),
    ("headerfielduse_choices", {"message": "postcard"}, "is not a valid choice", "headerfielduse_choices"),
]


def use(**values):
    """A use that is there already, but for ``values``."""
    sound = {
        "status_code": StatusCode.objects.registered().get(number=401),
        "header_field": HeaderField.objects.get(name="WWW-Authenticate"),
        "role": "required",
        "message": "response",
    }
    return HeaderFieldUse(**{**sound, **values})


# Fields


@pytest.mark.parametrize("name", ["ETAG", "etag"])
def test_the_database_knows_a_field_in_any_case(name):
    with pytest.raises(IntegrityError, match="headerfield_name_in_any_case"), transaction.atomic():
        HeaderField.objects.create(name=name)


def test_validation_says_that_a_field_is_known_in_any_case():
    with pytest.raises(ValidationError) as refusal:
        HeaderField(name="ETAG").full_clean()
    assert "headerfield_name_in_any_case" not in str(refusal.value)


def test_a_field_has_a_name():
    with pytest.raises(ValidationError, match="cannot be blank"):
        HeaderField(name="").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        HeaderField.objects.bulk_create([HeaderField(name="")])


def test_a_field_without_a_definition_has_no_address():
    assert HeaderField(name="X-New").url == ""


def test_a_field_leads_to_its_definition():
    document = Specification.objects.get(slug="rfc9110")
    field = HeaderField(name="X-New", specification=document, section="8.8.3")
    field.full_clean()
    assert field.url == f"{document.url}#section-8.8.3"
    assert str(field) == "X-New"


def test_a_field_in_use_cannot_be_deleted():
    with pytest.raises(IntegrityError, match="protected"):
        HeaderField.objects.get(name="WWW-Authenticate").delete()


# Uses


@pytest.mark.parametrize(("name", "values", "message", "index"), BROKEN_USES)
def test_the_database_and_validation_refuse_a_use_that_breaks_a_rule(name, values, message, index):
    with pytest.raises(ValidationError, match=message):
        use(**values).full_clean()
    with pytest.raises(IntegrityError, match=f"{name}|{index}"), transaction.atomic():
        HeaderFieldUse.objects.bulk_create([use(**values)])


def test_every_rule_of_uses_has_a_case():
    assert {case[0] for case in BROKEN_USES} == {rule.name for rule in HeaderFieldUse._meta.constraints}


def test_a_field_may_stand_in_both_messages():
    row = use(message="request")
    row.full_clean()
    row.save()
    assert str(row) == "WWW-Authenticate"


def test_required_fields_come_first_and_the_responses_before_the_requests(django_assert_num_queries):
    code = StatusCode.objects.registered().get(number=299 - 95)
    HeaderFieldUse.objects.filter(status_code=code).delete()
    names = ["Allow", "ETag", "Location", "Retry-After"]
    plan = [("optional", "response"), ("required", "request"), ("required", "response"), ("expected", "response")]
    for name, (role, message) in zip(names, plan, strict=True):
        field = HeaderField.objects.get(name=name)
        HeaderFieldUse.objects.create(status_code=code, header_field=field, role=role, message=message)
    with django_assert_num_queries(1):
        found = [
            (row.role, row.message, bool(row.header_field.url)) for row in code.header_field_uses.in_order_of_need()
        ]
    assert [(role, message) for role, message, _ in found] == [
        ("required", "response"),
        ("required", "request"),
        ("expected", "response"),
        ("optional", "response"),
    ]


def test_every_role_has_its_place():
    assert {row.role for row in HeaderFieldUse.objects.in_order_of_need()} <= set(FieldRole.values)
