"""How often one address may do something: counted in a window, per address, without growing."""

from __future__ import annotations

from ui.limits import MOST_ADDRESSES, RateLimit


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_events_are_counted_within_the_window_and_per_address() -> None:
    clock = Clock()
    limit = RateLimit(2, 60, clock)
    assert limit.count("a") and limit.count("a") and not limit.count("a")
    assert limit.is_reached("a") and not limit.is_reached("b") and limit.count("b")
    clock.seconds = 59
    assert not limit.count("a")
    clock.seconds = 61
    assert limit.count("a"), "what was refused did not count"


def test_addresses_are_forgotten_the_longest_silent_first() -> None:
    limit = RateLimit(1, 60, Clock())
    for number in range(MOST_ADDRESSES + 10):
        limit.count(str(number))
    assert not limit.is_reached("0") and limit.is_reached(str(MOST_ADDRESSES + 9))
