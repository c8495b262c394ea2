"""What a metric looks at: one sample, what the assistant answered, and the corpus it answered from.

Metrics check the answer against the corpus themselves and never take the pipeline's word for it: a
verification that stopped working would otherwise certify itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from assistant.answer_text import render_text
from assistant.library import Library
from assistant.schema import (
    Answer,
    AsOf,
    Citation,
    Claim,
    EvaluationSample,
    MetricValue,
    RetrievedChunk,
)

# A value, or None where the metric does not apply, and what it rests on: ids, numbers and ✓ or ✗,
# which need no translation.
Finding = tuple[float | None, str]
NOT_APPLICABLE: Finding = (None, "")


@dataclass(frozen=True)
class Measured:
    """One answered sample. `again` is the answer to the same question asked once more, if it was.

    `seconds` is the time that the assistant took, `today` the day that counts as today.
    """

    sample: EvaluationSample
    answer: Answer
    library: Library
    today: date
    seconds: float
    again: Answer | None = None

    @cached_property
    def text(self) -> str:
        """The answer as printed, with notices and sources."""
        return render_text(self.answer)

    @cached_property
    def own_words(self) -> str:
        """The claims that are said in the assistant's own words."""
        claims = self.answer.claims
        return "\n".join(claim.text for claim in claims if claim.kind in ("statement", "frame"))

    @cached_property
    def spoken(self) -> str:
        """All that is said and quoted, without notices, markers and the list of sources."""
        pieces = []
        for claim in self.answer.claims:
            pieces.append(claim.text)
            pieces += [cell.text for row in claim.rows for cell in row]
        return "\n".join(pieces)

    @cached_property
    def found(self) -> tuple[RetrievedChunk, ...]:
        """Chunks that the search gave, best first; those followed from a citation are not among
        them (their rank is 0)."""
        held = [item for item in self.answer.retrieved if item.rank > 0]
        return tuple(sorted(held, key=lambda item: item.rank))

    @cached_property
    def cited(self) -> tuple[Citation, ...]:
        """Citations that claims rest on, in the order in which claims name them; the nearest
        provisions that a refusal points to are no evidence."""
        by_number = {citation.number: citation for citation in self.answer.citations}
        numbers = dict.fromkeys(n for claim in self.answer.claims for n in numbers_of(claim))
        return tuple(by_number[n] for n in numbers if n in by_number)

    @cached_property
    def expected_day(self) -> AsOf:
        """The time that the answer should be true for: said in the question, else the sample's
        day, else today."""
        asked = self.answer.query.as_of
        if asked.source == "said":
            return asked
        day = self.sample.as_of or self.today
        return AsOf(day, day, "chosen" if self.sample.as_of else "today")

    @property
    def is_answered(self) -> bool:
        return not self.answer.abstained


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with its place in reports. `unit` is a share (0 to 1), seconds or US dollars.

    `measure` carries definition and source in its docstring.
    """

    name: str
    group: str
    vi: str
    en: str
    measure: Callable[[Measured], Finding]
    is_higher_better: bool = True
    unit: str = "share"

    def value_of(self, measured: Measured) -> MetricValue:
        value, why = self.measure(measured)
        return MetricValue(self.name, None if value is None else round(value, 6), why)

    @property
    def definition(self) -> str:
        """The docstring of the function, in one line."""
        return " ".join((self.measure.__doc__ or "").split())


def numbers_of(claim: Claim) -> tuple[int, ...]:
    """Citation numbers of a claim, those of its cells among them."""
    cells = (number for row in claim.rows for cell in row for number in cell.citations)
    return tuple(dict.fromkeys((*claim.citations, *cells)))


def share(hits: int, of: int) -> float | None:
    """None for nothing to count."""
    return hits / of if of else None


def mark(is_good: bool) -> str:
    return "✓" if is_good else "✗"
