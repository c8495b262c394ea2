"""Samples of the report: each opens to the answer, what was expected, what was found, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from assistant.answer_text import render_text
from assistant.evaluation.measured import mark, numbers_of
from assistant.evaluation.metrics import METRIC_BY_NAME
from assistant.evaluation.metrics_retrieval import holds
from assistant.evaluation.metrics_text import states
from assistant.evaluation.report_outcome import goodness, outcome
from assistant.evaluation.report_words import figure, metric_words, word
from assistant.evaluation.summary import ResultRow, row_of
from assistant.schema import Answer, Claim, EvaluationSample, RetrievedChunk, SampleResult
from assistant.text import fold

_OPENING = 260
# Chips in the closed line: metric and a sign for it.
_CHIPS = (("required_facts", "facts"), ("citation_recall", "citations"), ("recall_at_5", "R@5"))


def render_sample(result: SampleResult, place: int) -> str:
    """One sample, closed; `place` is its number in the run's order."""
    row = row_of(result)
    status = outcome(row)
    words = fold(f"{row.id} {row.question} {' '.join(row.tags)}")
    attributes = {
        "status": status, "language": row.language, "tags": "|".join(row.tags), "text": words,
        "order": place, "worst": f"{goodness(row):.4f}",
        "seconds": f"{result.seconds or 0:.4f}", "score": f"{row.confidence or 0:.4f}",
    }
    data = " ".join(f'data-{k}="{escape(str(v), quote=True)}"' for k, v in attributes.items())
    return (
        f'<details class="sample {status}" id="s-{place}" {data}><summary>{_line(row, status)}'
        f'</summary><div class="opened">{"".join(_opened(result))}</div></details>'
    )


def _line(row: ResultRow, status: str) -> str:
    chips = "".join(
        f'<span class="chip">{escape(title)} {value:.2f}</span>'
        for name, title in _CHIPS if (value := row.metrics.get(name)) is not None
    )
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in row.tags)
    return (
        f'<span class="status {status}">{word(f"status_{status}")}</span>'
        f'<span class="id">{escape(row.id)}</span>'
        f'<span class="asked" lang="{escape(row.language)}">{escape(row.question)}</span>'
        f'<span class="chips">{chips}{tags}</span>'
    )


def _opened(result: SampleResult) -> Iterator[str]:
    sample, answer = result.sample, result.answer
    if result.error is not None:
        yield f'<p class="failure">{escape(result.error)}</p>'
    yield '<div class="sides"><section>'
    if answer is not None:
        yield f"<h4>{word('answer')}</h4>{_answer(answer)}"
    yield f"</section><section><h4>{word('expected')}</h4>{_expected(sample, answer)}</section></div>"
    if answer is not None:
        yield f"<h4>{word('citations')}</h4>{_citations(answer, sample)}"
        yield f"<h4>{word('retrieved')}</h4>{_retrieved(answer, sample)}"
    yield f"<h4>{word('metrics')}</h4>{_metrics(result)}"


def _answer(answer: Answer) -> str:
    query = answer.query
    when = f"{query.as_of.start}" + (f" – {query.as_of.end}" if query.as_of.is_span else "")
    pieces = [
        f'<p class="quiet">{word("as_of")} {when} · {escape(query.intent)} · {escape(answer.model)}'
        + (f' · {word("score")} {answer.confidence:.2f}' if answer.confidence is not None else "")
        + "</p>"
    ]
    if query.standalone != answer.question:
        pieces.append(f'<p class="quiet">{word("understood")}: <em>{escape(query.standalone)}</em></p>')
    pieces += [_claim(claim) for claim in answer.claims]
    pieces += [f'<p class="notice">{inline(notice.text)}</p>' for notice in answer.notices]
    if answer.nearest:
        labels = "; ".join(escape(citation.label) for citation in answer.nearest)
        pieces.append(f'<p class="quiet">{word("nearest")}: {labels}</p>')
    return f'<div class="answer" lang="{query.language}">{"".join(pieces)}</div>'


def _claim(claim: Claim) -> str:
    marks = "".join(f"[{number}]" for number in numbers_of(claim))
    marks = f' <span class="marks">{marks}</span>' if marks else ""
    if claim.kind == "table":
        rows = "".join(
            "<tr>" + "".join(f"<td>{inline(cell.text)}</td>" for cell in row) + "</tr>"
            for row in claim.rows
        )
        return f'<p>{inline(claim.text)}{marks}</p><div class="scroll"><table>{rows}</table></div>'
    if claim.kind == "quote":
        return f"<blockquote>{inline(claim.text)}{marks}</blockquote>"
    return f'<p class="{claim.kind}">{inline(claim.text)}{marks}</p>'


def _expected(sample: EvaluationSample, answer: Answer | None) -> str:
    pieces = []
    if sample.answerable is False:
        pieces.append(f"<p>{word('no_gold')}</p>")
    if sample.previous:
        pieces.append(f"<p><b>{word('previous')}</b>: {escape(sample.previous)}</p>")
    if sample.reference_answer:
        pieces.append(f"<p><b>{word('reference')}</b><br>{inline(sample.reference_answer)}</p>")
    if sample.required_facts:
        said = fold(render_text(answer)) if answer else ""
        facts = "".join(_checked(fact, states(said, fact)) for fact in sample.required_facts)
        pieces.append(f'<p><b>{word("facts")}</b></p><ul class="checks">{facts}</ul>')
    if sample.gold_provisions:
        found = answer.retrieved if answer else ()
        gold = "".join(_gold(held, found) for held in sample.gold_provisions)
        pieces.append(f'<p><b>{word("gold")}</b></p><ul class="checks">{gold}</ul>')
    return "".join(pieces)


def _checked(fact: str, is_there: bool) -> str:
    first, *others = fact.split("|")
    also = f' <span class="quiet">| {escape(" | ".join(others))}</span>' if others else ""
    return f'<li class="{"yes" if is_there else "no"}">{mark(is_there)} {escape(first)}{also}</li>'


def _gold(gold: str, found: tuple[RetrievedChunk, ...]) -> str:
    rank = next((item.rank for item in found if item.rank and holds(item.chunk, gold)), 0)
    told = f"#{rank}" if rank else "–"
    return f'<li class="{"yes" if rank else "no"}">{mark(bool(rank))} <code>{escape(gold)}</code> {told}</li>'


def _citations(answer: Answer, sample: EvaluationSample) -> str:
    items = "".join(
        f"<li><span class='marks'>[{citation.number}]</span> <b>{escape(citation.label)}</b> "
        f"<code>{escape(citation.provision_id)}</code> "
        f'<span class="validity {citation.validity.state}">{citation.validity.state}</span>'
        f'<br><span class="quiet">{inline(_cut(citation.quote))}</span></li>'
        for citation in answer.citations
    )
    return f'<ol class="citations">{items}</ol>' if items else '<p class="quiet">–</p>'


def _retrieved(answer: Answer, sample: EvaluationSample) -> str:
    head = "".join(f"<th>{word(n)}</th>" for n in ("rank", "chunk", "components", "opening"))
    rows = "".join(_retrieved_row(item, sample) for item in answer.retrieved)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _retrieved_row(item: RetrievedChunk, sample: EvaluationSample) -> str:
    is_gold = any(holds(item.chunk, gold) for gold in sample.gold_provisions)
    components = " ".join(
        f"{escape(name)}&nbsp;#{held.rank}" for name, held in sorted(item.components.items())
    )
    place = f"#{item.rank} <span class='quiet'>{item.score:.3f}</span>" if item.rank else word("followed")
    return (
        f'<tr class="{"is-gold" if is_gold else ""}"><td>{place}</td>'
        f"<td><code>{escape(item.chunk.id)}</code>{' ★' if is_gold else ''}"
        f'<br><span class="quiet">{escape(item.chunk.path)}</span></td>'
        f'<td class="quiet">{components}</td><td lang="{item.chunk.language}">'
        f"{escape(_cut(item.chunk.text))}</td></tr>"
    )


def _metrics(result: SampleResult) -> str:
    head = "".join(f"<th>{word(name)}</th>" for name in ("metric", "value", "why"))
    rows = "".join(
        f"<tr><td>{metric_words(held.name)}</td><td>{_value(held.name, held.value)}</td>"
        f'<td class="reason">{escape(held.why[:1200])}</td></tr>'
        for held in result.metrics if held.name in METRIC_BY_NAME
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _value(name: str, value: float | None) -> str:
    if value is None:
        return f'<span class="quiet">{word("not_applicable")}</span>'
    return figure(name, value)


def inline(text: str) -> str:
    """Text of answers as HTML: escaped first, then bold and italic marks and line ends."""
    html: Any = re.sub(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", r"<strong>\1</strong>", escape(text))
    html = re.sub(r"(?<![*\w])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![*\w])", r"<em>\1</em>", html)
    return str(html).replace("\n", "<br>")


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _OPENING else flat[:_OPENING].rsplit(" ", 1)[0] + " …"
