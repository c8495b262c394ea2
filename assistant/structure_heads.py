"""The articles of a text, and the parts, chapters, sections, annexes and headings around them.

Decision: a label counts by three things together: its form, whether the text above ends there,
and whether its number is the next one. Form alone takes cross-references and quoted articles for
articles; sequence alone loses every article that stands twice in a bad scan, and all articles
after a page that was left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.schema import Level
from assistant.structure_contents import find_contents_lines
from assistant.structure_lines import (
    Line,
    UnitLabel,
    UnitWord,
    clean_title,
    find_previous_text,
    is_upper,
    match_article,
    match_unit,
    measure_break,
    read_number,
)

TOP_RANK, HEADING_RANK, ARTICLE_RANK = 0, 5, 6

_UNITS: dict[UnitWord, tuple[Level, int, str]] = {
    "part": ("part", 1, "part"),
    "chapter": ("chapter", 2, "ch"),
    "section": ("section", 3, "sec"),
    "subsection": ("section", 4, "sub-sec"),
    "annex": ("heading", TOP_RANK, "annex"),
}
_TITLE_LINES = 4
_NO_TITLE = re.compile(r"\(?(?:\d{1,3}[a-zđ]?[.)]|[a-zđ]\d?\))|[-–|+•\[]")
_CLOSING = re.compile(
    r"(?:Bộ luật|Luật|Pháp lệnh|Nghị quyết) này (?:đã )?được (?:Quốc hội|Ủy ban)|Nơi nhận\s*:"
    r"|(?:TM|KT)\.\s*[A-ZĐÀ-Ỹ]{2}|IN WITNESS WHEREOF|In witness whereof"
)
_UNFINISHED_TITLE = re.compile(
    r"(?:,|\b(?:tại|của|và|hoặc|với|về|từ|đến|thuộc|theo|cho|of|the|and|or|to|in|for|on|by|with))$"
)
_SLUG_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a unit begins. `nested` says that its id goes below the id of the unit it lies in."""

    level: Level
    rank: int
    number: str
    heading: str
    segment: str
    start: int
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """A mark with the lines of its heading: `first` up to and without `after`."""

    mark: Mark
    first: int
    after: int


def find_topic_heads(lines: Sequence[Line]) -> list[Head]:
    """Headings of a text without articles, nested by their marks; the first `#` is the title."""
    heads: list[Head] = []
    for position, line in enumerate(lines):
        is_title = line.marks == 1 and not line.slug and not heads
        if line.marks and line.text and not line.quoted and not is_title:
            heads.append(_make_heading(line, position, line.marks - 1))
    return heads


def _make_heading(line: Line, position: int, rank: int) -> Head:
    title = clean_title(line.text)
    segment = line.slug or make_slug(title)
    return Head(Mark("heading", rank, "", title, segment, line.start), position, position + 1)


def make_slug(title: str) -> str:
    """A readable id of a heading: without accents, in small letters, words joined by hyphens."""
    folded = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_LENGTH].strip("-") or "section"


def find_legal_heads(lines: Sequence[Line]) -> list[Head]:
    reader = _HeadReader(lines)
    position = 0
    while position < len(lines):
        head = reader.read(position)
        position = max(position + 1, head.after if head else 0)
    return reader.heads


class _HeadReader:
    """Decides line by line which labels are units of this text, by form, break and sequence."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.heads: list[Head] = []
        self.labels = {
            i: label
            for i, line in enumerate(lines)
            if not (line.quoted or line.furniture) and (label := match_article(line))
        }
        self.contents = find_contents_lines(lines, self.labels)
        self.labels = {i: x for i, x in self.labels.items() if i not in self.contents}
        marked = sum(lines[i].is_marked for i in self.labels)
        self.is_marked_text = marked > 1 and marked > 0.8 * len(self.labels)
        self.article = ""
        self.units: dict[UnitWord, str] = {}
        self.in_heading = self.in_annex = self.in_amendment = False

    def read(self, position: int) -> Head | None:
        line = self.lines[position]
        if line.is_blank or line.quoted or line.furniture or position in self.contents:
            return None
        article = self.labels.get(position)
        unit = None if article else match_unit(line)
        head: Head | None = None
        if article and self._is_article(article, position):
            head = self._make_article(article, position)
        elif unit and self._is_unit(unit, position):
            head = self._make_unit(unit, position)
        elif self._is_closing(position):
            self.in_heading = True
            mark = Mark("heading", TOP_RANK, "", "", "closing", line.start)
            head = Head(mark, position, position)
        elif line.marks and not article and not self._is_title(line):
            head = self._make_heading(position)
        if head:
            self.heads.append(head)
        return head

    def _is_closing(self, position: int) -> bool:
        """The formula below the last article: signatures and a portal's own lines follow."""
        if not self.article or self.in_heading or self.in_annex:
            return False
        if not _CLOSING.match(self.lines[position].text):
            return False
        return not any(
            _is_next(self.labels[i].number, self.article) for i in self.labels if i > position
        )

    def _is_title(self, line: Line) -> bool:
        """A first `#` is the text's own title; a marked "#### 1. …" is a clause."""
        return (line.marks == 1 and not line.slug and not self.heads) or (
            not line.slug and re.match(r"\(?(?:\d{1,3}|[a-zđ])[a-z]?[.)]", line.text) is not None
        )

    def _is_article(self, label: UnitLabel, position: int) -> bool:
        line = self.lines[position]
        if self.in_annex or (self.in_heading and not line.is_marked):
            return False
        is_next = _is_next(label.number, self.article)
        if line.is_marked:
            accepted = True
        elif self.is_marked_text or self.in_amendment:
            accepted = is_next and measure_break(self.lines, position) == 2
        else:
            accepted = self._is_broken_off(label, position, is_next)
        self.in_amendment = self.in_amendment and not accepted
        return accepted

    def _is_broken_off(self, label: UnitLabel, position: int, is_next: bool) -> bool:
        """Whether the text above lets an article begin; its number decides where that is open."""
        above = find_previous_text(self.lines, position)
        strength = measure_break(self.lines, position)
        following = next(
            (
                x.number
                for i, x in self.labels.items()
                if i > position and (x.number == label.number or _is_next(x.number, label.number))
            ),
            "",
        )
        is_repeated = following == label.number
        if above is not None and not above.marks and above.text.endswith(":"):
            self.in_amendment = not is_next or is_repeated
            return not self.in_amendment
        if strength == 2:
            return True
        if not is_next or is_repeated:
            return False
        return strength == 1 or following != ""

    def _is_unit(self, label: UnitLabel, position: int) -> bool:
        line = self.lines[position]
        if label.word == "annex":
            return self._is_annex(position)
        if self.in_annex or (self.in_heading and not line.is_marked):
            return False
        if line.is_marked:
            return True
        if self.is_marked_text or measure_break(self.lines, position) == 0 or self.in_amendment:
            return False
        number, last = read_number(label.number), self.units.get(label.word, "")
        return number == "1" or _is_next(number, last) or (not last and label.word == "chapter")

    def _is_annex(self, position: int) -> bool:
        """An annex comes after the articles: the next article in the text must not go on."""
        line = self.lines[position]
        if not self.article or (not line.is_marked and measure_break(self.lines, position) < 1):
            return False
        if self.is_marked_text and not line.is_marked and not is_upper(line.text):
            return False
        following = next((self.labels[i].number for i in self.labels if i > position), "")
        return self.in_annex or not _is_next(following, self.article)

    def _make_article(self, label: UnitLabel, position: int) -> Head:
        self.article, self.in_heading = label.number, False
        title, after = self._read_title(label.title, position, is_unit=False)
        segment = f"art-{label.number.lower().replace('đ', 'dd').replace(' ', '')}"
        start = self.lines[position].start
        mark = Mark("article", ARTICLE_RANK, label.number, title, segment, start)
        return Head(mark, position, after)

    def _make_unit(self, label: UnitLabel, position: int) -> Head:
        level, rank, prefix = _UNITS[label.word]
        number = read_number(label.number)
        if label.word == "annex":
            self.in_annex, self.in_heading = True, False
            number = number or str(1 + sum(h.mark.segment.startswith("annex") for h in self.heads))
        else:
            self.in_heading = False
            self.units[label.word] = number
            for word, (_, lower, _) in _UNITS.items():
                if lower > rank and word != "chapter":
                    self.units.pop(word, None)
        title, after = self._read_title(label.title, position, is_unit=True)
        segment = f"{prefix}-{number.replace('đ', 'dd')}"
        start = self.lines[position].start
        mark = Mark(level, rank, label.number, title, segment, start, nested=level == "section")
        return Head(mark, position, after)

    def _make_heading(self, position: int) -> Head:
        line = self.lines[position]
        if line.slug:
            self.in_heading, self.in_annex = True, False
        return _make_heading(line, position, TOP_RANK if line.slug else HEADING_RANK)

    def _read_title(self, title: str, position: int, is_unit: bool) -> tuple[str, int]:
        """A title that stands below its label or runs over lines, and the line after it."""
        after = position + 1
        for i in range(position + 1, len(self.lines)):
            line = self.lines[i]
            if line.is_blank or line.furniture:
                continue
            if after - position > _TITLE_LINES or not self._continues_title(title, line, is_unit):
                break
            if self._is_other_unit(line, i):
                break
            title, after = f"{title} {clean_title(line.text)}".strip(), i + 1
        return title, after

    def _continues_title(self, title: str, line: Line, is_unit: bool) -> bool:
        text = line.text
        if line.slug or line.quoted or _NO_TITLE.match(text):
            return False
        if not title:
            return is_upper(text) or (len(text) < 250 and not text.endswith((".", ";", ":", ",")))
        if line.marks or title.endswith((".", ":", ";")):
            return False
        if is_unit and is_upper(title):
            return is_upper(text)
        return text[0].islower() or _UNFINISHED_TITLE.search(title) is not None

    def _is_other_unit(self, line: Line, position: int) -> bool:
        return position in self.labels or match_unit(line) is not None


def _is_next(number: str, last: str) -> bool:
    """Whether a number follows another: 7 or 6a after 6, 7 after 6a; 1 at the beginning."""
    here, before = re.match(r"(\d+)(.*)", number), re.match(r"(\d+)(.*)", last)
    if not here:
        return False
    if not before:
        return number == "1"
    if here.group(1) == before.group(1):
        return here.group(2) > before.group(2)
    return int(here.group(1)) == int(before.group(1)) + 1
