"""Imports, settled conflicts and the admin's forms sign what they write."""

import pytest
from django.urls import reverse

from codes.exchange.queue import settle
from codes.exchange.texts import Entry, fingerprint
from codes.exchange.translations import apply_texts, plan_texts
from codes.exchange.translators import texts_file
from codes.models import Conflict, Origin, StatusClass, StatusCode, TextChange, TextState
from codes.models.exchange import ConflictState
from tests.codes.exchange.bundles import find, pulled, reference

pytestmark = pytest.mark.django_db


def bundle(**changes):
    """The file of origins with nginx changed at the source."""
    records = reference("origin")
    find(records["origin"], slug="nginx").update(changes)
    return records


def known(model="origin"):
    rows = TextState.objects.filter(model=model)
    return {(row.field, row.language): (row.state, row.provenance, row.author) for row in rows if row.source is None}


def stale(model="origin"):
    rows = TextState.objects.filter(model=model, source__isnull=False)
    return {(row.field, row.language): row.source for row in rows}


def test_what_a_bundle_changes_is_approved_and_in_the_history():
    before = Origin.objects.get(slug="nginx").name_en
    pulled(bundle(name_en="Engine X", name_zh_hant="引擎 X"))
    assert known()["name", "zh-hant"][:2] == ("approved", "import")
    assert known()["name", "en"][:2] == ("approved", "import")
    assert stale() == {("name", "zh-hans"): before}
    changes = TextChange.objects.order_by("language")
    assert [(one.language, one.provenance) for one in changes] == [("en", "import"), ("zh-hant", "import")]
    assert all(one.author for one in changes)


def test_a_translation_that_stays_here_is_stale_when_a_bundle_changes_its_english():
    Origin.objects.filter(slug="nginx").update(name_zh_hant="這裡的名稱")
    pulled(bundle(name_en="Engine X", name_zh_hant="引擎 X"))
    assert ("name", "zh-hant") in stale()
    assert Origin.objects.get(slug="nginx").name_zh_hant == "這裡的名稱"


@pytest.mark.parametrize(
    ("state", "wanted"),
    [(ConflictState.UPSTREAM, "import"), (ConflictState.EDITED, "editor")],
    ids=["upstream", "edited"],
)
def test_a_settled_conflict_is_signed_by_who_settled_it(state, wanted):
    Origin.objects.filter(slug="nginx").update(name_zh_hant="這裡的名稱")
    pulled(bundle(name_zh_hant="那裡的名稱"))
    [conflict] = Conflict.objects.all()
    settle(conflict, state, seen="這裡的名稱", author="mei", value="另一個名稱")
    assert known()["name", "zh-hant"] == ("approved", wanted, "mei")


def returned(translation, source):
    """A translator's file with the French name of 404 that was translated from ``source``."""
    entry = Entry("statuscode:404/iana:name", source, translation, fingerprint(None))
    text = (
        f'msgid ""\nmsgstr "Language: fr\\n"\n\nmsgctxt "{entry.context}"\nmsgid "{source}"\nmsgstr "{translation}"\n'
    )
    file = texts_file("fr.po", text.encode())
    return apply_texts(file, plan_texts(file, keep={}).digest, keep={}, author="jean")


def test_what_a_translators_file_brings_needs_review():
    returned("Introuvable", "Not Found")
    assert known("statuscode")["name", "fr"] == ("review", "import", "jean")
    assert stale("statuscode") == {}


def test_what_was_translated_from_an_older_english_is_stale_at_once():
    returned("Pas trouvé", "Was Not Found")
    assert stale("statuscode") == {("name", "fr"): "Was Not Found"}
    assert StatusCode.objects.get(number=404, origin_id="iana").name_fr == "Pas trouvé"


@pytest.mark.parametrize(("who", "state"), [("editor", "approved"), ("translator", "review")])
def test_a_form_of_the_admin_signs_what_it_saves(request, who, state):
    client = request.getfixturevalue(who)
    row = StatusClass.objects.get(digit=4)
    address = reverse("admin:codes_statusclass_change", args=[row.pk])
    form = client.get(address).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value is not None and name in form.fields}
    data |= {f"initial-{name}": value for name, value in data.items()}
    response = client.post(address, {**data, "summary_zh_hant": "改過的一句。"})
    assert response.status_code == 302
    name = {"editor": "editor", "translator": "mei"}[who]
    assert known("statusclass") == {("summary", "zh-hant"): (state, "editor", name)}
