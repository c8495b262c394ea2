"""A stream within a time: items as they come, errors as they are, and no waiting beyond it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from assistant.bounded_stream import read_within


def test_items_come_in_order() -> None:
    assert list(read_within(lambda: iter(range(5)), 5)) == [0, 1, 2, 3, 4]


def test_items_come_before_the_end() -> None:
    is_over = threading.Event()

    def stream() -> Iterator[int]:
        yield 1
        is_over.wait(5)
        yield 2

    items = read_within(stream, 5)
    assert next(items) == 1
    is_over.set()
    assert list(items) == [2]


@pytest.mark.parametrize("gap_seconds", [30.0, 0.05], ids=["stalled", "dripping"])
def test_time_over_is_an_error_at_that_time(gap_seconds: float) -> None:
    def stream() -> Iterator[int]:
        for number in range(1000):
            time.sleep(gap_seconds)
            yield number

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        list(read_within(stream, 0.4))
    assert time.monotonic() - started < 2


def test_an_error_of_the_stream_is_the_readers() -> None:
    def stream() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    items = read_within(stream, 5)
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken"):
        next(items)


def test_a_reader_that_leaves_ends_the_reading() -> None:
    taken = []

    def stream() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number
            time.sleep(0.02)

    items = read_within(stream, 5)
    next(items)
    items.close()  # type: ignore[attr-defined]
    time.sleep(0.2)
    held = len(taken)
    time.sleep(0.2)
    assert len(taken) == held < 50
