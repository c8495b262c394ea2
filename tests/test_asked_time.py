"""The time asked about: a table of phrases as people write them, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.asked_time import read_time

TODAY = date(2026, 11, 22)
DAYS = {
    "Ngày 30/06/2026 luật nào đang áp dụng?": "2026-06-30",
    "Tại ngày 1/7/2026 thì sao?": "2026-07-01",
    "vào ngày 01-03-2025 ai quản lý?": "2025-03-01",
    "vào ngày 01.03.2025 ai quản lý?": "2025-03-01",
    "ngày 1 tháng 3 năm 2025 cơ quan nào quản lý": "2025-03-01",
    "ngay 1 thang 3 nam 2025 co quan nao quan ly": "2025-03-01",
    "ngày 25 tháng 10, 2025 ký ở đâu": "2025-10-25",
    "tính đến ngày 19/8/2026": "2026-08-19",
    "as of 2026-07-01, which law applies?": "2026-07-01",
    "What applied on 1 July 2026?": "2026-07-01",
    "What applied on 1st July 2026?": "2026-07-01",
    "What applied on the 1st of July 2026?": "2026-07-01",
    "What applied on July 1, 2026?": "2026-07-01",
    "What applied on July 1st, 2026?": "2026-07-01",
    "What applied on 5 Oct 2026?": "2026-10-05",
    "trước ngày 01/07/2026 luật nào áp dụng?": "2026-06-30",
    "trước 1/7/2026": "2026-06-30",
    "truoc ngay 1 thang 7 nam 2026": "2026-06-30",
    "before 1 July 2026": "2026-06-30",
    "before July 1, 2026": "2026-06-30",
    "prior to 1 January 2026": "2025-12-31",
    "trước tháng 3 năm 2025 bộ nào quản lý": "2025-02-28",
    "trước năm 2019": "2018-12-31",
    "before 2019": "2018-12-31",
    "sau ngày 01/07/2026": "2026-07-02",
    "after 30 June 2026": "2026-07-01",
    "sau năm 2025": "2026-01-01",
    "after 2025": "2026-01-01",
    "ngày 29/2/2024": "2024-02-29",
}
SPANS = {
    "Năm 2024 cơ quan nào quản lý?": ("2024-01-01", "2024-12-31"),
    "nam 2024 co quan nao quan ly": ("2024-01-01", "2024-12-31"),
    "trong năm 2026 có gì thay đổi": ("2026-01-01", "2026-12-31"),
    "Who was responsible in 2024?": ("2024-01-01", "2024-12-31"),
    "during 2024": ("2024-01-01", "2024-12-31"),
    "in the year 2023": ("2023-01-01", "2023-12-31"),
    "tháng 11/2024 ai ký": ("2024-11-01", "2024-11-30"),
    "tháng 11 năm 2024 ai ký": ("2024-11-01", "2024-11-30"),
    "thang 2 nam 2024": ("2024-02-01", "2024-02-29"),
    "hồi 11/2024": ("2024-11-01", "2024-11-30"),
    "in November 2024": ("2024-11-01", "2024-11-30"),
    "in Nov 2024": ("2024-11-01", "2024-11-30"),
    "Vào tháng 11/2024 và hiện nay ai phụ trách?": ("2024-11-01", "2026-11-22"),
    "Who led in November 2024, and who now?": ("2024-11-01", "2026-11-22"),
}
NOT_SAID = [
    "Hợp tác quốc tế dựa trên nguyên tắc nào?",
    "Mục tiêu đến năm 2030 là gì?",
    "muc tieu den nam 2030 la gi",
    "What are the goals by 2030?",
    "What is the plan until 2025?",
    "giai đoạn 2025",
    "ngày 31/2/2026 thì sao",
    "có 2024 sự cố",
    "Which principles apply?",
]


@pytest.mark.parametrize(("question", "day"), DAYS.items())
def test_reads_a_day(question: str, day: str) -> None:
    when = read_time(question, TODAY)
    assert (when.start.isoformat(), when.end.isoformat(), when.source) == (day, day, "said")
    assert not when.is_span


@pytest.mark.parametrize(("question", "span"), SPANS.items())
def test_reads_a_span(question: str, span: tuple[str, str]) -> None:
    when = read_time(question, TODAY)
    assert (when.start.isoformat(), when.end.isoformat(), when.source) == (*span, "said")


@pytest.mark.parametrize("question", NOT_SAID)
def test_without_a_time_it_is_today(question: str) -> None:
    when = read_time(question, TODAY)
    assert (when.start, when.end, when.source) == (TODAY, TODAY, "today")


NOW = ["Hiện nay ai quản lý?", "hien nay ai quan ly", "Who leads now?"]


@pytest.mark.parametrize("question", NOW)
def test_now_is_said_to_be_today(question: str) -> None:
    when = read_time(question, TODAY, chosen=None)
    assert (when.start, when.source) == (TODAY, "said")


def test_a_chosen_date_gives_way_to_one_that_is_said() -> None:
    chosen = date(2020, 1, 1)
    assert read_time("Ai quản lý?", TODAY, chosen).start == chosen
    assert read_time("Ai quản lý?", TODAY, chosen).source == "chosen"
    assert read_time("Năm 2024 ai quản lý?", TODAY, chosen).start == date(2024, 1, 1)
