"""A conversation to HTML. Every piece of text is escaped here or in `markup`; nothing is trusted.

The HTML is shown by Gradio's Markdown component, which hands a block of HTML through and sanitises
it a second time (it takes out `data-` and most `aria-` attributes). A line end could end that block
and have the rest read as Markdown, so none is ever written (`one_line`).
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from assistant.citations import format_day
from assistant.schema import Answer, Cell, Claim, Document, Language, Notice
from ui.conversation import Conversation, Problem, Turn
from ui.markup import LinkMaker, block_to_html, inline_to_html, text_to_html
from ui.source_cards import (
    Documents,
    card_anchor,
    is_heading,
    quoted,
    render_cards,
    used_citations,
)
from ui.strings import STRINGS, in_language


def render_conversation(
    conversation: Conversation, documents: Documents, language: Language
) -> str:
    """The newest turn in full, earlier ones folded below it with their own sources."""
    latest = conversation.latest
    if latest is None:
        return ""
    earlier = [turn for turn in conversation.turns if turn is not latest]
    return one_line(
        f'<div class="conversation" lang="{language}">'
        f'<div role="log">{render_turn(latest, documents, language)}</div>'
        f"{_render_earlier(earlier, documents, language)}</div>"
    )


def _render_earlier(turns: list[Turn], documents: Documents, language: Language) -> str:
    if not turns:
        return ""
    folded = "".join(
        f"<details><summary>{text_to_html(turn.question)}</summary>"
        f"{render_turn(turn, documents, language)}"
        f"<h4>{escape(STRINGS[language].sources)}</h4>{render_cards(turn, documents, language)}"
        "</details>"
        for turn in reversed(turns)
    )
    return f'<div class="earlier"><h3>{escape(STRINGS[language].earlier)}</h3>{folded}</div>'


def render_turn(turn: Turn, documents: Documents, language: Language) -> str:
    """Question, what was understood, and as much of the answer as has arrived."""
    pieces = [f'<div class="turn {turn.state}" id="t{turn.number}">']
    if turn.question:
        pieces.append(f'<p class="asked">{text_to_html(turn.question)}</p>')
    pieces.append(_render_understood(turn, language))
    if turn.answer is not None:
        pieces.append(render_answer(turn, turn.answer))
    pieces.append(_render_state(turn, language))
    return "".join((*pieces, "</div>"))


def _render_understood(turn: Turn, language: Language) -> str:
    query, strings = turn.query, STRINGS[language]
    if query is None or not turn.is_reinterpreted:
        return ""
    why = f' <span class="why">({escape(strings.follow_up)})</span>' if query.followed_up else ""
    return (
        f'<p class="understood">{escape(strings.understood)} '
        f'<em lang="{query.language}">{text_to_html(query.standalone)}</em>{why}</p>'
    )


def _render_state(turn: Turn, language: Language) -> str:
    strings = STRINGS[language]
    if turn.state == "working":
        return f'<p class="working">{escape(strings.working)}</p>' if turn.answer is None else ""
    if turn.state == "stopped":
        return f'<p class="quiet">{escape(strings.stopped)}</p>'
    if turn.problem is not None:
        return f'<p class="problem" role="alert">{render_problem(turn.problem, language)}</p>'
    if turn.answer is not None and not turn.answer.claims:
        return f'<p class="frame">{escape(strings.nothing_stands)}</p>'
    return ""


def render_problem(problem: Problem, language: Language) -> str:
    """The sentence for what went wrong, in the page language."""
    detail = in_language(problem.detail, language)
    return text_to_html(STRINGS[language].problems[problem.kind].format(detail=detail))


def render_answer(turn: Turn, answer: Answer) -> str:
    """The claims shown so far; notices and nearest provisions once the answer is whole."""
    link = marker_links(turn, answer)
    pieces = [_render_claim(claim, answer, link) for claim in answer.claims[: turn.shown_claims]]
    if turn.state == "answered":
        pieces += [_render_notice(notice, link) for notice in answer.notices]
        pieces.append(_render_nearest(answer, link))
    kind = "answer abstained" if answer.abstained else "answer"
    return f'<div class="{kind}" lang="{answer.query.language}">{"".join(pieces)}</div>'


def marker_links(turn: Turn, answer: Answer) -> LinkMaker:
    """Makes `[n]` a link to its card; a number that names no source stays text."""
    labels = {citation.number: citation.label for citation in used_citations(answer)}

    def link(number: int) -> str:
        if number not in labels:
            return f"[{number}]"
        title = escape(labels[number], quote=True)
        return f'<a class="mark" href="#{card_anchor(turn, number)}" title="{title}">[{number}]</a>'

    return link


def _render_claim(claim: Claim, answer: Answer, link: LinkMaker) -> str:
    marks = _marks(claim.citations, link)
    if claim.kind == "table":
        return _render_table(claim, link)
    if claim.kind == "quote":
        cited = [c for c in answer.citations if c.number in claim.citations]
        is_digest = all(citation.is_digest for citation in cited)
        language = cited[0].document_key.rsplit(".", 1)[-1] if cited else answer.query.language
        kind = "quote digest" if is_digest else "quote"
        words = quoted(claim.text, is_digest=is_digest, ending=marks)
        return f'<blockquote class="{kind}" lang="{escape(language)}">{words}</blockquote>'
    is_marked = all(f"[{number}]" in claim.text for number in claim.citations)
    ending = "" if is_heading(claim) or is_marked else marks
    return f'<div class="{claim.kind}">{block_to_html(claim.text, link, ending)}</div>'


def _render_notice(notice: Notice, link: LinkMaker) -> str:
    is_marked = any(f"[{number}]" in notice.text for number in notice.citations)
    ending = "" if is_marked else _marks(notice.citations, link)
    return f'<div class="notice {notice.kind}">{block_to_html(notice.text, link, ending)}</div>'


def _render_nearest(answer: Answer, link: LinkMaker) -> str:
    if not answer.nearest:
        return ""
    items = "".join(
        f"<li>{escape(citation.label)} {link(citation.number)}</li>" for citation in answer.nearest
    )
    title = escape(STRINGS[answer.query.language].nearest)
    return f'<div class="nearest"><p>{title}:</p><ul>{items}</ul></div>'


def _render_table(claim: Claim, link: LinkMaker) -> str:
    head, *rows = claim.rows or ((),)
    headings = "".join(f'<th scope="col">{_cell(cell, link)}</th>' for cell in head)
    body = "".join(f"<tr>{_row(row, head, link)}</tr>" for row in rows)
    caption = inline_to_html(claim.text, link)
    return (
        f'<div class="table"><p>{caption}</p><div class="scroll" tabindex="0"><table>'
        f"<thead><tr>{headings}</tr></thead><tbody>{body}</tbody></table></div></div>"
    )


def _row(row: tuple[Cell, ...], head: tuple[Cell, ...], link: LinkMaker) -> str:
    """A phone shows cells one below the other, each under its column's name, else hidden."""
    first, *others = row
    cells = [f'<th scope="row">{_cell(first, link)}</th>']
    for cell, column in zip(others, head[1:], strict=False):
        name = f'<span class="column">{text_to_html(column.text)}</span>'
        cells.append(f"<td>{name}{_cell(cell, link)}</td>")
    return "".join(cells)


def _cell(cell: Cell, link: LinkMaker) -> str:
    return text_to_html(cell.text) + _marks(cell.citations, link)


def _marks(numbers: tuple[int, ...], link: LinkMaker) -> str:
    marks = "".join(link(number) for number in numbers)
    # A space that does not break: a marker alone on a line belongs to nothing.
    return f'\u00a0<span class="marks">{marks}</span>' if marks else ""


def render_sources(conversation: Conversation, documents: Documents, language: Language) -> str:
    """The panel beside the conversation: the newest answer's sources."""
    strings, latest = STRINGS[language], conversation.latest
    cards = render_cards(latest, documents, language) if latest else ""
    body = cards or f'<p class="quiet">{escape(strings.sources_empty)}</p>'
    return one_line(
        f'<div class="sources" lang="{language}"><h2>{escape(strings.sources_of)}</h2>{body}</div>'
    )


def render_title(text: str) -> str:
    return f'<h2 class="title">{escape(text)}</h2>'


def render_header(language: Language) -> str:
    strings = STRINGS[language]
    return one_line(
        f'<div class="heading" lang="{language}"><h1>{escape(strings.title)}</h1>'
        f"<p>{escape(strings.subtitle)}</p></div>"
    )


def render_footer(
    documents: Mapping[str, Document], model: str, language: Language
) -> str:
    """How many texts, checked when, what answers, and that it is no legal advice."""
    strings = STRINGS[language]
    days = [document.as_of for document in documents.values() if document.as_of]
    day = format_day(max(days), language) if days else "—"
    texts = len({document.id for document in documents.values()})
    by = strings.answered_by.get(model) or strings.answered_by_model.format(model=model)
    lines = (strings.corpus.format(documents=texts, day=day), by, strings.not_advice)
    spans = "".join(f"<span>{escape(line)}</span>" for line in lines)
    return one_line(f'<div class="page-footer" lang="{language}">{spans}</div>')


def one_line(html: str) -> str:
    """HTML without line ends; Unicode's own are taken out with them."""
    return " ".join(html.splitlines())
