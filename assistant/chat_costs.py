"""What chat models cost: a line a request in the data folder, and the limits of a day.

The file is only ever appended to, so several processes share it and a crash loses at most the
request under way. It holds no question and no answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.config import Settings
from assistant.schema import ModelUsage

# A token is at least about three bytes of Vietnamese or English in today's vocabularies.
_BYTES_PER_TOKEN = 3


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few, for any model."""
    return len(text.encode("utf-8")) // _BYTES_PER_TOKEN + 1


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens; None where unknown."""

    input_usd: float | None = None
    output_usd: float | None = None

    def cost(self, input_tokens: int, output_tokens: int) -> float | None:
        """US dollars, or None where a price is unknown."""
        if self.input_usd is None or self.output_usd is None:
            return None
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / 1_000_000


class UsageLog:
    """Appends usage and says whether a limit of the day is reached."""

    def __init__(self, settings: Settings) -> None:
        self._file: Path = settings.chat_usage_file
        self._daily_usd, self._daily_tokens = settings.chat_daily_usd, settings.chat_daily_tokens
        self.prices = Prices(
            settings.chat_input_usd_per_million_tokens, settings.chat_output_usd_per_million_tokens
        )

    def record(self, model: str, usage: ModelUsage) -> None:
        """Append what one request took."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"), "model": model,
            "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens,
            "cost_usd": usage.cost_usd, "is_estimated": usage.is_estimated,
            "seconds": usage.seconds,
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")

    def is_exhausted(self) -> bool:
        """Whether what was used today (UTC) reaches a limit."""
        if self._daily_usd is None and self._daily_tokens is None:
            return False
        lines = self._lines_of(datetime.now(UTC).date().isoformat())
        tokens = sum(line["input_tokens"] + line["output_tokens"] for line in lines)
        dollars = sum(line["cost_usd"] or 0.0 for line in lines)
        return (self._daily_tokens is not None and tokens >= self._daily_tokens) or (
            self._daily_usd is not None and dollars >= self._daily_usd
        )

    def _lines_of(self, day: str) -> list[Mapping[str, Any]]:
        if not self._file.is_file():
            return []
        found = []
        for text in self._file.read_text(encoding="utf-8").splitlines():
            try:
                line = json.loads(text)
            except json.JSONDecodeError:
                continue  # a line torn by a crash
            if line.get("at", "").startswith(day):
                found.append(line)
        return found


def add_usage(one: ModelUsage | None, other: ModelUsage) -> ModelUsage:
    """Both together; the cost is unknown when either's is."""
    if one is None:
        return other
    costs = (one.cost_usd, other.cost_usd)
    return ModelUsage(
        one.requests + other.requests,
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        None if costs[0] is None or costs[1] is None else costs[0] + costs[1],
        one.is_estimated or other.is_estimated,
        round(one.seconds + other.seconds, 3),
    )
