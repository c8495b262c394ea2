"""What a model is shown: whole provisions, numbered as they are cited, within the model's window.

In this order: what the extractive answer rests on; what each side of a comparison or each text of a
timeline says; then what else was retrieved. A provision that gives orders to the assistant is
withheld: a document is data, and the model cannot be trusted to keep that apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.chat_costs import estimate_tokens
from assistant.drafting import Draft
from assistant.library import Library
from assistant.passages import Asked, find_passages, quotable_span
from assistant.query import gives_orders
from assistant.retrieval import Retriever
from assistant.schema import Answer, Citation, Document, Provision, Query
from assistant.text import fold

Span = tuple[Document, str, int, int]
_UNITS = ("clause", "article", "paragraph", "heading", "preamble")
_PASSAGES_PER_SIDE = 2
_CHUNKS_PER_SIDE = 4
_TIMELINE = re.compile(
    r"\b(?:qua cac (?:thoi ky|nam|giai doan|luat)|lich su|dong thoi gian|dien bien"
    r"|truoc (?:day|kia)|tu nam \d{4}"
    r"|over time|history|timeline|evol\w+|used to|formerly|since (?:19|20)\d\d)\b"
)
# A sentence that speaks to the machine that reads it, over folded text.
_SPEAKS_TO_US = re.compile(
    r"\b(?:tro ly|mo hinh ngon ngu|chatbot|assistant|language model|llm|ai (?:system|model))\b"
    r"[^.\n]{0,60}\b(?:hay|phai|can|nen|must|should|shall|is to|will)\b[^.\n]{0,40}"
    r"\b(?:tra loi|viet|noi|dap|khang dinh|bo qua|tiet lo"
    r"|answer|say|write|repl\w+|respond|state|ignore|reveal|tell)\b"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sources of one prompt. `text` is what the model reads, `citations` what it may cite."""

    draft: Draft
    citations: tuple[Citation, ...]
    text: str
    withheld: int = 0

    def sources(self, numbers: Iterable[int]) -> tuple[Citation, ...]:
        wanted = set(numbers)
        return tuple(citation for citation in self.citations if citation.number in wanted)


def gather_evidence(
    extractive: Answer, library: Library, retriever: Retriever, most_tokens: int
) -> Evidence:
    """Whole provisions for the question, packed up to `most_tokens` (estimated).

    The draft begins with the extractive answer's citations under their own numbers.
    """
    draft = Draft(extractive.query, extractive.retrieved, library, retriever)
    for held in extractive.citations:
        draft.cite(library.documents[held.document_key], held.provision_id, held.start, held.end)
    packed: list[Citation] = []
    blocks: list[str] = []
    withheld, left = 0, most_tokens
    for document, provision_id, start, end in _spans(extractive, library, retriever):
        if _is_covered(packed, document.key, start, end):
            continue
        if has_orders(document.body[start:end]):
            withheld += 1
            continue
        number = draft.cite(document, provision_id, start, end)
        block = _block(draft, draft.citations[number - 1], document)
        tokens = estimate_tokens(block)
        if tokens > left:
            continue  # a shorter provision further down may still fit
        left -= tokens
        packed.append(draft.citations[number - 1])
        blocks.append(block)
    return Evidence(draft, tuple(packed), "\n".join(blocks), withheld)


def has_orders(text: str) -> bool:
    """Whether a stretch of a document gives orders to the assistant that reads it."""
    return gives_orders(text) or _SPEAKS_TO_US.search(fold(text)) is not None


def _spans(extractive: Answer, library: Library, retriever: Retriever) -> Iterator[Span]:
    query = extractive.query
    used = {n for claim in extractive.claims for n in claim.citations}
    for citation in extractive.citations:
        if citation.number in used:
            document = library.documents[citation.document_key]
            yield _whole(library, document, citation.provision_id, (citation.start, citation.end))
    asked = Asked(query, retriever.lexical, library.glossary)
    for text_id in _sides(extractive, library):
        held = retriever.retrieve(query, _CHUNKS_PER_SIDE, only=text_id)
        for passage in find_passages(held, asked, library)[:_PASSAGES_PER_SIDE]:
            yield passage.document, passage.provision_id, passage.start, passage.end
    for passage in find_passages(extractive.retrieved, asked, library):
        yield passage.document, passage.provision_id, passage.start, passage.end


def _whole(library: Library, document: Document, provision_id: str, span: tuple[int, int]) -> Span:
    """The clause, article or paragraph that the cited stretch belongs to."""
    current: Provision | None = library.provision(document.key, provision_id)
    while current is not None and current.level not in _UNITS:
        current = library.provision(document.key, current.parent) if current.parent else None
    if current is None:
        return document, provision_id, *span
    return document, current.id, *quotable_span(document, current)


def _sides(extractive: Answer, library: Library) -> list[str]:
    """Texts to hear one by one: those compared, or those that followed one another in time."""
    query = extractive.query
    if query.intent != "compare" and not is_timeline(query):
        return []
    ids = list(query.documents)
    if len(ids) < 2:
        leads = ids or [c.document_key.rsplit(".", 1)[0] for c in extractive.citations[:1]]
        ids = [id_ for lead in leads for id_ in _line_of_descent(lead, library)]
    return list(dict.fromkeys(ids))


def is_timeline(query: Query) -> bool:
    """Whether the question runs over time, so that each text of that time has to be heard."""
    return query.as_of.is_span or _TIMELINE.search(fold(query.standalone)) is not None


def _line_of_descent(text_id: str, library: Library) -> list[str]:
    """The text with all that it replaced and that replaced it, step by step."""
    found, waiting = [], [text_id]
    while waiting:
        current = waiting.pop(0)
        document = library.document_of(current, "vi")
        if current not in found and document is not None:
            found.append(current)
            waiting += [*document.replaces, *document.replaced_by]
    return found


def _is_covered(packed: Iterable[Citation], document_key: str, start: int, end: int) -> bool:
    return any(
        held.document_key == document_key and held.start <= start and end <= held.end
        for held in packed
    )


def _block(draft: Draft, citation: Citation, document: Document) -> str:
    """One source, delimited; what could end the delimiter early is taken out of its words."""
    validity = draft.short_status(document)
    label = citation.label.replace('"', "'")
    words = citation.quote.replace("<", "‹").replace(">", "›")
    return f'<source id="{citation.number}" label="{label}" validity="{validity}">\n{words}\n</source>'
