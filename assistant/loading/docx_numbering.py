"""Automatic numbering of Word paragraphs: "Điều 1.", "a)" and the like, which no text holds.

The rules are those of WordprocessingML (ECMA-376, 17.9): a paragraph, or the style it has, names a
list and a level; the level's text is a pattern ("Điều %1.") over the counters of the levels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BULLETS = ("-", "–", "+", "*", "•")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    number_format: str
    pattern: str


@dataclass(slots=True)
class Numbering:
    """The lists of one document and how far each has counted. Ask for labels in document order."""

    lists: dict[str, str] = field(default_factory=dict)
    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, tuple[str | None, int | None, str | None]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def label(self, paragraph: Any) -> str:
        """The label of the next paragraph (`w:p`), "" where it has none."""
        place = self._find(paragraph)
        if place is None:
            return ""
        list_id, depth = place
        abstract = self.lists.get(list_id)
        level = self.levels.get((abstract, depth)) if abstract is not None else None
        if abstract is None or level is None:
            return ""
        counters = self.counters.setdefault(abstract, {})
        self._restart(list_id, counters)
        counters[depth] = counters.get(depth, self._start(abstract, depth) - 1) + 1
        for deeper in [other for other in counters if other > depth]:
            del counters[deeper]
        return self._write(abstract, level, counters)

    def _restart(self, list_id: str, counters: dict[int, int]) -> None:
        """A list that says where it starts does so at its first paragraph."""
        if list_id in self.seen:
            return
        self.seen.add(list_id)
        for (other, depth), start in self.restarts.items():
            if other == list_id:
                counters[depth] = start - 1

    def _start(self, abstract: str, depth: int) -> int:
        level = self.levels.get((abstract, depth))
        return level.start if level else 1

    def _find(self, paragraph: Any) -> tuple[str, int] | None:
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return self._find_in_style(self.styles.get("", (None, None, None))[2])
        number = properties.find(f"{W}numPr")
        style = properties.find(f"{W}pStyle")
        inherited = self._find_in_style(style.get(f"{W}val") if style is not None else None)
        if number is None:
            return inherited
        list_id, depth = _value(number, "numId"), _value(number, "ilvl")
        if list_id == "0":
            return None
        if list_id is None:
            return (inherited[0], int(depth or 0)) if inherited else None
        return list_id, int(depth or 0)

    def _find_in_style(self, style: str | None) -> tuple[str, int] | None:
        depth: int | None = None
        for _ in range(20):
            if style is None or style not in self.styles:
                return None
            list_id, own_depth, parent = self.styles[style]
            depth = own_depth if depth is None else depth
            if list_id is not None:
                return (list_id, depth or 0) if list_id != "0" else None
            style = parent
        return None

    def _write(self, abstract: str, level: _Level, counters: dict[int, int]) -> str:
        if level.number_format == "bullet":
            # Other bullets are letters of symbol fonts, which mean nothing outside them.
            return level.pattern if level.pattern in _BULLETS else "-"
        if level.number_format == "none":
            return re.sub(r"%\d", "", level.pattern).strip()

        def fill(found: re.Match[str]) -> str:
            depth = int(found.group(1)) - 1
            value = counters.get(depth, self._start(abstract, depth))
            named = self.levels.get((abstract, depth))
            return write_number(value, named.number_format if named else "decimal")

        return re.sub(r"%(\d)", fill, level.pattern).strip()


def read_numbering(numbering: Any | None, styles: Any | None) -> Numbering:
    """The lists of numbering.xml and the styles that use them; None for a part that is absent."""
    found = Numbering()
    for style in styles.iterfind(f"{W}style") if styles is not None else ():
        _read_style(found, style)
    if numbering is None:
        return found
    for abstract in numbering.iterfind(f"{W}abstractNum"):
        for level in abstract.iterfind(f"{W}lvl"):
            found.levels[abstract.get(f"{W}abstractNumId"), int(level.get(f"{W}ilvl"))] = _read_level(level)
    for used in numbering.iterfind(f"{W}num"):
        _read_list(found, used)
    return found


def _read_style(found: Numbering, style: Any) -> None:
    number = style.find(f"{W}pPr/{W}numPr")
    parent = style.find(f"{W}basedOn")
    list_id = _value(number, "numId") if number is not None else None
    depth = _value(number, "ilvl") if number is not None else None
    name = style.get(f"{W}styleId")
    based_on = parent.get(f"{W}val") if parent is not None else None
    found.styles[name] = (list_id, int(depth) if depth else None, based_on)
    if style.get(f"{W}default") == "1" and style.get(f"{W}type") == "paragraph":
        found.styles[""] = (None, None, name)


def _read_list(found: Numbering, used: Any) -> None:
    list_id, abstract = used.get(f"{W}numId"), _value(used, "abstractNumId")
    if abstract is None:
        return
    found.lists[list_id] = abstract
    for override in used.iterfind(f"{W}lvlOverride"):
        depth = int(override.get(f"{W}ilvl"))
        start, level = _value(override, "startOverride"), override.find(f"{W}lvl")
        if level is not None:
            # A list with levels of its own is a list of its own.
            own = f"{abstract}#{list_id}"
            if found.lists[list_id] == abstract:
                inherited = {key[1]: value for key, value in found.levels.items() if key[0] == abstract}
                found.levels |= {(own, key): value for key, value in inherited.items()}
                found.lists[list_id] = own
            found.levels[own, depth] = _read_level(level)
        if start is not None:
            found.restarts[list_id, depth] = int(start)


def _read_level(level: Any) -> _Level:
    return _Level(
        int(_value(level, "start") or 1),
        _value(level, "numFmt") or "decimal",
        _value(level, "lvlText") or "",
    )


def _value(element: Any, name: str) -> str | None:
    child = element.find(f"{W}{name}")
    value = child.get(f"{W}val") if child is not None else None
    return None if value is None else str(value)


def write_number(value: int, number_format: str) -> str:
    """A counter as Word writes it: 4 is "4", "d", "IV"; formats not known come out decimal."""
    if number_format in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if number_format == "lowerLetter" else letter.upper()
    if number_format in ("lowerRoman", "upperRoman"):
        numeral = ""
        for size, letters in _ROMAN:
            numeral += letters * (value // size)
            value %= size
        return numeral if number_format == "lowerRoman" else numeral.upper()
    return f"{value:02d}" if number_format == "decimalZero" else str(value)
