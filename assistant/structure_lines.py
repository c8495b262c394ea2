"""The line grammar of legal texts: what a line looks like, never what it means in its place.

Decision: a line is read alone first (is it in the form of a label, of a page number, inside a
quotation, does the text above end there?), and `structure.py` and `structure_items.py` decide
with the numbering around it. One regular expression that finds articles directly fails on real
texts: amending laws quote whole articles, wrapped lines begin with "Điều 6. Trường hợp …", and
annexes begin to count at 1 again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

UnitWord = Literal["part", "chapter", "section", "subsection", "annex", "article"]

# Ð (U+00D0) stands for Đ (U+0110) in many texts that were converted from legacy encodings.
_ARTICLE_WORD = r"(?:[ĐÐ]iều|[ĐÐ]IỀU|Article|ARTICLE)"
_UNIT_WORDS: tuple[tuple[UnitWord, str], ...] = (
    ("part", r"(?:Phần|PHẦN|Part|PART)"),
    ("chapter", r"(?:Chương|CHƯƠNG|Chapter|CHAPTER)"),
    ("section", r"(?:Mục|MỤC|Section|SECTION)"),
    ("subsection", r"(?:Tiểu mục|TIỂU MỤC|Title|TITLE)"),
    ("annex", r"(?:Phụ lục|PHỤ LỤC|Annex|ANNEX|Appendix|APPENDIX)"),
)
_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "nhất one",
            "hai two",
            "ba three",
            "tư four",
            "năm five",
            "sáu six",
            "bảy seven",
            "tám eight",
            "chín nine",
            "mười ten",
        ),
        start=1,
    )
    for word in words.split()
}
_ORDINAL = rf"(?:thứ\s+)?(?:{'|'.join(_ORDINALS)})"
_EMPHASIS = r"[*_]{0,3}"
_FOOTNOTE = re.compile(r"(?:\[\d{1,3}\]|[¹²³⁴-⁹⁰]+)")
_SLUG = re.compile(r"\s*\{#([\w-]+)\}\s*$")
_ARTICLE = re.compile(
    rf"{_EMPHASIS}{_ARTICLE_WORD}\s*{_EMPHASIS}(\d{{1,4}})"
    rf"(\s?(?:bis|ter|quater)\b|[a-zđ](?!\w))?{_EMPHASIS}\s*"
    rf"(?P<mark>\.\s?[-–—]|[.:](?!\w*\.?\d)|[-–—](?=\s)|$|(?=\s|\*|_))"
)
_UNITS = tuple(
    (
        word,
        re.compile(
            rf"{_EMPHASIS}{pattern}\s+{_EMPHASIS}((?:[IVXLCDM]+|\d{{1,3}})[a-zđ]?|(?i:{_ORDINAL})"
            rf"{'|[A-Z]' if word == 'annex' else ''}){_EMPHASIS}"
            r"(?:\s*(?P<mark>[.:](?=\s|$|\*)|[-–—](?=\s)|$)|(?=\s))"
        ),
    )
    for word, pattern in _UNIT_WORDS
)
_BARE_ANNEX = re.compile(rf"{_EMPHASIS}{_UNIT_WORDS[-1][1]}{_EMPHASIS}:?$")
_BARE_UNIT = re.compile("|".join(pattern for _, pattern in _UNIT_WORDS))
_FURNITURE = re.compile(
    r"(?:[-–—]\s*)?\d{1,4}(?:\s*[-–—])?|(?:Trang|Page|TRANG|PAGE)\s*\d+(?:\s*(?:/|of|trên)\s*\d+)?"
    r"|\d{1,4}\s*/\s*\d{1,4}|[-–—_*=\s\f]+"
)
_ITEM_HEAD = r"\d{1,3}[a-zđ]?\.|[a-zđ]\d?\)|\([a-z]{1,4}\)"
_QUOTED_LABEL = re.compile(
    rf"(?:^|[:.;]\s*)([\"“«„])\s*{_EMPHASIS}(?:{_ARTICLE_WORD}\s*\d|{_ITEM_HEAD}"
    r"|(?:Phần|PHẦN|Chương|CHƯƠNG|Mục|MỤC|Part|Chapter|Section)\s+[IVX\d])"
)
_CLOSING_STRAIGHT = re.compile(r"\"[.;,)]*$")
_QUOTE_LINES, _UNLABELLED_QUOTE_LINES = 2000, 8
_FINISHED = re.compile(r"(?:[.;:!?…|]|[.;:!?…]?[”\"»’][.;,]?|[;,]\s*(?:and|or|và|hoặc))[*_]{0,3}$")
_REFERRING = re.compile(
    r"(?:,|\b(?:tại|theo|của|và|hoặc|với|từ|đến|trong|các|khoản|điểm|điều|mục|chương|phần|số|ngày"
    r"|tháng|quy định|nêu|trừ|of|in|to|under|and|or|with|by|from|the|articles?|paragraphs?"
    r"|subparagraphs?|sections?|chapters?|see)|\b(?:khoản|điểm|điều|mục|chương|phần|paragraphs?"
    r"|articles?|và|and|or|hoặc|to|đến)\s+(?:\d{1,4}|[a-zđ]))$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a body. `start` and `end` (without the line break) are offsets into the body.

    `text` is the line without indentation, heading marks and slug, and begins at `offset`.
    `marks` is the number of `#`, `quoted` says that the line begins inside a quotation, and
    `furniture` that it is a page number or a rule, which stands between lines of a text.
    """

    start: int
    end: int
    offset: int
    text: str
    marks: int = 0
    slug: str | None = None
    quoted: bool = False
    furniture: bool = False

    @property
    def is_blank(self) -> bool:
        return not self.text

    @property
    def is_marked(self) -> bool:
        """Whether the text itself says "heading": by heading marks or by bold type."""
        return self.marks > 0 or self.text.startswith(("**", "__"))


@dataclass(frozen=True, slots=True)
class UnitLabel:
    """The label of an article or a larger unit: `number` as written, `title` up to the line end."""

    word: UnitWord
    number: str
    title: str


def read_lines(body: str) -> list[Line]:
    """Cut a body into lines with their offsets; quotations over several lines are marked."""
    found: list[Line] = []
    start = 0
    for raw in body.split("\n"):
        found.append(_read_line(raw, start))
        start += len(raw) + 1
    quoted = _find_quoted_lines([line.text for line in found])
    return [
        Line(
            x.start,
            x.end,
            x.offset,
            x.text,
            x.marks,
            x.slug,
            i in quoted,
            x.furniture and not is_broken_label(found, i),
        )
        for i, x in enumerate(found)
    ]


def is_broken_label(lines: Sequence[Line], position: int) -> bool:
    """A number whose full stop slipped to the next line, as pages copied from HTML have it."""
    below = lines[position + 1].text if position + 1 < len(lines) else ""
    return lines[position].text.isdigit() and (below == "." or below.startswith(". "))


def _read_line(raw: str, start: int) -> Line:
    head = re.match(r"\s*(#{2,6}|#(?=\s|[^\W\d_]|\*))?\s*", raw)
    marks, cut = (len(head.group(1) or ""), head.end()) if head else (0, 0)
    text, slug = raw[cut:].rstrip(), None
    if marks and (attribute := _SLUG.search(text)):
        slug, text = attribute.group(1), text[: attribute.start()]
    furniture = not marks and bool(text) and _FURNITURE.fullmatch(text) is not None
    return Line(start, start + len(raw), start + cut, text, marks, slug, furniture=furniture)


def _find_quoted_lines(texts: Sequence[str]) -> set[int]:
    quoted: set[int] = set()
    changes = [_count_marks(text) for text in texts]
    position = 0
    while position < len(texts):
        length = _measure_quotation(texts, changes, position)
        quoted.update(range(position + 1, position + length + 1))
        position += length + 1
    return quoted


def _measure_quotation(texts: Sequence[str], changes: Sequence[int], first: int) -> int:
    """How many lines after `first` still belong to a quotation that it leaves open.

    A quotation that opens with a label ("“Điều 5. …") may run over many lines. Any other has to
    close soon: an opening mark that somebody forgot to close must not swallow a law. `changes`
    are the quotation marks that each line opens less those that it closes.
    """
    text = texts[first]
    if not any(mark in text for mark in '“«„"'):
        return 0
    opening = _QUOTED_LABEL.search(text)
    if opening and opening.group(1) == '"' and text.count('"') % 2:
        return next(
            (
                i - first
                for i in range(first + 1, min(len(texts), first + _QUOTE_LINES))
                if texts[i].count('"') % 2 and _CLOSING_STRAIGHT.search(texts[i])
            ),
            0,
        )
    depth = _count_open(text)
    length = _QUOTE_LINES if opening else _UNLABELLED_QUOTE_LINES
    for i in range(first + 1, min(len(texts), first + 1 + length) if depth > 0 else first):
        depth += changes[i]
        if depth <= 0:
            return i - first
    return 0


def _count_marks(text: str) -> int:
    return sum(text.count(mark) for mark in "“«„") - text.count("”") - text.count("»")


def _count_open(text: str) -> int:
    """Quotation marks left open at the end of a line; a stray closing mark opens nothing."""
    depth = 0
    for mark in re.findall("[“«„”»]", text):
        depth = max(0, depth + (1 if mark in "“«„" else -1))
    return depth


def match_article(line: Line) -> UnitLabel | None:
    """`Điều 6. …`, `ĐIỀU 6:`, `**Điều 6.** …`, `Article 5 – …`, but not `Điều 6 của Luật này`."""
    found = _ARTICLE.match(line.text)
    if not found or (found.group("mark") == "" and line.text[found.end() :] and not line.is_marked):
        return None
    number = found.group(1) + (found.group(2) or "").strip()
    return UnitLabel("article", number, clean_title(line.text[found.end() :]))


def match_unit(line: Line) -> UnitLabel | None:
    """`Chương I`, `MỤC 2. …`, `Part Two`, `Phụ lục`, but not `Chương II của Luật này`."""
    if _BARE_ANNEX.match(line.text):
        return UnitLabel("annex", "", "")
    for word, pattern in _UNITS:
        found = pattern.match(line.text)
        if not found:
            continue
        title = clean_title(line.text[found.end() :])
        unseparated = found.group("mark") is None and title != ""
        if (unseparated and not line.is_marked and not is_upper(title)) or _is_sentence(title):
            return None
        return UnitLabel(word, found.group(1), title)
    return None


def _is_sentence(title: str) -> bool:
    return title.endswith((";", ":", ",")) or len(title) > (150 if title.endswith(".") else 300)


def clean_title(text: str) -> str:
    """A title without emphasis, footnote marks and double spaces."""
    text = _FOOTNOTE.sub("", re.sub(r"[*_]{1,3}", "", text))
    return " ".join(text.split()).lstrip("-–— ").strip()


def is_upper(text: str) -> bool:
    """Whether a line is set in capitals, as titles of chapters are."""
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 1 and sum(letter.isupper() for letter in letters) > 0.8 * len(letters)


def find_previous_text(lines: Sequence[Line], position: int) -> Line | None:
    """The nearest line above that carries text: page numbers and blank lines do not interrupt."""
    return next(
        (
            lines[i]
            for i in range(position - 1, -1, -1)
            if not lines[i].is_blank and not lines[i].furniture
        ),
        None,
    )


def measure_break(lines: Sequence[Line], position: int) -> int:
    """How surely a new unit may begin here: 2 the text above ends, 1 it may, 0 it goes on."""
    above = find_previous_text(lines, position)
    if above is None or above.marks or _FINISHED.search(above.text):
        return 2
    if match_unit(above) or match_article(above) or is_upper(above.text):
        return 2
    if _BARE_UNIT.fullmatch(above.text):
        return 2
    return 0 if _REFERRING.search(above.text) else 1


def read_number(written: str) -> str:
    """A written number in arabic form, a letter kept: "IV" is "4", "thứ hai" "2", "IIa" "2a"."""
    folded = written.lower().removeprefix("thứ").strip()
    if folded in _ORDINALS:
        return str(_ORDINALS[folded])
    parts = re.fullmatch(r"([IVXLCDM]+)([a-zđ]?)", written)
    return f"{read_roman(parts.group(1))}{parts.group(2)}" if parts else folded


def read_roman(numeral: str) -> int:
    """The value of a roman numeral in either case; 0 where it is none."""
    values = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
    digits = [values.get(letter, 0) for letter in numeral.lower()]
    if not digits or 0 in digits:
        return 0
    following = [*digits[1:], 0]
    return sum(-d if d < after else d for d, after in zip(digits, following, strict=True))
