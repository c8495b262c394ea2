"""Spares a dead provider, and the reader the wait: after failures in a row it is left alone a while.

Closed (asked as usual), open (not asked), half-open (one question tries whether it is back).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half_open"]
FAILURES_TO_OPEN = 3
SECONDS_OPEN = 60.0


class CircuitBreaker:
    """One per model, shared by the threads that ask it."""

    def __init__(
        self,
        failures_to_open: int = FAILURES_TO_OPEN,
        seconds_open: float = SECONDS_OPEN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._seconds, self._clock = failures_to_open, seconds_open, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._tried_at: float | None = None  # when it opened, or when the last trial began

    @property
    def state(self) -> State:
        with self._lock:
            return self._state()

    def admit(self) -> bool:
        """Whether to ask now. Half-open it admits one trial, and the next only `seconds_open` later
        if that trial is never reported."""
        with self._lock:
            state = self._state()
            if state == "half_open":
                self._tried_at = self._clock()
            return state != "open"

    def succeeded(self) -> None:
        with self._lock:
            self._failures, self._tried_at = 0, None

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._tried_at = self._clock()

    def _state(self) -> State:
        if self._tried_at is None:
            return "closed"
        return "half_open" if self._clock() - self._tried_at >= self._seconds else "open"
