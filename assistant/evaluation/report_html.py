"""The report as one HTML file that asks nothing of any other host, on paper as in the browser.

Its policy lets only its own style sheet and script run, named by their hashes: markup that slipped
in from a question or an answer could do nothing. Everything is escaped all the same.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from assistant.evaluation.compare import Comparison
from assistant.evaluation.judge import JudgeScore
from assistant.evaluation.metrics import HEADLINES, METRICS
from assistant.evaluation.report_compare import comparison_body
from assistant.evaluation.report_list import list_samples
from assistant.evaluation.report_outcome import STATUSES, goodness, outcome
from assistant.evaluation.report_plots import (
    coverage_plot,
    histogram,
    reliability_plot,
    stacked,
    symmetric_scale,
    track,
)
from assistant.evaluation.report_samples import render_sample
from assistant.evaluation.report_words import (
    WORDS,
    both,
    figure,
    is_share,
    metric_words,
    word,
)
from assistant.evaluation.run_folder import RunStamp, stamp_rows
from assistant.evaluation.statistics import Estimate, mean_estimate
from assistant.evaluation.summary import ResultRow, Summary, row_of
from assistant.schema import SampleResult

_SECTIONS = ("metrics", "groups", "ways", "refusal", "samples", "made_with")


def render_report(
    stamp: RunStamp, summary: Summary, results: Iterable[SampleResult], *,
    comparison: Comparison | None = None, baseline_name: str | None = None,
    verdict: Mapping[str, Any] | None = None, judged: Sequence[JudgeScore] = (),
    order: Sequence[str] = (),
) -> str:
    """The whole page. `results` are read once and not held: only their HTML and rows are.

    `order` are the samples' ids as the test set has them: several workers finish in any order.
    """
    rows, samples = [], []
    places = {sample_id: place for place, sample_id in enumerate(order, start=1)}
    for number, result in enumerate(results, start=1):
        row, place = row_of(result), places.get(result.sample.id, number)
        rows.append((row, result.seconds))
        samples.append((goodness(row), place, render_sample(result, place)))
    samples.sort(key=lambda held: held[:2])
    plain = [row for row, _ in rows]
    body = "".join(
        (
            _header(stamp),
            "<main>",
            _verdict(verdict),
            _overview(stamp, summary, plain),
            section("comparison", comparison_body(comparison, baseline_name))
            if comparison else "",
            _metrics(summary),
            _groups(summary),
            _ways(summary),
            _judged(judged),
            _refusal(stamp, summary, rows),
            section("samples", list_samples(plain, [html for _, _, html in samples])),
            _made_with(stamp),
            "</main>",
        )
    )
    return _page(f"{stamp.dataset_name} · {WORDS['title'][0]}", body)


def _page(title: str, body: str) -> str:
    here = files("assistant.evaluation")
    style = here.joinpath("report.css").read_text(encoding="utf-8")
    script = here.joinpath("report.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html><html lang="vi" data-language="vi"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{body}"
        f"<script>{script}</script></body></html>\n"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"sha256-{digest}"


def _header(stamp: RunStamp) -> str:
    links = "".join(f'<a href="#{name}">{word(name)}</a>' for name in _SECTIONS)
    facts = (
        stamp.started_at[:16].replace("T", " ") + " UTC", f"{stamp.model or '–'}",
        f"corpus {stamp.corpus_version} ({stamp.corpus_hash})", f"code {stamp.code_version}",
    )
    chips = "".join(f'<span class="chip">{escape(fact)}</span>' for fact in facts)
    return (
        f'<header><div class="top"><div><p class="kicker">{word("title")}</p>'
        f'<h1>{escape(stamp.dataset_name)}</h1></div><button id="language" type="button">'
        f'{word("language_switch")}</button></div><p class="chips">{chips}</p>'
        f'<nav>{links}</nav></header>'
    )


def _verdict(verdict: Mapping[str, Any] | None) -> str:
    if verdict is None:
        return ""
    name = "gate_passed" if verdict["passed"] else "gate_failed"
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in verdict["reasons"])
    return (
        f'<section class="verdict {name}" role="status"><b>{word(name)}</b> '
        f'({escape(str(verdict["gate"]))})<ul>{reasons}</ul></section>'
    )


def _overview(stamp: RunStamp, summary: Summary, rows: Sequence[ResultRow]) -> str:
    counts = Counter(outcome(row) for row in rows)
    parts = [(status, counts[status]) for status in reversed(STATUSES) if counts[status]]
    legend = "".join(
        f'<li><button type="button" class="filter" data-status="{status}">'
        f'<span class="swatch {status}"></span><b>{count}</b> {word(f"status_{status}")}</button></li>'
        for status, count in parts
    )
    cards = "".join(
        _card(name, summary.metrics[name]) for name in HEADLINES if name in summary.metrics
    )
    late = ""
    if len(rows) < stamp.sample_count:
        told = word("unfinished", done=len(rows), total=stamp.sample_count)
        late = f'<p class="notice">{told}</p>'
    return (
        f'<section id="summary" class="overview">{late}<p class="big"><b>{len(rows)}</b> {word("asked")}'
        f'</p>{stacked(parts)}<ul class="legend">{legend}</ul><div class="cards">{cards}</div></section>'
    )


def _card(name: str, estimate: Estimate) -> str:
    return (
        f'<div class="card"><p>{metric_words(name)}</p><p class="number">'
        f"{figure(name, estimate.value)}</p>{track(estimate)}"
        f'<p class="quiet"><span>{figure(name, estimate.low)} – {figure(name, estimate.high)}</span>'
        f"<span>n={estimate.count}</span></p></div>"
    )


def _metrics(summary: Summary) -> str:
    groups = dict.fromkeys(metric.group for metric in METRICS)
    tables = "".join(_metric_group(group, summary) for group in groups)
    return section("metrics", f'<p class="quiet">{word("interval")}</p><div class="two">{tables}</div>')


def _metric_group(group: str, summary: Summary) -> str:
    names: list[str] = []
    for metric in METRICS:
        if metric.group == group:
            names += ["seconds_p50", "seconds_p95"] if metric.name == "seconds" else [metric.name]
    rows = "".join(
        _measure_row(metric_words(name) + _direction(name), name, summary.metrics[name])
        for name in names if name in summary.metrics
    )
    return f'<div class="measures"><h3>{word(f"group_{group}")}</h3>{rows}</div>' if rows else ""


def _direction(name: str) -> str:
    metric = next((held for held in METRICS if held.name == name), None)
    if metric is None or metric.is_higher_better:
        return ""
    return f' <span class="quiet">({word("lower_better")})</span>'


def _measure_row(title: str, name: str, estimate: Estimate) -> str:
    """Name, number, track and count; without a track where the figure is no share."""
    drawn = track(estimate) if is_share(name) else (
        f'<span class="quiet">{figure(name, estimate.low)} – {figure(name, estimate.high)}</span>'
    )
    return (
        f'<div class="measure"><span class="name">{title}</span><b>{figure(name, estimate.value)}</b>'
        f'<span class="drawn">{drawn}</span><span class="count">n={estimate.count}</span></div>'
    )


def _groups(summary: Summary) -> str:
    """Per headline metric a panel with a plot a dimension; the choice is a radio button."""
    shown = [name for name in HEADLINES if name in summary.metrics]
    radios = "".join(
        f'<label><input type="radio" name="metric" value="{name}"{" checked" if not n else ""}>'
        f"{metric_words(name)}</label>"
        for n, name in enumerate(shown)
    )
    panels = "".join(
        f'<div class="panel" data-metric="{name}"{" hidden" if n else ""}>'
        + "".join(_forest(dimension, name, summary) for dimension in summary.groups) + "</div>"
        for n, name in enumerate(shown)
    )
    return section("groups", f'<fieldset class="choice"><legend>{word("show_metric")}</legend>'
                              f"{radios}</fieldset>{panels}")


def _forest(dimension: str, name: str, summary: Summary) -> str:
    rows = "".join(
        _measure_row(escape(group), name, held[name])
        for group, held in summary.groups[dimension].items() if name in held
    )
    if not rows:
        return ""
    return f'<div class="measures"><h3>{word(f"dimension_{dimension}")}</h3>{rows}</div>'


def _ways(summary: Summary) -> str:
    if not summary.gaps:
        return ""
    low, high = symmetric_scale([gap.estimate for gap in summary.gaps])
    pieces = []
    for way in dict.fromkeys(gap.way for gap in summary.gaps):
        rows = "".join(
            f'<div class="measure"><span class="name">{metric_words(gap.metric)}</span>'
            f"<b>{100 * gap.estimate.value:+.1f}</b>"
            f'<span class="drawn">{track(gap.estimate, low, high)}</span>'
            f'<span class="count">{gap.estimate.count} {word("cases")}</span></div>'
            for gap in summary.gaps if gap.way == way
        )
        pieces.append(f'<div class="measures"><h3>{word(f"way_{way}")}</h3>{rows}</div>')
    return section("ways", f'<p class="quiet">{word("ways_text")}</p>'
                            f'<div class="two">{"".join(pieces)}</div>')


def _judged(scores: Sequence[JudgeScore]) -> str:
    """Scores of judge models, in a place of their own."""
    rows = []
    for judge in dict.fromkeys(held.judge for held in scores):
        own = [held for held in scores if held.judge == judge]
        estimate = mean_estimate([held.score for held in own], [held.sample_id for held in own])
        if estimate is not None:
            rows.append(_measure_row(escape(judge), "right", estimate))
    if not rows:
        return ""
    return section("judge", f'<p class="quiet">{word("judge_text")}</p>{"".join(rows)}')


def _refusal(
    stamp: RunStamp, summary: Summary, rows: Sequence[tuple[ResultRow, float | None]]
) -> str:
    pieces = []
    if any(held.count for held in summary.reliability):
        legend = "".join(
            f'<li><span class="swatch {name}"></span>{word(title)}</li>'
            for name, title in (("bar-answered", "answered"), ("bar-refused", "refused"),
                                ("point", "has_answer"))
        )
        pieces.append(
            f'<figure>{reliability_plot(summary.reliability)}<ul class="legend">{legend}</ul>'
            f'<figcaption>{word("refusal_text")}</figcaption></figure>'
        )
    if curve := risk_coverage([row for row, _ in rows]):
        pieces.append(
            f'<figure>{coverage_plot(curve)}<p class="quiet">↑ {word("accuracy")}</p>'
            f'<figcaption>{word("coverage_text")}</figcaption></figure>'
        )
    seconds = [spent for _, spent in rows if spent is not None]
    if seconds and "seconds_p50" in summary.metrics:
        marks = [summary.metrics[name].value for name in ("seconds_p50", "seconds_p95")]
        pieces.append(
            f"<figure>{histogram(seconds, marks)}<figcaption>"
            f'{word("latency_text", workers=stamp.workers)}</figcaption></figure>'
        )
    return section("refusal", f'<div class="figures">{"".join(pieces)}</div>') if pieces else ""


def risk_coverage(rows: Sequence[ResultRow]) -> list[tuple[float, float]]:
    """(share answered, share right of those) as ever lower evidence scores are answered; only over
    answered samples with a score, and from the fifth on, for fewer show chance."""
    held = sorted(
        ((row.confidence, row.metrics["right"]) for row in rows
         if row.confidence is not None and row.metrics.get("right") is not None
         and row.abstained is False),
        key=lambda pair: -(pair[0] or 0.0),
    )
    total, right, points = len(held), 0.0, []
    for count, (_, is_right) in enumerate(held, start=1):
        right += is_right or 0.0
        if count >= 5:
            points.append((count / total, right / count))
    return points


def _made_with(stamp: RunStamp) -> str:
    pairs = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in stamp_rows(stamp)
    )
    definitions = "".join(
        f"<dt>{both(metric.vi, metric.en)} <code>{metric.name}</code></dt>"
        f'<dd lang="en">{escape(metric.definition)}</dd>'
        for metric in METRICS
    )
    return section(
        "made_with",
        f'<div class="scroll"><table class="pairs">{pairs}</table></div>'
        f'<details><summary>{word("definitions")}</summary><p class="quiet">'
        f'{word("definitions_note")}</p><dl>{definitions}</dl></details>',
    )


def section(name: str, body: str) -> str:
    return f'<section id="{name}"><h2>{word(name)}</h2>{body}</section>'
