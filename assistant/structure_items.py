"""Clauses, points and sub-points inside one article, told from chance matches by their sequence.

Decision: a line in the form "3. …" is clause 3 when 1 and 2 came before it and the text above
ends there. Taking every numbered line as a clause fails on wrapped references ("khoản 1 và /
2. Trường hợp"), amounts ("1. 000"), lists and foreign provisions quoted inside a clause; taking
the longest increasing run fails on the latter too, because a quoted list of nine outruns five
real clauses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.schema import Level
from assistant.structure_lines import (
    Line,
    find_previous_text,
    is_broken_label,
    measure_break,
    read_roman,
)

CLAUSE_RANK, POINT_RANK, SUBPOINT_RANK = 7, 8, 9

_EMPHASIS = r"[*_]{0,3}"
_CLAUSE_FORMS = tuple(
    re.compile(rf"{_EMPHASIS}{form}{_EMPHASIS}(?=\s|$|[^\W\d_]|[\[“\"(*¹²³])\s*{_EMPHASIS}")
    for form in (
        rf"(\d{{1,3}})([a-zđ]?){_EMPHASIS}\s?\.",
        r"\((\d{1,3})([a-zđ]?)\)",
        r"(\d{1,3})([a-zđ]?)\)",
    )
)
_POINT = re.compile(rf"{_EMPHASIS}(\()?([a-zđA-ZĐ])(?(1)\)|[)/]){_EMPHASIS}\s*")
_ROMAN = re.compile(r"(?:\(([ivx]{1,5})\)|([ivx]{1,5})\))\s*")
_NUMBERED_SUBPOINT = re.compile(r"([a-zđ])\.?(\d{1,2})[.)]\s*")
_BULLET = re.compile(r"([-–—•+*])\s+(?=\S)")
_SPLIT_AMOUNT = re.compile(r"\d{3}\b")
_REFERENCE_ABOVE = re.compile(
    r"\b(?:điểm|khoản|điều|(?:sub)?paragraphs?|articles?|sections?)(?:\s+\d{1,3})?$", re.IGNORECASE
)
_REFERENCE_AFTER = re.compile(
    r"(?:of|above|below|hereof|khoản|Điều|nêu trên)\s*(?:this|the|that|Article|paragraph|\d|$)"
)
_NEXT_LETTERS = {
    **{a: b for a, b in zip("abcdefghijklmnopqrstuvwxy", "bcdefghijklmnopqrstuvwxyz", strict=True)},
    "d": "đe",
    "đ": "e",
    "e": "fg",
    "i": "jk",
    "v": "wx",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A clause, point or sub-point: where it begins in the body, and its part of the id."""

    level: Level
    rank: int
    number: str
    segment: str
    start: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line in the form of a numbered clause. `strength` is `measure_break`'s."""

    position: int
    number: int
    suffix: str
    strength: int
    rest: int


def find_items(lines: Sequence[Line], first: int, last: int) -> list[Item]:
    """The items of the article whose text is `lines[first:last]`, in the order of the text."""
    clauses = _choose_clauses(_find_clause_candidates(lines, first, last))
    starts = {clause.position: clause for clause in clauses}
    found: list[Item] = []
    region = _Region(lines, first, last)
    for position in range(first, last):
        clause = starts.get(position)
        if clause:
            number = f"{clause.number}{clause.suffix}"
            segment = f"cl-{number.replace('đ', 'dd')}"
            found.append(Item("clause", CLAUSE_RANK, number, segment, lines[position].start))
            upto = min((p for p in starts if p > position), default=last)
            region = _Region(lines, position, upto)
        found.extend(region.read(position, clause.rest if clause else 0))
    return found


def _is_readable(line: Line) -> bool:
    return not (
        line.is_blank
        or line.quoted
        or line.furniture
        or line.slug
        or line.text.startswith("|")
        or line.text.count("\t") > 1
    )


def _find_clause_candidates(lines: Sequence[Line], first: int, last: int) -> list[_Candidate]:
    """Candidates in the first form ("1.", "(1)", "1)") of which the article has number 1."""
    for form in _CLAUSE_FORMS:
        found = [
            candidate
            for i in range(first, last)
            if _is_readable(lines[i]) and (candidate := _read_clause(lines, i, first, form))
        ]
        if any(candidate.number <= 2 for candidate in found):
            return found
    return []


def _read_clause(
    lines: Sequence[Line], position: int, first: int, form: re.Pattern[str]
) -> _Candidate | None:
    text = lines[position].text
    match = form.match(f"{text}." if is_broken_label(lines, position) else text)
    if not match:
        return None
    strength = 2 if position == first else measure_break(lines, position)
    if strength < 2 and _SPLIT_AMOUNT.match(text, match.end()):
        return None
    return _Candidate(position, int(match.group(1)), match.group(2), strength, match.end())


def _choose_clauses(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Follow 1, 2, 3, …; a list that begins again at 1 is passed over until its numbers end."""
    chosen: list[_Candidate] = []
    last, suffix, nested = 0, "", 0
    for k, candidate in enumerate(candidates):
        later = candidates[k + 1 :]
        if nested and candidate.number == nested + 1:
            nested += 1
        elif _follows(candidate, last, suffix) and _is_credible(candidate, later):
            chosen.append(candidate)
            last, suffix, nested = candidate.number, candidate.suffix, 0
        elif candidate.number == 1 and last and _begins_nested_list(later, last):
            nested = 1
        elif _closes_gap(candidate, last, later):
            chosen.append(candidate)
            last, suffix, nested = candidate.number, candidate.suffix, 0
    return chosen


def _follows(candidate: _Candidate, last: int, suffix: str) -> bool:
    if candidate.suffix:
        return candidate.number == last and last > 0 and candidate.suffix > suffix
    return candidate.number == last + 1


def _is_credible(candidate: _Candidate, later: Sequence[_Candidate]) -> bool:
    """A number that the text above runs into counts only where no better one follows."""
    if candidate.strength == 2:
        return True
    number = candidate.number
    after = next((x.number for x in later if x.number in (number, number + 1)), 0)
    return after != number and (candidate.strength == 1 or after == number + 1)


def _begins_nested_list(later: Sequence[_Candidate], last: int) -> bool:
    if not later or later[0].number != 2:
        return False
    return last > 1 or sum(candidate.number == 2 for candidate in later) > 1


def _closes_gap(candidate: _Candidate, last: int, later: Sequence[_Candidate]) -> bool:
    """Whether a clause or two were lost before this one, as scanning does."""
    if candidate.suffix or candidate.strength < 2 or not last + 1 < candidate.number <= last + 3:
        return False
    if last == 0:
        return candidate.number == 2 and bool(later) and later[0].number == 3
    missing = range(last + 1, candidate.number)
    return not any(x.number in missing for x in later)


class _Region:
    """Points and sub-points of one clause (or of an article without clauses), line by line."""

    def __init__(self, lines: Sequence[Line], first: int, last: int) -> None:
        self.lines, self.first, self.last = lines, first, last
        self.point = ""
        self.roman = 0
        self.bullet, self.bullets, self.in_bullets = "", 0, False

    def read(self, position: int, offset: int) -> Iterator[Item]:
        """Items of a line from `offset` in its text on; one may follow another: "1. a)"."""
        line = self.lines[position]
        if not _is_readable(line):
            return
        while item := self._read_item(position, offset):
            found, length = item
            start = line.start if offset == 0 else line.offset + offset
            yield Item(found.level, found.rank, found.number, found.segment, start)
            offset += length

    def _read_item(self, position: int, offset: int) -> tuple[Item, int] | None:
        rest = self.lines[position].text[offset:]
        inline = offset > 0
        if (match := _ROMAN.match(rest)) and self._is_roman(match, position, inline):
            numeral = match.group(1) or match.group(2)
            self.roman = read_roman(numeral)
            return _make_subpoint(numeral, numeral), match.end()
        if (match := _POINT.match(rest)) and (letter := self._find_letter(match, position, inline)):
            self.point, self.roman = letter.lower(), 0
            self.bullet, self.bullets, self.in_bullets = "", 0, False
            segment = f"pt-{'dd' if self.point == 'đ' else self.point}"
            return Item("point", POINT_RANK, letter, segment, 0), match.end()
        if inline:
            return None
        if (match := _NUMBERED_SUBPOINT.match(rest)) and match.group(1) == self.point:
            return _make_subpoint(match.group(1) + match.group(2), match.group(2)), match.end()
        if (match := _BULLET.match(rest)) and self._is_bullet(match.group(1), position):
            self.bullets += 1
            return _make_subpoint(str(self.bullets), str(self.bullets)), match.end()
        return None

    def _is_roman(self, match: re.Match[str], position: int, inline: bool) -> bool:
        numeral = match.group(1) or match.group(2)
        value = read_roman(numeral)
        if value == self.roman + 1 and self.roman:
            return True
        if value != 1 or (match.group(1) is None and not self.point):
            return False
        if numeral in _NEXT_LETTERS.get(self.point, ""):
            return self._next_label(position) == "ii"
        return inline or not self._is_reference(match, position)

    def _next_label(self, position: int) -> str:
        for line in self.lines[position + 1 : self.last]:
            match = re.match(r"\(?([a-zđ]{1,4})\)", line.text) if _is_readable(line) else None
            if match:
                return match.group(1)
        return ""

    def _find_letter(self, match: re.Match[str], position: int, inline: bool) -> str:
        """The letter of the point that begins here, "" where none does.

        It is the written letter, but for one that was misread between its neighbours: "c)" for
        "e)" between đ and g, as scans have it, is point e, which is how everybody cites it.
        """
        written, letter = match.group(2), match.group(2).lower()
        following = _NEXT_LETTERS.get(self.point, "" if self.point else "a")
        if not inline and self._is_reference(match, position):
            return ""
        if letter in following:
            return written if not inline or letter == "a" else ""
        if inline or not self.point:
            return ""
        above, below = find_previous_text(self.lines, position), self._next_label(position)
        if letter == "a" and above is not None and above.text.endswith(":"):
            return written if below == "b" else ""
        if measure_break(self.lines, position) < 2:
            return ""
        misread = next((x for x in following if below and below in _NEXT_LETTERS.get(x, "")), "")
        return misread or (written if self._closes_gap(letter, position) else "")

    def _closes_gap(self, letter: str, position: int) -> bool:
        """Whether just one point was lost before this letter, as scanning does."""
        skipped = _NEXT_LETTERS.get(self.point, "")
        if not any(letter in _NEXT_LETTERS.get(x, "") for x in skipped):
            return False
        rest = (line.text[:3].lstrip("(") for line in self.lines[position + 1 : self.last])
        return not any(text[:1] in skipped and text[1:2] == ")" for text in rest)

    def _is_reference(self, match: re.Match[str], position: int) -> bool:
        """A point that is only named: "paragraph 1 / (a) of this Article"."""
        above = find_previous_text(self.lines, position)
        if above is None or position == self.first or not _REFERENCE_ABOVE.search(above.text):
            return False
        return not above.text.endswith(":") and (
            bool(_REFERENCE_AFTER.match(match.string, match.end()))
            or measure_break(self.lines, position) == 0
        )

    def _is_bullet(self, sign: str, position: int) -> bool:
        if self.bullet and sign != self.bullet:
            return False
        above = find_previous_text(self.lines, position)
        begins = above is not None and above.text.endswith(":")
        if not begins and not (self.in_bullets and measure_break(self.lines, position) == 2):
            return False
        self.bullet, self.in_bullets = sign, True
        return True


def _make_subpoint(number: str, segment: str) -> Item:
    return Item("subpoint", SUBPOINT_RANK, number, f"sub-{segment}", 0)
