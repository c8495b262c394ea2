"""What was read from a text, with where it was read: nothing is claimed of a file without a quote.

Also the two things that stand everywhere in legal texts and are written in a dozen ways: official
numbers and dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

How = Literal[
    "head",
    "title",
    "enacting_words",
    "preamble",
    "final_provisions",
    "closing_words",
    "number",
    "file_name",
    "whole_text",
    "corpus",
    "front_matter",
    "entered",
]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Finding(Generic[Value]):
    """A value with its evidence: `quote == text[start:end]`, empty where no place says it.

    `confidence` is 0 to 1; `how` names the part of the text, or the other source, it comes from.
    """

    value: Value
    quote: str
    start: int
    end: int
    confidence: float
    how: How


def quoted(
    value: Value, text: str, span: tuple[int, int], confidence: float, how: How
) -> Finding[Value]:
    """A finding whose quote is the text between two offsets, without the white space around it."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Finding(value, text[start:end], start, end, confidence, how)


# Suffixes are in capitals ("NĐ-CP", "QĐ-TTg", "PL-UBTVQH11"); scans and old files put blanks around
# the strokes, and Ð (U+00D0) where Đ (U+0110) is meant.
_SUFFIX = r"(?:QH\d{1,2}|[A-ZĐÐ]{1,6}\d{0,2}(?:\s?[-–/]\s?[A-ZĐÐ][A-Za-zĐÐđ]{1,11}\d{0,2}){1,3})"
_EUROPEAN = r"\((?:EU|EC|EEC)\)\s?(?:No\.?\s?)?\d{1,4}/\d{2,4}"
NUMBER = rf"(?:\d{{1,5}}\s*/\s*(?:(?:19|20)\d\d\s*/\s*)?{_SUFFIX}(?!\w)|{_EUROPEAN})"
_NUMBER = re.compile(NUMBER)
_TREATY_NUMBER = re.compile(
    r"\bA/RES/\d{1,3}/\d{1,4}\b|\b(?:CETS|ETS|Treaty Series)\s*(?:-\s*)?(?:No\.?\s*)?(\d{2,4})\b"
)

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug"
        "|september sept sep|october oct|november nov|december dec".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ROMAN = {
    name: number for number, name in enumerate("I II III IV V VI VII VIII IX X XI XII".split(), 1)
}
# Its groups have names, so a pattern can hold it once.
DATE = (
    r"(?:(?P<d1>\d{1,2})\s+(?:tháng|THÁNG)\s+(?P<m1>\d{1,2})\s+(?:năm|NĂM)\s+(?P<y1>\d{4})"
    r"|(?P<d2>\d{1,2})\s?[/.-]\s?(?P<m2>\d{1,2}|[IVX]{1,4})\s?[/.-]\s?(?P<y2>\d{4})"
    rf"|(?P<M3>(?i:{_MONTH}))\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})"
    rf"|(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+day)?\s+(?:of\s+)?(?P<M4>(?i:{_MONTH}))\.?,?"
    r"\s+(?P<y4>\d{4})|(?P<y5>\d{4})-(?P<m5>\d{2})-(?P<d5>\d{2}))"
)
_DATE = re.compile(rf"(?<!\d){DATE}(?!\d)")


def normal_number(written: str) -> str:
    """The number as it is cited: "28 /2003/NÐ - CP" to "28/2003/NĐ-CP", "ETS No. 185" to "CETS 185"."""
    treaty = _TREATY_NUMBER.fullmatch(written.strip())
    if treaty:
        return f"CETS {treaty[1]}" if treaty[1] else written.strip()
    joined = re.sub(r"\s*([-–/])\s*", r"\1", written.strip())
    joined = joined.replace("–", "-").replace("Ð", "Đ")
    joined = re.sub(r"(?<=/)ND(?=-CP)", "NĐ", joined)
    joined = re.sub(r"(?<=/)QD(?=-)", "QĐ", joined)
    return re.sub(r"^\((EU|EC|EEC)\)\s?(?:No\.?\s?)?", r"(\1) ", joined)


def find_numbers(text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
    """Official numbers of acts, as matches with offsets into `text`."""
    return _NUMBER.finditer(text, start, len(text) if end is None else end)


def find_treaty_number(text: str, start: int, end: int) -> re.Match[str] | None:
    """The first number of a treaty series or of a resolution of the United Nations."""
    return _TREATY_NUMBER.search(text, start, end)


def find_dates(
    text: str, start: int = 0, end: int | None = None
) -> Iterator[tuple[date, int, int]]:
    """Days written in digits or words, Vietnamese and English, with their offsets."""
    for match in _DATE.finditer(text, start, len(text) if end is None else end):
        day = date_of(match)
        if day is not None:
            yield day, match.start(), match.end()


def date_of(match: re.Match[str]) -> date | None:
    """The day that the groups of a `DATE` pattern hold, or None where there is no such day."""
    parts = {
        name[0]: value
        for name, value in match.groupdict().items()
        if value is not None and re.fullmatch(r"[dmyM]\d", name)
    }
    if not {"d", "y"} <= set(parts):
        return None
    if "M" in parts:
        month = _MONTHS[parts["M"].lower()]
    else:
        month = _ROMAN.get(parts["m"]) or (int(parts["m"]) if parts["m"].isdigit() else 0)
    try:
        return date(int(parts["y"]), month, int(parts["d"]))
    except ValueError:
        return None
