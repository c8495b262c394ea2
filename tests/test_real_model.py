"""A real model on a real engine: llama.cpp serves it, and nothing unsupported is shown.

By default the model is a tiny one made here (tiny_model.py), whose sentences are nonsense under
confident citations. ASSISTANT_TEST_GGUF=path takes another.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_model

from assistant.answering import Assistant
from assistant.build import Workspace, build_assistant, shipped_corpus

pytestmark = pytest.mark.slow
pytest.importorskip("xllamacpp", reason="llama.cpp's engine: pip install xllamacpp (Linux, macOS)")
pytest.importorskip("gguf", reason="pip install gguf")
sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
QUESTIONS = 8


@pytest.fixture(scope="module")
def gguf(pytestconfig: pytest.Config) -> Path:
    """The model named in the environment, or the tiny one, made once a machine."""
    named = os.environ.get("ASSISTANT_TEST_GGUF")
    if named:
        return Path(named)
    made_by = hashlib.sha256(Path(tiny_model.__file__).read_bytes()).hexdigest()[:12]
    path = Path(pytestconfig.cache.mkdir("tiny-model")) / f"{made_by}.gguf"
    if not path.is_file():
        part = path.with_suffix(".part")
        tiny_model.make_tiny_model(part).rename(path)
    return path


@pytest.fixture(scope="module")
def assistant(small_workspace: Workspace, gguf: Path) -> Iterator[Assistant]:
    with tiny_model.serve_gguf(gguf) as address:
        chat = {
            "chat_model": "openai:local",
            "chat_base_url": address,
            "chat_timeout_seconds": 120.0,
            "chat_answer_tokens": 200,
            "chat_context_tokens": 2000,  # a long prompt takes such a machine minutes
        }
        yield build_assistant(small_workspace.settings.model_copy(update=chat))


def questions() -> list[dict[str, object]]:
    """Reported questions that the small corpus can speak to."""
    lines = (shipped_corpus() / "questions" / "report.jsonl").read_text("utf-8").splitlines()
    samples = [json.loads(line) for line in lines]
    wanted = ("topic-authorities", "topic-ais-cisa", "decree-331-2026")
    return [s for s in samples if any(g.startswith(wanted) for g in s["gold_provisions"])][:QUESTIONS]


def test_whatever_the_model_writes_nothing_unsupported_is_shown(assistant: Assistant) -> None:
    from models import measure

    counts: Counter[str] = measure(assistant, questions())
    print(dict(counts))
    assert counts["questions, model asked"] > QUESTIONS // 2, "the model was hardly asked"
    assert counts["claims shown"] > 0
    assert counts["claims shown that do not stand"] == 0


def test_its_answer_comes_over_the_wire(assistant: Assistant) -> None:
    # What such a model writes differs from one processor to the next; that it was asked does not.
    events = list(assistant.stream("Ai chủ trì hợp tác quốc tế về an ninh mạng?"))
    answer = events[-1].answer
    assert answer is not None and answer.usage is not None
    assert answer.usage.input_tokens > 500 and not answer.usage.is_estimated
