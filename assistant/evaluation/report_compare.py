"""The report's part on two runs: differences around zero, and the samples that flipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.evaluation.compare import Change, Comparison, Flip
from assistant.evaluation.metrics import METRIC_BY_NAME
from assistant.evaluation.report_plots import symmetric_scale, track
from assistant.evaluation.report_words import figure, is_share, metric_words, word


def comparison_body(comparison: Comparison, baseline_name: str | None) -> str:
    """What moved against the baseline, how surely, and which samples flipped."""
    test = comparison.test
    told = word(
        "comparison_text", shared=comparison.shared, name=baseline_name or "–",
        gained=test.only_ours, lost=test.only_theirs, p=f"{test.p_value:.3g}",
    )
    return (
        f'<p>{told}</p>{_changes({change.metric: change for change in comparison.changes})}'
        f"<h3>{word('flipped')}</h3>{_flips(comparison.flips)}"
        f"<h3>{word('by_tag')}</h3>{_changes(comparison.by_tag)}"
    )


def _changes(changes: Mapping[str, Change]) -> str:
    """A row a change; names that are metrics are shown by their titles."""
    shares = {name: held for name, held in changes.items() if is_share(held.metric)}
    low, high = symmetric_scale([held.difference for held in shares.values()])
    rows = "".join(
        f'<div class="measure change"><span class="name">'
        f"{metric_words(name) if name in METRIC_BY_NAME else escape(name)}</span>"
        f'<span class="quiet">{figure(held.metric, held.theirs)} → {figure(held.metric, held.ours)}'
        f'</span><span class="drawn">{track(held.difference, low, high)}</span>'
        f'<b class="{_tone(held)}">{100 * held.difference.value:+.1f}</b></div>'
        for name, held in shares.items()
    )
    return f'<div class="measures">{rows}</div>'


def _tone(change: Change) -> str:
    """good or bad where the interval leaves out 0."""
    metric = METRIC_BY_NAME[change.metric]
    if change.difference.low <= 0 <= change.difference.high:
        return ""
    return "good" if (change.difference.value > 0) == metric.is_higher_better else "bad"


def _flips(flips: Sequence[Flip]) -> str:
    if not flips:
        return f'<p class="quiet">{word("none_flipped")}</p>'
    items = "".join(
        f'<li><span class="status {"right" if flip.is_now_right else "wrong"}">'
        f'{word("newly_right" if flip.is_now_right else "newly_wrong")}</span> '
        f"<code>{escape(flip.id)}</code> {escape(flip.question)}</li>"
        for flip in flips
    )
    return f'<ul class="flips">{items}</ul>'
