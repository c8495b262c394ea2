"""HTML and saved portal pages: the text of the law or article, without the site around it.

Decision: a legal text is found by its articles. On Vietnamese law portals everything stands in
tables and hidden tabs, where an extractor made for news (trafilatura) keeps the menus and loses the
law, so the innermost element that holds all its articles is taken. Other pages go to trafilatura.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections import Counter
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from assistant.errors import UnreadableError
from assistant.loading.detecting import detect_file
from assistant.loading.draft import Draft, Job
from assistant.loading.encodings import decode_bytes, repair_pieces
from assistant.loading.extracted import ReadingNote
from assistant.loading.html_lines import render_lines

_NEVER_SHOWN = (
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "head",
    "link", "meta", "input", "select", "button", "textarea", "audio", "video", "nav",
)  # fmt: skip
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)", re.IGNORECASE
)
_ARTICLE = re.compile(r"\s*(?:[ĐÐ]iều|ĐIỀU|Article|ARTICLE)\s+(\d{1,4}[a-zđ]?)\s*[.:\-–—]?")
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_FEWEST_ARTICLES = 3
_FEWEST_BUTTONS = 8
_BLOCKS = ("p", "div", "td", "li", "h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "a", "span")


def read_html(job: Job) -> Draft:
    """Read a page, or one saved with its pictures as MHTML. Raises UnreadableError where it is empty."""
    kind = detect_file(job.path)
    data = job.path.read_bytes()
    text, encoding = _decode(_unwrap(data) if kind == "mhtml" else data)
    root = _parse(text, job.name)
    notes = _strip_never_shown(root)
    container = find_law(root)
    if container is not None:
        notes += _strip_hidden(container)
        lines = _drop_buttons(render_lines(container))
    else:
        notes += _strip_hidden(root)
        lines = _extract_article(root)
    repaired = repair_pieces(["\n".join(lines) + "\n"])
    encoding = repaired.encoding or encoding
    return Draft(kind, repaired.pieces, notes=[*repaired.notes, *notes], encoding=encoding)


def _unwrap(data: bytes) -> bytes:
    """The page inside an MHTML file, which is an e-mail message."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else b""
    return b""


def _decode(data: bytes) -> tuple[str, str]:
    """The page's text: what it declares is believed where it decodes, else the bytes are looked at."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = declared.group(1).decode("ascii", "replace").lower()
        try:
            return data.decode(name), name
        except (UnicodeDecodeError, LookupError):
            pass
    decoded = decode_bytes(data)
    return decoded.text, decoded.encoding


def _parse(text: str, name: str) -> Any:
    # A declaration in the text contradicts the text, which is decoded already.
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text).replace("\x00", "")
    try:
        return lxml_html.document_fromstring(text, parser=lxml_html.HTMLParser(huge_tree=True))
    except (etree.ParserError, ValueError) as error:
        raise UnreadableError(
            f"Trang {name} không có nội dung. Hãy lưu lại trang từ trình duyệt.",
            f"The page {name} has no content. Save it again from the browser.",
        ) from error


def _strip_never_shown(root: Any) -> list[ReadingNote]:
    scripts = len(list(root.iter("script")))
    for element in list(root.iter(*_NEVER_SHOWN, etree.Comment, etree.ProcessingInstruction)):
        if element.getparent() is not None:
            element.drop_tree()
    if not scripts:
        return []
    return [
        ReadingNote(
            "scripts_removed",
            "info",
            f"Đã bỏ {scripts} đoạn mã (script) của trang.",
            f"{scripts} scripts of the page were left out.",
        )
    ]


def find_law(root: Any) -> Any | None:
    """The innermost element that holds all the articles of a page; None where it has hardly any."""
    numbers: dict[Any, set[str]] = {}
    for element in root.iter(*_BLOCKS):
        found = _ARTICLE.match(element.text or "")
        if not found or any(parent.tag == "a" and parent.get("href") for parent in _up(element)):
            continue
        for parent in element.iterancestors():
            numbers.setdefault(parent, set()).add(found.group(1))
    most = max((len(found) for found in numbers.values()), default=0)
    if most < _FEWEST_ARTICLES:
        return None
    whole = [element for element, found in numbers.items() if len(found) == most]
    outer = {parent for element in whole for parent in element.iterancestors()}
    innermost = [element for element in whole if element not in outer]
    return _widen(_choose(root, innermost))


def _drop_buttons(lines: list[str]) -> list[str]:
    """Without the few words that a portal repeats after each provision ("Đang theo dõi", "In")."""
    counts = Counter(line for line in lines if len(line.split()) <= 5 and line[-1].isalnum())
    buttons = {line for line, count in counts.items() if count >= _FEWEST_BUTTONS}
    return [line for line in lines if line not in buttons or _ARTICLE.match(line)]


def _up(element: Any) -> list[Any]:
    return [element, *element.iterancestors()]


def _choose(root: Any, candidates: list[Any]) -> Any:
    """The first of the long ones: a list of contents is short, and a translation comes second."""
    sizes = {element: len(element.text_content()) for element in candidates}
    longest = max(sizes.values())
    return next(element for element in root.iter() if sizes.get(element, 0) >= 0.5 * longest)


def _widen(element: Any) -> Any:
    """Outwards while what is added is the text's own head and signature, not the site's menus."""
    while (parent := element.getparent()) is not None and parent.tag != "html":
        inner, outer = len(_words(element)), len(_words(parent))
        links = sum(len(_words(link)) for link in parent.iter("a")) - sum(
            len(_words(link)) for link in element.iter("a")
        )
        added = outer - inner
        if added > 0.1 * inner or links > 0.3 * max(added, 1):
            break
        element = parent
    return element


def _words(element: Any) -> list[str]:
    text: str = element.text_content()
    return text.split()


def _strip_hidden(container: Any) -> list[ReadingNote]:
    """Drop what a browser would not show, unless the articles themselves lie in it (a closed tab)."""
    dropped = 0
    for element in list(container.iterdescendants()):
        if not isinstance(element.tag, str) or element.getparent() is None or not _is_hidden(element):
            continue
        if any(_ARTICLE.match(inner.text or "") for inner in element.iter(*_BLOCKS)):
            continue
        dropped += bool(element.text_content().strip())
        element.drop_tree()
    if not dropped:
        return []
    return [
        ReadingNote(
            "hidden_removed",
            "info",
            f"Đã bỏ {dropped} phần bị ẩn của trang.",
            f"{dropped} hidden parts of the page were left out.",
        )
    ]


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDING.search(element.get("style") or ""))


def _extract_article(root: Any) -> list[str]:
    """The main text of a page that is no law; of a page that is nothing but text, all of it."""
    import trafilatura

    found = trafilatura.extract(
        root, output_format="markdown", include_comments=False, include_tables=True, include_links=False
    )
    everything = render_lines(root)
    size = sum(map(len, everything))
    if found and (len(found) > 0.5 * size or len(found) > 1500):
        return str(found).splitlines()
    return everything
