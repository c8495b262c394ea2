"""What every response of the page carries, and what the page refuses, whatever Gradio does.

The policy allows this server alone. Our own pages have no inline script or style. Those that Gradio
makes (`gradio_paths`) have, so each of them gets a nonce of its own instead of `unsafe-inline`: markup
that slipped into a text could not run. Inline styles stay allowed there, for Gradio sets them on most
elements.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.strings import preferred_language

_COMMON_POLICY = (
    "connect-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# Our own pages have neither an inline script nor an inline style.
_OWN_POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; " + _COMMON_POLICY
_GRADIO_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    + _COMMON_POLICY
)
# Gradio's front end has no Vietnamese and calls every page English; screen readers and browsers'
# offers to translate go by that, so the page's own language is put back whenever it changes.
_KEEP_LANGUAGE = b"""<script>
new MutationObserver(() => {
  const heading = document.querySelector(".heading[lang]"), page = document.documentElement;
  if (heading && page.lang !== heading.lang) page.lang = heading.lang;
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["lang"]});
</script></head>"""
_HEADERS = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
# The chat takes no files, but Gradio's upload route stores whatever is posted to it.
_REFUSED_PATHS = ("/gradio_api/upload", "/upload")


def is_loopback(host: str) -> bool:
    """Whether the name or address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class PageSecurity:
    """ASGI middleware: headers, a nonce for each Gradio page, refusal of foreign hosts and uploads.

    `make_banner` gives the HTML that is put at the head of each Gradio page: our header.
    `host_names` are the names that the page may be called by; None lets any name pass, for a server
    that others reach has a login, and its session is bound to the name that it was made under.
    """

    def __init__(
        self, app: ASGIApp, host_names: frozenset[str] | None = frozenset(),
        gradio_paths: tuple[str, ...] = (), make_banner: Callable[[Scope], str] = lambda _: "",
    ) -> None:
        self._app, self._host_names, self._gradio_paths = app, host_names, gradio_paths
        self._make_banner = make_banner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), str(scope["path"])
        is_gradio = any(path == root or path.startswith(root + "/") for root in self._gradio_paths)
        response = _Response(
            send, headers.get("accept-language", ""), is_gradio=is_gradio,
            make_banner=lambda: self._make_banner(scope),
        )
        refused = self._refusal(path, headers.get("host", ""))
        await (refused or self._app)(scope, receive, response.send)

    def _refusal(self, path: str, host: str) -> PlainTextResponse | None:
        # A page of another site whose name is made to point here (DNS rebinding) is a foreign host.
        name = re.sub(r":\d+$", "", host)
        if self._host_names is not None and not is_loopback(name) and name not in self._host_names:
            return PlainTextResponse("Unknown host.", status_code=400)
        if path.rstrip("/") in _REFUSED_PATHS:
            return PlainTextResponse("This page takes no files.", status_code=403)
        return None


class _Response:
    """Adds the headers; a page of Gradio's is held back until it is whole, to mark its scripts."""

    def __init__(
        self, send: Send, accept_language: str, *, is_gradio: bool, make_banner: Callable[[], str]
    ) -> None:
        self._send, self._language = send, preferred_language(accept_language)
        self._is_gradio, self._make_banner = is_gradio, make_banner
        self._nonce = secrets.token_urlsafe(16)
        self._held: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            # A route of ours may set a stricter one, never a laxer.
            policy = _GRADIO_POLICY.format(nonce=self._nonce) if self._is_gradio else _OWN_POLICY
            is_own = "content-security-policy" in headers
            headers.setdefault("content-security-policy", policy)
            if self._is_gradio and not is_own and headers.get("content-type", "").startswith("text/html"):
                self._held = message
                return
        elif self._held is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._held)
            return
        await self._send(message)

    async def _send_page(self, start: Message) -> None:
        whole = self._body.replace(b"</head>", _KEEP_LANGUAGE, 1)
        banner = self._make_banner().encode("utf-8")
        whole = re.sub(rb"<body[^>]*>", lambda body: body.group() + banner, whole, count=1)
        marked = whole.replace(b"<script", f'<script nonce="{self._nonce}"'.encode())
        page = marked.replace(b'lang="en"', f'lang="{self._language}"'.encode(), 1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(page))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": page})
