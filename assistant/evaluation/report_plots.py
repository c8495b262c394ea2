"""Plots as inline SVG, made by hand: no library, no script, no request, no style attribute.

Colours come from classes, so that light and dark are the style sheet's business. Text stands in
both languages; the switch shows one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from assistant.evaluation.report_words import WORDS
from assistant.evaluation.statistics import Estimate
from assistant.evaluation.summary import ReliabilityBin

# Of the larger plots, in their own units: narrow, so that text stays readable on a phone.
WIDTH, HEIGHT = 380, 250
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 12, 40


def track(estimate: Estimate, low: float = 0.0, high: float = 1.0) -> str:
    """A value with its interval on a scale, as wide as its place. Stretched, so what must stay
    round is drawn as strokes that do not scale."""

    def at(value: float) -> str:
        return f"{100 * (min(max(value, low), high) - low) / (high - low):.2f}"

    grid = "".join(f'<path class="grid" d="M{x} 0V20"/>' for x in (0, 25, 50, 75, 100))
    zero = f'<path class="zero" d="M{at(0)} 0V20"/>' if low < 0 < high else ""
    return (
        '<svg class="track" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">'
        f'{grid}{zero}<path class="band" d="M{at(estimate.low)} 10H{at(estimate.high)}"/>'
        f'<path class="dot" d="M{at(estimate.value)} 10h0.01"/></svg>'
    )


def stacked(parts: Sequence[tuple[str, int]]) -> str:
    """Counts side by side as one bar; each part's class is its name."""
    total = sum(count for _, count in parts) or 1
    x = 0.0
    pieces = []
    for name, count in parts:
        width = 100 * count / total
        pieces.append(
            f'<rect class="{escape(name)}" x="{x:.3f}" y="0" width="{width:.3f}" height="10"/>'
        )
        x += width
    return (
        '<svg class="stacked" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'{"".join(pieces)}</svg>'
    )


def reliability_plot(bins: Sequence[ReliabilityBin]) -> str:
    """Bars of how many were answered and refused by score; dots of how many have an answer."""
    most = max((held.count for held in bins), default=0) or 1
    pieces = [_frame("score", ("0", "0.5", "1")), _line(0, 0, 1, 1, "diagonal")]
    for held in bins:
        pieces.append(_bar(held, most))
    for held in bins:
        if held.share is not None:
            middle = (held.low + held.high) / 2
            low, high = held.interval
            pieces.append(_line(middle, low, middle, high, "whisker"))
            pieces.append(
                f'<circle class="point" cx="{_x(middle):.1f}" cy="{_y(held.share):.1f}" r="4">'
                f"<title>{held.low:.1f}–{held.high:.1f}: {held.answerable}/{held.count}</title></circle>"
            )
    return _svg("".join(pieces), "refusal")


def _bar(held: ReliabilityBin, most: int) -> str:
    """Answered below, refused on top, as tall as their number against the fullest bin."""
    answered = 0.9 * held.answered / most
    whole = 0.9 * held.count / most
    x, width = _x(held.low) + 2, _x(held.high) - _x(held.low) - 4
    return "".join(
        f'<rect class="{name}" x="{x:.1f}" y="{_y(top):.1f}" width="{width:.1f}" '
        f'height="{_y(bottom) - _y(top):.1f}"><title>{held.low:.1f}–{held.high:.1f}: '
        f"{count}</title></rect>"
        for name, bottom, top, count in (
            ("bar-answered", 0.0, answered, held.answered),
            ("bar-refused", answered, whole, held.count - held.answered),
        )
    )


def coverage_plot(pairs: Sequence[tuple[float, float]]) -> str:
    """Risk and coverage: (share answered, share of those right), from few answers to all."""
    points = " ".join(f"{_x(share):.1f},{_y(right):.1f}" for share, right in pairs)
    body = _frame("coverage", ("0 %", "50 %", "100 %"))
    return _svg(f'{body}<polyline class="curve" points="{points}"/>', "coverage")


def histogram(values: Sequence[float], marks: Sequence[float]) -> str:
    """How often which value occurs, in twenty bins up to the 99th percentile; lines at `marks`."""
    ordered = sorted(values)
    top = max(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 0.01)
    counts = [0] * 20
    for value in ordered:
        counts[min(int(20 * value / top), 19)] += 1
    most = max(counts)
    bars = "".join(
        f'<rect class="bar-answered" x="{_x(n / 20) + 1:.1f}" y="{_y(0.95 * count / most):.1f}" '
        f'width="{_x(0.05) - _x(0) - 2:.1f}" height="{_y(0) - _y(0.95 * count / most):.1f}">'
        f"<title>{top * n / 20:.2f}–{top * (n + 1) / 20:.2f} s: {count}</title></rect>"
        for n, count in enumerate(counts)
    )
    lines = "".join(_line(min(m / top, 1), 0, min(m / top, 1), 1, "mark") for m in marks)
    ticks = ("0 s", f"{top / 2:.2f} s", f"{top:.2f} s")
    return _svg(_frame("", ticks, sides=False) + bars + lines, "latency_text")


def _svg(body: str, name: str) -> str:
    vi, en = WORDS[name]
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(vi)} / {escape(en)}">{body}</svg>'
    )


def _frame(name: str, ticks: tuple[str, str, str], *, sides: bool = True) -> str:
    """Grid, the x axis with three ticks and its name, and (with `sides`) percent on the left."""
    pieces = [_line(0, share, 1, share, "grid") for share in (0, 0.25, 0.5, 0.75, 1)]
    for share in (0, 0.5, 1) if sides else ():
        pieces.append(_text(LEFT - 5, _y(share) + 4, f"{100 * share:.0f}", "end"))
    for share, tick in zip((0, 0.5, 1), ticks, strict=True):
        anchor = {0: "start", 0.5: "middle", 1: "end"}[share]
        pieces.append(_text(_x(share), HEIGHT - BOTTOM + 16, tick, anchor))
    if name:
        for language, words in zip(("vi", "en"), WORDS[name], strict=True):
            pieces.append(_text(_x(0.5), HEIGHT - 6, words, "middle", f"{language} axis"))
    return "".join(pieces)


def _text(x: float, y: float, text: str, anchor: str, names: str = "") -> str:
    return (
        f'<text class="{names}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> str:
    return f'<path class="{name}" d="M{_x(x1):.1f} {_y(y1):.1f}L{_x(x2):.1f} {_y(y2):.1f}"/>'


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)


def symmetric_scale(estimates: Sequence[Estimate]) -> tuple[float, float]:
    """Bounds around 0 that hold every interval, in tenths."""
    reach = max((max(abs(e.low), abs(e.high)) for e in estimates), default=0.1)
    bound = max(0.1, math.ceil(reach * 10) / 10)
    return -bound, bound
