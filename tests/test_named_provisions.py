"""Texts and provisions that a question names, as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.build import load_shipped_documents
from assistant.named_provisions import NameIndex, unknown_numbers
from assistant.schema import AsOf

TODAY = AsOf(date(2026, 11, 22), date(2026, 11, 22), "today")
IN_2024 = AsOf(date(2024, 1, 1), date(2024, 12, 31), "said")
PROVISIONS = {
    "điểm a khoản 3 Điều 6 Luật An ninh mạng 2025": "law-116-2025/art-6/cl-3/pt-a",
    "khoản 3, Điều 6 Luật An ninh mạng 2025": "law-116-2025/art-6/cl-3",
    "k3 đ6 luật 116": "law-116-2025/art-6/cl-3",
    "k3 d6 luat 116": "law-116-2025/art-6/cl-3",
    "khoan 3 dieu 6 luat an ninh mang 2025": "law-116-2025/art-6/cl-3",
    "Điều 6 khoản 3 điểm a của Luật 116/2025/QH15": "law-116-2025/art-6/cl-3/pt-a",
    "Luật An ninh mạng 2025 Điều 6 quy định gì?": "law-116-2025/art-6",
    "điểm đ khoản 2 Điều 6 Luật An ninh mạng 2025": "law-116-2025/art-6/cl-2/pt-dd",
    "điểm d khoản 2 Điều 6 Luật An ninh mạng 2025": "law-116-2025/art-6/cl-2/pt-d",
    "Điều 58 Luật An ninh mạng 2025": "law-116-2025/art-58",
    "Article 6(3)(a) of the Law on Cybersecurity 2025": "law-116-2025/art-6/cl-3/pt-a",
    "Article 6, paragraph 3 of the Law on Cybersecurity 2025": "law-116-2025/art-6/cl-3",
    "art. 35 of the Hanoi Convention": "convention-hanoi/art-35",
    "Article 35 of the Budapest Convention": "convention-budapest/art-35",
    "Điều 24 Nghị định 53": "decree-53-2022/art-24",
    "Điều 52 luật năm 2015": "law-86-2015/art-52",
}
TEXTS = {
    "Luật An ninh mạng 2018 quy định gì": ("law-24-2018",),
    "luật 86/2015/QH13 còn hiệu lực không": ("law-86-2015",),
    "luat so 24/2018": ("law-24-2018",),
    "NĐ 53 còn hiệu lực không": ("decree-53-2022",),
    "nghi dinh 53/2022/nd-cp": ("decree-53-2022",),
    "Decree 333/2026": ("decree-333-2026",),
    "Công ước Hà Nội": ("convention-hanoi",),
    "cong uoc ha noi va cong uoc budapest": ("convention-hanoi", "convention-budapest"),
    "the Hanoi Convention and the Budapest Convention": (
        "convention-hanoi", "convention-budapest"),
    "So sánh Luật An ninh mạng 2018 với Luật An ninh mạng 2025": ("law-24-2018", "law-116-2025"),
    "Hợp tác quốc tế dựa trên nguyên tắc nào": (),
    "phở Hà Nội ngon không": (),
    "có 53 sự cố": (),
}


@pytest.fixture(scope="module")
def names() -> NameIndex:
    return NameIndex(load_shipped_documents())


@pytest.mark.parametrize(("question", "wanted"), PROVISIONS.items())
def test_finds_the_provision(names: NameIndex, question: str, wanted: str) -> None:
    assert [r.provision_id for r in names.find(question, TODAY).references] == [wanted]


@pytest.mark.parametrize(("question", "wanted"), TEXTS.items())
def test_finds_the_texts(names: NameIndex, question: str, wanted: tuple[str, ...]) -> None:
    found = names.find(question, TODAY)
    assert found.documents == wanted
    assert found.references == ()


def test_an_ambiguous_name_means_the_law_in_force(names: NameIndex) -> None:
    question = "Luật An ninh mạng quy định gì về hợp tác quốc tế?"
    assert names.find(question, TODAY).documents == ("law-116-2025",)
    assert names.find(question, IN_2024).documents == ("law-24-2018",)


def test_names_are_blanked_so_that_their_year_is_no_date(names: NameIndex) -> None:
    found = names.find("Theo Luật An ninh mạng 2018 thì ai quản lý?", TODAY)
    assert "2018" not in found.remainder and "ai quản lý" in found.remainder


def test_provisions_go_to_the_text_named_beside_them(names: NameIndex) -> None:
    question = "So sánh Điều 7 Luật An ninh mạng 2018 và Điều 6 Luật An ninh mạng 2025"
    found = names.find(question, TODAY)
    assert [r.provision_id for r in found.references] == ["law-24-2018/art-7", "law-116-2025/art-6"]


@pytest.mark.parametrize(("question", "is_old", "is_new"), [
    ("Luật cũ quy định thế nào?", True, False), ("luat moi co gi", False, True),
    ("What did the old law say?", True, False), ("Quy định thế nào?", False, False),
])
def test_old_and_new(names: NameIndex, question: str, is_old: bool, is_new: bool) -> None:
    found = names.find(question, TODAY)
    assert (found.is_old, found.is_new) == (is_old, is_new)


def test_numbers_that_no_text_bears() -> None:
    documents = load_shipped_documents()
    assert unknown_numbers("Luật số 999/2030/QH20 quy định gì", documents) == ("999/2030",)
    assert unknown_numbers("Luật số 116/2025/QH15 quy định gì", documents) == ()


def test_an_empty_corpus_names_nothing() -> None:
    assert NameIndex(()).find("Luật An ninh mạng 2025", TODAY).documents == ()
