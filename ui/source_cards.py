"""The sources of an answer as cards: whose words, in force or not, which text, where to read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape

from assistant.citations import format_day
from assistant.schema import Answer, Citation, Claim, Document, Language, Validity
from ui.conversation import Turn
from ui.markup import address_to_html, lines_to_html, text_to_html
from ui.strings import STRINGS, Strings

Documents = Mapping[str, Document]

# Kinds that digest no single text: the corpus's own articles.
_OWN_KINDS = frozenset({"article", "glossary", "timeline"})
# A comparison cites a dozen provisions: unfolded, their cards would bury a phone's page.
OPEN_CARDS = 3


def card_anchor(turn: Turn, number: int) -> str:
    """The id of a card in the page: turns of one conversation must not share anchors."""
    return f"t{turn.number}-s{number}"


def used_citations(answer: Answer) -> tuple[Citation, ...]:
    """Citations whose marker the answer shows, by number: no card supports nothing."""
    shown = (claim for claim in answer.claims if not is_heading(claim))
    used = {number for claim in shown for number in claim.citations}
    used |= {number for notice in answer.notices for number in notice.citations}
    used |= {citation.number for citation in answer.nearest}
    return tuple(citation for citation in answer.citations if citation.number in used)


def is_heading(claim: Claim) -> bool:
    """Whether the claim only leads to the quotation after it, where the marker stands."""
    return claim.kind == "statement" and claim.text.endswith(":")


def render_cards(turn: Turn, documents: Documents, language: Language) -> str:
    """All cards of a turn, headed by the day on which validity was looked at."""
    strings = STRINGS[language]
    if turn.answer is None:
        return ""
    citations = used_citations(turn.answer)
    if not citations:
        return f'<p class="quiet">{escape(strings.no_sources)}</p>'
    cards = "".join(
        _render_card(turn, citation, documents, language, is_open=place < OPEN_CARDS)
        for place, citation in enumerate(citations)
    )
    return f'<p class="quiet">{escape(_validity_line(turn.answer, language))}</p>{cards}'


def _validity_line(answer: Answer, language: Language) -> str:
    when, strings = answer.query.as_of, STRINGS[language]
    sentence = strings.validity_in if when.is_span else strings.validity_on
    return sentence.format(day=format_day(when.end, language))


def _render_card(
    turn: Turn, citation: Citation, documents: Documents, language: Language, *, is_open: bool
) -> str:
    strings, document = STRINGS[language], documents.get(citation.document_key)
    quote_language = citation.document_key.rsplit(".", 1)[-1]
    # The anchor is inside the fold: a browser that follows `[n]` to a folded card unfolds it.
    return (
        f'<article class="card"><details{" open" if is_open else ""}>'
        f'<summary><span class="number">{citation.number}</span>'
        f'<span class="label">{escape(citation.label)}</span>'
        f'<span class="badges">{render_badge(citation.validity, language)}'
        f"{_kind_badge(citation, document, strings)}</span></summary>"
        f'<div class="body" id="{card_anchor(turn, citation.number)}">'
        f'<blockquote tabindex="0" lang="{escape(quote_language)}">'
        f"{quoted(citation.quote, is_digest=citation.is_digest)}</blockquote>"
        f"{_render_facts(document, strings, language) if document else ''}"
        f'<p class="links">{address_to_html(citation.url, strings.open_source)}'
        f'<a class="back" href="#t{turn.number}">↑ {escape(strings.back)}</a></p>'
        "</div></details></article>"
    )


def render_badge(validity: Validity, language: Language) -> str:
    """The state of the text on the day, in words and by colour."""
    strings, words = STRINGS[language], STRINGS[language].validity[validity.state]
    if validity.state == "ended" and validity.until:
        words = strings.ended_since.format(day=format_day(validity.until, language))
    elif validity.state == "not_yet" and validity.since:
        words = strings.not_yet_since.format(day=format_day(validity.since, language))
    return f'<span class="badge {validity.state}">{escape(words)}</span>'


def quoted(text: str, *, is_digest: bool, ending: str = "") -> str:
    """A source's words; only an official text's stand in quotation marks."""
    return lines_to_html(text if is_digest else f"«{text}»", ending)


def _kind_badge(citation: Citation, document: Document | None, strings: Strings) -> str:
    """Whose words: the official text's, our digest of one, or an article of our own."""
    if document is not None and document.kind in _OWN_KINDS:
        return f'<span class="badge kind">{escape(strings.own_article)}</span>'
    if citation.is_digest:
        why = escape(strings.digest_why, quote=True)
        return f'<span class="badge kind" title="{why}">{escape(strings.digest)}</span>'
    return f'<span class="badge kind official">{escape(strings.official)}</span>'


def _render_facts(document: Document, strings: Strings, language: Language) -> str:
    """Title, number, dates and standing of the text, as far as they are known."""
    facts: list[tuple[str, str]] = []
    if document.number:
        facts.append((strings.number, document.number))
    dated: list[tuple[str, date | None]] = [
        (strings.adopted, document.adopted), (strings.effective, document.effective_from),
        (strings.ends, document.effective_to), (strings.checked, document.as_of),
    ]
    facts += [(name, format_day(day, language)) for name, day in dated if day]
    pairs = "".join(
        f"<span><b>{escape(name)}</b> {escape(value)}</span>" for name, value in facts
    )
    standing = f"{strings.standing[document.authority]}; {strings.verified[document.verified]}"
    title = text_to_html(document.title)
    return (
        f'<p class="text-title" lang="{escape(document.language)}">{title}</p>'
        f'<p class="facts">{pairs}</p><p class="standing">{escape(standing)}</p>'
    )
