"""A preview, the table of the corpus and its history as HTML. Everything of a text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from assistant.doubts import Doubt
from assistant.evidence import Finding
from assistant.history import HeldVersion, HistoryLine
from assistant.intake import Preview
from assistant.schema import Document, Language, Provision
from assistant.validity import validity_on
from ui.corpus_strings import CORPUS_STRINGS, CorpusStrings

_SHOWN_PROVISIONS, _SHOWN_CHUNKS, _CHUNK_CHARACTERS, _TEXT_CHARACTERS = 600, 60, 400, 6000
_QUOTE_CHARACTERS = 120
# Decided by what is added, whatever the corpus holds.
_OWN_FIELDS = ("id", "text_kind", "language")
_TREE_LEVELS = ("part", "chapter", "section", "article", "heading", "clause")


def render_head(language: Language) -> str:
    """The page's heading; `lang` is read by the script that keeps the page's language."""
    strings = CORPUS_STRINGS[language]
    return (
        f'<div class="heading" lang="{language}"><h1>{escape(strings.title)}</h1>'
        f'<p>{escape(strings.subtitle)} <a href="/">{escape(strings.to_chat)}</a></p></div>'
    )


def render_message(text: str, kind: str = "quiet") -> str:
    """One line told to screen readers as it changes; empty for no text."""
    return f'<p class="message {kind}" role="status">{escape(text)}</p>' if text else ""


def render_preview_head(preview: Preview, place: int, total: int, strings: CorpusStrings) -> str:
    name = strings.preview_of.format(place=place, total=total, name=preview.extracted.name)
    return (
        f'<h2 class="preview-name">{escape(name)}</h2>'
        f'<p class="badges"><span class="badge">{escape(strings.standing[preview.standing])}</span></p>'
    )


def render_doubts(preview: Preview, language: Language) -> str:
    """Doubts, the severe ones first, then what was repaired."""
    strings = CORPUS_STRINGS[language]
    doubts = "".join(_doubt(doubt, language, strings) for doubt in preview.doubts)
    shown = f"<ul>{doubts}</ul>" if doubts else f'<p class="quiet">{escape(strings.no_doubts)}</p>'
    html = f'<section class="doubts"><h3>{escape(strings.doubts)}</h3>{shown}</section>'
    if preview.repairs:
        lines = "".join(
            f"<li>{escape(note.vi if language == 'vi' else note.en)} {escape(note.where)}</li>"
            for note in preview.repairs
        )
        html += f'<section class="repairs"><h3>{escape(strings.repairs)}</h3><ul>{lines}</ul></section>'
    return html


def _doubt(doubt: Doubt, language: Language, strings: CorpusStrings) -> str:
    words = doubt.vi if language == "vi" else doubt.en
    return (
        f'<li class="doubt {doubt.severity}"><strong>{escape(strings.severities[doubt.severity])}</strong> '
        f"{escape(words)}</li>"
    )


def evidence_line(preview: Preview, name: str, strings: CorpusStrings) -> str:
    """Where a field's value was read, as plain text; empty where nobody read it."""
    value = getattr(preview.document, name)
    found: Any = getattr(preview.metadata, name, None) if preview.metadata else None
    if isinstance(found, tuple):
        return "; ".join(_evidence(finding, strings) for finding in found)
    if isinstance(found, Finding) and found.value == value:
        return _evidence(found, strings)
    is_known = value and preview.standing != "new" and name not in _OWN_FIELDS
    return strings.from_corpus if is_known else ""


def _evidence(finding: Finding[Any], strings: CorpusStrings) -> str:
    quote = " ".join(finding.quote.split())
    shown = quote if len(quote) <= _QUOTE_CHARACTERS else quote[:_QUOTE_CHARACTERS] + "…"
    how = strings.found_how.get(finding.how, finding.how)
    return f"{f'“{shown}” · ' if shown else ''}{how}, {finding.confidence:.0%}"


def render_tree(provisions: Sequence[Provision], strings: CorpusStrings) -> str:
    """Chapters, articles and clauses, set in by their depth."""
    shown = [p for p in provisions if p.level in _TREE_LEVELS]
    depth: dict[str, int] = {}
    lines = []
    for provision in provisions:
        depth[provision.id] = depth.get(provision.parent or "", -1) + 1
    for provision in shown[:_SHOWN_PROVISIONS]:
        name = " ".join(f"{provision.number} {provision.heading}".split())
        lines.append(
            f'<li class="depth-{min(depth[provision.id], 5)}"><span class="level">{provision.level}</span> '
            f"{escape(name)}</li>"
        )
    if len(shown) > _SHOWN_PROVISIONS:
        lines.append(f"<li>{escape(strings.more.format(count=len(shown) - _SHOWN_PROVISIONS))}</li>")
    return f'<ul class="tree">{"".join(lines)}</ul>'


def render_chunks(preview: Preview, strings: CorpusStrings) -> str:
    """The first chunks with the heading path that is indexed with each."""
    cards = [
        f'<li><span class="path">{escape(chunk.path)}</span>'
        f"<p>{escape(_cut(chunk.text, _CHUNK_CHARACTERS))}</p></li>"
        for chunk in preview.chunks[:_SHOWN_CHUNKS]
    ]
    left = len(preview.chunks) - _SHOWN_CHUNKS
    if left > 0:
        cards.append(f"<li>{escape(strings.more.format(count=left))}</li>")
    return f'<ol class="chunks">{"".join(cards)}</ol>'


def render_text(preview: Preview) -> str:
    """The beginning of the text as it was read, line by line."""
    lines = _cut(preview.extracted.text, _TEXT_CHARACTERS).split("\n")
    return '<div class="as-read">' + "<br>".join(escape(line) for line in lines) + "</div>"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the table of the corpus is drawn from: documents, where they come from, their digests."""

    documents: tuple[Document, ...]
    added: frozenset[str]
    summarized: frozenset[str]


def render_table(shelf: Shelf, day: date, language: Language) -> str:
    """The table of the corpus on a day; wide screens see columns, narrow ones cards."""
    strings = CORPUS_STRINGS[language]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in strings.columns)
    rows = "".join(_row(document, shelf, day, strings) for document in shelf.documents)
    count = escape(strings.found.format(count=len(shelf.documents)))
    return (
        f'<p class="quiet" role="status">{count}</p>'
        f'<table class="shelf"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(document: Document, shelf: Shelf, day: date, strings: CorpusStrings) -> str:
    validity = validity_on(document, day)
    span = [
        words.format(day=f"{bound:%d/%m/%Y}")
        for words, bound in ((strings.since, validity.since), (strings.until, validity.until))
        if bound
    ]
    badges = [
        (strings.official if document.text_kind == "official" else strings.digest, document.text_kind)
    ]
    if document.key in shelf.summarized:
        badges.append((strings.with_summary, "digest"))
    origin = (strings.added, "added") if document.key in shelf.added else (strings.shipped, "shipped")
    cells = (
        f"<strong>{escape(document.label)}</strong><br><code>{escape(document.key)}</code>",
        escape(document.number or "–"),
        f'<span class="badge state {validity.state}">{escape(strings.states[validity.state])}</span> '
        f'<span class="quiet">{escape(", ".join(span))}</span>',
        escape(strings.kinds.get(document.kind, document.kind)),
        " ".join(f'<span class="badge {kind}">{escape(words)}</span>' for words, kind in (*badges, origin)),
    )
    return (
        "<tr>"
        + "".join(
            f'<td><span class="name">{escape(name)}: </span>{cell}</td>'
            for name, cell in zip(strings.columns, cells, strict=True)
        )
        + "</tr>"
    )


def render_history(
    key: str, lines: Iterable[HistoryLine], versions: Iterable[HeldVersion], language: Language
) -> str:
    """What was done to a text, and each version with its original to download."""
    strings = CORPUS_STRINGS[language]
    rows = "".join(_history_row(line, strings) for line in lines)
    title = f"<h3>{escape(strings.history.format(key=key))}</h3>"
    if not rows:
        title += f'<p class="quiet">{escape(strings.no_history)}</p>'
    else:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in strings.history_columns)
        title += f'<table class="shelf"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    held = "".join(_version_line(version, strings) for version in versions)
    return f"{title}<h4>{escape(strings.versions)}</h4><ul class='versions'>{held}</ul>"


def _history_row(line: HistoryLine, strings: CorpusStrings) -> str:
    cells = (
        f"{line.at:%Y-%m-%d %H:%M}",
        line.who or "–",
        strings.receipts.get(line.kind, line.kind),
        line.key,
        str(line.version),
    )
    return (
        "<tr>"
        + "".join(
            f'<td><span class="name">{escape(name)}: </span>{escape(cell)}</td>'
            for name, cell in zip(strings.history_columns, cells, strict=True)
        )
        + "</tr>"
    )


def _version_line(version: HeldVersion, strings: CorpusStrings) -> str:
    kind = strings.official if version.text_kind == "official" else strings.digest
    origin = strings.added if version.origin == "added" else strings.shipped
    link = ""
    if version.original:
        link = (
            f' · <a href="/corpus/original/{escape(version.original, quote=True)}" download>'
            f"{escape(strings.download)}</a> {escape(version.original_name or '')}"
        )
    begins = f" · {version.takes_effect}" if version.takes_effect else ""
    state = "" if version.is_live else " · ×"
    return f"<li>{version.number}: {escape(kind)}, {escape(origin)}{begins}{state}{link}</li>"


def render_results(lines: Sequence[str], strings: CorpusStrings) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<section class="results"><h3>{escape(strings.results)}</h3><ul>{items}</ul></section>'


def kind_choices(strings: CorpusStrings) -> list[tuple[str, str]]:
    return [(words, kind) for kind, words in strings.kinds.items()]


def with_all(choices: Iterable[tuple[str, str]], strings: CorpusStrings) -> list[tuple[str, str]]:
    """Choices of a filter, with the one that lets everything through first."""
    return [(strings.all, ""), *choices]


def state_choices(strings: CorpusStrings) -> list[tuple[str, str]]:
    names: Mapping[Any, str] = strings.states
    return [(words, str(state)) for state, words in names.items()]
