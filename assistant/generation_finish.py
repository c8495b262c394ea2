"""From claims that stand to a finished answer: what a model does not decide is added by us.

The day asked about, tables, the predecessors' line, validity and conflict notices are those of the
extractive answer and of the documents' dates. Citations are numbered anew, in the order of reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.abstaining import Weakness, refuse
from assistant.drafting import Draft
from assistant.library import Library
from assistant.model_evidence import Evidence
from assistant.passages import Asked, find_passages
from assistant.phrases import phrase
from assistant.retrieval import Retriever
from assistant.schema import Answer, Citation, Claim, Notice
from assistant.validity_notices import add_validity_notices

_TOLD_BY_US = ("predecessors", "original_beside")
_NOTICES_KEPT = ("conflict", "changed", "unverified", "scope")


@dataclass(frozen=True, slots=True)
class Written:
    """What a model's reply came to: claims that stand and claims that do not, under the evidence's
    numbers."""

    kept: tuple[Claim, ...]
    dropped: tuple[Claim, ...]
    model: str


def finish_answer(
    written: Written, extractive: Answer, evidence: Evidence, library: Library, retriever: Retriever
) -> Answer:
    """The answer in the model's words, unverified as a whole."""
    draft = Draft(extractive.query, extractive.retrieved, library, retriever)
    numbering = _Numbering(draft, evidence.draft.citations, library)
    draft.frame_time()
    draft.claims += [numbering.claim(claim) for claim in written.kept]
    is_lead_used = _uses_lead(written.kept, extractive, evidence)
    if written.dropped and not is_lead_used:
        draft.claims += [numbering.claim(claim) for claim in _lead(extractive)]
    draft.claims += [numbering.claim(c) for c in _ours(extractive, is_lead_used=is_lead_used)]
    add_validity_notices(draft)
    held = {notice.text for notice in draft.notices}
    draft.notices += [
        notice for notice in map(numbering.notice, _notices(extractive)) if notice.text not in held
    ]
    if written.dropped:
        name = "model_dropped" if is_lead_used else "model_replaced"
        draft.note("model", name, (), count=len(written.dropped))
    if evidence.withheld:
        draft.note("model", "model_withheld", (), count=evidence.withheld)
    return replace(draft.finish(), model=written.model, dropped=written.dropped)


def refuse_for_model(
    model: str, extractive: Answer, library: Library, retriever: Retriever
) -> Answer:
    """Our abstention, for a model that found no answer: the same sentence, the nearest provisions."""
    query = extractive.query
    draft = Draft(query, extractive.retrieved, library, retriever)
    asked = Asked(query, retriever.lexical, library.glossary)
    passages = find_passages(extractive.retrieved, asked, library)
    draft.note("model", "model_refused", (), model=model)
    return replace(refuse(draft, Weakness("weak"), asked, passages), model=model)


def fall_back(extractive: Answer, model: str, reason: str) -> Answer:
    """The extractive answer, with the notice that says why it is not the model's."""
    language = extractive.query.language
    why = phrase(f"reason_{reason}", language)
    notice = Notice("model", phrase("model_failed", language, model=model, reason=why))
    return replace(extractive, notices=(*extractive.notices, notice))


class _Numbering:
    """Cites in the finished draft what carried another number in the evidence."""

    def __init__(self, draft: Draft, citations: Sequence[Citation], library: Library) -> None:
        self._draft, self._library = draft, library
        self._held = {citation.number: citation for citation in citations}

    def number(self, old: int) -> int:
        held = self._held[old]
        document = self._library.documents[held.document_key]
        return self._draft.cite(document, held.provision_id, held.start, held.end)

    def numbers(self, old: Iterable[int]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.number(n) for n in old if n in self._held))

    def text(self, text: str) -> str:
        return re.sub(
            r"\[(\d+)\]",
            lambda m: f"[{self.number(int(m[1]))}]" if int(m[1]) in self._held else m[0],
            text,
        )

    def claim(self, claim: Claim) -> Claim:
        rows = tuple(
            tuple(replace(cell, citations=self.numbers(cell.citations)) for cell in row)
            for row in claim.rows
        )
        text = claim.text if claim.kind == "quote" else self.text(claim.text)
        return replace(claim, text=text, citations=self.numbers(claim.citations), rows=rows)

    def notice(self, notice: Notice) -> Notice:
        return replace(
            notice, text=self.text(notice.text), citations=self.numbers(notice.citations)
        )


def _uses_lead(kept: Sequence[Claim], extractive: Answer, evidence: Evidence) -> bool:
    """Whether a claim that stands rests on the provision that leads the extractive answer."""
    used = evidence.sources(n for claim in kept for n in claim.citations)
    leads = [claim.citations for claim in extractive.claims if claim.citations]
    first = next((c for c in extractive.citations if leads and c.number in leads[0]), None)
    return first is not None and any(
        held.document_key == first.document_key and held.start < first.end and first.start < held.end
        for held in used
    )


def _lead(extractive: Answer) -> list[Claim]:
    """The extractive answer's first heading with its quotation."""
    for place, claim in enumerate(extractive.claims):
        if claim.kind == "quote":
            before = extractive.claims[max(0, place - 1) : place]
            return [*(c for c in before if c.text.endswith(":")), claim]
    return []


def _ours(extractive: Answer, *, is_lead_used: bool) -> list[Claim]:
    """Tables; both sides of a conflict; where the matter stood before and the original's place."""
    language = extractive.query.language
    openings = tuple(
        phrase(name, language, day="\0", labels="\0").split("\0")[0].strip() for name in _TOLD_BY_US
    )
    disputed = {
        n for notice in extractive.notices if notice.kind == "conflict" for n in notice.citations
    }
    return [
        claim
        for claim in extractive.claims
        if claim.kind == "table"
        or (claim.kind == "quote" and disputed & set(claim.citations))
        or (is_lead_used and claim.kind == "statement" and claim.text.startswith(openings))
    ]


def _notices(extractive: Answer) -> list[Notice]:
    return [notice for notice in extractive.notices if notice.kind in _NOTICES_KEPT]
