"""Finds the texts and provisions that a question names: "k3 đ6 luật 116", "NĐ 53", "Article 35 of
the Hanoi Convention", "luật năm 2018", "luật cũ".

Names come from the documents themselves (label, aliases, number), so an added document is
understood at once. A name that fits several texts ("Luật An ninh mạng") means the one in force at
the time asked about, the way a reader would take it. Matching is on folded text, so accents do not
matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.schema import AsOf, Document, ProvisionReference
from assistant.text import fold
from assistant.validity import is_in_force

_KINDS = {
    "luat": "law",
    "law": "law",
    "act": "law",
    "nghi dinh": "decree",
    "nd": "decree",
    "decree": "decree",
    "quyet dinh": "decision",
    "qd": "decision",
    "decision": "decision",
}
_KIND = "|".join(sorted(_KINDS, key=len, reverse=True))
_OF_YEAR = re.compile(
    rf"\b(?P<kind>{_KIND})(?: (?:nam|of))? (?P<year>(?:19|20)\d\d)\b"
    rf"|\bthe (?P<year2>(?:19|20)\d\d) (?P<kind2>law|act|decree)\b"
)
_BY_NUMBER = re.compile(
    rf"\b(?:(?P<kind>{_KIND})(?: so| no\.?)? ?)?(?P<number>\d{{1,3}})/(?P<year>(?:19|20)\d\d)"
    rf"(?:/(?P<rest>[a-z][a-z0-9-]*))?\b|\b(?P<kind2>{_KIND})(?: so| no\.?)? ?(?P<number2>\d{{2,3}})\b"
)
# A number some words after its kind: "Luật Dẫn độ 100/2025".
_ANY_NUMBER = re.compile(
    rf"\b(?:{_KIND})(?: [a-z]+){{0,6}}? ?(?P<number>\d{{1,3}})/(?P<year>(?:19|20)\d\d)"
)
_OLD = re.compile(
    r"\b(?:luat cu|van ban cu|quy dinh cu|nghi dinh cu|old law|previous law|former law"
    r"|earlier law)s?\b"
)
_NEW = re.compile(r"\b(?:luat moi|van ban moi|nghi dinh moi|new law|current law|law in force)\b")
_ARTICLE = r"(?:dieu|article|art\.?|d\.?)"
_CLAUSE = r"(?:khoan|clause|paragraph|para\.?|k\.?)"
_POINT = r"(?:diem|point|pt\.?)"
_REFERENCES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:{_POINT} ?(?P<point>[a-zđ])(?![a-zđ])[, ]*)?(?:{_CLAUSE} ?(?P<clause>\d{{1,2}})[, ]*)"
        rf"(?:of )?{_ARTICLE} ?(?P<article>\d{{1,3}}[a-z]?)\b",
        rf"\b{_ARTICLE} ?(?P<article>\d{{1,3}}[a-z]?)[, ]*(?:{_CLAUSE} ?(?P<clause>\d{{1,2}})\b[, ]*"
        rf"(?:{_POINT} ?(?P<point>[a-zđ])(?![a-zđ]))?)?",
    )
)
_BRACKETS = re.compile(
    r"\b(?:article|art\.?) ?(?P<article>\d{1,3})\((?P<clause>\d{1,2})\)(?:\((?P<point>[a-zđ])\))?"
)


@dataclass(frozen=True, slots=True)
class NamedTexts:
    """What a question names: text ids in order, provisions, and the question with names blanked."""

    documents: tuple[str, ...]
    references: tuple[ProvisionReference, ...]
    remainder: str
    is_old: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    documents: tuple[str, ...]


class NameIndex:
    """Every name of every text of the corpus, ready to be found in a folded question."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._texts: dict[str, Document] = {}
        names: dict[str, set[str]] = {}
        for document in documents:
            self._texts.setdefault(document.id, document)
            for name in (document.label, *document.aliases, document.number or ""):
                if len(name) > 2:
                    names.setdefault(_key(name), set()).add(document.id)
            if document.kind in _KINDS.values():
                names.setdefault(_key(document.title), set()).add(document.id)
                bare = re.sub(r"[ (]*(?:19|20)\d\d\)?$", "", document.label)
                names.setdefault(_key(bare), set()).add(document.id)
        ordered = sorted(names, key=len, reverse=True)
        self._names = {name: tuple(sorted(names[name])) for name in ordered}
        self._pattern = (
            re.compile(
                r"(?<![\w/])(?:" + "|".join(re.escape(name) for name in ordered) + r")(?![\w/])"
            )
            if ordered
            else None
        )

    def find(self, text: str, when: AsOf) -> NamedTexts:
        """Texts and provisions named in `text`; ambiguous names are settled by `when`."""
        folded = fold(text)
        mentions = self._mentions(folded, when)
        references = _references(_keep_dd(text), mentions)
        remainder = list(text)
        for mention in mentions:
            if len(folded) == len(text):
                remainder[mention.start : mention.end] = " " * (mention.end - mention.start)
        named = tuple(dict.fromkeys(id_ for mention in mentions for id_ in mention.documents))
        return NamedTexts(
            named,
            references,
            "".join(remainder),
            is_old=_OLD.search(folded) is not None,
            is_new=_NEW.search(folded) is not None,
        )

    def _mentions(self, folded: str, when: AsOf) -> list[_Mention]:
        found: list[_Mention] = []
        if self._pattern:
            for match in self._pattern.finditer(folded):
                found.append(
                    _Mention(*match.span(), self._settle(self._names[match.group()], when))
                )
        for match in _BY_NUMBER.finditer(folded):
            found.append(_Mention(*match.span(), self._by_number(match, when)))
        for match in _OF_YEAR.finditer(folded):
            found.append(_Mention(*match.span(), self._by_year(match)))
        found = [mention for mention in found if mention.documents]
        found.sort(key=lambda mention: (mention.start, -mention.end))
        kept: list[_Mention] = []
        for mention in found:
            if not kept or mention.start >= kept[-1].end:
                kept.append(mention)
        return kept

    def _settle(self, ids: Sequence[str], when: AsOf) -> tuple[str, ...]:
        if len(ids) == 1:
            return tuple(ids)
        current = [id_ for id_ in ids if is_in_force(self._texts[id_], when)]
        return tuple(current or ids)

    def _by_number(self, match: re.Match[str], when: AsOf) -> tuple[str, ...]:
        kind = _KINDS.get(match["kind"] or match["kind2"] or "")
        number, year = match["number"] or match["number2"], match["year"]
        prefix = f"{number}/{year}" if year else f"{number}/"
        ids = [
            document.id
            for document in self._texts.values()
            if (document.number or "").startswith(prefix)
            and (kind is None or document.kind == kind)
        ]
        return self._settle(ids, when) if ids else ()

    def _by_year(self, match: re.Match[str]) -> tuple[str, ...]:
        kind = _KINDS[match["kind"] or match["kind2"]]
        year = match["year"] or match["year2"]
        return tuple(
            document.id
            for document in self._texts.values()
            if document.kind == kind and f"/{year}" in (document.number or "")
        )


def unknown_numbers(text: str, documents: Iterable[Document]) -> tuple[str, ...]:
    """Official numbers of laws and decrees in the question that no text of the corpus bears."""
    numbers = [fold(document.number or "") for document in documents]
    found = []
    for match in _ANY_NUMBER.finditer(fold(text)):
        prefix = f"{match['number']}/{match['year']}"
        if not any(held.startswith(prefix) for held in numbers):
            found.append(prefix)
    return tuple(found)


def names_provision(text: str) -> bool:
    """Whether the question names an article, of whatever text."""
    return any(pattern.search(_keep_dd(text)) for pattern in (_BRACKETS, *_REFERENCES))


def _references(text: str, mentions: Sequence[_Mention]) -> tuple[ProvisionReference, ...]:
    found: dict[tuple[int, int], re.Match[str]] = {}
    for pattern in (_BRACKETS, *_REFERENCES):
        for match in pattern.finditer(text):
            if match["article"] and not any(_overlaps(match.span(), span) for span in found):
                found[match.span()] = match
    references = []
    for (start, _), match in sorted(found.items()):
        for document_id in _nearest(start, mentions):
            references.append(
                ProvisionReference(document_id, match["article"], match["clause"], match["point"])
            )
    return tuple(references)


def _nearest(position: int, mentions: Sequence[_Mention]) -> tuple[str, ...]:
    """The text a provision belongs to: the next one named after it, else the last before it."""
    after = [mention for mention in mentions if mention.start >= position]
    if after:
        return after[0].documents
    return mentions[-1].documents if mentions else ()


def _overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _key(name: str) -> str:
    return fold(name).strip()


def _keep_dd(text: str) -> str:
    """Folded, but "điểm đ" keeps its letter: đ and d are two different points."""
    folded = fold(text)
    if len(folded) != len(text):
        return folded
    letters = [
        "đ" if typed in "đĐ" and not _is_word_inside(text, i) else plain
        for i, (typed, plain) in enumerate(zip(text, folded, strict=True))
    ]
    return "".join(letters)


def _is_word_inside(text: str, at: int) -> bool:
    return (at > 0 and text[at - 1].isalpha()) or (at + 1 < len(text) and text[at + 1].isalnum())
