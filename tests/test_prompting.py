"""Prompts are checked when they are loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.errors import ConfigurationError
from assistant.prompting import REFUSAL, load_prompts

SHIPPED = Path(__file__).parents[1] / "assistant" / "prompts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "prompts"))


def test_every_prompt_is_there_in_both_languages_and_names_the_refusal() -> None:
    prompts = load_prompts()
    assert len(prompts) == len(list(SHIPPED.glob("*.txt"))) == 6
    values = {
        "as_of": "A", "sources": "{not a variable}", "question": "Q", "faults": "F", "previous": "P"
    }
    for (purpose, _), prompt in prompts.items():
        text = prompt.invoke(values).to_string()
        assert (REFUSAL in text) == (purpose != "condense") and "Q" in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{question}", "{qestion}", "qestion"),
        ("{sources}", "", "sources"),
        ("{question}", "{question} {extra}", "extra"),
        ("\n---\n", "\n", "---"),
        ("{question}", "{question", "answer.vi.txt"),
    ],
)
def test_a_typo_fails_at_load_and_names_the_file(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "answer.vi.txt"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ConfigurationError, match=f"answer.vi.txt.*{said}|{said}"):
        load_prompts(folder)


def test_a_missing_prompt_is_named(folder: Path) -> None:
    (folder / "repair.en.txt").unlink()
    with pytest.raises(ConfigurationError, match=r"repair\.en\.txt"):
        load_prompts(folder)
