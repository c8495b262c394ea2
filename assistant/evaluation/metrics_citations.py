"""Does the answer rest on its sources, and on the right ones? Ids and characters, no judge model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from assistant.citations import source_facts
from assistant.evaluation.measured import (
    NOT_APPLICABLE,
    Finding,
    Measured,
    mark,
    numbers_of,
    share,
)
from assistant.schema import Citation, Claim
from assistant.stated_facts import stated_facts, supporting_facts


def is_kin(one: str, other: str) -> bool:
    """Whether one provision is the other, or lies in it."""
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def citation_precision(measured: Measured) -> Finding:
    """Share of the cited provisions that are gold, lie in gold or hold it. Citation precision of
    ALCE (Gao et al. 2023) with provision ids in the place of an entailment model. It applies to
    answers that cite, where gold is known; an answer may rightly cite more (the clause that
    repealed a law), so the ceiling is below 1."""
    gold, cited = measured.sample.gold_provisions, measured.cited
    if not gold or not cited or not measured.is_answered:
        return NOT_APPLICABLE
    hits = [c for c in cited if any(is_kin(c.provision_id, held) for held in gold)]
    why = "; ".join(f"[{c.number}] {c.provision_id} {mark(c in hits)}" for c in cited)
    return len(hits) / len(cited), why


def citation_recall(measured: Measured) -> Finding:
    """Share of the gold provisions that the answer cites, that it cites a part of, or the whole of.
    Citation recall of ALCE (Gao et al. 2023) over gold evidence. It applies where gold is known; a
    refusal cites nothing and gets 0, for the reader goes without the evidence."""
    gold = measured.sample.gold_provisions
    if not gold:
        return NOT_APPLICABLE
    cited = [c.provision_id for c in measured.cited] if measured.is_answered else []
    hits = {held: any(is_kin(c, held) for c in cited) for held in gold}
    why = "; ".join(f"{held} {mark(is_hit)}" for held, is_hit in hits.items())
    return sum(hits.values()) / len(gold), why


def first_citation(measured: Measured) -> Finding:
    """1 when the first provision cited is gold (or kin to it), else 0: what the reader sees first.
    Success at 1 over citations. It applies to answers that cite, where gold is known."""
    gold, cited = measured.sample.gold_provisions, measured.cited
    if not gold or not cited or not measured.is_answered:
        return NOT_APPLICABLE
    first = cited[0].provision_id
    return float(any(is_kin(first, held) for held in gold)), first


def citation_validity(measured: Measured) -> Finding:
    """Share of the citations that hold: the text is in the corpus, the quoted words stand at their
    place, the provision exists, the chunk was retrieved, and markers name citations that exist.
    This project's own; checked against the corpus and not by the pipeline. It applies to answers
    with citations or markers."""
    known = {citation.number for citation in measured.answer.citations}
    dangling = {n for claim in measured.answer.claims for n in numbers_of(claim)} - known
    problems = {c.number: _citation_problem(c, measured) for c in measured.answer.citations}
    held = sum(not problem for problem in problems.values())
    told = [f"[{n}] {problem} ✗" for n, problem in problems.items() if problem]
    told += [f"[{n}] ? ✗" for n in sorted(dangling)]
    value = share(held, len(problems) + len(dangling))
    return value, "; ".join(told) or (f"{held} ✓" if value is not None else "")


def _citation_problem(citation: Citation, measured: Measured) -> str:
    document = measured.library.documents.get(citation.document_key)
    if document is None:
        return citation.document_key
    if document.body[citation.start : citation.end] != citation.quote:
        return f"{citation.document_key}[{citation.start}:{citation.end}] ≠ quote"
    provision = measured.library.provision(document.key, citation.provision_id)
    if provision is None and citation.provision_id != document.id:
        return citation.provision_id
    if citation.chunk_id not in {item.chunk.id for item in measured.answer.retrieved}:
        return f"{citation.chunk_id} ∉ retrieved"
    return ""


def quote_verbatim(measured: Measured) -> Finding:
    """Share of the quotations, cells of tables among them, whose words stand character for
    character (NFC) in a text that they cite. This project's own, after the attribution of
    Attributable to Identified Sources (Rashkin et al. 2023). It applies to answers that quote."""
    quoted = list(_quotations(measured))
    if not quoted:
        return NOT_APPLICABLE
    bodies = {c.number: _body(c, measured) for c in measured.answer.citations}
    stands = [any(_nfc(text) in bodies.get(n, "") for n in numbers) for text, numbers in quoted]
    wrong = [
        f"“{text[:60]}” ✗" for (text, _), is_there in zip(quoted, stands, strict=True)
        if not is_there
    ]
    return sum(stands) / len(stands), "; ".join(wrong) or f"{len(stands)} ✓"


def _quotations(measured: Measured) -> Iterator[tuple[str, tuple[int, ...]]]:
    for claim in measured.answer.claims:
        if claim.kind == "quote":
            yield claim.text, claim.citations
        for row in claim.rows[1:]:
            yield from ((cell.text, cell.citations) for cell in row if cell.citations)


def _body(citation: Citation, measured: Measured) -> str:
    document = measured.library.documents.get(citation.document_key)
    return _nfc(document.body) if document else ""


def grounded_sentences(measured: Measured) -> Finding:
    """Share of the claims whose numbers, dates, legal numbers and references stand in what they
    cite (its words, its place, its metadata) or in the question, and which cite something. This
    project's own rule in the place of the entailment model of FActScore (Min et al. 2023) and AIS.
    Frames state nothing and do not count; it applies to answers with other claims."""
    claims = [claim for claim in measured.answer.claims if claim.kind != "frame"]
    if not claims:
        return NOT_APPLICABLE
    asked = supporting_facts(f"{measured.sample.question} {measured.answer.query.standalone}")
    when = measured.answer.query.as_of
    asked |= supporting_facts(f"{when.start.isoformat()} {when.end.isoformat()}")
    missing = [(claim, _unsupported(claim, measured, asked)) for claim in claims]
    told = [f"“{claim.text[:60]}” ✗ {lacking}" for claim, lacking in missing if lacking]
    grounded = sum(not lacking for _, lacking in missing)
    return grounded / len(claims), "; ".join(told) or f"{grounded} ✓"


def _unsupported(claim: Claim, measured: Measured, asked: frozenset[str]) -> str:
    numbers = numbers_of(claim)
    cited = [c for c in measured.answer.citations if c.number in numbers]
    held = [c for c in cited if c.document_key in measured.library.documents]
    if not held:
        return "∅"
    supported = asked.union(*(source_facts(citation, measured.library) for citation in held))
    stated = stated_facts(re.sub(r"\[\d+\]", " ", claim.text))
    return ", ".join(sorted(stated - supported))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
