"""What a reader sees of a source: its badges (in force or not, whose words) and its line in the list."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from assistant.citations import format_day
from assistant.schema import Answer, Citation, Claim, Document, Language, Validity
from ui.addresses import document_address, passage_address
from ui.markup import lines_to_html
from ui.strings import STRINGS, Strings

Documents = Mapping[str, Document]

# Kinds that digest no single text: the corpus's own articles.
_OWN_KINDS = frozenset({"article", "glossary", "timeline"})


def used_citations(answer: Answer) -> tuple[Citation, ...]:
    """Citations whose marker the answer shows, by number: no source is listed that supports nothing."""
    shown = (claim for claim in answer.claims if not is_heading(claim))
    used = {number for claim in shown for number in claim.citations}
    used |= {number for notice in answer.notices for number in notice.citations}
    used |= {citation.number for citation in answer.nearest}
    return tuple(citation for citation in answer.citations if citation.number in used)


def is_heading(claim: Claim) -> bool:
    """Whether the claim only leads to the quotation after it, where the marker stands."""
    return claim.kind == "statement" and claim.text.endswith(":")


def render_source_list(answer: Answer, documents: Documents, language: Language) -> str:
    """The answer's sources, headed by the day on which validity was looked at."""
    strings, citations = STRINGS[language], used_citations(answer)
    if not citations:
        return ""
    items = "".join(
        f'<li value="{citation.number}">'
        f'<a class="source" href="{escape(passage_address(citation, answer.query, language))}">'
        f'<span class="number" aria-hidden="true">{citation.number}</span>'
        f'<span class="label" lang="{escape(answer.query.language)}">{escape(citation.label)}</span></a>'
        f'<span class="badges">{render_badge(citation.validity, language)}'
        f"{render_kind_badge(documents.get(citation.document_key), citation.is_digest, language)}</span></li>"
        for citation in citations
    )
    return (
        f'<h3 class="sources-title">{escape(strings.sources)} '
        f'<span class="quiet">{escape(_validity_line(answer, language))}</span></h3>'
        f'<ol class="source-list">{items}</ol>'
    )


def _validity_line(answer: Answer, language: Language) -> str:
    when, strings = answer.query.as_of, STRINGS[language]
    sentence = strings.validity_in if when.is_span else strings.validity_on
    return sentence.format(day=format_day(when.end, language))


def render_badge(validity: Validity, language: Language) -> str:
    """The state of the text on the day, in words and by colour."""
    strings, words = STRINGS[language], STRINGS[language].validity[validity.state]
    if validity.state == "ended" and validity.until:
        words = strings.ended_since.format(day=format_day(validity.until, language))
    elif validity.state == "not_yet" and validity.since:
        words = strings.not_yet_since.format(day=format_day(validity.since, language))
    return f'<span class="badge {validity.state}">{escape(words)}</span>'


def render_successors(
    validity: Validity, documents: Documents, language: Language, query: str = ""
) -> str:
    """ "replaced by …" with links to the texts held; `query` is put after their addresses."""
    if not validity.successors:
        return ""
    links = []
    for text_id in validity.successors:
        held = documents.get(f"{text_id}.{language}") or documents.get(f"{text_id}.vi")
        if held is None:
            links.append(escape(text_id))
        else:
            address = escape(document_address(text_id, language) + query)
            links.append(f'<a href="{address}" lang="{held.language}">{escape(held.label)}</a>')
    words = escape(STRINGS[language].replaced_by)
    return f'<span class="successors">{words} {", ".join(links)}</span>'


def render_kind_badge(document: Document | None, is_digest: bool, language: Language) -> str:
    """Whose words: the official text's, our digest of one, or an article of our own."""
    strings: Strings = STRINGS[language]
    if document is not None and document.kind in _OWN_KINDS:
        name = strings.authorities[document.authority]
        return f'<span class="badge kind">{escape(strings.own_article)} · {escape(name)}</span>'
    if is_digest:
        why = escape(strings.digest_why, quote=True)
        return f'<span class="badge kind" title="{why}">{escape(strings.digest)}</span>'
    return f'<span class="badge kind official">{escape(strings.official)}</span>'


def quoted(text: str, *, is_digest: bool, ending: str = "") -> str:
    """A source's words; only an official text's stand in quotation marks."""
    return lines_to_html(text if is_digest else f"«{text}»", ending)
