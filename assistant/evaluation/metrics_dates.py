"""Is what the answer presents as law the law of the day asked about?"""

from __future__ import annotations

import re

from assistant.evaluation.measured import NOT_APPLICABLE, Finding, Measured, mark, numbers_of
from assistant.schema import AsOf, Citation, Document
from assistant.text import fold
from assistant.validity import validity_on

# How an answer says that a text does not count on the day asked about; over folded text.
_SAYS_NOT_IN_FORCE = re.compile(
    r"het hieu luc|khong con hieu luc|chua co hieu luc|da het|bi thay the|duoc thay the|thay bang"
    r"|truoc day|den het|bi bai bo|hieu luc (?:tu|ke tu)|sau do"
    r"|no longer in force|not (?:yet )?in force|ceased to have effect|was in force|replaced by"
    r"|not since|repealed|superseded|takes effect|ended|earlier|before|in force from|not yet"
)


def states_on(document: Document, when: AsOf) -> frozenset[str]:
    """What the text is on the days of the span: one state, or more where it changes within."""
    days = {when.start, when.end}
    for cut in (document.effective_from, document.effective_to):
        if cut is not None and when.start <= cut <= when.end:
            days.add(cut)
    return frozenset(validity_on(document, day).state for day in days)


def in_force_accuracy(measured: Measured) -> Finding:
    """Share of the cited dated texts whose stated validity (in force, not yet, ended) is what their
    dates give for the day asked about: said in the question, else the sample's, else today. This
    project's own, in the sense of the time-sensitive questions of Chen et al. 2021 (TimeQA). It
    applies to answers that cite a dated text."""
    pairs = _dated(measured)
    if not pairs:
        return NOT_APPLICABLE
    right = [c.validity.state in states_on(d, measured.expected_day) for c, d in pairs]
    told = [
        f"[{c.number}] {d.id}: {c.validity.state} ≠ "
        f"{'/'.join(sorted(states_on(d, measured.expected_day)))} {mark(False)}"
        for (c, d), is_right in zip(pairs, right, strict=True) if not is_right
    ]
    return sum(right) / len(right), "; ".join(told) or f"{len(right)} ✓"


def anachronism(measured: Measured) -> Finding:
    """1 when the answer leads with or quotes a text that is not in force on the day asked about
    and does not say so, in the same claim, in its heading or in a notice; else 0. Its mean is the
    anachronism rate: lower is better. This project's own. It applies to answers that cite a dated
    text."""
    pairs = _dated(measured)
    if not pairs or not measured.is_answered:
        return NOT_APPLICABLE
    leading = _leading_numbers(measured)
    silent = [
        c for c, document in pairs
        if c.number in leading
        and "in_force" not in states_on(document, measured.expected_day)
        and not _says_so(measured, c, document)
    ]
    why = "; ".join(f"[{c.number}] {c.provision_id} ✗" for c in silent)
    return float(bool(silent)), why or "✓"


def _dated(measured: Measured) -> list[tuple[Citation, Document]]:
    """Cited texts that have a validity on a day."""
    found = []
    for citation in measured.cited:
        document = measured.library.documents.get(citation.document_key)
        if document is not None and "undated" not in states_on(document, measured.expected_day):
            found.append((citation, document))
    return found


def _leading_numbers(measured: Measured) -> set[int]:
    """Citations of the first claim that cites, and of every quotation."""
    numbers: set[int] = set()
    citing = [claim for claim in measured.answer.claims if numbers_of(claim)]
    for claim in citing:
        if claim is citing[0] or claim.kind in ("quote", "table"):
            numbers |= set(numbers_of(claim))
    return numbers


def _says_so(measured: Measured, citation: Citation, document: Document) -> bool:
    """Whether some line of ours about that text says that it does not count on that day."""
    same_text = {
        c.number for c in measured.answer.citations if c.document_key == citation.document_key
    }
    names = [fold(name) for name in (document.label, document.number or "") if name]
    lines = [
        (notice.text, set(notice.citations)) for notice in measured.answer.notices
    ] + [
        (" ".join([claim.text, *(cell.text for row in claim.rows[:1] for cell in row)]),
         set(numbers_of(claim)))
        for claim in measured.answer.claims if claim.kind != "quote"
    ]
    return any(
        _SAYS_NOT_IN_FORCE.search(fold(text))
        and (same_text & numbers or any(name in fold(text) for name in names))
        for text, numbers in lines
    )
