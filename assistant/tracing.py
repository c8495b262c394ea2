"""A local trace of what chat models are asked and say: a line an event, in the data folder.

Off unless ASSISTANT_CHAT_TRACE is set, for it holds questions. Nothing leaves the machine by it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult


class JsonlTracer(BaseCallbackHandler):
    """A LangChain callback handler that appends to `<folder>/<day>.jsonl`."""

    def __init__(self, folder: Path, secrets: Sequence[str] = ()) -> None:
        self._folder, self._secrets = folder, tuple(secrets)

    def on_chat_model_start(
        self, serialized: dict[str, Any], messages: list[list[BaseMessage]], *, run_id: UUID,
        **options: Any,
    ) -> None:
        shown = [[held.type, str(held.text)] for batch in messages for held in batch]
        self._write(run_id, "start", messages=shown)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **options: Any) -> None:
        texts = [held.text for batch in response.generations for held in batch]
        self._write(run_id, "end", texts=texts)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **options: Any) -> None:
        self._write(run_id, "error", error=f"{type(error).__name__}: {error}")

    def _write(self, run_id: UUID, event: str, **held: Any) -> None:
        now = datetime.now(UTC)
        line = json.dumps(
            {"at": now.isoformat(), "run": str(run_id), "event": event} | held, ensure_ascii=False
        )
        for secret in self._secrets:
            line = line.replace(secret, "…")
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{now:%Y-%m-%d}.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")
