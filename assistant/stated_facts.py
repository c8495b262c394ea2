"""Numbers, dates, legal numbers and provision references that a sentence states, on one spelling.

Used to check that what an answer states stands in what it cites: "01/07/2026", "ngày 1 tháng 7 năm
2026" and "1 July 2026" are the same date; "13.750" and "13,750" the same number; "điểm a khoản 3
Điều 6" and "Article 6(3)(a)" the same reference.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from assistant.asked_time import MONTH_NAMES

_MONTH = "|".join(sorted(MONTH_NAMES, key=len, reverse=True))
_LEGAL_NUMBER = re.compile(
    r"\b\d{1,4}/(?:19|20)\d\d(?:/[\w-]+)?|\bA/RES/\d+/\d+|\b\d+/Q[ĐD]-\w+", re.I
)
_DATES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)",
        r"(?<!\d)(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>(?:19|20)\d\d)",
        r"(?<!\d)(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s*(?:,|năm)?\s*(?P<y>(?:19|20)\d\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<M>{_MONTH})\s*,?\s*(?P<y>(?:19|20)\d\d)",
        rf"(?P<M>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)",
    )
)
_MONTHS_OF_YEAR = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?<![\d/])(?P<m>0?[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)(?![/\d])",
        r"tháng\s+(?P<m>\d{1,2})\s*(?:,|năm|/)?\s*(?P<y>(?:19|20)\d\d)",
        rf"(?P<M>{_MONTH})\s+(?P<y>(?:19|20)\d\d)",
    )
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_REFERENCE_VI = re.compile(
    r"(?:điểm\s+(?P<pt>[a-zđ])\s+)?(?:khoản\s+(?P<cl>\d+)\s+)?điều\s+(?P<art>\d+[a-z]?)", re.I
)
_REFERENCE_EN = re.compile(
    r"\b(?:articles?|arts?\.?)\s+(?P<art>\d+[a-z]?)(?:\((?P<cl>\d+)\))?(?:\((?P<pt>[a-zđ])\))?",
    re.I,
)


@lru_cache(maxsize=4096)
def stated_facts(text: str) -> frozenset[str]:
    """Every fact stated, as canonical strings: `date:`, `month:`, `law:`, `ref:`, `number:`.

    What is part of a larger fact (the day of a date, the year of a legal number) is not stated
    again as a number.
    """
    text = unicodedata.normalize("NFC", text)
    found: set[str] = set()
    rest = text
    for pattern in _DATES:
        rest = pattern.sub(lambda match: _take(found, "date", match), rest)
    rest = _LEGAL_NUMBER.sub(lambda match: _take_law(found, match), rest)
    for pattern in _MONTHS_OF_YEAR:
        rest = pattern.sub(lambda match: _take(found, "month", match), rest)
    for pattern in (_REFERENCE_VI, _REFERENCE_EN):
        rest = pattern.sub(lambda match: _take_reference(found, match), rest)
    found.update(f"number:{_canonical(match)}" for match in _NUMBER.findall(rest))
    return frozenset(found)


# A source is cited by several claims, and a bulk evaluation checks what was just verified.
@lru_cache(maxsize=4096)
def supporting_facts(text: str) -> frozenset[str]:
    """`stated_facts`, and the parts that a shorter statement may use: a date's year and month, a
    reference's article, a legal number without its tail, bare numbers inside them."""
    facts = set(stated_facts(text))
    for fact in tuple(facts):
        kind, _, value = fact.partition(":")
        if kind in ("date", "month"):
            year, month, *day = value.split("-")
            facts |= {f"month:{year}-{month}", f"number:{year}", f"number:{int(month)}"}
            facts |= {f"number:{int(d)}" for d in day}
        elif kind == "law":
            parts = value.split("/")
            facts |= {f"law:{'/'.join(parts[:2])}", *(f"number:{p}" for p in parts if p.isdigit())}
        elif kind == "ref":
            parts = value.split("/")
            facts |= {f"ref:{'/'.join(parts[:n])}" for n in range(1, len(parts))}
            facts |= {f"number:{p}" for p in parts if p.isdigit()}
    return frozenset(facts)


def _take(found: set[str], kind: str, match: re.Match[str]) -> str:
    parts = match.groupdict()
    month = MONTH_NAMES[parts["M"].lower()] if parts.get("M") else int(parts["m"])
    value = f"{parts['y']}-{month:02d}"
    found.add(f"{kind}:{value}-{int(parts['d']):02d}" if kind == "date" else f"{kind}:{value}")
    return " "


def _take_law(found: set[str], match: re.Match[str]) -> str:
    number = match.group().rstrip("/-")
    month, _, tail = number.partition("/")
    if number.count("/") == 1 and tail.isdigit() and int(month) <= 12 and len(tail) == 4:
        return match.group()  # "12/2024" is a month unless it carries more
    found.add(f"law:{number.lower().replace('đ', 'd')}")
    return " "


def _take_reference(found: set[str], match: re.Match[str]) -> str:
    parts = [match["art"], match["cl"], match["pt"]]
    kept = [part.lower() for part in parts if part]
    found.add("ref:" + "/".join(kept))
    return " "


def _canonical(number: str) -> str:
    """Digits with a point for decimals and nothing for thousands: "13.750" is "13750"."""
    groups = re.split(r"[.,]", number)
    if len(groups) > 1 and all(len(group) == 3 for group in groups[1:]) and groups[0] != "0":
        return "".join(groups)
    joined = "".join(groups[:-1]) + "." + groups[-1] if len(groups) > 1 else groups[0]
    return joined.lstrip("0") or "0"
