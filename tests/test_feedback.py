"""Feedback: appended whole, read back, made into samples that say no more than is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner
from ui_samples import TODAY, make_answer, make_query

from assistant.cli import app
from assistant.feedback import Feedback, FeedbackLog, answer_id
from assistant.schema import AsOf


def tell(log: FeedbackLog, question: str, *, is_helpful: bool, **changes: object) -> None:
    answer = make_answer(question, **changes)
    log.append(Feedback.of(answer, is_helpful=is_helpful, reason="", comment="“Ừ”\nxong"))


def test_feedback_comes_back_as_it_was_told(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "new" / "feedback.jsonl")
    assert list(log.read()) == [] and log.samples() == ()
    tell(log, "Ai chủ trì?", is_helpful=True)
    (held,) = log.read()
    assert (held.question, held.comment, held.corpus_version) == ("Ai chủ trì?", "“Ừ”\nxong", "7")
    assert held.cited == ("law-1/art-1/cl-1",) and held.answer_id == answer_id(make_answer("Ai chủ trì?"))


def test_a_line_cut_off_by_a_crash_is_left_out(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "feedback.jsonl")
    tell(log, "Một?", is_helpful=True)
    whole = log.file.read_text(encoding="utf-8")
    log.file.write_text(whole + whole[:40] + "\n", encoding="utf-8")
    assert len(list(log.read())) == 1


def test_samples_take_as_gold_only_what_a_reader_praised(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "feedback.jsonl")
    chosen = make_query("Hai?", as_of=AsOf(TODAY, TODAY, "chosen"))
    tell(log, "Một?", is_helpful=True)
    tell(log, "Hai?", is_helpful=False, query=chosen)
    tell(log, "Ba?", is_helpful=True, abstained=True)
    praised, blamed, refused = log.samples()
    assert praised.gold_provisions == ("law-1/art-1/cl-1",) and praised.answerable is True
    assert blamed.gold_provisions == () and blamed.answerable is None and blamed.as_of == TODAY
    assert refused.answerable is False and refused.gold_provisions == ()


def test_the_newest_word_on_an_answer_counts(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "feedback.jsonl")
    tell(log, "Một?", is_helpful=True)
    tell(log, "Một?", is_helpful=False)
    (sample,) = log.samples()
    assert "not_helpful" in sample.tags


def test_export_prints_json_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_DATA_FOLDER", str(tmp_path))
    nothing = CliRunner().invoke(app, ["feedback", "export"])
    assert nothing.exit_code == 2
    tell(FeedbackLog(tmp_path / "feedback.jsonl"), "Một?", is_helpful=True)
    printed = CliRunner().invoke(app, ["feedback", "export"])
    values = json.loads(printed.stdout)
    assert values["question"] == "Một?" and values["gold_provisions"] == ["law-1/art-1/cl-1"]
    target = tmp_path / "out.jsonl"
    CliRunner().invoke(app, ["feedback", "export", "-o", str(target)])
    assert json.loads(target.read_text(encoding="utf-8")) == values
