"""What one visitor's page holds: the turns of a conversation. Kept in `gr.State`, never shared.

Turns hold answers and not HTML, so that a switch of the page language shows them anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from assistant.schema import Answer, Query

TurnState = Literal["working", "answered", "stopped", "failed"]
ProblemKind = Literal[
    "empty", "too_long", "bad_date", "question", "index", "locked", "setup", "bug"
]

# An answer with its retrieved chunks is some 100 kB: a page left open must not grow without end.
MOST_TURNS = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a turn failed: `kind` names a sentence of the page, `detail` says what to do next."""

    kind: ProblemKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and as much of its answer as has arrived. `shown_claims` counts from the first."""

    number: int
    question: str
    state: TurnState = "working"
    query: Query | None = None
    answer: Answer | None = None
    shown_claims: int = 0
    problem: Problem | None = None

    @property
    def is_reinterpreted(self) -> bool:
        """Whether what was searched is not what was typed: the reader may want it undone."""
        return self.query is not None and (self.query.restored or self.query.followed_up)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns, oldest first."""

    turns: tuple[Turn, ...] = ()

    @property
    def latest(self) -> Turn | None:
        return self.turns[-1] if self.turns else None

    @property
    def previous_query(self) -> Query | None:
        """The query that a follow-up follows: that of the last finished answer."""
        answered = [turn.query for turn in self.turns if turn.state == "answered"]
        return answered[-1] if answered else None

    def new_turn(self, question: str) -> Turn:
        return Turn(self.turns[-1].number + 1 if self.turns else 1, question)

    def with_turn(self, turn: Turn) -> Conversation:
        """The conversation with the turn added or replaced; earlier failures are dropped."""
        kept = [t for t in self.turns if t.number != turn.number and t.state != "failed"]
        return Conversation((*kept, turn)[-MOST_TURNS:])

    def stopped(self) -> Conversation:
        """The conversation with an unfinished last turn marked as stopped."""
        latest = self.latest
        if latest is None or latest.state != "working":
            return self
        return self.with_turn(replace(latest, state="stopped"))
