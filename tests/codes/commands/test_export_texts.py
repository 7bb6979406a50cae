import pytest
from django.core.management import CommandError, call_command

from codes.exchange.texts import offer
from codes.exchange.translators import read_texts
from codes.localized import column
from codes.models import StatusClass

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["po", "csv"])
def test_the_texts_are_written_and_counted(kind, tmp_path, capsys):
    path = tmp_path / f"fr.{kind}"
    call_command("export_texts", "fr", str(path))
    number = len(list(offer("fr")))
    assert capsys.readouterr().out.split() == [str(number), "texts", str(path)]
    assert len(read_texts(path, 10_000_000).returned) == number


def test_only_what_is_missing_is_written_on_demand(tmp_path, capsys):
    StatusClass.objects.filter(digit=4).update(**{column("name", "zh-hant"): None})
    call_command("export_texts", "zh-hant", str(tmp_path / "hant.csv"), "--missing")
    assert list(read_texts(tmp_path / "hant.csv", 10_000).returned) == ["statusclass:4:name"]


@pytest.mark.parametrize(
    ("language", "name", "message"),
    [
        ("en", "en.po", r"^en\.po: English is what is translated; it has no translations\.$"),
        ("fr", "fr.xlsx", r"^fr\.xlsx: the name of a translator's file ends in \.po or \.csv\.$"),
        ("fr", "nowhere/fr.po", r"nowhere/fr\.po cannot be written: No such file or directory\.$"),
        ("tlh", "tlh.po", "tlh"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(language, name, message, tmp_path):
    with pytest.raises(CommandError, match=message):
        call_command("export_texts", language, str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []
