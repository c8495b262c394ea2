"""What all pages share: the frame, its header with the pages served, its footer, the visitor's choices.

Templates escape every value; what is HTML already comes as `Markup` from the renderers, which escape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request

from assistant.schema import Language
from ui.access import SESSION_COOKIE
from ui.render import Privacy, footer_lines
from ui.source_cards import Documents
from ui.strings import STRINGS, preferred_language

LANGUAGE_COOKIE, THEME_COOKIE = "lang", "theme"
PATHS = ("/", "/documents", "/corpus", "/evaluate")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the frame of a page depends on. `mounted` are the paths that this server has."""

    documents: Documents
    language: Language
    path: str
    theme: Literal["", "light", "dark"] = ""
    mounted: frozenset[str] = field(default_factory=lambda: frozenset(PATHS[:2]))
    is_logged_in: bool = False
    privacy: Privacy = Privacy()


def page_language(request: Request) -> Language:
    """The language chosen in the address, else remembered in the browser, else the browser's."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen == "vi":
            return "vi"
        if chosen == "en":
            return "en"
    return preferred_language(request.headers.get("accept-language", ""))


def page_theme(request: Request) -> Literal["", "light", "dark"]:
    """The theme chosen in this browser; empty follows the system."""
    chosen = request.cookies.get(THEME_COOKIE)
    return "dark" if chosen == "dark" else "light" if chosen == "light" else ""


def make_frame(
    request: Request, documents: Documents, mounted: frozenset[str], privacy: Privacy
) -> Frame:
    return Frame(
        documents, page_language(request), request.url.path, page_theme(request), mounted,
        is_logged_in=SESSION_COOKIE in request.cookies, privacy=privacy,
    )


def render_page(name: str, frame: Frame, **values: Any) -> str:
    """A page of ours: the template `name` within the frame."""
    return render_template(name, **_frame_values(frame), **values)


def render_banner(request: Request, mounted: frozenset[str]) -> str:
    """The header for a page that Gradio lays out, with its style and script."""
    return render_template(
        "banner.html", **_frame_values(make_frame(request, {}, mounted, Privacy()))
    )


def render_template(name: str, **values: Any) -> str:
    return _environment().get_template(name).render(**values)


def _frame_values(frame: Frame) -> Mapping[str, Any]:
    strings, other = STRINGS[frame.language], "en" if frame.language == "vi" else "vi"
    links = [
        {"path": path, "name": name, "is_current": path == (frame.path.rstrip("/") or "/")}
        for path, name in zip(PATHS, strings.pages, strict=True) if path in frame.mounted
    ]
    return {
        "s": strings, "lang": frame.language, "other": other, "theme": frame.theme, "links": links,
        "path": frame.path, "is_logged_in": frame.is_logged_in,
        "footer": footer_lines(frame.documents, frame.privacy, frame.language) if frame.documents else (),
    }


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("ui"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )
    made.filters["query"] = lambda values: urlencode(values)
    return made
