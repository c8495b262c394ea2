"""Who may do what: readers ask, editors change the corpus and run evaluations.

On a loopback address without passwords everyone is the machine's own user and may do all. Any other
address needs a login. A session is a signed cookie that names the role; its key is kept in the data
folder, and a changed password ends the sessions made with the old one.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.config import Settings
from assistant.errors import ConfigurationError
from assistant.passwords import is_password
from ui.security import is_loopback

Role = Literal["reader", "editor"]

SESSION_COOKIE = "assistant_session"
SESSION_SECONDS = 12 * 3600
EDITOR_PATHS = ("/corpus", "/evaluate")
# What a visitor needs to see the login itself, and a monitor to see that the page is alive.
_OPEN_PATHS = ("/login", "/static", "/health")
_ROLE_KEY = "assistant.role"
_ONE_TRY = threading.Lock()
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def is_editor(request: Any) -> bool:
    """Whether a request (Starlette's, or Gradio's around it) comes from someone who may edit."""
    scope: Scope = getattr(request, "request", request).scope
    return scope.get(_ROLE_KEY) == "editor"


@dataclass(frozen=True, slots=True)
class Access:
    """The rules of one server. `key` signs sessions; without passwords it is never used."""

    reader_hash: str | None
    editor_hash: str | None
    is_public: bool
    key: str

    def role_for(self, password: str) -> Role | None:
        """The role that a password opens; the editor's password opens reading too."""
        # One at a time: each try takes memory and a core, and many could be sent at once.
        with _ONE_TRY:
            if self.editor_hash and is_password(password, self.editor_hash):
                return "editor"
            if self.reader_hash and is_password(password, self.reader_hash):
                return "reader"
        return None

    def role_of(self, session: str | None) -> Role | None:
        """The role of a session cookie, or what everyone may do here."""
        if session:
            try:
                role = self._serializer.loads(session, max_age=SESSION_SECONDS)
                return "editor" if role == "editor" else "reader"
            except BadSignature:
                pass  # Too old, of an earlier password, or forged: as if there were none.
        if self.is_public or self.reader_hash:
            return None
        return "reader" if self.editor_hash else "editor"

    def make_session(self, role: Role) -> str:
        return self._serializer.dumps(role)

    @property
    def _serializer(self) -> URLSafeTimedSerializer:
        epoch = sha256(f"{self.reader_hash}|{self.editor_hash}".encode()).hexdigest()
        return URLSafeTimedSerializer(self.key, salt=epoch)


def make_access(settings: Settings) -> Access:
    """The rules that the settings ask for.

    Raises ConfigurationError for an address that others reach when no password is set.
    """
    hashes = (settings.reader_password_hash or None, settings.editor_password_hash or None)
    is_public = not is_loopback(settings.host)
    if is_public and not any(hashes):
        raise ConfigurationError(
            f"The page cannot be served on {settings.host!r} without a password. Make a hash with "
            "`assistant password`, set ASSISTANT_READER_PASSWORD_HASH or "
            "ASSISTANT_EDITOR_PASSWORD_HASH, or set ASSISTANT_HOST=127.0.0.1."
        )
    for held in hashes:
        if held:
            is_password("", held)  # A setting that is no hash is told now, not at the first login.
    return Access(*hashes, is_public, _session_key(settings.data_folder) if any(hashes) else "")


def _session_key(data_folder: Path) -> str:
    """The key of this data folder, made once, readable by its owner alone."""
    file = data_folder / "session.key"
    if not file.is_file():
        data_folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return file.read_text(encoding="ascii")


class AccessGate:
    """ASGI middleware: puts the visitor's role into the scope and turns away who may not pass.

    A posted form or script call of another site's page is refused too (its Origin names it).
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return  # Nothing here speaks it; an unguarded one must not appear with an update.
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            session = cookie_parser(headers.get("cookie", "")).get(SESSION_COOKIE)
            scope[_ROLE_KEY] = self._access.role_of(session)
            refused = _refusal(scope, headers)
            if refused is not None:
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _refusal(scope: Scope, headers: Headers) -> Response | None:
    path, role = str(scope["path"]), scope[_ROLE_KEY]
    if scope["method"] not in _READING and _is_foreign(headers):
        return PlainTextResponse("Sent by a page of another site.", status_code=403)
    if _is_under(path, _OPEN_PATHS):
        return None
    if role is None or (role == "reader" and _is_under(path, EDITOR_PATHS)):
        if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            return RedirectResponse(f"/login?next={quote(path)}", status_code=303)
        return PlainTextResponse("Log in first, at /login.", status_code=401)
    return None


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another site sent this. A form's Origin is "null" here,
    for our pages name no referrer; its Sec-Fetch-Site, and the session's SameSite, still tell."""
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin = headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc != headers.get("host", "")


def _is_under(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(root + "/") for root in roots)
