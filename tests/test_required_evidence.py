"""What a passage must hold before it may answer: tables of questions, what holds and what does not."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assistant.countries import named_countries
from assistant.passages import Asked, Passage
from assistant.query import read_intent
from assistant.required_evidence import find_requirements, fits
from assistant.schema import AsOf, Document, Query
from assistant.text import detect_language, fold

TODAY = date(2026, 11, 22)


def passage(text: str, kind: str = "article", label: str = "Bài tổng hợp") -> Passage:
    document = Document(id="x", language="vi", title=label, label=label, kind=kind, body=text)
    return Passage(document, "x/p-1", 0, len(text), "x#1", 1.0, 1.0, 1.0)


def is_answered(question: str, held: Passage, source: Any = "today") -> bool:
    query = Query(
        question, question, detect_language(question), AsOf(TODAY, TODAY, source),
        intent=read_intent(question, ()),
    )
    asked = cast(Asked, SimpleNamespace(folded=fold(question)))
    return fits(held, find_requirements(query, asked))


@pytest.mark.parametrize(("question", "text"), [
    ("Luật An ninh mạng 2025 có bao nhiêu điều?", "Luật gồm 8 chương, 45 điều."),
    ("Bao nhiêu nước đã ký Công ước?", "Đã có 72 nước ký."),
    ("How many States have ratified it?", "Three States have ratified it: so far 3 of 40."),
    ("Có mấy cấp độ hệ thống thông tin?", "Hệ thống thông tin được phân thành năm cấp độ, từ 1 đến 5."),
    ("Bị phạt bao nhiêu tiền?", "Phạt tiền từ 30.000.000 đồng đến 50.000.000 đồng."),
    ("Phải báo cáo trong mấy tiếng?", "Báo cáo trong 24 giờ."),
    ("Luật nêu mấy nhóm nội dung hợp tác?", "Các nội dung hợp tác:\na) đào tạo;\nb) điều tra;\nc) khác."),
    ("Hàn Quốc ký với Việt Nam khi nào?", "KISA của Hàn Quốc ký ngày 21/09/2023."),
    ("What did Japan sign?", "Nhật Bản và Việt Nam ký một bản ghi nhớ."),
    ("Pháp luật quy định mức phạt nào?", "Phạt tiền 5 triệu đồng."),
])
def test_what_holds_the_thing_asked_for_may_answer(question: str, text: str) -> None:
    assert is_answered(question, passage(text))


@pytest.mark.parametrize(("question", "text"), [
    ("Việt Nam có bao nhiêu chuyên gia an ninh mạng?", "Luật có 45 điều."),
    ("Mức lương của lực lượng là bao nhiêu?", "Chính phủ quy định chi tiết khoản 1 Điều này."),
    ("Ngân sách năm nay là bao nhiêu tỷ đồng?", "Ít nhất 15% tổng kinh phí."),
    ("How many articles does the law have?", "Data security stands in Article 26 and Article 41."),
    ("How many ransomware attacks hit Viet Nam?", "There were 78.44 million Internet users."),
    ("Trung Quốc đã phê chuẩn Công ước chưa?", "Có 3 phê chuẩn, trong đó có Việt Nam."),
    ("Did Russia ratify it?", "It has 81 parties."),
    ("What are Singapore's penalties?", "Singapore signed a memorandum in 2022."),
    ("Đường dây nóng của A05 là số điện thoại nào?", "A05 là Cục An ninh mạng thuộc Bộ Công an."),
    ("Thông tư hướng dẫn có hiệu lực ngày nào?", "Luật có hiệu lực từ 01/07/2026."),
    ("Cuộc họp tiếp theo diễn ra khi nào?", "Phiên họp diễn ra ngày 26/01/2026."),
])
def test_what_lacks_it_may_not(question: str, text: str) -> None:
    assert not is_answered(question, passage(text))


def test_a_figure_as_of_a_month_is_that_months_unless_a_law_states_it() -> None:
    question = "How many parties does it have as of November 2026?"
    assert is_answered(question, passage("In November 2026 it had 82 parties."), "said")
    assert not is_answered(question, passage("In June 2025 it had 80 parties."), "said")
    assert is_answered(question, passage("The parties number 80.", kind="treaty"), "said")


@pytest.mark.parametrize(("text", "found"), [
    ("Hợp tác với Hoa Kỳ và Nhật Bản", ["Hoa Kỳ", "Nhật Bản"]),
    ("Ai ký với Mỹ?", ["Mỹ"]),
    ("ban ghi nho voi thai lan", ["Thái Lan"]),
    ("the United States and South Korea", ["South Korea", "United States"]),
    ("Pháp luật Việt Nam, anh em, đức tính, áo giáp", []),
])
def test_countries_are_known_by_both_names_and_common_words_are_none(
    text: str, found: list[str]
) -> None:
    assert sorted(names[0] for names in named_countries(text)) == found
