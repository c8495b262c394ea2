"""How a sample ended, in one word, and which samples are worst."""

from __future__ import annotations

from assistant.evaluation.summary import ResultRow

# Worst first; also the order of the parts of the summary's bar, read backwards.
STATUSES = ("error", "answered_wrong", "wrong", "refused_wrong", "partial", "unjudged",
            "refused_right", "right")
_GRADES = ("required_facts", "citation_recall", "recall_at_5", "grounded_sentences")


def outcome(row: ResultRow) -> str:
    """One of STATUSES."""
    if row.error is not None:
        return "error"
    if row.answerable is False:
        return "refused_right" if row.abstained else "answered_wrong"
    if row.abstained and row.answerable:
        return "refused_wrong"
    right = row.metrics.get("right")
    if right is None:
        return "unjudged"
    if right >= 0.5:
        return "right"
    has_some = any((row.metrics.get(name) or 0.0) > 0 for name in _GRADES[:2])
    return "partial" if has_some else "wrong"


def goodness(row: ResultRow) -> float:
    """Lowest is shown first: the outcome's place, then the mean of what can be graded."""
    grades = [value for name in _GRADES if (value := row.metrics.get(name)) is not None]
    mean = sum(grades) / len(grades) if grades else 0.5
    return STATUSES.index(outcome(row)) + 0.999 * mean
