"""Reads a stream that may stall, within a total time, whatever the library below waits for.

A client's own timeout bounds one wait for bytes, not a server that drips them; name resolution has
none at all. So the stream is read in a thread of its own, which is left behind when time is up.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
_END = object()


def read_within(make_stream: Callable[[], Iterator[T]], seconds: float) -> Iterator[T]:
    """The stream's items as they come. Raises TimeoutError when `seconds` are over before its end,
    and whatever the stream raises."""
    held: queue.Queue[object] = queue.Queue()
    is_left = threading.Event()

    def read() -> None:
        try:
            for item in make_stream():
                held.put(item)
                if is_left.is_set():
                    return
            held.put(_END)
        except BaseException as error:  # Handed to the reader below, whatever it is.
            held.put(_Failure(error))

    # LangChain keeps the run under way in a context variable.
    threading.Thread(target=copy_context().run, args=(read,), daemon=True).start()
    end = time.monotonic() + seconds
    try:
        yield from _items(held, end)
    finally:
        is_left.set()


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _items(held: queue.Queue[object], end: float) -> Iterator[T]:
    while True:
        try:
            item = held.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            raise TimeoutError("the model took longer than the time allowed") from None
        if item is _END:
            return
        if isinstance(item, _Failure):
            raise item.error
        yield item  # type: ignore[misc]
