"""Tokens and cost: counted in a file that survives crashes, and limited by the day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.chat_costs import Prices, UsageLog, add_usage, estimate_tokens
from assistant.config import Settings
from assistant.schema import ModelUsage


def log(folder: Path, **values: Any) -> UsageLog:
    return UsageLog(Settings(data_folder=folder, **values))


def test_a_limit_holds_across_processes_and_torn_lines(tmp_path: Path) -> None:
    log(tmp_path, chat_daily_tokens=100).record("openai:x", ModelUsage(1, 60, 30))
    with (tmp_path / "chat-usage.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"at": "20')
        stream.write("\n")
    again = log(tmp_path, chat_daily_tokens=100)
    assert not again.is_exhausted()
    again.record("openai:x", ModelUsage(1, 9, 1))
    assert again.is_exhausted() and not log(tmp_path).is_exhausted()


def test_another_days_usage_does_not_count(tmp_path: Path) -> None:
    line = '{"at": "2020-01-01T00:00:00+00:00", "input_tokens": 999, "output_tokens": 0, "cost_usd": 9}'
    (tmp_path / "chat-usage.jsonl").write_text(line + "\n", encoding="utf-8")
    assert not log(tmp_path, chat_daily_tokens=10, chat_daily_usd=1.0).is_exhausted()


def test_dollars_are_limited(tmp_path: Path) -> None:
    held = log(tmp_path, chat_daily_usd=0.5)
    held.record("openai:x", ModelUsage(1, 10, 10, cost_usd=0.6))
    assert held.is_exhausted()


def test_a_cost_is_known_only_with_both_prices() -> None:
    assert Prices(3.0, 15.0).cost(1_000_000, 100_000) == pytest.approx(4.5)
    assert Prices(3.0, None).cost(1, 1) is None and Prices(0.0, 0.0).cost(5, 5) == 0.0


def test_usages_add_up() -> None:
    both = add_usage(ModelUsage(1, 10, 5, 0.1), ModelUsage(1, 20, 5, 0.2, is_estimated=True))
    assert (both.requests, both.input_tokens, both.output_tokens) == (2, 30, 10)
    assert both.cost_usd == pytest.approx(0.3) and both.is_estimated
    assert add_usage(None, both) == both
    assert add_usage(both, ModelUsage(1, 1, 1, None)).cost_usd is None


def test_vietnamese_is_not_estimated_too_low() -> None:
    text = "Bộ Công an chủ trì hợp tác quốc tế về an ninh mạng."
    assert len(text) / 3 <= estimate_tokens(text) <= len(text)
