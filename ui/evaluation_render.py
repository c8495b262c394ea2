"""The evaluation page's pieces as HTML; everything is escaped, nothing holds a line end.

Gradio's Markdown hands a block of HTML through and sanitises it once more, so nothing here needs a
style attribute or a script: bars are a class for each width.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from assistant.evaluation.compare import Comparison
from assistant.evaluation.dataset import Dataset
from assistant.evaluation.dataset_tables import RowProblem
from assistant.evaluation.metrics import METRICS
from assistant.evaluation.report_outcome import STATUSES
from assistant.evaluation.report_words import WORDS, figure, metric_title
from assistant.evaluation.run_folder import RunStamp
from assistant.schema import Language
from ui.evaluation_runs import Progress
from ui.evaluation_strings import EVALUATION_STRINGS

# Where a run's files are served (evaluation_routes.py).
FILES_PATH = "/evaluate/files"
MOST_ROWS_SHOWN = 50


def render_heading(language: Language) -> str:
    """Title, and links to the template."""
    strings = EVALUATION_STRINGS[language]
    links = " · ".join(
        f'<a href="{FILES_PATH}/template.{kind}">{escape(strings.template)} {kind.upper()}</a>'
        for kind in ("xlsx", "csv")
    )
    pages = " · ".join(
        f'<a href="{path}?lang={language}">{escape(name)}</a>'
        for path, name in zip(("/", "/documents"), strings.pages, strict=True)
    )
    return (
        f'<div class="heading" lang="{language}"><p class="small">{pages}</p>'
        f"<h1>{escape(strings.title)}</h1><p>{escape(strings.subtitle)}</p><p>{links}</p></div>"
    )


def render_checked(dataset: Dataset, language: Language) -> str:
    """What was read: usable samples, bad rows with line and reason, notes."""
    strings = EVALUATION_STRINGS[language]
    pieces = [f"<p><b>{escape(strings.checked.format(count=len(dataset.samples)))}</b></p>"]
    if dataset.documents:
        told = strings.own_texts.format(count=len(dataset.documents))
        pieces.append(f"<p>{escape(told)}</p>")
    if dataset.problems:
        told = strings.bad_rows.format(count=len(dataset.problems))
        pieces.append(f'<p class="problem" role="alert">{escape(told)}</p>')
        pieces.append(_rows(dataset.problems, language))
    if dataset.notes:
        title = escape(strings.notes)
        pieces.append(f"<details><summary>{title} ({len(dataset.notes)})</summary>")
        pieces.append(_rows(dataset.notes, language) + "</details>")
    if dataset.unknown_columns:
        told = strings.unknown_columns.format(names=", ".join(dataset.unknown_columns))
        pieces.append(f'<p class="quiet">{escape(told)}</p>')
    return _block("checked", "".join(pieces), language)


def _rows(problems: Sequence[RowProblem], language: Language) -> str:
    strings = EVALUATION_STRINGS[language]
    body = "".join(
        f"<tr><td>{held.line}</td><td>{escape(held.vi if language == 'vi' else held.en)}</td></tr>"
        for held in problems[:MOST_ROWS_SHOWN]
    )
    rest = len(problems) - MOST_ROWS_SHOWN
    more = f'<p class="quiet">{escape(strings.more.format(count=rest))}</p>' if rest > 0 else ""
    return (
        f'<div class="scroll"><table><thead><tr><th>{escape(strings.line)}</th>'
        f"<th>{escape(strings.reason)}</th></tr></thead><tbody>{body}</tbody></table></div>{more}"
    )


def render_progress(progress: Progress, language: Language) -> str:
    """The run now: bar, time left, outcomes and means so far; empty before the first run."""
    strings = EVALUATION_STRINGS[language]
    if progress.state == "idle":
        return ""
    facts = {
        "done": progress.done, "total": progress.total, "reason": progress.reason or strings.bug,
        "left": clock(progress.seconds_left if progress.is_working else progress.seconds),
    }
    told = {
        "reading": strings.reading, "indexing": strings.indexing, "running": strings.progress,
        "stopped": strings.stopped, "finished": strings.finished, "failed": strings.failed,
    }[progress.state].format(**facts)
    kind = "problem" if progress.state == "failed" else "now"
    pieces = [f'<p class="{kind}" role="status">{escape(told)}</p>']
    if progress.total:
        share = round(100 * progress.done / progress.total)
        pieces.append(f'<div class="meter"><div class="w{share}"></div></div>')
    if progress.sums:
        pieces.append(_so_far(progress, language))
    if progress.state in ("stopped", "finished"):
        pieces.append(f"<p>{report_links(progress.run_id, language)}</p>")
    return _block(f"progress {progress.state}", "".join(pieces), language)


def _so_far(progress: Progress, language: Language) -> str:
    strings, place = EVALUATION_STRINGS[language], 0 if language == "vi" else 1
    counts = "".join(
        f'<li class="{status}"><b>{progress.outcomes[status]}</b> '
        f"{escape(WORDS[f'status_{status}'][place])}</li>"
        for status in reversed(STATUSES) if progress.outcomes.get(status)
    )
    cards = "".join(
        f'<li><span>{escape(metric_title(metric.name, language))}</span>'
        f"<b>{figure(metric.name, held[0] / held[1])}</b><i>n={held[1]}</i></li>"
        for metric in METRICS if (held := progress.sums.get(metric.name))
    )
    return (
        f'<ul class="outcomes">{counts}</ul><h3>{escape(strings.so_far)}</h3>'
        f'<ul class="figures">{cards}</ul>'
    )


def report_links(run_id: str, language: Language) -> str:
    """The report to open, and its other forms to download."""
    strings, folder = EVALUATION_STRINGS[language], f"{FILES_PATH}/{quote(run_id)}"
    others = " · ".join(
        f'<a href="{folder}/results.{kind}">{kind.upper()}</a>' for kind in ("csv", "xlsx", "json")
    )
    return (
        f'<a href="{folder}/report.html?lang={language}" target="_blank">'
        f"<b>{escape(strings.open_report)}</b></a> · "
        f'<a href="{folder}/report.html?download=1">HTML</a> · {others}'
    )


def render_history(stamps: Iterable[RunStamp], language: Language) -> str:
    """Every run with its links, newest first."""
    strings = EVALUATION_STRINGS[language]
    rows = "".join(_history_row(stamp, language) for stamp in stamps)
    if not rows:
        return _block("runs", f'<p class="quiet">{escape(strings.history_empty)}</p>', language)
    head = "".join(
        f"<th>{escape(name)}</th>"
        for name in (strings.run_name, strings.begun, strings.samples, strings.report)
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return _block("runs", f'<div class="scroll">{table}</div>', language)


def _history_row(stamp: RunStamp, language: Language) -> str:
    strings = EVALUATION_STRINGS[language]
    state = "" if stamp.finished_at else f' <span class="quiet">{escape(strings.unfinished)}</span>'
    begun = stamp.started_at[:16].replace("T", " ")
    return (
        f"<tr><td>{escape(stamp.dataset_name)}<br><code>{escape(stamp.run_id)}</code></td>"
        f"<td>{escape(begun)} UTC</td><td>{stamp.sample_count}{state}</td>"
        f"<td>{report_links(stamp.run_id, language)}</td></tr>"
    )


def render_comparison(comparison: Comparison, baseline: str, language: Language) -> str:
    """What moved against the baseline, and the samples that flipped."""
    place = 0 if language == "vi" else 1
    test = comparison.test
    told = WORDS["comparison_text"][place].format(
        shared=comparison.shared, name=baseline, gained=test.only_ours, lost=test.only_theirs,
        p=f"{test.p_value:.3g}",
    )
    head = "".join(
        f"<th>{escape(WORDS[name][place])}</th>"
        for name in ("metric", "before", "now", "difference")
    )
    rows = "".join(
        f"<tr><td>{escape(metric_title(change.metric, language))}</td>"
        f"<td>{figure(change.metric, change.theirs)}</td><td>{figure(change.metric, change.ours)}</td>"
        f"<td><b>{change.difference.value:+.3f}</b> [{change.difference.low:+.3f}, "
        f"{change.difference.high:+.3f}]</td></tr>"
        for change in comparison.changes
    )
    flips = "".join(
        f"<li>{'▲' if flip.is_now_right else '▼'} <code>{escape(flip.id)}</code> "
        f"{escape(flip.question)}</li>"
        for flip in comparison.flips
    ) or f"<li>{escape(WORDS['none_flipped'][place])}</li>"
    body = (
        f'<p>{escape(told)}</p><div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div><h3>{escape(WORDS['flipped'][place])}</h3><ul>{flips}</ul>"
    )
    return _block("comparison", body, language)


def render_problem(text: str, language: Language) -> str:
    return _block("told", f'<p class="problem" role="alert">{escape(text)}</p>', language)


def _block(name: str, body: str, language: Language) -> str:
    """One block in one line: a line end would end it for Markdown."""
    html = f'<div class="evaluation {name}" lang="{language}">{body}</div>'
    return " ".join(html.splitlines())


def clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
