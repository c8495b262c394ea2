"""The routes of texts: the list, a whole text, a passage for the panel. Readers' input is checked here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from assistant.library import Library
from assistant.schema import Document, Language, document_key
from assistant.text import fold
from assistant.validity import validity_on
from ui.addresses import anchor_of, document_address
from ui.document_page import Place, document_values, passage_values
from ui.document_strings import DOCUMENT_STRINGS
from ui.pages import Frame, page_language, render_page, render_template
from ui.source_cards import render_badge, render_kind_badge
from ui.strings import STRINGS


def make_document_routes(
    library: Callable[[], Library], frame: Callable[[Request], Frame],
    today: Callable[[], date] = date.today,
) -> APIRouter:
    """Routes over the current library."""
    routes = APIRouter()

    @routes.get("/documents")
    def documents(request: Request, q: str = "", kind: str = "") -> HTMLResponse:
        held, language = library(), page_language(request)
        rows = _rows(held, language, q[:200], kind, _day(request, today()))
        kinds = sorted({document.kind for document in held.documents.values()})
        return _page("documents.html", frame(request), rows=rows, q=q[:200], kind=kind, kinds=kinds,
                     day=_day(request, today()))

    @routes.get("/document/{text_id}")
    def document(request: Request, text_id: str) -> HTMLResponse:
        place = _place(request, library(), text_id, today())
        if place is None:
            return _page("not_found.html", frame(request), status_code=404)
        return _page("document.html", frame(request), **document_values(library(), place))

    @routes.get("/passage/{text_id}")
    def passage(request: Request, text_id: str) -> HTMLResponse:
        place, language = _place(request, library(), text_id, today()), page_language(request)
        if place is None:
            return HTMLResponse(f"<p>{DOCUMENT_STRINGS[language].not_found}</p>", status_code=404)
        values = passage_values(library(), place)
        html = render_template(
            "passage.html", s=STRINGS[language], d=DOCUMENT_STRINGS[language], lang=language, **values
        )
        return HTMLResponse(html)

    return routes


def _page(name: str, frame: Frame, *, status_code: int = 200, **values: Any) -> HTMLResponse:
    html = render_page(name, frame, d=DOCUMENT_STRINGS[frame.language], **values)
    return HTMLResponse(html, status_code=status_code)


def _place(request: Request, library: Library, text_id: str, today: date) -> Place | None:
    """The text asked for, in the language asked for (else the page's, else the other)."""
    page = page_language(request)
    wanted = request.query_params.get("text")
    language: Language = "vi" if wanted == "vi" else "en" if wanted == "en" else page
    day, version = _day(request, today), request.query_params.get("version")
    named = library.documents.get(document_key(text_id, language, version)) if version else None
    document = named or library.document_of(text_id, language, day)
    if document is None:
        return None
    return Place(
        document, page, day, _marked(request, document),
        _provision(library, document, request.query_params.get("at", "")),
    )


def _provision(library: Library, document: Document, anchor: str) -> Any:
    found = (p for p in library.provisions(document.key) if anchor and anchor_of(p.id) == anchor)
    return next(found, None)


def _marked(request: Request, document: Document) -> tuple[int, int] | None:
    with suppress(ValueError):
        start = int(request.query_params.get("start", ""))
        end = int(request.query_params.get("end", ""))
        if 0 <= start < end <= len(document.body):
            return start, end
    return None


def _day(request: Request, today: date) -> date:
    """The day in the address; what is no day is as good as none."""
    with suppress(ValueError):
        return date.fromisoformat(request.query_params.get("as_of", ""))
    return today


def _rows(
    library: Library, language: Language, wanted: str, kind: str, day: date
) -> list[dict[str, Any]]:
    """The texts that fit, laws first, then by number."""
    rows = []
    for text_id in library.text_ids():
        document = library.document_of(text_id, language, day)
        if document is None or kind not in ("", document.kind):
            continue
        names = fold(f"{document.label} {document.title} {document.number} {' '.join(document.aliases)}")
        if fold(wanted) not in names:
            continue
        badges = render_badge(validity_on(document, day), language) + render_kind_badge(
            document, document.text_kind == "digest", language
        )
        rows.append({
            "address": document_address(text_id, language, as_of=day), "label": document.label,
            "number": document.number or "", "language": document.language, "badges": Markup(badges),
            "order": (document.kind != "law", document.kind, document.label),
        })
    return sorted(rows, key=lambda row: row["order"])
