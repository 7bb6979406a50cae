"""The texts of the reference, in every shown language: complete, of one mind, in the right words."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

import h11
import opencc
import pytest
from django.conf import settings

from codes.localized import LocalizedModel, column
from codes.models import Comparison, GlossaryTerm, GuideAnswer, GuideStep, Origin, StatusClass, StatusCode

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "zh-hant", "zh-hans"]
LONG = ("description", "server", "client", "visitor")
HAN = re.compile(r"[\u4e00-\u9fff]")
CODE_SPAN = re.compile(r"`[^`]+`")
LINK = re.compile(r"\[([^\]]*)\]\(([^)]+)\)")


def text_of(row: LocalizedModel, field: str, language: str) -> str:
    return getattr(row, column(field, language)) or ""


def all_texts(language: str) -> Iterator[tuple[str, str]]:
    """Every text of a language with the place it stands at."""
    for model in (StatusClass, Origin, StatusCode, Comparison, GuideStep, GuideAnswer, GlossaryTerm):
        for row in model.objects.all():
            for field in model.localized_fields:
                if value := text_of(row, field, language):
                    yield f"{model.__name__} {row.natural_key()} {field}", value


def plain(text: str) -> str:
    """A text without its code spans and addresses."""
    return LINK.sub(r"\1", CODE_SPAN.sub("", text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (StatusCode, ("name", "summary", *LONG)),
        (StatusClass, ("name", "summary", "description")),
        (Origin, ("name", "description")),
        (Comparison, ("question", "summary", "table", "rule")),
        (GuideStep, ("question",)),
        (GuideAnswer, ("text",)),
        (GlossaryTerm, ("name", "definition")),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_no_text_is_missing(model, fields, language):
    assert model.objects.exists()
    for field in fields:
        assert not list(model.objects.missing(field, language)), field


def test_every_answer_that_ends_at_a_code_says_why():
    for language in LANGUAGES:
        assert not list(GuideAnswer.objects.filter(code__isnull=False).missing("reason", language))


def test_every_meaning_has_an_example_and_advice_on_repeating():
    assert not list(StatusCode.objects.filter(example=""))
    assert not list(StatusCode.objects.filter(retry=""))


@pytest.mark.parametrize(("language", "limit"), [("en", 160), ("zh-hant", 80), ("zh-hans", 80)])
def test_a_summary_is_one_short_sentence(language, limit):
    for model in (StatusCode, StatusClass, Comparison):
        for row in model.objects.all():
            summary = text_of(row, "summary", language)
            assert len(summary) <= limit, (row, len(summary))
            assert summary.endswith("." if language == "en" else "。"), row


def test_descriptions_are_neither_thin_nor_padded():
    for code in StatusCode.objects.all():
        low, high = (80, 250) if code.is_registered else (40, 120)
        assert low <= len(plain(text_of(code, "description", "en")).split()) <= high, code
        for language in ("zh-hant", "zh-hans"):
            low, high = (100, 460) if code.is_registered else (55, 340)
            assert low <= len(plain(text_of(code, "description", language))) <= high, (code, language)


@pytest.mark.parametrize("field", ["server", "client"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_advice_is_a_list_of_two_to_six_points(field, language):
    for code in StatusCode.objects.all():
        lines = text_of(code, field, language).splitlines()
        assert all(line.startswith(("- ", "  ")) for line in lines), code
        assert 2 <= sum(line.startswith("- ") for line in lines) <= 6, code


def test_no_simplified_character_stands_in_a_traditional_text():
    to_traditional = opencc.OpenCC("s2t")

    def simplified_only(character: str) -> bool:
        try:
            character.encode("cp950")
        except UnicodeEncodeError:
            return to_traditional.convert(character) != character
        return False

    found = {
        (place, character)
        for place, text in all_texts("zh-hant")
        for character in set(HAN.findall(text))
        if simplified_only(character)
    }
    assert found == set()


def test_no_traditional_character_stands_in_a_simplified_text():
    to_simplified = opencc.OpenCC("t2s")
    found = [(place, text) for place, text in all_texts("zh-hans") if to_simplified.convert(text) != text]
    assert found == []


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_each_region_reads_its_own_terms(language):
    forbidden = {word for term in GlossaryTerm.objects.all() for word in term.forbidden.get(language, [])}
    assert len(forbidden) > 30
    found = [(place, word) for place, text in all_texts(language) for word in forbidden if word in text]
    assert found == []


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_chinese_punctuation_is_full_width(language):
    other_quotes = "“”" if language == "zh-hant" else "「」"
    for place, text in all_texts(language):
        words = plain(text)
        assert not re.search(r"[\u4e00-\u9fff][,;:!?](?=[\s\u4e00-\u9fff]|$)", words), (place, words)
        assert not set(other_quotes) & set(words), place


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_a_space_stands_between_chinese_and_latin(language):
    for place, text in all_texts(language):
        words = LINK.sub(r"\1", CODE_SPAN.sub("X", text)).replace("*", "")
        assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", words), (place, words)


def tokens(text: str) -> Counter[str]:
    """What is the same in every language: numbers, code spans, RFCs, addresses."""
    found = Counter(CODE_SPAN.findall(text))
    found.update(address for _, address in LINK.findall(text))
    words = plain(text)
    found.update(re.findall(r"RFC \d+", words))
    found.update(re.findall(r"(?<![\w.])\d{3}(?!\w)", words))
    return found


@pytest.mark.parametrize("model", [StatusClass, StatusCode, Comparison, GuideAnswer], ids=lambda model: model.__name__)
def test_all_languages_state_the_same_numbers_codes_and_links(model):
    for row in model.objects.all():
        for field in model.localized_fields:
            if field in ("name", "question", "text"):
                continue
            english = tokens(text_of(row, field, "en"))
            for language in LANGUAGES[1:]:
                other = tokens(text_of(row, field, language))
                assert other == english, (row, field, language, english - other, other - english)


def test_tables_have_the_same_shape_in_all_languages():
    for row in Comparison.objects.all():
        shapes = {
            tuple(line.count("|") for line in text_of(row, "table", language).splitlines()) for language in LANGUAGES
        }
        assert len(shapes) == 1, row
        assert len(set(shapes.pop())) == 1, row


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_somewhere(language):
    numbers = {f"/{code.padded}" for code in StatusCode.objects.all()}
    for place, text in all_texts(language):
        for label, address in LINK.findall(text):
            if address.startswith("/"):
                assert address in numbers, place
                assert label == address[1:], place
            else:
                assert address.startswith("https://"), place


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cited_section_is_the_one_linked(language):
    for place, text in all_texts(language):
        for label, address in LINK.findall(text):
            cited = re.fullmatch(r"RFC (\d+)(?:, ([\w.]+))?", label)
            if cited:
                fragment = ""
                if cited[2]:
                    kind = "section" if cited[2][0].isdigit() else "appendix"
                    fragment = f"#{kind}-{cited[2]}"
                assert address == f"https://www.rfc-editor.org/rfc/rfc{cited[1]}{fragment}", place


def exchanges(example: str) -> Iterator[tuple[h11.Request, list[h11.Response | h11.InformationalResponse]]]:
    """The requests of an example, each with the responses to it. Raises what the parser finds wrong."""
    rest = (example + "\n\n").encode()
    while rest.strip():
        server = h11.Connection(h11.SERVER)
        server.receive_data(rest)
        request = server.next_event()
        assert isinstance(request, h11.Request), request
        while not isinstance(event := server.next_event(), h11.EndOfMessage):
            assert isinstance(event, h11.Data), event
        rest = server.trailing_data[0].lstrip(b"\n")
        responses: list[h11.Response | h11.InformationalResponse] = []
        while rest.startswith(b"HTTP/"):
            response, rest = first_response(request, rest)
            responses.append(response)
        yield request, responses


def first_response(request: h11.Request, data: bytes) -> tuple[h11.Response | h11.InformationalResponse, bytes]:
    client = h11.Connection(h11.CLIENT)
    framing = (b"content-length", b"transfer-encoding", b"expect")
    headers = [(name, value) for name, value in request.headers if name not in framing]
    client.send(h11.Request(method=request.method, target=request.target, headers=headers))
    client.send(h11.EndOfMessage())
    client.receive_data(data)
    response = client.next_event()
    assert isinstance(response, h11.Response | h11.InformationalResponse), response
    if isinstance(response, h11.Response):
        while not isinstance(event := client.next_event(), h11.EndOfMessage):
            assert isinstance(event, h11.Data), event
    return response, client.trailing_data[0].lstrip(b"\n")


# The example of 408 breaks off in the middle of a request, as its story demands.
CUT_SHORT = {(408, "iana")}


def test_examples_are_http_and_show_the_code_where_a_client_sees_it():
    for code in StatusCode.objects.all():
        if code.natural_key() in CUT_SHORT:
            assert f"\nHTTP/1.1 {code.number} {code.reason_phrase}\n" in code.example
            continue
        found = list(exchanges(code.example))
        assert found, code
        if code.visibility == "client":
            # In a response itself, or in the content of a 207.
            seen = {int(number) for number in re.findall(r"HTTP/1\.1 (\d{3}) ", code.example)}
            assert code.number in seen, code


def test_responses_in_examples_carry_the_required_fields():
    only_if_a_200_would = {"Cache-Control", "Content-Location", "Date", "ETag", "Expires", "Vary"}
    for code in StatusCode.objects.registered():
        uses = code.header_field_uses.filter(role="required", message="response")
        required = {use.header_field.name for use in uses} - only_if_a_200_would
        if not required:
            continue
        responses = [
            response
            for _, answers in exchanges(code.example)
            for response in answers
            if response.status_code == code.number
        ]
        for response in responses:
            names = {name.decode().lower() for name, _ in response.headers}
            assert {name.lower() for name in required} <= names, code


def test_reason_phrases_in_examples_are_the_current_ones():
    phrases = {code.number: code.reason_phrase for code in StatusCode.objects.registered()}
    own = {(code.number, code.reason_phrase) for code in StatusCode.objects.unregistered()}
    for row in (*StatusCode.objects.all(), *Comparison.objects.all()):
        for number, phrase in re.findall(r"^HTTP/1\.1 (\d{3}) ?(.*)$", row.example, re.MULTILINE):
            # 306 and 418 have no current phrase, and what stands there is part of their story.
            if int(number) in phrases and int(number) not in (306, 418) and (int(number), phrase) not in own:
                assert phrase == phrases[int(number)], row


def test_examples_name_no_host_of_somebody_else():
    for row in (*StatusCode.objects.all(), *Comparison.objects.all()):
        for host in re.findall(r"^Host: ([^:\s]+)", row.example, re.MULTILINE):
            assert re.search(r"(^|\.)example\.(com|net|org)$", host), row


# RFC 7725 and RFC 9110, 15.1 differ over 451; the fact follows the latter, the text tells both.
TWO_OPINIONS = 451
CLAIMS = {
    # What an English text says, against the fact it must agree with.
    r"\b(?:is|are) (?:also )?heuristically cacheable": ("heuristically_cacheable", True),
    r"\bnot heuristically cacheable": ("heuristically_cacheable", False),
    r"(?<!not )\bcacheable by default": ("heuristically_cacheable", True),
    r"\bnot cacheable by default": ("heuristically_cacheable", False),
}


def test_prose_does_not_contradict_the_facts():
    found = 0
    for code in StatusCode.objects.registered():
        for field in ("summary", "description", "server", "client"):
            for sentence in re.split(r"(?<=[.!?])\s", plain(text_of(code, field, "en"))):
                others = {int(n) for n in re.findall(r"(?<![\w.])[1-5]\d\d(?!\w)", sentence)} - {code.number}
                for claim, (fact, value) in CLAIMS.items():
                    if re.search(claim, sentence) and not others and code.number != TWO_OPINIONS:
                        found += 1
                        assert getattr(code, fact) is value, (code, sentence)
    assert found >= 10


def grams(text: str, language: str) -> set[str]:
    """Runs of four words, or of six Chinese characters: what two texts share if one copies the other."""
    words = plain(text)
    units = re.findall(r"\w+", words.lower()) if language == "en" else re.findall(r"\w", words)
    size = 4 if language == "en" else 6
    return {" ".join(units[i : i + size]) for i in range(len(units) - size + 1)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", ["description", "server", "client", "visitor"])
def test_no_two_entries_say_the_same(field, language):
    """The share of common runs, in the shorter of two texts; the worst pairs are listed where it is too high."""
    texts = {str(code): grams(text_of(code, field, language), language) for code in StatusCode.objects.all()}
    shares = [
        (len(texts[a] & texts[b]) / max(1, min(len(texts[a]), len(texts[b]))), a, b) for a, b in combinations(texts, 2)
    ]
    worst = sorted(shares, reverse=True)[:10]
    assert worst[0][0] <= 0.5, worst


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_under_two_codes(language):
    places: dict[str, set[str]] = defaultdict(set)
    for code in StatusCode.objects.all():
        for field in LONG:
            for sentence in re.split(r"(?<=[.!?])\s+|(?<=[。！？])|\n", plain(text_of(code, field, language))):
                words = sentence.strip("- ")
                if len(words) >= (40 if language == "en" else 15):
                    places[words].add(str(code))
    assert {sentence: codes for sentence, codes in places.items() if len(codes) > 1} == {}


def test_the_guide_reaches_every_step_and_every_path_is_short():
    steps = {step.slug: step for step in GuideStep.objects.prefetch_related("answers__next_step")}
    depth = {"start": 1}
    waiting = ["start"]
    while waiting:
        slug = waiting.pop()
        answers = list(steps[slug].answers.all())
        assert 2 <= len(answers) <= 5, slug
        for answer in answers:
            if answer.next_step and depth.get(answer.next_step.slug, 0) < depth[slug] + 1:
                depth[answer.next_step.slug] = depth[slug] + 1
                assert depth[answer.next_step.slug] <= 7, answer
                waiting.append(answer.next_step.slug)
    assert set(depth) == set(steps)


def test_the_guide_ends_only_at_codes_that_are_in_force():
    registrations = set(GuideAnswer.objects.filter(code__isnull=False).values_list("code__registration", flat=True))
    assert registrations == {"registered"}


def test_the_comparisons_asked_for_are_there_and_name_their_codes():
    asked = (
        "401-403 301-308 302-303-307 404-410 400-422 409-412-428 500-502-503-504 408-504 413-414-431 200-204 "
        "201-202 429-503 301-302 403-404 406-415 204-205-304"
    )
    rows = {row.slug: row for row in Comparison.objects.prefetch_related("codes")}
    assert set(asked.split()) <= set(rows)
    for slug, row in rows.items():
        assert sorted(str(code.number) for code in row.codes.all()) == slug.split("-")


def test_every_trap_of_older_lists_is_corrected_in_every_language():
    for number in (203, 302, 306, 307, 408, 413, 414, 416, 418, 421, 425, 426, 504, 505, 510):
        code = StatusCode.objects.registered().get(number=number)
        for language in LANGUAGES:
            correction = text_of(code, "correction", language)
            assert correction, code
            assert LINK.search(correction), code


def test_the_shown_languages_are_those_tested_here():
    assert [code for code, _ in settings.LANGUAGES] == LANGUAGES
