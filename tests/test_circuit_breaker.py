"""The breaker by a clock of the test's own."""

from __future__ import annotations

from assistant.circuit_breaker import CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def opened() -> tuple[CircuitBreaker, Clock]:
    clock = Clock()
    breaker = CircuitBreaker(failures_to_open=2, seconds_open=10, clock=clock)
    breaker.failed()
    breaker.failed()
    return breaker, clock


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = CircuitBreaker(failures_to_open=2, clock=Clock())
    for _ in range(3):
        breaker.failed()
        breaker.succeeded()
    assert breaker.state == "closed" and breaker.admit()


def test_open_it_admits_nothing() -> None:
    breaker, _ = opened()
    assert breaker.state == "open" and not breaker.admit()


def test_half_open_it_admits_one_trial() -> None:
    breaker, clock = opened()
    clock.now = 10.0
    assert breaker.state == "half_open"
    assert breaker.admit() and not breaker.admit()


def test_a_trial_that_succeeds_closes_it_and_one_that_fails_opens_it_again() -> None:
    breaker, clock = opened()
    clock.now = 10.0
    assert breaker.admit()
    breaker.failed()
    assert breaker.state == "open"
    clock.now = 20.0
    assert breaker.admit()
    breaker.succeeded()
    assert breaker.state == "closed"


def test_a_trial_that_is_never_reported_does_not_block_for_ever() -> None:
    breaker, clock = opened()
    clock.now = 10.0
    assert breaker.admit()
    clock.now = 20.0
    assert breaker.admit()
