"""A turn to HTML. Every piece of text is escaped here or in `markup`; nothing is trusted.

A turn is shown in parts (`TurnView`), so that the page can put each in its place as it arrives and
leave alone what has not changed, under a reader's eyes or a screen reader's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape

from assistant.answered_by import describe_usage
from assistant.citations import format_day
from assistant.schema import Answer, Cell, Claim, Language, Notice
from ui.addresses import passage_address
from ui.conversation import Problem, Turn
from ui.markup import LinkMaker, block_to_html, inline_to_html, text_to_html
from ui.source_cards import (
    Documents,
    is_heading,
    quoted,
    render_source_list,
    used_citations,
)
from ui.strings import STRINGS, in_language


@dataclass(frozen=True, slots=True)
class TurnView:
    """The parts of a turn as HTML; `status` is plain text, said to screen readers."""

    state: str
    understood: str = ""
    sources: str = ""
    answer: str = ""
    after: str = ""
    status: str = ""
    may_retype: bool = False
    language: str = "vi"

    def as_json(self) -> dict[str, str | bool]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Privacy:
    """Where answers are made: the model's name, and the host that questions go to, if any."""

    model: str = "extractive"
    host: str | None = None


def view_turn(turn: Turn, documents: Documents, language: Language, corpus_version: str) -> TurnView:
    """What is shown of a turn now, in the page language."""
    answer = turn.answer
    return TurnView(
        state=turn.state,
        understood=_render_understood(turn, language),
        sources=render_source_list(answer, documents, language) if answer else "",
        answer=_render_words(turn, language),
        after=_render_after(turn, language, corpus_version),
        status=_status(turn, language),
        may_retype=turn.is_reinterpreted and turn.state != "working",
        language=turn.query.language if turn.query else language,
    )


def _render_understood(turn: Turn, language: Language) -> str:
    query, strings = turn.query, STRINGS[language]
    if query is None or not turn.is_reinterpreted:
        return ""
    why = f' <span class="why">({escape(strings.follow_up)})</span>' if query.followed_up else ""
    return (
        f"<p>{escape(strings.understood)} "
        f'<em lang="{query.language}">{text_to_html(query.standalone)}</em>{why}</p>'
    )


def _render_words(turn: Turn, language: Language) -> str:
    if turn.provisional:
        strings = STRINGS[language]
        return (
            f'<p class="provisional-title" title="{escape(strings.provisional_why)}">'
            f"{escape(strings.provisional)}</p>"
            f'<div class="provisional">{block_to_html(turn.provisional)}</div>'
        )
    return render_claims(turn, turn.answer, language) if turn.answer else ""


def render_claims(turn: Turn, answer: Answer, language: Language) -> str:
    """The claims shown so far, those that stand. None is shown as supported that failed."""
    link = marker_links(answer, language)
    shown = (claim for claim in answer.claims[: turn.shown_claims] if claim.is_supported)
    return "".join(_render_claim(claim, answer, link) for claim in shown)


def _render_after(turn: Turn, language: Language, corpus_version: str) -> str:
    """What follows the words: notices, nearest provisions, problems, and what was asked when."""
    strings, answer = STRINGS[language], turn.answer
    if turn.state == "stopped":
        return f'<p class="quiet">{escape(strings.stopped)}</p>'
    if turn.problem is not None:
        return f'<p class="problem">{render_problem(turn.problem, language)}</p>'
    if answer is None or turn.state != "answered":
        return ""
    link = marker_links(answer, language)
    pieces = [] if answer.claims else [f'<p class="frame">{escape(strings.nothing_stands)}</p>']
    failed = sum(not claim.is_supported for claim in answer.claims)
    if failed:
        pieces.append(f'<p class="notice dropped">{escape(strings.not_shown.format(count=failed))}</p>')
    pieces += [_render_notice(notice, link) for notice in answer.notices]
    pieces.append(_render_nearest(answer, link))
    if answer.corpus_version and answer.corpus_version != corpus_version:
        changed = strings.newer_corpus.format(old=answer.corpus_version, new=corpus_version)
        pieces.append(f'<p class="notice aged">{escape(changed)}</p>')
    return "".join((*pieces, f'<p class="made">{escape(_how_made(answer, language))}</p>'))


def _how_made(answer: Answer, language: Language) -> str:
    """The day the answer speaks of, what worded it, and the version of the corpus."""
    strings, query = STRINGS[language], answer.query
    parts = [strings.text_version.format(version=answer.corpus_version or "?")]
    if not used_citations(answer):
        # Else the list of sources has said it.
        parts.insert(0, strings.validity_on.format(day=format_day(query.as_of.end, language)))
    if answer.model not in strings.answered_by:
        parts.insert(0, strings.answered_by_model.format(model=answer.model).rstrip("."))
    if answer.usage is not None:
        parts.append(describe_usage(answer.usage, language))
    return " · ".join(parts)


def _status(turn: Turn, language: Language) -> str:
    """What a screen reader is told, politely and once a step."""
    strings, answer = STRINGS[language], turn.answer
    if turn.state == "working":
        if answer is None:
            return strings.working
        return strings.sources_found.format(count=len(used_citations(answer)))
    if turn.problem is not None:
        detail = in_language(turn.problem.detail, language)
        return strings.problems[turn.problem.kind].format(detail=detail)
    if turn.state == "stopped":
        return strings.stopped
    first = next((claim.text for claim in answer.claims), "") if answer else ""
    return first.replace("**", "") or strings.nothing_stands


def render_problem(problem: Problem, language: Language) -> str:
    """The sentence for what went wrong, in the page language."""
    detail = in_language(problem.detail, language)
    return text_to_html(STRINGS[language].problems[problem.kind].format(detail=detail))


def marker_links(answer: Answer, language: Language) -> LinkMaker:
    """Makes `[n]` a link to its passage; a number that names no source stays text."""
    cited = {citation.number: citation for citation in used_citations(answer)}

    def link(number: int) -> str:
        if number not in cited:
            return f"[{number}]"
        return mark(cited[number].label, number, passage_address(cited[number], answer.query, language))

    def mark(label: str, number: int, address: str) -> str:
        name = escape(STRINGS[language].source.format(number=number, label=label), quote=True)
        return (
            f'<a class="mark" href="{escape(address)}" title="{escape(label)}" '
            f'aria-label="{name}">[{number}]</a>'
        )

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
        f'<div class="table"><p>{caption}</p><table>'
        f"<thead><tr>{headings}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: tuple[Cell, ...], head: tuple[Cell, ...], link: LinkMaker) -> str:
    """A phone shows cells one below the other, each under its column's name, else hidden."""
    first, *others = row
    cells = [f'<th scope="row">{_cell(first, link)}</th>']
    for cell, column in zip(others, head[1:], strict=False):
        name = f'<span class="column" aria-hidden="true">{text_to_html(column.text)}</span>'
        cells.append(f"<td>{name}{_cell(cell, link)}</td>")
    return "".join(cells)


def _cell(cell: Cell, link: LinkMaker) -> str:
    return text_to_html(cell.text) + _marks(cell.citations, link)


def _marks(numbers: tuple[int, ...], link: LinkMaker) -> str:
    marks = "".join(link(number) for number in numbers)
    # A space that does not break: a marker alone on a line belongs to nothing.
    return f'\u00a0<span class="marks">{marks}</span>' if marks else ""


def footer_lines(documents: Documents, privacy: Privacy, language: Language) -> tuple[str, ...]:
    """How many texts, checked when, what answers and where, and that it is no legal advice."""
    strings = STRINGS[language]
    days = [document.as_of for document in documents.values() if document.as_of]
    day = format_day(max(days), language) if days else "—"
    texts = len({document.id for document in documents.values()})
    by = strings.answered_by.get(privacy.model) or strings.answered_by_model.format(model=privacy.model)
    where = strings.sent_to.format(host=privacy.host) if privacy.host else strings.stays_here
    return (strings.corpus.format(documents=texts, day=day), by, where, strings.not_advice)
