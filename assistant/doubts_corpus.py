"""Doubts that come of comparing a text with the corpus: duplicates, other dates, another law's body."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.doubts import Doubt, make_doubt
from assistant.doubts_text import article_numbers
from assistant.schema import Document, Provision
from assistant.text import fold

ProvisionsOf = Callable[[str], Sequence[Provision]]
# Of the sentences of the shorter text; two laws of one drafting school share about a twentieth.
_NEAR_SAME = 0.6
_SAME_HEADINGS, _FEWEST_HEADINGS = 0.6, 5
_FEWEST_SENTENCES, _FEWEST_WORDS = 5, 5


def find_corpus_doubts(
    document: Document,
    provisions: Sequence[Provision],
    held: Sequence[Document],
    near: Sequence[Document],
    provisions_of: ProvisionsOf,
) -> Iterator[Doubt]:
    """Everything that can be doubted by what the corpus holds. `near` are the documents of `held`
    with like words, the only ones whose texts are compared: so the cost does not grow with `held`.
    """
    same = [other for other in held if other.id == document.id and other.version is None]
    same.sort(key=lambda other: other.language != document.language)
    for other in same:
        if other.language == document.language:
            yield from _held_doubts(document, other)
    if same:
        yield from _date_doubts(document, same[0])
        yield from _count_doubts(provisions, same[0])
    # A law that says what it replaces may take over much of it; a mislabelled copy does not say so.
    others = [other for other in near if other.id not in document.replaces]
    yield from _sentence_doubts(document, others)
    yield from _heading_doubts(document, provisions, others, provisions_of)
    yield from _replacement_doubts(document, held)


def _held_doubts(document: Document, other: Document) -> Iterator[Doubt]:
    if other.text_kind == "digest" and document.text_kind == "official":
        yield make_doubt("official_over_digest", where=other.key, key=other.key)
    else:
        yield make_doubt("held_number", where=other.key, key=other.key, kind=other.text_kind)


def _date_doubts(document: Document, other: Document) -> Iterator[Doubt]:
    pairs = (
        ("other_effective_date", document.effective_from, other.effective_from),
        ("other_adopted_date", document.adopted, other.adopted),
    )
    for code, found, held in pairs:
        if found and held and found != held:
            yield make_doubt(code, where=other.key, found=found, held=held, key=other.key)


def _count_doubts(provisions: Sequence[Provision], other: Document) -> Iterator[Doubt]:
    found = len(set(article_numbers(provisions)))
    if found and other.articles_total and found != other.articles_total:
        yield make_doubt(
            "other_article_count", where=other.key, found=found, held=other.articles_total,
            key=other.key,
        )


def _sentence_doubts(document: Document, held: Sequence[Document]) -> Iterator[Doubt]:
    own = sentences_of(document.body)
    if len(own) < _FEWEST_SENTENCES:
        return
    for other in held:
        if other.language != document.language:
            continue
        theirs = sentences_of(other.body)
        if len(theirs) < _FEWEST_SENTENCES:
            continue
        share = len(own & theirs) / min(len(own), len(theirs))
        if share >= _NEAR_SAME:
            code = "near_same_version" if other.id == document.id else "near_same"
            yield make_doubt(
                code, where=other.key, share=round(100 * share), label=other.label, key=other.key
            )


def sentences_of(text: str) -> frozenset[str]:
    """The text's sentences as words alone, so that wrapping, marks and case do not matter."""
    pieces = re.split(r"[.;:!?]\s|\n\s*\n", text)
    words = (" ".join(re.findall(r"\w+", piece.lower())) for piece in pieces)
    return frozenset(piece for piece in words if piece.count(" ") + 1 >= _FEWEST_WORDS)


def _heading_doubts(
    document: Document,
    provisions: Sequence[Provision],
    held: Sequence[Document],
    provisions_of: ProvisionsOf,
) -> Iterator[Doubt]:
    """A body whose articles bear the titles of another text: that is what it is a copy of."""
    own = _headings(provisions)
    if len(own) < _FEWEST_HEADINGS or document.number is None:
        return
    for other in held:
        if other.id == document.id or other.language != document.language:
            continue
        share = len(own & _headings(provisions_of(other.key))) / len(own)
        if share >= _SAME_HEADINGS:
            yield make_doubt(
                "holds_other_text", where=other.key, number=document.number,
                share=round(100 * share), label=other.label, other=other.number or other.id,
            )


def _headings(provisions: Sequence[Provision]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (p.number, " ".join(re.findall(r"\w+", fold(p.heading))))
        for p in provisions
        if p.level == "article" and p.heading
    )


def _replacement_doubts(document: Document, held: Sequence[Document]) -> Iterator[Doubt]:
    day = document.effective_from
    if day is None:
        return
    for other in held:
        if other.id not in document.replaces or other.language != document.language:
            continue
        if other.effective_to is None:
            yield make_doubt("ends_other", where=other.key, label=other.label, key=other.key, day=day)
        elif other.effective_to != day:
            yield make_doubt(
                "already_ended", where=other.key, label=other.label, key=other.key,
                held=other.effective_to, day=day,
            )
