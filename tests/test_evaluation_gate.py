"""Our own gate: the reported questions over the whole shipped corpus, as `make test` and CI run it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assistant.build import Workspace, index_shipped_corpus
from assistant.config import Settings
from assistant.evaluation.session import Request, Session

QUESTIONS = Path(__file__).parents[1] / "corpus" / "questions"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_reported_questions_pass_the_gate(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = make_settings()
    index_shipped_corpus(Workspace(settings))
    request = Request(
        QUESTIONS / "report.jsonl", out=tmp_path / "run", gate=QUESTIONS / "gate.toml",
        today=date(2026, 11, 22), check_determinism=5,
    )
    session = Session(request, settings)
    session.open()
    for _ in session.steps():
        pass
    report = session.report()
    assert not report.reasons, "\n".join(report.reasons)
    assert report.summary.metrics["determinism"].value == 1.0
