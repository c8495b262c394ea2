"""Floors and allowed drops that a build must keep, in a small TOML file.

    fewest_samples = 100
    [floors]                 # a mean must not be below
    right = 0.65
    [ceilings]               # for metrics where lower is better
    anachronism = 0.0
    [drops]                  # against --baseline: how much worse a mean may be
    required_facts = 0.02
    [tags.unaccented.floors] # the same over the samples of one tag
    right = 0.6

Only metrics without a judge model are known here: a gate must give the same verdict twice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import EvaluationError
from assistant.evaluation.compare import Comparison, compare_runs
from assistant.evaluation.metrics import METRIC_BY_NAME, METRICS
from assistant.evaluation.summary import ResultRow, estimates

# Below this a figure has not moved: means are sums of floats.
_TOLERANCE = 1e-9
_KNOWN = frozenset(
    {metric.name for metric in METRICS if metric.unit != "seconds"} | {"seconds_p50", "seconds_p95"}
)


class _Limits(BaseModel):
    """Limits as written."""

    model_config = ConfigDict(extra="forbid")

    floors: dict[str, float] = Field(default_factory=dict)
    ceilings: dict[str, float] = Field(default_factory=dict)


class _Gate(_Limits):
    fewest_samples: int = Field(default=1, ge=1)
    most_errors: int = Field(default=0, ge=0)
    drops: dict[str, float] = Field(default_factory=dict)
    tags: dict[str, _Limits] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate that has been checked; its limits are by metric."""

    name: str
    limits: _Gate = field(repr=False)

    @property
    def needs_baseline(self) -> bool:
        return bool(self.limits.drops)


def load_gate(path: Path) -> Gate:
    """Raises EvaluationError for a file that is no gate, or names a metric that does not exist."""
    try:
        limits = _Gate.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        told = "; ".join(str(error).splitlines())
        raise EvaluationError(f"{path} is no gate: {told}. See README, “Bulk evaluation”.") from error
    named = [limits.floors, limits.ceilings, limits.drops]
    named += [held for tag in limits.tags.values() for held in (tag.floors, tag.ceilings)]
    unknown = sorted({name for held in named for name in held} - _KNOWN)
    if unknown:
        raise EvaluationError(
            f"{path} names no metric: {', '.join(unknown)}. Known: {', '.join(sorted(_KNOWN))}."
        )
    return Gate(path.name, limits)


def check_gate(
    gate: Gate, rows: Sequence[ResultRow], baseline: Sequence[ResultRow] | None = None
) -> list[str]:
    """Why the run does not pass; empty when it does. Raises EvaluationError where allowed drops
    are given without a baseline."""
    limits = gate.limits
    if gate.needs_baseline and baseline is None:
        raise EvaluationError(f"{gate.name} allows drops against a baseline: name it by --baseline.")
    errors = sum(row.error is not None for row in rows)
    reasons = []
    if len(rows) < limits.fewest_samples:
        reasons.append(f"{len(rows)} samples < {limits.fewest_samples}")
    if errors > limits.most_errors:
        reasons.append(f"{errors} errors > {limits.most_errors}")
    reasons += _broken(limits, rows, "")
    for tag, held in limits.tags.items():
        reasons += _broken(held, [row for row in rows if tag in row.tags], f"{tag}: ")
    if limits.drops and baseline is not None:
        reasons += _dropped(limits.drops, compare_runs(rows, baseline))
    return reasons


def _broken(limits: _Limits, rows: Sequence[ResultRow], place: str) -> Iterator[str]:
    found = estimates(rows)
    for name in (*limits.floors, *limits.ceilings):
        if name not in found:
            # A metric that no sample measures must not pass unseen.
            yield f"{place}{name}: no sample measures it"
    for name, floor in limits.floors.items():
        if name in found and found[name].value < floor - _TOLERANCE:
            yield f"{place}{name} {found[name].value:.4f} < {floor:g} (floor)"
    for name, ceiling in limits.ceilings.items():
        if name in found and found[name].value > ceiling + _TOLERANCE:
            yield f"{place}{name} {found[name].value:.4f} > {ceiling:g} (ceiling)"


def _dropped(drops: Mapping[str, float], comparison: Comparison) -> Iterator[str]:
    for name, allowed in drops.items():
        change = comparison.change_of(name)
        if change is None:
            yield f"{name}: no sample of both runs measures it"
            continue
        metric = METRIC_BY_NAME[name]
        worse = -change.difference.value if metric.is_higher_better else change.difference.value
        if worse > allowed + _TOLERANCE:
            yield (
                f"{name} {change.theirs:.4f} → {change.ours:.4f}: worse by {worse:.4f} > "
                f"{allowed:g} (allowed drop; 95 % {change.difference.low:+.4f} … "
                f"{change.difference.high:+.4f})"
            )


def gate_as_dict(gate: Gate, reasons: Sequence[str]) -> dict[str, Any]:
    """The verdict as JSON values."""
    return {"gate": gate.name, "passed": not reasons, "reasons": list(reasons)}
