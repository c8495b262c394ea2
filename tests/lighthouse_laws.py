"""Invented laws for the tests of adding: their texts, and files of them in every simple format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SUBJECTS = ("đèn", "phao", "luồng", "cảng", "tàu", "hải đồ", "âu thuyền", "triều")


def make_law(
    number: str = "900/2030/QH16",
    *,
    name: str = "Đèn biển",
    articles: Sequence[int] = range(1, 9),
    effective: str = "01 tháng 7 năm 2031",
    adopted: str = "10 tháng 12 năm 2030",
    ends: str = "",
    keeper: str = "Cục Hải đăng",
) -> str:
    """A law with a title and a sentence of its own for each article; `ends` is a clause of the last."""
    head = (
        f"QUỐC HỘI\nLuật số: {number}\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\n"
        f"LUẬT\n{name.upper()}\n\nQuốc hội ban hành Luật {name}.\n\n"
    )
    body = "\n".join(
        f"Điều {n}. Trông coi {SUBJECTS[n % len(SUBJECTS)]} của {name}\n{keeper} trông coi"
        f" {SUBJECTS[n % len(SUBJECTS)]} trong vùng nước thứ {n} theo Luật {name} này."
        for n in articles
    )
    clauses = [f"Luật này có hiệu lực thi hành từ ngày {effective}."] + ([ends] if ends else [])
    last = "\n".join(f"{n}. {clause}" for n, clause in enumerate(clauses, 1))
    return (
        f"{head}{body}\nĐiều {max(articles) + 1}. Hiệu lực thi hành\n{last}\n"
        f"Luật này được Quốc hội khóa XVI, kỳ họp thứ 2 thông qua ngày {adopted}.\n"
    )


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def write_docx(path: Path, text: str) -> Path:
    """A DOCX of one paragraph a line."""
    from docx import Document

    document = Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(str(path))
    return path


def as_html(text: str) -> str:
    """A page of a portal: the text as paragraphs between the site's own words."""
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n") if line)
    return (
        "<!doctype html><html lang='vi'><head><meta charset='utf-8'><title>Cổng văn bản</title></head><body>"
        f"<nav><a href='/'>Trang chủ</a></nav><main><article>{paragraphs}</article></main>"
        "<footer>Liên hệ</footer></body></html>"
    )
