"""The time a question speaks of, read from its words in Vietnamese and English.

Run it on a question whose named texts are blanked out first: the year of "Luật An ninh mạng 2018"
is a name and not a date. "Trước <day>" means the day before it; a month or a year is a span.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from assistant.schema import AsOf
from assistant.text import fold

MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTH_NAMES, key=len, reverse=True))
_NOW = re.compile(
    r"\b(?:hien nay|hien tai|hien hanh|bay gio|luc nay|hom nay|now|nowadays|today|currently"
    r"|at present|current)\b"
)
# A year that ends a plan or a period is not the time asked about ("đến năm 2030", "by 2025").
_NOT_BEFORE = r"(?<!den )(?<!den nam )(?<!by )(?<!until )(?<!through )(?<!toi )(?<!toi nam )"
_FORMS: tuple[tuple[str, str], ...] = (
    ("iso", r"(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)"),
    ("day", r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>(?:19|20)\d\d)"),
    ("day", r"(?P<d>\d{1,2}) thang (?P<m>\d{1,2})(?: nam|,)? (?P<y>(?:19|20)\d\d)"),
    ("day", rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<M>{_MONTH})\.?,? (?P<y>(?:19|20)\d\d)"),
    ("day", rf"(?P<M>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>(?:19|20)\d\d)"),
    ("month", r"thang (?P<m>\d{1,2})(?: nam |/|-| )(?P<y>(?:19|20)\d\d)"),
    ("month", rf"(?P<M>{_MONTH})\.?,? (?P<y>(?:19|20)\d\d)"),
    ("month", r"(?<![\d/])(?P<m>0?[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)(?![/\d])"),
    (
        "year",
        r"(?:nam|year|in|during|as of|since|trong|tu|truoc|before|sau|after) (?:nam |the year )?"
        r"(?P<y>(?:19|20)\d\d)(?![\d/])",
    ),
)
_BEFORE = re.compile(r"(?:truoc|before|prior to)(?: ngay| the)?(?: thang| nam)? *$")

_AFTER = re.compile(r"(?:sau|after)(?: ngay| the)?(?: thang| nam)? *$")


def read_time(text: str, today: date, chosen: date | None = None) -> AsOf:
    """The as-of time of a question: said in it, else chosen by the user, else today."""
    folded = fold(text)
    said = _said(folded)
    if said is not None:
        # "Who in November 2024, and who now?": the span between holds both answers.
        end = max(said[1], today) if _NOW.search(folded) else said[1]
        return AsOf(said[0], end, source="said")
    if chosen is not None:
        return AsOf(chosen, chosen, source="chosen")
    return AsOf(today, today, source="said" if _NOW.search(folded) else "today")


def _said(folded: str) -> tuple[date, date] | None:
    for form, pattern in _FORMS:
        match = re.search(_NOT_BEFORE + r"\b" + pattern if form != "year" else pattern, folded)
        if match is None or (form == "year" and _is_horizon(folded, match)):
            continue
        span = _span(form, match.groupdict())
        if span is None:
            continue
        lead = folded[: match.start()] + (match.group().split()[0] if form == "year" else "")
        if _BEFORE.search(lead):
            eve = span[0] - timedelta(days=1)
            return eve, eve
        if _AFTER.search(lead):
            morrow = span[1] + timedelta(days=1)
            return morrow, morrow
        return span
    return None


def _is_horizon(folded: str, match: re.Match[str]) -> bool:
    return (
        re.search(r"(?:\b(?:den|toi|by|until|through|giai doan)) *$", folded[: match.start()])
        is not None
    )


def _span(form: str, parts: dict[str, str | None]) -> tuple[date, date] | None:
    year = int(parts["y"] or 0)
    named = parts.get("M")
    month = MONTH_NAMES[named] if named else int(parts.get("m") or 1)
    try:
        if form == "year":
            return date(year, 1, 1), date(year, 12, 31)
        if form == "month":
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        day = date(year, month, int(parts["d"] or 1))
    except ValueError:
        return None
    return day, day
