"""A text read whole, and a passage of it within its article: what a citation leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from markupsafe import Markup

from assistant.citations import ancestry, format_day, provision_label
from assistant.library import Library
from assistant.schema import Document, Language, Provision
from assistant.validity import ConcordanceRow, validity_on
from ui.addresses import anchor_of, document_address
from ui.legal_text import Stretch, render_stretch
from ui.markup import is_web_address
from ui.source_cards import render_badge, render_kind_badge, render_successors
from ui.strings import STRINGS

_CONTENTS_LEVELS = {"part": 1, "chapter": 1, "section": 2, "article": 3, "heading": 3}


@dataclass(frozen=True, slots=True)
class Place:
    """What is looked at: a text in a language, on a day, with the words marked and the provision."""

    document: Document
    language: Language
    day: date
    marked: tuple[int, int] | None = None
    provision: Provision | None = None


def document_values(library: Library, place: Place) -> dict[str, Any]:
    """What `document.html` shows: the text with its contents, badges and links to other versions."""
    document = place.document
    provisions = library.provisions(document.key)

    def relatives(provision: Provision) -> str:
        return _render_relatives(library, place, provision) if provision.level == "article" else ""

    stretch = Stretch(0, len(document.body), place.marked)
    other = library.document_of(document.id, "en" if document.language == "vi" else "vi", place.day)
    if other is not None and other.language == document.language:
        other = None
    return _shared_values(library, place) | {
        "contents": [
            {"anchor": anchor_of(held.id), "name": _first_line(document, held),
             "level": _CONTENTS_LEVELS[held.level]}
            for held in provisions if held.level in _CONTENTS_LEVELS
        ],
        "text": Markup(render_stretch(document, provisions, stretch, after_heading=relatives)),
        "other_text": other and document_address(
            document.id, place.language, text_language=other.language, as_of=place.day
        ),
        "other_language": other.language if other else "",
        "wordings": _wordings(library, place),
    }


def _wordings(library: Library, place: Place) -> list[dict[str, Any]]:
    """The wordings of the text that are held, where there are several, the earliest first."""
    document = place.document
    held = [d for d in library.documents.values()
            if (d.id, d.language) == (document.id, document.language)]
    if len(held) < 2:
        return []
    held.sort(key=lambda wording: wording.version_to or date.max)
    return [
        {
            "since": wording.version_from and format_day(wording.version_from, place.language),
            "until": wording.version_to and format_day(wording.version_to, place.language),
            "address": document_address(
                wording.id, place.language, text_language=wording.language, as_of=place.day,
                version=wording.version or "",
            ),
            "is_shown": wording is document,
        }
        for wording in held
    ]


def passage_values(library: Library, place: Place) -> dict[str, Any]:
    """What `passage.html` shows: the whole article (or section), the quoted words marked."""
    document, provision = place.document, place.provision
    unit = _unit_of(library, document, provision)
    start, end = (unit.start, unit.end) if unit else (0, len(document.body))
    stretch = Stretch(start, end, place.marked)
    provision_id = provision.id if provision else document.id
    path = ancestry(library, document, provision_id)
    # A digest's opening section is no part of the law that its chapters stand in.
    has_article = any(held.level == "article" for held in path)
    left_out = {"preamble", "heading"} if has_article else {"preamble"}
    return _shared_values(library, place) | {
        "label": provision_label(library, document, provision_id, document.language),
        "path": [_path_name(document, held) for held in path if held.level not in left_out],
        "text": Markup(
            render_stretch(document, library.provisions(document.key), stretch, prefix="p-")
        ),
        "relatives": Markup(_render_relatives(library, place, provision)) if provision else "",
        "legal_citations": {
            language: legal_citation(library, document, provision_id, language)
            for language in ("vi", "en")
        },
        "summary": library.summary_of(document.key, provision_id) or "",
        "whole": document_address(
            document.id, place.language, text_language=document.language, as_of=place.day,
            span=place.marked, provision_id=provision.id if provision else "",
        ),
    }


def _shared_values(library: Library, place: Place) -> dict[str, Any]:
    document, strings = place.document, STRINGS[place.language]
    validity = validity_on(document, place.day)
    facts = [
        (strings.kind, strings.kinds.get(document.kind, document.kind)),
        (strings.number, document.number), (strings.issuer, document.issuer),
        (strings.adopted, document.adopted), (strings.effective, document.effective_from),
        (strings.ends, document.effective_to),
        (strings.authority, f"{strings.authorities[document.authority]}; "
                            f"{strings.verified[document.verified]}"),
        (strings.checked, document.as_of),
    ]
    is_address = document.source_url is not None and is_web_address(document.source_url)
    return {
        "document": document, "day": place.day,
        "day_shown": format_day(place.day, place.language),
        "facts": [
            (name, format_day(value, place.language) if isinstance(value, date) else value)
            for name, value in facts if value
        ],
        "badges": Markup(
            render_badge(validity, place.language)
            + render_kind_badge(document, document.text_kind == "digest", place.language)
            + render_successors(
                validity, library.documents, place.language, f"&as_of={place.day.isoformat()}"
            )
        ),
        "source_url": document.source_url if is_address else None,
    }


def legal_citation(
    library: Library, document: Document, provision_id: str, language: Language
) -> str:
    """The provision as a lawyer cites it, with number, adoption and day of effect."""
    named = document if document.language == language else (
        library.document_of(document.id, language) or document
    )
    label = provision_label(library, document, provision_id, language)
    words = (
        ("số {0}", "{0} ban hành ngày {1}", "ban hành ngày {1}", "có hiệu lực từ {0}")
        if language == "vi" else
        ("No. {0}", "adopted by {0} on {1}", "adopted on {1}", "in force from {0}")
    )
    parts = [words[0].format(named.number)] if named.number else []
    if named.adopted:
        adopted = format_day(named.adopted, language)
        parts.append(words[1 if named.issuer else 2].format(named.issuer, adopted))
    if named.effective_from:
        parts.append(words[3].format(format_day(named.effective_from, language)))
    return f"{label} ({', '.join(parts)})" if parts else label


def _render_relatives(library: Library, place: Place, provision: Provision) -> str:
    """Links from a provision to what it was before and what became of it."""
    before = library.concordance.predecessors(provision.id)
    after = library.concordance.successors(provision.id)
    words = {"vi": ("Trước đây", "Nay là", "Đã bỏ"), "en": ("Before", "Now", "Dropped")}[place.language]
    pieces = [_relative(library, place, words[0], row, row.old) for row in before]
    pieces += [
        _relative(library, place, words[1] if row.new else words[2], row, row.new) for row in after
    ]
    return f'<ul class="relatives">{"".join(dict.fromkeys(pieces))}</ul>' if pieces else ""


def _relative(
    library: Library, place: Place, word: str, row: ConcordanceRow, provision_id: str
) -> str:
    note = escape(row.note_vi if place.language == "vi" else row.note_en)
    held = library.document_of(provision_id.split("/")[0], place.language) if provision_id else None
    if held is None:
        return f"<li><b>{escape(word)}</b> <span>{note}</span></li>"
    address = document_address(
        held.id, place.language, text_language=held.language, as_of=place.day,
        provision_id=provision_id,
    )
    label = escape(provision_label(library, held, provision_id, place.language))
    badge = render_badge(validity_on(held, place.day), place.language)
    return (
        f'<li><b>{escape(word)}</b> <a href="{escape(address)}">{label}</a> {badge}'
        f" <span>{note}</span></li>"
    )


def _unit_of(library: Library, document: Document, provision: Provision | None) -> Provision | None:
    """The article that holds the provision, else its outermost section."""
    chain = ancestry(library, document, provision.id) if provision else []
    articles = [held for held in chain if held.level == "article"]
    sections = [held for held in chain if held.level in ("heading", "section")]
    return next(iter(articles or sections[-1:] or chain[-1:]), None)


def _path_name(document: Document, provision: Provision) -> str:
    if provision.level in ("clause", "point", "subpoint"):
        words = {"vi": ("khoản", "điểm", "tiết"), "en": ("clause", "point", "subpoint")}
        place = ("clause", "point", "subpoint").index(provision.level)
        return f"{words[document.language][place]} {provision.number}"
    if provision.level == "paragraph":
        return f"¶ {provision.number}"
    return _first_line(document, provision)


def _first_line(document: Document, provision: Provision) -> str:
    """A provision's own heading as it stands in the text."""
    lines = document.body[provision.start : provision.end].strip().splitlines() or [""]
    return re.sub(r"^#{1,6}\s+|\s*\{#[\w-]+\}\s*$", "", lines[0])
