"""What columns and cells mean, in Vietnamese and English, with or without accents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from assistant.schema import Language
from assistant.text import fold

# Field by folded name. "support" is evidence told loosely: what in it is a provision becomes gold.
_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "ma", "ma so", "ma cau hoi", "stt", "so thu tu", "no", "question id", "sample id"),
    "question": ("question", "query", "q", "prompt", "cau hoi", "noi dung cau hoi", "hoi"),
    "reference_answer": (
        "reference answer", "reference", "answer", "a", "expected answer", "expected",
        "ground truth", "gold answer", "model answer", "cau tra loi", "tra loi", "dap an",
        "cau tra loi mau", "dap an mau", "tra loi mau", "cau tra loi tham chieu",
    ),
    "required_facts": (
        "required facts", "facts", "key facts", "must include", "must contain", "required",
        "y bat buoc", "y chinh", "du kien bat buoc", "noi dung bat buoc", "thong tin bat buoc",
        "su kien bat buoc", "phai co",
    ),
    "gold_provisions": (
        "gold provisions", "gold", "gold provision", "provisions", "provision", "relevant articles",
        "articles", "dieu khoan", "dieu luat", "dieu khoan dung", "dieu khoan can cu",
        "quy dinh can cu", "dieu khoan chuan",
    ),
    "support": ("support", "source", "sources", "evidence", "citation", "citations",
                "can cu", "can cu phap ly", "nguon", "trich dan", "dan chung"),
    "as_of": ("as of", "asof", "date", "as of date", "ngay", "tinh tai ngay", "tai ngay",
              "thoi diem", "ngay tinh hieu luc", "ngay hieu luc"),
    "answerable": ("answerable", "is answerable", "has answer", "tra loi duoc", "co cau tra loi",
                   "co the tra loi", "co tra loi duoc khong"),
    "language": ("language", "lang", "ngon ngu", "tieng"),
    "tags": ("tags", "tag", "labels", "label", "category", "categories", "type", "kind", "nhan",
             "the", "loai", "phan loai", "chu de", "nhom", "question type"),
    "previous": ("previous", "previous question", "context question", "cau hoi truoc", "hoi truoc"),
    "forbidden": ("forbidden", "must not include", "must not contain", "khong duoc co",
                  "cum tu cam", "tu cam", "khong duoc noi"),
}
_FIELD_BY_NAME = {name: field for field, names in _NAMES.items() for name in names}
_YES = frozenset({"true", "1", "yes", "y", "co", "dung", "x", "1.0", "duoc"})
_NO = frozenset({"false", "0", "no", "n", "khong", "sai", "0.0", "khong duoc"})
_LANGUAGES: dict[str, Language] = {
    "vi": "vi", "vn": "vi", "vie": "vi", "vietnamese": "vi", "tieng viet": "vi", "viet": "vi",
    "en": "en", "eng": "en", "english": "en", "tieng anh": "en", "anh": "en",
}
_DAY_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S")


def field_of(column: str) -> str | None:
    """The field that a column's name stands for ("Câu hỏi", "cau_hoi", "Question" → question).

    A name in both languages ("câu hỏi / question") is read part by part.
    """
    written = str(column)
    for part in (written, *re.split(r"[/|(),]", written)):
        found = _FIELD_BY_NAME.get(" ".join(re.findall(r"[a-z0-9]+", fold(part))))
        if found:
            return found
    return None


def text_of(value: Any) -> str:
    """A cell as text: a number as typed, nothing for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def list_of(value: Any) -> tuple[str, ...]:
    """A list as it is, or a cell's lines, or its pieces between semicolons; doubles are dropped."""
    if isinstance(value, (list, tuple)):
        pieces: Iterable[str] = (text_of(item) for item in value)
    else:
        pieces = (piece.strip() for piece in re.split(r"[;\n]", text_of(value)))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def tags_of(value: Any) -> tuple[str, ...]:
    """As `list_of`, commas part tags too."""
    if isinstance(value, (list, tuple)):
        return list_of(value)
    return list_of(text_of(value).replace(",", ";"))


def truth_of(value: Any) -> bool | None:
    """Yes or no, None for an empty cell. Raises ValueError for another word."""
    if isinstance(value, bool):
        return value
    word = fold(text_of(value))
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(text_of(value))


def day_of(value: Any) -> date | None:
    """The day, None for an empty cell. Raises ValueError for what is no date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = text_of(value)
    if not text:
        return None
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError(text)


def language_of(value: Any) -> Language | None:
    """vi or en, None for an empty cell. Raises ValueError for another language."""
    text = text_of(value)
    if not text:
        return None
    try:
        return _LANGUAGES[" ".join(fold(text).split())]
    except KeyError:
        raise ValueError(text) from None
