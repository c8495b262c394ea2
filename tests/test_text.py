"""Unicode forms, tone places, folding, search tokens, and the language of a question."""

from __future__ import annotations

import unicodedata

import pytest

from assistant.text import (
    accented_share,
    collapse_spaces,
    detect_language,
    fold,
    is_vietnamese_syllable,
    normalize,
    search_tokens,
    words_of,
)

TONES = {
    "hoà": "hòa", "khoẻ": "khỏe", "uỷ": "ủy", "Uỷ ban": "Ủy ban", "hoá": "hóa", "thuý": "thúy",
    "TOÀ": "TÒA",
    # These stay: the u of "quý" belongs to the consonant, a final consonant holds the mark.
    "quý": "quý", "hoàn": "hoàn", "toàn": "toàn", "khuyến": "khuyến", "xoáy": "xoáy",
    "hòa": "hòa", "an ninh": "an ninh", "café": "café",
}
VIETNAMESE = (
    "Hợp tác quốc tế về an ninh mạng", "hop tac quoc te ve an ninh mang", "ai chu tri",
    "Bộ Công an làm gì?", "luat an ninh mang 2025", "dieu 6 khoan 3", "Budapest là gì?",
    "GDPR có áp dụng tại Việt Nam không", "Hợp tác Interpol", "nghi dinh 53 con hieu luc khong",
    "AIS-CISA MoU la gi", "cong uoc ha noi co hieu luc chua", "ma doc", "",
)
ENGLISH = (
    "Who leads international cooperation?", "Which law applies?", "Hanoi Convention",
    "What is the Hanoi Convention?", "Bo Cong An: who is that?", "data protection law",
    "What does Điều 6 of the law say about it?", "in force?", "cybersecurity",
)


@pytest.mark.parametrize(("typed", "placed"), TONES.items())
def test_tone_marks_move_to_where_the_laws_write_them(typed: str, placed: str) -> None:
    assert normalize(typed) == placed
    assert normalize(unicodedata.normalize("NFD", typed)) == placed


def test_normalizing_twice_changes_nothing() -> None:
    text = "Uỷ ban hoà giải; e\u0302\u0301; ﬁ; 😀"
    assert normalize(normalize(text)) == normalize(text)


def test_folding_drops_every_mark_and_keeps_the_length_of_composed_text() -> None:
    text = "Điều 6. Hợp tác quốc tế về ĐẤU TRANH, ưỡn ẹo"
    assert fold(text) == "dieu 6. hop tac quoc te ve dau tranh, uon eo"
    assert len(fold(text)) == len(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


def test_a_legal_number_is_one_word_and_several_tokens() -> None:
    assert words_of("Luật số 116/2025/QH15.") == ["Luật", "số", "116/2025/QH15"]
    tokens = search_tokens("Luật số 116/2025/QH15")
    assert {"116_2025_qh15", "116_2025", "116", "luat_so"} <= set(tokens)
    assert set(search_tokens("116/2025")) & set(tokens) >= {"116_2025", "116", "2025"}


def test_tokens_are_the_same_with_and_without_accents_and_in_any_form() -> None:
    text = "Hợp tác quốc tế về an ninh mạng"
    assert search_tokens(text) == search_tokens("hop tac quoc te ve an ninh mang")
    assert search_tokens(text) == search_tokens(unicodedata.normalize("NFD", text))
    assert "an_ninh" in search_tokens(text)


def test_english_plurals_meet_their_singular() -> None:
    assert search_tokens("authorities") == search_tokens("authority")
    assert search_tokens("laws") == search_tokens("law")
    assert search_tokens("access") == ["access"]
    assert search_tokens("crisis") == ["crisis"]


@pytest.mark.parametrize("text", VIETNAMESE)
def test_language_is_vietnamese(text: str) -> None:
    assert detect_language(text) == "vi"
    assert detect_language(unicodedata.normalize("NFD", text)) == "vi"


@pytest.mark.parametrize("text", ENGLISH)
def test_language_is_english(text: str) -> None:
    assert detect_language(text) == "en"


def test_syllables_have_a_shape() -> None:
    assert all(map(is_vietnamese_syllable, "nghiêng khuya quốc uống yêu an gì".split()))
    assert not any(map(is_vietnamese_syllable, "cyber law strengthen Budapest".split()))


def test_share_of_accented_words() -> None:
    assert accented_share("an ninh mạng") == pytest.approx(1 / 3)
    assert accented_share("123 !") == 0.0


def test_spaces_collapse() -> None:
    assert collapse_spaces(" a\n\tb\u00a0 c ") == "a b c"
