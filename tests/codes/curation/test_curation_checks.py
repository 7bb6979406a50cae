"""What is found wrong with a translation, and what is not."""

import pytest

from codes.curation.checks import Rules, examine

RULES = Rules({"服務端": "伺服器"}, ("Retry-After", "Content-Range", "Host"), 60)


def found(source, target, language="zh-hant", rules=RULES, **how):
    return [str(finding.check) for finding in examine(source, target, language, rules, **how)]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Send `Retry-After`, see [404](/404).", "送出 `Retry-After`，見 [404](/404)。"),
        ("It ends in March 2020.", "它在 2020 年 3 月結束。"),
        ("RFC 9110 has it (section 15.5).", "見 RFC 9110（第 15.5 節）。"),
        ("Found", "找到了"),
        ("One `a` `b` two.", "一 `a` `b` 二。"),
    ],
)
def test_nothing_is_wrong_with_a_right_translation(source, target):
    assert found(source, target) == []


@pytest.mark.parametrize(
    ("check", "source", "target"),
    [
        ("code", "Send `GET`.", "送出 `POST`。"),
        ("code", "Send `GET`.", "送出。"),
        ("link", "See [404](/404).", "見 [404](/410)。"),
        ("rfc", "See RFC 9110.", "見 RFC 7231。"),
        ("status", "It is a 404.", "這是 403。"),
        ("field", "Send Retry-After soon.", "儘快送出。"),
        ("field", "Send it.", "送出 Content-Range 欄位。"),
        ("table", "| a | b |\n| - | - |", "| a |\n| - |"),
        ("markdown", "Bold.", "<b>粗</b>。"),
        ("markdown", "A picture.", "圖 ![x](https://example.com/x.png)。"),
        ("markdown", "A heading.", "# 標題\n\n文字。"),
        ("markdown", "A [link](/404).", "[連結](javascript:alert(1))。"),
        ("length", "Long.", "長" * 61),
    ],
)
def test_an_error_blocks(check, source, target):
    findings = [one for one in examine(source, target, "zh-hant", RULES) if one.check == check]
    assert findings
    assert all(one.blocks for one in findings)


@pytest.mark.parametrize(
    ("check", "source", "target", "language"),
    [
        ("number", "After 30 seconds.", "三十秒之後。", "zh-hant"),
        ("punctuation", "It ends.", "它結束", "zh-hant"),
        ("punctuation", "No end", "沒有結束。", "zh-hant"),
        ("punctuation", "It ends, so.", "它結束, 所以。", "zh-hant"),
        ("punctuation", "A “word”.", "一個“詞”。", "zh-hant"),
        ("punctuation", "A “word”.", "一个「词」。", "zh-hans"),
        ("punctuation", "A GET here.", "這裡的GET 方法。", "zh-hant"),
        ("unchanged", "Not found.", "Not found.", "fr"),
        ("glossary", "The server.", "服務端。", "zh-hant"),
        ("script", "The server.", "服务器。", "zh-hant"),
        ("script", "The network.", "網路。", "zh-hans"),
        ("script", "The server.", "Le 器.", "fr"),
        ("blanks", "Two words.", "Deux  mots.", "fr"),
    ],
)
def test_a_warning_does_not_block(check, source, target, language):
    findings = [one for one in examine(source, target, language, RULES) if one.check == check]
    assert len(findings) == 1
    assert not findings[0].blocks


def test_what_is_missing_and_what_is_too_much_are_told_apart():
    [missing, added] = [one.message for one in examine("Send `GET`.", "送出 `POST`。", "zh-hant", RULES)]
    assert "`GET`" in missing
    assert "`POST`" in added
    assert "Missing" in missing
    assert "Not in the source" in added


def test_labels_may_put_numbers_and_names_in_their_own_way():
    assert found("Over 30 addresses, `X`", "位址太多", prose=False) == []
    assert found("Anthropic", "Anthropic", prose=False) == []
    assert found("Name", "<b>名", prose=False) == ["markdown"]


def test_html_and_blanks_inside_code_are_code():
    assert found("Send `<a>  b`.", "送出 `<a>  b`。") == []


def test_japanese_and_korean_write_chinese_characters_too():
    assert "script" not in found("Cache.", "快取。", "ja")


def test_without_limits_and_fields_nothing_is_too_long_or_missing():
    assert found("Send Retry-After.", "長" * 500 + "。", rules=Rules()) == []
