"""Numbers, dates, legal numbers and references on one spelling."""

from __future__ import annotations

import pytest

from assistant.stated_facts import stated_facts, supporting_facts

SAME = (
    ("date:2026-07-01", (
        "01/07/2026", "1/7/2026", "ngày 1 tháng 7 năm 2026", "ngày 01 tháng 7, 2026", "1 July 2026",
        "1st July 2026", "July 1, 2026", "2026-07-01", "01.07.2026")),
    ("month:2024-11", ("tháng 11/2024", "tháng 11 năm 2024", "November 2024", "11/2024")),
    ("number:13750", ("13.750", "13,750", "13750")),
    ("number:1.5", ("1,5", "1.5")),
    ("ref:6/3/a", ("điểm a khoản 3 Điều 6", "Article 6(3)(a)", "ĐIỂM A KHOẢN 3 ĐIỀU 6")),
    ("ref:6/3", ("khoản 3 Điều 6", "Art. 6(3)", "article 6(3)")),
    ("ref:5", ("Điều 5", "Article 5")),
    ("law:116/2025/qh15", ("116/2025/QH15", "Luật số 116/2025/QH15")),
    ("law:333/2026/nd-cp", ("333/2026/NĐ-CP", "333/2026/ND-CP")),
    ("law:a/res/79/243", ("A/RES/79/243",)),
)


@pytest.mark.parametrize(
    ("fact", "text"), [(fact, text) for fact, texts in SAME for text in texts])
def test_one_spelling(fact: str, text: str) -> None:
    assert stated_facts(f"Theo {text} thì được.") == {fact}


def test_parts_of_a_larger_fact_are_not_stated_again() -> None:
    text = "Luật 116/2025/QH15 có hiệu lực từ 01/07/2026, gồm 45 điều"
    assert stated_facts(text) == {"law:116/2025/qh15", "date:2026-07-01", "number:45"}


def test_text_without_facts_states_none() -> None:
    assert stated_facts("Bộ Công an chủ trì.") == frozenset()


def test_letters_d_and_dd_are_two_points() -> None:
    assert stated_facts("điểm đ khoản 1 Điều 5") != stated_facts("điểm d khoản 1 Điều 5")


def test_a_shorter_statement_is_supported_by_a_longer_one() -> None:
    source = supporting_facts("Theo điểm a khoản 3 Điều 6 Luật 116/2025/QH15 từ 01/07/2026")
    for shorter in ("khoản 3 Điều 6", "Điều 6", "tháng 7/2026", "2026", "Luật 116/2025"):
        assert stated_facts(shorter) <= source, shorter


@pytest.mark.parametrize("false", [
    "Điều 7", "điểm b khoản 3 Điều 6", "02/07/2026", "tháng 8/2026", "24/2018/QH14", "45 điều",
])
def test_what_is_not_stated_is_not_supported(false: str) -> None:
    source = supporting_facts("Theo điểm a khoản 3 Điều 6 Luật 116/2025/QH15 từ 01/07/2026")
    assert not stated_facts(false) <= source
