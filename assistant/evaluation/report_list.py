"""The list of samples with its search, filters and order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from assistant.evaluation.report_outcome import STATUSES, outcome
from assistant.evaluation.report_words import WORDS, word
from assistant.evaluation.summary import ResultRow


def list_samples(rows: Sequence[ResultRow], rendered: Sequence[str]) -> str:
    """The samples under what they are searched, filtered and sorted by."""
    tags = Counter(tag for row in rows for tag in row.tags if not tag.startswith("pair:"))
    statuses = Counter(outcome(row) for row in rows)
    languages = Counter(row.language for row in rows)
    vi, en = WORDS["search"]
    controls = (
        f'<input id="search" type="search" data-vi="{escape(vi)}" data-en="{escape(en)}" '
        f'placeholder="{escape(vi)}" aria-label="{escape(vi)} / {escape(en)}">'
        + _select("status", "any_status", [
            _counted(status, WORDS[f"status_{status}"], statuses[status])
            for status in STATUSES if statuses[status]
        ])
        + _select("tag", "any_tag", [_counted(t, (t, t), n) for t, n in tags.most_common()])
        + _select("lang", "any_language", [_counted(x, (x, x), n) for x, n in languages.items()])
        + _select("sort", "sort_worst", [
            _option(name, WORDS[f"sort_{name}"]) for name in ("order", "slowest", "score")
        ], first="worst")
    )
    buttons = (
        f'<button type="button" id="open-all">{word("open_all")}</button>'
        f'<button type="button" id="close-all">{word("close_all")}</button>'
    )
    count = f'<p class="quiet" aria-live="polite"><b id="count">{len(rows)}</b> {word("shown")}</p>'
    return (
        f'<div class="controls">{controls}</div><div class="row">{count}{buttons}</div>'
        f'<div id="list">{"".join(rendered)}</div>'
    )


def _select(name: str, words: str, options: Sequence[str], first: str = "") -> str:
    """A choice whose first entry is the one named by `words`."""
    return (
        f'<select id="by-{name}" aria-label="{escape(" / ".join(WORDS[words]))}">'
        f'{_option(first, WORDS[words])}{"".join(options)}</select>'
    )


def _counted(value: str, shown: tuple[str, str], count: int) -> str:
    return _option(value, (f"{shown[0]} ({count})", f"{shown[1]} ({count})"))


def _option(value: str, shown: tuple[str, str]) -> str:
    """An option holds text only: the script puts in that of the language that is shown."""
    vi, en = (escape(text, quote=True) for text in shown)
    return f'<option value="{escape(value, quote=True)}" data-vi="{vi}" data-en="{en}">{vi}</option>'
