"""How often one address may do something. Counts are in memory: a restart forgives."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# Addresses remembered at once; the one longest silent is forgotten first.
MOST_ADDRESSES = 10_000
# Twenty saved answers of a conversation fit well; a body beyond it is no conversation of ours.
LARGEST_BODY_BYTES = 8 * 1024 * 1024


class RateLimit:
    """At most `most` events of one address in `window_seconds`; safe to share by threads."""

    def __init__(
        self, most: int, window_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._window_seconds, self._clock = most, window_seconds, clock
        self._events: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def is_reached(self, address: str) -> bool:
        with self._lock:
            return len(self._recent(address)) >= self._most

    def count(self, address: str) -> bool:
        """Count an event; False (and not counted) when the limit was reached already."""
        with self._lock:
            events = self._recent(address)
            if len(events) >= self._most:
                return False
            events.append(self._clock())
            self._events[address] = events
            while len(self._events) > MOST_ADDRESSES:
                del self._events[next(iter(self._events))]
            return True

    def _recent(self, address: str) -> deque[float]:
        """The address's events within the window; it moves to the end of the line."""
        events = self._events.pop(address, deque())
        oldest = self._clock() - self._window_seconds
        while events and events[0] <= oldest:
            events.popleft()
        if events:
            self._events[address] = events
        return events


class RequestLimits:
    """ASGI middleware: refuses huge bodies, and more posts than allowed from one address to what
    begins with one of `paths`, each path counted by itself."""

    def __init__(self, app: ASGIApp, posts_a_minute: int, paths: tuple[str, ...]) -> None:
        self._app = app
        self._limits = {path: RateLimit(posts_a_minute, 60) for path in paths}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            refused = self._refusal(scope)
            if refused is not None:
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        path = str(scope["path"])
        limit = next((held for root, held in self._limits.items() if path.startswith(root)), None)
        if limit is None:
            return None
        length = Headers(scope=scope).get("content-length", "")
        # Without a length a body could be fed for ever; browsers and clients all send one.
        if not length.isdigit() or int(length) > LARGEST_BODY_BYTES:
            return PlainTextResponse("The request is too large.", status_code=413)
        if not limit.count(str((scope.get("client") or ("unknown",))[0])):
            return PlainTextResponse(
                "Too many questions; wait a minute.", status_code=429, headers={"retry-after": "60"}
            )
        return None
