"""Doubts that a text raises by itself: its numbering, its pages, and a head that fits another body."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.doubts import Doubt, make_doubt
from assistant.loading.extracted import ExtractedText
from assistant.schema import Document, Provision
from assistant.validity import DATED_KINDS

_FEWEST_CHARACTERS_A_PAGE = 200
_LOW_CONFIDENCE, _WEAK_CONFIDENCE = 70.0, 90.0
_MOST_NAMED = 12
_OWN_WORDS = {
    "law": "Luật", "decree": "Nghị định", "decision": "Quyết định", "circular": "Thông tư",
    "resolution": "Nghị quyết", "ordinance": "Pháp lệnh",
}
_SELF = re.compile(r"\b(Luật|Nghị định|Quyết định|Thông tư|Nghị quyết|Pháp lệnh) này\b")
# "Quy chế", and a decree that quotes the law it details, speak of others now and then.
_FEWEST_MENTIONS = 5
_SESSION = re.compile(r"[Qq]uốc hội[^.\n]{0,60}?khóa\s+([IVX]+)[^.\n]{0,60}?thông qua")
_ROMAN = {"I": 1, "V": 5, "X": 10}
_ENDS_WELL = re.compile(r"[.;:!?…”\"»)\]/*_|\d]\s*$|\.?/\.?\s*$")


def find_text_doubts(
    document: Document, provisions: Sequence[Provision], extracted: ExtractedText
) -> Iterator[Doubt]:
    """Everything that can be doubted without looking at the corpus."""
    yield from _number_doubts(document, provisions)
    yield from _head_doubts(document)
    yield from _page_doubts(extracted)
    yield from _field_doubts(document)
    ending = document.body.rstrip()[-40:]
    if ending and provisions and not _ENDS_WELL.search(ending) and _is_sentence_end(ending):
        yield make_doubt("breaks_off", ending=" ".join(ending.split()))


def article_numbers(provisions: Sequence[Provision]) -> list[str]:
    """The numbers of the articles in the order of the text, annexes left out."""
    return [p.number for p in provisions if p.level == "article" and "/annex" not in p.id]


def _number_doubts(document: Document, provisions: Sequence[Provision]) -> Iterator[Doubt]:
    numbers = article_numbers(provisions)
    if not numbers:
        if document.kind in DATED_KINDS and document.number:
            yield make_doubt("no_articles", kind=document.kind)
        return
    doubled = [number for number, count in Counter(numbers).items() if count > 1]
    if doubled:
        yield make_doubt("doubled_articles", articles=_listed(doubled))
    whole = {int(found.group()) for number in numbers if (found := re.match(r"\d+", number))}
    missing = [str(n) for n in range(1, max(whole, default=0)) if n not in whole]
    if missing:
        yield make_doubt("missing_articles", articles=_listed(missing))


def _listed(numbers: Sequence[str]) -> str:
    """Numbers with their runs closed up: "1, 4–15"."""
    runs: list[list[str]] = []
    for number in numbers:
        follows = runs and number.isdigit() and runs[-1][-1].isdigit()
        if follows and int(number) == int(runs[-1][-1]) + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = [run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return ", ".join(shown[:_MOST_NAMED]) + (" …" if len(shown) > _MOST_NAMED else "")


def _head_doubts(document: Document) -> Iterator[Doubt]:
    own = _OWN_WORDS.get(document.kind)
    counts = Counter(match[1] for match in _SELF.finditer(document.body))
    if own and counts:
        word, count = counts.most_common(1)[0]
        if word != own and count >= _FEWEST_MENTIONS and counts[own] * 3 < count:
            yield make_doubt("other_kind", head=own, body=word, count=count)
    session = re.search(r"QH(\d+)$", document.number or "")
    closing = _SESSION.search(document.body)
    if session and closing and document.kind == "law" and _to_number(closing[1]) != int(session[1]):
        yield make_doubt("other_session", head=session[1], body=closing[1])


def _to_number(roman: str) -> int:
    values = [_ROMAN[letter] for letter in roman]
    followed = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < after else value for value, after in followed)


def _page_doubts(extracted: ExtractedText) -> Iterator[Doubt]:
    pages = extracted.pages or 0
    if pages and len(extracted.text) < _FEWEST_CHARACTERS_A_PAGE * pages:
        yield make_doubt("thin_pages", characters=len(extracted.text), pages=pages)
    elif pages and len(extracted.page_starts) == pages:
        ends = [*extracted.page_starts[1:], len(extracted.text)]
        spans = zip(extracted.page_starts, ends, strict=True)
        empty = [str(n) for n, (a, b) in enumerate(spans, 1) if not extracted.text[a:b].strip()]
        if empty:
            yield make_doubt("empty_pages", places=_listed(empty))
    confidence = extracted.ocr_confidence
    if confidence is not None and confidence < _WEAK_CONFIDENCE:
        code = "low_recognition" if confidence < _LOW_CONFIDENCE else "weak_recognition"
        yield make_doubt(code, confidence=confidence)


def _field_doubts(document: Document) -> Iterator[Doubt]:
    if not document.title.strip():
        yield make_doubt("no_title")
    if document.kind in DATED_KINDS:
        if document.number is None:
            yield make_doubt("no_number")
        if document.effective_from is None:
            yield make_doubt("no_effective_date")
    effective, adopted = document.effective_from, document.adopted
    if effective and adopted and effective < adopted:
        yield make_doubt("effective_before_adopted", effective=effective, adopted=adopted)


def _is_sentence_end(ending: str) -> bool:
    """A last word in capitals or a name is a signature, which ends without a full stop."""
    words = ending.split()
    return bool(words) and words[-1][:1].islower()
