"""Labels in legal style, and the proof that an answer says nothing its sources do not.

`verify` runs over every answer, whatever wrote it: each citation was retrieved, each quotation
equals its stretch of the body, each number, date, legal number and article reference in a claim
stands in a source that the claim cites (in its words, its place, or its document's metadata).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from assistant.library import Library
from assistant.schema import Answer, Citation, Claim, Document, Language, Provision
from assistant.stated_facts import stated_facts, supporting_facts


def format_day(day: date, language: Language) -> str:
    """01/07/2026 or 1 July 2026."""
    return f"{day:%d/%m/%Y}" if language == "vi" else f"{day.day} {day:%B %Y}"


def provision_label(
    library: Library, document: Document, provision_id: str, language: Language
) -> str:
    """ "điểm a khoản 3 Điều 6 Luật An ninh mạng 2025", "Law on Cybersecurity 2025, Article 6(3)(a)"."""
    named = library.document_of(document.id, language) or document
    chain = ancestry(library, document, provision_id)
    numbers = {provision.level: provision.number for provision in chain}
    if "article" not in numbers:
        return _section_label(named, chain, language)
    if language == "en":
        inner = "".join(
            f"({numbers[level]})" for level in ("clause", "point", "subpoint") if level in numbers
        )
        return f"{named.label}, Article {numbers['article']}{inner}"
    parts = [
        f"{word} {numbers[level]} "
        for level, word in (("subpoint", "tiết"), ("point", "điểm"), ("clause", "khoản"))
        if level in numbers
    ]
    return f"{''.join(parts)}Điều {numbers['article']} {named.label}"


def _section_label(document: Document, chain: list[Provision], language: Language) -> str:
    headings = [provision.heading for provision in chain if provision.heading]
    if not headings:
        return document.label
    word = "mục" if language == "vi" else "section"
    return f"{document.label}, {word} “{headings[-1].strip()}”"


def ancestry(library: Library, document: Document, provision_id: str) -> list[Provision]:
    """The provision and what holds it, outermost first; empty for an id that is not there."""
    chain: list[Provision] = []
    current: str | None = provision_id
    while current:
        provision = library.provision(document.key, current)
        if provision is None:
            break
        chain.insert(0, provision)
        current = provision.parent
    return chain


def verify(answer: Answer, library: Library) -> Answer:
    """The answer with each claim's problems filled in (none when it stands)."""
    retrieved = {item.chunk.id for item in answer.retrieved}
    bad = {
        c.number: problem
        for c in answer.citations
        if (problem := _citation_problem(c, retrieved, library))
    }
    by_number = {citation.number: citation for citation in answer.citations}
    allowed = stated_facts(answer.question) | _asked_days(answer)
    claims = tuple(
        replace(claim, problems=tuple(_claim_problems(claim, by_number, bad, allowed, library)))
        for claim in answer.claims
    )
    return replace(answer, claims=claims)


def _citation_problem(citation: Citation, retrieved: set[str], library: Library) -> str | None:
    if citation.chunk_id not in retrieved:
        return f"[{citation.number}] was not retrieved"
    document = library.documents.get(citation.document_key)
    if document is None:
        return f"[{citation.number}] names a document that is not in the corpus"
    if document.body[citation.start : citation.end] != citation.quote:
        return f"[{citation.number}] does not stand in its source as quoted"
    return None


def _claim_problems(
    claim: Claim,
    citations: dict[int, Citation],
    bad: dict[int, str],
    allowed: frozenset[str],
    library: Library,
) -> Iterable[str]:
    for number in claim.citations:
        if number not in citations:
            yield f"[{number}] does not exist"
        elif number in bad:
            yield bad[number]
    sources = [citations[number] for number in claim.citations if number in citations]
    if claim.kind != "frame" and not sources:
        yield "nothing is cited"
    if claim.kind == "quote" and not any(claim.text in source.quote for source in sources):
        yield "the quoted words do not stand in the source cited"
    if claim.kind == "table":
        yield from _cell_problems(claim, citations)
    supported = set(allowed)
    if claim.kind == "frame":
        # A frame leads to what follows; its dates are those of the texts that the answer cites.
        sources = list(citations.values())
    for source in sources:
        supported |= source_facts(source, library)
    # "[3]" points to a source and states nothing.
    missing = sorted(stated_facts(re.sub(r"\[\d+\]", " ", claim.text)) - supported)
    if missing:
        yield "not in the source cited: " + ", ".join(missing)


def _cell_problems(claim: Claim, citations: dict[int, Citation]) -> Iterable[str]:
    for row in claim.rows[1:]:
        for cell in row:
            quotes = [citations[n].quote for n in cell.citations if n in citations]
            if cell.citations and not any(cell.text in quote for quote in quotes):
                yield f"the cell “{cell.text[:40]}” does not stand in the source cited"


def source_facts(citation: Citation, library: Library) -> frozenset[str]:
    """Facts that a citation supports: its words, its place, and its document's metadata."""
    document = library.documents[citation.document_key]
    since, until = document.effective_from, document.effective_to
    days: tuple[date | None, ...] = (document.adopted, since, until, document.as_of)
    place = f"{citation.label} {document.label} {document.title} {document.number or ''}"
    named = " ".join(
        held.label + " " + (held.number or "")
        for text_id in (*document.replaces, *document.replaced_by)
        for language in ("vi", "en")
        if (held := library.documents.get(f"{text_id}.{language}"))
    )
    if document.effective_to is not None:
        days = (*days, document.effective_to - timedelta(days=1))  # the last day in force
    dates = " ".join(day.isoformat() for day in days if day)
    counts = f"{document.articles_total or ''}"
    pieces = (citation.quote, place, named, dates, counts)
    return frozenset().union(*(supporting_facts(piece) for piece in pieces))


def _asked_days(answer: Answer) -> frozenset[str]:
    """The time the answer speaks of is the question's, not a source's."""
    when = answer.query.as_of
    return supporting_facts(f"{when.start.isoformat()} {when.end.isoformat()}") | supporting_facts(
        answer.query.standalone
    )
