"""The answer without a model: the asked thing first, whole provisions verbatim, then what a lawyer
would add (validity, predecessors, changes), and a plain refusal where the evidence is weak.

The question's intent picks a shape; a shape that does not apply hands on to the general one. The
same corpus and question give the same bytes: nothing here depends on time, order of sets or chance.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.abstaining import Weakness, evidence_score, find_weakness, refuse
from assistant.drafting import Draft
from assistant.extraction_compare import compare_texts
from assistant.extraction_general import answer_generally
from assistant.extraction_named import answer_definition, answer_provisions, answer_validity
from assistant.library import Library
from assistant.passages import Asked, find_passages
from assistant.required_evidence import find_requirements
from assistant.retrieval import Retriever
from assistant.schema import Answer, Query, RetrievedChunk
from assistant.validity_notices import add_source_notices, add_validity_notices


def extract_answer(
    query: Query, retrieved: tuple[RetrievedChunk, ...], library: Library, retriever: Retriever
) -> Answer:
    """A draft answer (unverified) from retrieved chunks; abstains where the evidence is weak."""
    draft = Draft(query, retrieved, library, retriever)
    names = [name for text_id in query.documents for name in _names(library, text_id)]
    asked = Asked(query, retriever.lexical, library.glossary, names)
    passages = find_passages(retrieved, asked, library)
    if _answer_by_shape(draft, asked):
        return _finished(draft)
    draft.requirements = find_requirements(query, asked)
    weakness: Weakness | None = find_weakness(query, asked, passages, library, draft.requirements)
    score = round(evidence_score(passages), 4)
    if weakness is not None:
        return replace(refuse(draft, weakness, asked, passages), confidence=score)
    answer_generally(draft, asked, passages)
    return replace(_finished(draft), confidence=score)


def _answer_by_shape(draft: Draft, asked: Asked) -> bool:
    intent = draft.query.intent
    if intent == "compare":
        return compare_texts(draft, asked)
    if intent == "validity" and draft.query.documents:
        return answer_validity(draft)
    if intent == "definition":
        return answer_definition(draft, asked)
    if draft.query.references:
        return answer_provisions(draft)
    return False


def _finished(draft: Draft) -> Answer:
    add_validity_notices(draft)
    add_source_notices(draft)
    return draft.finish()


def _names(library: Library, text_id: str) -> list[str]:
    found = []
    for language in ("vi", "en"):
        document = library.documents.get(f"{text_id}.{language}")
        if document is not None:
            found += [document.label, document.title, document.number or "", *document.aliases]
    return [name for name in found if name]
