"""The heading path of a chunk: what is indexed with its text, so that it can be found and read.

Decision: the path is words ("Luật … > Chương I. … > Điều 6. …"), not ids, because the embedding
reads words; and a chunk that begins inside an enumeration also gets the shortened line that
introduces it, or point g would be indexed without what it is a point of. Titles are shortened,
never dropped, since a chunk without its article's number cannot be found by number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.schema import Document, Language, Level, Provision

_WORDS: dict[Language, dict[Level, str]] = {
    "vi": {"part": "Phần", "chapter": "Chương", "section": "Mục", "article": "Điều"},
    "en": {"part": "Part", "chapter": "Chapter", "section": "Section", "article": "Article"},
}
_SUBSECTION: dict[Language, str] = {"vi": "Tiểu mục", "en": "Title"}
_ANNEX: dict[Language, str] = {"vi": "Phụ lục", "en": "Annex"}
_TITLE_LENGTHS = (200, 80, 40)
_LEAD_LENGTH = 120
_ITEM_LEVELS = ("clause", "point", "subpoint")


class HeadingPaths:
    """Paths within one document. A path has at most `limit` tokens by `count_tokens`."""

    def __init__(
        self,
        document: Document,
        provisions: Sequence[Provision],
        count_tokens: Callable[[str], int],
        limit: int,
    ) -> None:
        self.document, self.count_tokens, self.limit = document, count_tokens, limit
        self.known = {provision.id: provision for provision in provisions}
        self.cached: dict[tuple[str, ...], str] = {}

    def find(self, unit: Provision | None, items: Sequence[Provision], start: int) -> str:
        """The path of a chunk of `unit` that begins at `start`; `items` lie inside the unit."""
        around = [
            item for item in items if item.level in _ITEM_LEVELS and item.start < start < item.end
        ]
        key = (unit.id if unit else "", *(item.id for item in around))
        if not around and unit and self._is_inside_points(unit, items, start):
            key = (*key, "intro")
        if key not in self.cached:
            self.cached[key] = self._compose(unit, items, around, key[-1] == "intro")
        return self.cached[key]

    def _is_inside_points(self, unit: Provision, items: Sequence[Provision], start: int) -> bool:
        is_enumeration = bool(items) and items[0].level in ("point", "subpoint")
        return unit.level == "article" and is_enumeration and items[0].start < start

    def _compose(
        self,
        unit: Provision | None,
        items: Sequence[Provision],
        around: Sequence[Provision],
        has_intro: bool,
    ) -> str:
        path = ""
        for length in _TITLE_LENGTHS:
            names = [self._name_document(length), *self._name_ancestors(unit, length)]
            if unit and (has_intro or (around and around[0].level == "point")):
                names.append(self._read_lead(unit.start, items[0].start, length, is_last=True))
            names += [self._read_lead(x.start, x.end, length, is_last=False) for x in around]
            path = " > ".join(name for name in names if name)
            if self.count_tokens(path) <= self.limit:
                break
        return path

    def _name_document(self, length: int) -> str:
        label, number = self.document.label, self.document.number
        return shorten(f"{label} ({number})" if number and number not in label else label, length)

    def _name_ancestors(self, unit: Provision | None, length: int) -> list[str]:
        names: list[str] = []
        while unit is not None:
            names.append(self._name_unit(unit, length))
            unit = self.known.get(unit.parent or "")
        return names[::-1]

    def _name_unit(self, unit: Provision, length: int) -> str:
        language, segment = self.document.language, unit.id.rsplit("/", 1)[-1]
        word = _WORDS[language].get(unit.level, "")
        if segment.startswith("sub-sec-"):
            word = _SUBSECTION[language]
        elif unit.level == "heading" and (unit.number or not unit.heading):
            word = _ANNEX[language] if segment.startswith("annex") else ""
        title = shorten(unit.heading, length)
        label = f"{word} {unit.number}".strip()
        return f"{label}. {title}" if label and title else label or title

    def _read_lead(self, start: int, end: int, length: int, is_last: bool) -> str:
        """The first line of an item, or the last line above an article's points, shortened."""
        lines = [line.strip() for line in self.document.body[start:end].split("\n") if line.strip()]
        if is_last and len(lines) < 2:
            return ""
        return shorten(lines[-1 if is_last else 0].rstrip(":"), min(length, _LEAD_LENGTH))


def shorten(text: str, length: int) -> str:
    """At most `length` characters, cut between words and marked with "…"."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return f"{cut.rsplit(' ', 1)[0].rstrip(' ,;:.')}…"
