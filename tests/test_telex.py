"""Telex keystrokes are undone where they spell syllables, and English is left alone."""

from __future__ import annotations

import pytest

from assistant.telex import decode_word, undo_telex


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("luaatj", "luật"), ("mangj", "mạng"), ("nhieeu", "nhiêu"), ("ddieeuf", "điều"), ("uwowcs", "ước"),
     ("quoocs", "quốc"), ("tees", "tế"), ("hoaf", "hòa"), ("an", None), ("2025", None)],
)
def test_a_word_is_decoded(typed: str, meant: str | None) -> None:
    assert decode_word(typed) == meant


def test_english_is_left_alone() -> None:
    question = "How does current Vietnamese law define cybersecurity?"
    assert undo_telex(question, lambda _: True) == question


def test_two_words_are_needed() -> None:
    known = {"luật", "mạng"}.__contains__
    assert undo_telex("luaatj an ninh mangj", known) == "luật an ninh mạng"
    assert undo_telex("luaatj abc", known) == "luaatj abc"
