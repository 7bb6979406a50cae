import pytest

from codes.models import TextState
from codes.models.curation import Signature, State


def test_a_state_is_named_by_the_text_that_it_is_of():
    row = TextState(model="statuscode", object_id=7, field="summary", language="fr", state=State.REVIEW)
    assert str(row) == "statuscode 7 summary fr"


@pytest.mark.parametrize("author", ["anna", "manage.py"])
def test_a_signature_is_named_by_its_author(author):
    assert str(Signature(author=author)) == author
