import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.search.folding import DATA, FOLDING, SIMPLIFIED, composed, data_lines, fold, fold_with_places
from tests.codes.search.characters import characters

# Any text, lone surrogates included, and what folds to more or fewer characters than it has.
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("ßİ½ﬁ㎞…\u0301\u200b\ue000\ud800閘ﾊﾞéЙΐ")))


# The table


def test_the_table_of_characters_is_what_opencc_says():
    assert (DATA / "characters.txt").read_text(encoding="utf-8") == characters()


def test_the_table_leads_each_character_but_one_to_one_that_stays():
    assert {chr(code) for code, simple in SIMPLIFIED.items() if ord(simple) in SIMPLIFIED} == {"薴"}


def test_data_files_are_read_without_comments_and_empty_lines(tmp_path, monkeypatch):
    monkeypatch.setattr("codes.search.folding.DATA", tmp_path)
    (tmp_path / "some.txt").write_text("# a comment\n一\n\n二 # not a comment\n", encoding="utf-8")
    assert data_lines("some.txt") == ["一", "二 # not a comment"]


# What is the same to a reader


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("４０４　Ｎｏｔ　Ｆｏｕｎｄ", "404 not found"),
        ("𝟒𝟎𝟒", "404"),
        ("ⅷ ² ½", "viii 2 1⁄2"),
        ("ﬁle", "file"),
        ("ｶｰﾄ", "カート"),
        ("NOT Found", "not found"),
        ("Straße", "strasse"),
        ("STRASSE ẞ", "strasse ss"),
        ("Ⓗ", "h"),
    ],
)
def test_width_case_and_compatibility_forms_do_not_matter(typed, folded):
    assert fold(composed(typed)) == folded


@pytest.mark.parametrize(
    ("accented", "plain"),
    [
        ("Café", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("x\u0302", "x"),
        ("İstanbul", "istanbul"),
        ("Ångström", "angstrom"),
        ("Việt", "viet"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("ΐ", "ι"),
        ("ᾳ", "α"),
        ("Й ё", "и е"),
    ],
)
def test_latin_greek_and_cyrillic_letters_lose_their_accents(accented, plain):
    assert fold(composed(accented)) == plain


@pytest.mark.parametrize("text", ["が", "ば", "ぱ", "ガ", "한글", "각", "वि", "กี่"])
def test_elsewhere_a_mark_is_part_of_the_letter(text):
    assert fold(composed(text)) == text


def test_decomposed_kana_and_hangul_are_the_composed_ones():
    for text in ("が", "パ", "각"):
        assert fold(composed(unicodedata.normalize("NFD", text))) == text
    assert fold("か") != fold("が")


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("閘道逾時", "闸道逾时"), ("重新導向", "重新导向"), ("為什麼", "为什么"), ("乾 幹 干", "干 干 干")],
)
def test_traditional_characters_are_the_simplified_ones(traditional, simplified):
    assert fold(composed(traditional)) == fold(simplified) == simplified


# What has no meaning


@pytest.mark.parametrize("character", ["\u200b", "\u00ad", "\ufeff", "\u202e", "\u2066", "\u200f", "\ue000", "\ud800"])
def test_invisible_private_and_broken_characters_are_not_there(character):
    assert fold(f"not{character}found") == "notfound"


def test_unassigned_characters_are_not_there():
    assert fold("a\u0378b\U000e0080c\uffff") == "abc"


@pytest.mark.parametrize("character", ["\0", "\t", "\r", "\x1f", "\x7f", "\x85", "\xa0", "\u2028", "\u2029", "\u3000"])
def test_controls_and_all_kinds_of_blanks_are_blanks(character):
    assert fold(f"not{character}found") == "not found"


def test_lines_stay_lines():
    assert fold("not\nfound\r\n") == "not\nfound \n"


def test_each_character_is_worked_out_once():
    FOLDING.pop(ord("Ŵ"), None)
    assert fold("ŴŴ") == "ww"
    assert FOLDING[ord("Ŵ")] == "w"
    assert ord("Ŵ") in FOLDING


@given(TEXTS)
def test_nothing_of_a_folded_text_would_disturb_a_database(text):
    folded = fold(composed(text)).replace("\n", " ")
    assert {unicodedata.category(character) for character in folded}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn"})
    folded.encode()


@given(st.text(st.sampled_from("aEéßİ½ﬁ4４閘网がｶЙς\u0301\u200b -")))
def test_what_is_folded_stays_as_it_is(text):
    folded = fold(composed(text))
    assert fold(composed(folded)) == folded


# Places


def test_places_lead_back_to_the_characters_a_text_had():
    text = "a\u200bß½é"
    assert fold_with_places(text) == ("ass1⁄2e", [0, 2, 2, 3, 3, 3, 4])


@given(TEXTS)
def test_places_go_with_the_folded_text_and_never_back(text):
    text = composed(text)
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded)
    assert places == sorted(places)
    assert set(places) <= set(range(len(text)))
    assert all(fold(text[place]).count(character) for place, character in zip(places, folded, strict=True))
