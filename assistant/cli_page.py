"""The commands around the page: a password's hash, and what readers thought of answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli_start import read_settings
from assistant.errors import QuestionError

feedback_commands = typer.Typer(
    no_args_is_help=True, help="Góp ý của người dùng / What readers thought of answers."
)


def password() -> None:
    """Tạo hàm băm mật khẩu cho trang / Make the hash of a password for the page."""
    from assistant.passwords import hash_password

    if sys.stdin.isatty():
        typed = typer.prompt("Mật khẩu / Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        typed = sys.stdin.readline().rstrip("\n")
    print(hash_password(typed))


@feedback_commands.command("export")
def export_feedback(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Tệp JSONL / The JSONL file; else printed.")
    ] = None,
) -> None:
    """Xuất góp ý thành bộ câu hỏi đánh giá / Feedback as evaluation samples, one JSON line each."""
    from assistant.feedback import FeedbackLog

    samples = FeedbackLog(read_settings().feedback_file).samples()
    if not samples:
        raise QuestionError(
            "No feedback has been given yet; it is collected by the page. / "
            "Chưa có góp ý nào; góp ý được thu trên trang hỏi đáp."
        )
    lines = "".join(json.dumps(_sample_values(sample), ensure_ascii=False) + "\n" for sample in samples)
    if output is None:
        print(lines, end="")
    else:
        output.write_text(lines, encoding="utf-8")
        print(f"{output}: {len(samples)}")


def _sample_values(sample: Any) -> dict[str, Any]:
    """The sample's fields that are known, as the question sets have them."""
    from dataclasses import asdict

    values = {name: value for name, value in asdict(sample).items() if value not in (None, ())}
    if sample.as_of is not None:
        values["as_of"] = sample.as_of.isoformat()
    return values
