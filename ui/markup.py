"""Text to HTML, safe by construction: everything is escaped first, and only then are the few marks
that answers use (bold, italic, list items, [n]) turned into tags.

A Markdown library is not used on purpose: the words of a law hold "1.", "*" and "_" that are not
Markdown, and every construct that is not known here stays plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ITALIC = re.compile(r"(?<![*\w])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![*\w])")
_MARKER = re.compile(r"\[(\d{1,3})\]")
_ITEM = re.compile(r"\s*[-•]\s+(.*)")
_HEADING = re.compile(r"#{1,6}\s+(.*)")
POINT_LABEL = re.compile(r"(?:[a-zđ]\)|\([a-zđ]{1,2}\)|\([ivx]+\)|-)\s", re.I)

LinkMaker = Callable[[int], str]


def text_to_html(text: str) -> str:
    """Plain text escaped; line breaks become `<br>`, so that no output holds a line end."""
    return "<br>".join(escape(line) for line in text.splitlines())


def inline_to_html(text: str, link: LinkMaker | None = None) -> str:
    """One line of an answer: bold, italic and, given `link`, `[n]` markers."""
    html = _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", escape(text)))
    if link is None:
        return html
    return _MARKER.sub(lambda match: link(int(match[1])), html)


def block_to_html(text: str, link: LinkMaker | None = None, ending: str = "") -> str:
    """A statement of an answer: paragraphs and list items. `ending` is HTML put at its end."""
    lines = [line for line in text.splitlines() if line.strip()]
    pieces = []
    for place, line in enumerate(lines):
        last = ending if place == len(lines) - 1 else ""
        item, heading = _ITEM.fullmatch(line), _HEADING.fullmatch(line)
        if item:
            pieces.append(f'<p class="item">{inline_to_html(item[1], link)}{last}</p>')
        elif heading:
            pieces.append(f"<h4>{inline_to_html(heading[1], link)}{last}</h4>")
        else:
            pieces.append(f"<p>{inline_to_html(line, link)}{last}</p>")
    return "".join(pieces)


def lines_to_html(text: str, ending: str = "") -> str:
    """Words of a source, line by line; points are set in, nothing is read as Markdown."""
    lines = [line for line in text.splitlines() if line.strip()]
    pieces = []
    for place, line in enumerate(lines):
        kind = "line point" if POINT_LABEL.match(line) else "line"
        last = ending if place == len(lines) - 1 else ""
        pieces.append(f'<span class="{kind}">{escape(line)}{last}</span>')
    return "".join(pieces)


def is_web_address(url: str) -> bool:
    """Whether the address is http or https with a host."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
