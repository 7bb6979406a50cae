import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def queries(tmp_path):
    path = tmp_path / "queries.tsv"
    path.write_text("# kind: names\nen\tteapot\t418\nzh-hant\t找不到\t404\nen\tteapot\t404,204\nen\txyzzyq\t404\n")
    return path


def test_scores_and_misses_are_written(queries, capsys):
    call_command("search_eval", str(queries))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("  en  teapot  wanted 204,404  found 418")
    assert lines[1] == "  en  xyzzyq  wanted 404  found nothing"
    assert [line.split() for line in lines[2:]] == [
        ["all", "4", "queries", "top-1", "0.500", "MRR@10", "0.500"],
        ["en", "3", "queries", "top-1", "0.333", "MRR@10", "0.333"],
        ["names", "4", "queries", "top-1", "0.500", "MRR@10", "0.500"],
        ["zh-hant", "1", "queries", "top-1", "1.000", "MRR@10", "1.000"],
    ]


def test_no_more_than_five_numbers_of_a_miss_are_written(queries, capsys):
    queries.write_text("en\ttimeout\t418\n")
    call_command("search_eval", queries)
    found = capsys.readouterr().out.splitlines()[0].partition("  found ")[2]
    assert len(found.split(",")) == 5


def test_a_floor_that_is_reached_is_no_error(queries, capsys):
    call_command("search_eval", str(queries), "--floor", "0.5")
    assert capsys.readouterr().out.count("\n") == 6


def test_a_floor_that_is_not_reached_is_an_error_after_the_scores(queries, capsys):
    with pytest.raises(CommandError) as raised:
        call_command("search_eval", str(queries), "--floor", "0.51")
    assert str(raised.value) == "Fewer than 0.510 of the queries have a wanted code first."
    assert raised.value.returncode == 1
    assert capsys.readouterr().out.count("\n") == 6


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "there is no query in it."),
        (b"\xff", "the file is not UTF-8."),
        (b"en\tx\n", "line 1: a language, a query and codes are expected, separated by tabs."),
        (b"en\tx\t404\nde\tx\t404\n", "line 2: 'de' is none of en, zh-hant, zh-hans."),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_line(content, message, queries, capsys):
    queries.write_bytes(content)
    with pytest.raises(CommandError) as raised:
        call_command("search_eval", str(queries))
    assert str(raised.value) == f"{queries}: {message}"
    assert raised.value.returncode == 1
    assert capsys.readouterr().out == ""


def test_a_file_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(CommandError) as raised:
        call_command("search_eval", str(tmp_path / "none"))
    assert str(raised.value) == f"{tmp_path / 'none'} cannot be read: No such file or directory."
    assert raised.value.returncode == 1


def test_a_file_and_a_number_are_asked_for(queries):
    with pytest.raises(CommandError, match="file"):
        call_command("search_eval")
    with pytest.raises(CommandError, match="invalid float value"):
        call_command("search_eval", str(queries), "--floor", "most")
