"""What readers thought of answers: one JSON line each, appended in the data folder, never rewritten.

A line holds what is needed to ask the question again and to see whether it got better: the question,
the day, the corpus version, the provisions cited. Nothing names the reader.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from assistant.schema import Answer, EvaluationSample, Language


@dataclass(frozen=True, slots=True)
class Feedback:
    """One reader's word on one answer. `as_of` is set when the answer spoke of another day than its
    own; `cited` are provision ids."""

    answer_id: str
    question: str
    language: Language
    as_of: str | None
    is_helpful: bool
    reason: str
    comment: str
    abstained: bool
    cited: tuple[str, ...]
    model: str
    corpus_version: str
    given_at: str

    @classmethod
    def of(cls, answer: Answer, *, is_helpful: bool, reason: str, comment: str) -> Feedback:
        """Feedback on an answer, dated now."""
        when = answer.query.as_of
        used = {number for claim in answer.claims for number in claim.citations}
        cited = (c.provision_id for c in answer.citations if c.number in used)
        return cls(
            answer_id=answer_id(answer), question=answer.question, language=answer.query.language,
            as_of=when.end.isoformat() if when.source != "today" else None,
            is_helpful=is_helpful, reason=reason, comment=comment, abstained=answer.abstained,
            cited=tuple(dict.fromkeys(cited)), model=answer.model,
            corpus_version=answer.corpus_version,
            given_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def as_sample(self) -> EvaluationSample:
        """The question as an evaluation sample. What a helpful answer cited is taken as gold; of an
        unhelpful one only the question is known, and what was wrong with it goes into the tags."""
        praised = self.is_helpful and not self.abstained
        tags = ["feedback", "helpful" if self.is_helpful else "not_helpful"]
        return EvaluationSample(
            id=f"feedback-{self.answer_id}", question=self.question,
            gold_provisions=self.cited if praised else (),
            as_of=date.fromisoformat(self.as_of) if self.as_of else None,
            answerable=(not self.abstained) if self.is_helpful else None,
            language=self.language, tags=(*tags, self.reason) if self.reason else tuple(tags),
        )


def answer_id(answer: Answer) -> str:
    """Names an answer by what made it: same question, day, corpus and words, same id."""
    claims = "\n".join(claim.text for claim in answer.claims)
    made_of = (answer.question, str(answer.query.as_of), answer.corpus_version, answer.model, claims)
    return sha256("\x00".join(made_of).encode("utf-8")).hexdigest()[:16]


class FeedbackLog:
    """The file of feedback. Lines are appended whole, so several processes may write to it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def append(self, feedback: Feedback) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(asdict(feedback), ensure_ascii=False, sort_keys=True) + "\n"
        handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode("utf-8"))
        finally:
            os.close(handle)

    def read(self) -> Iterator[Feedback]:
        """All feedback, oldest first; a line cut off by a crash is left out."""
        if not self.file.is_file():
            return
        for line in self.file.read_text(encoding="utf-8").splitlines():
            try:
                values: dict[str, Any] = json.loads(line)
                yield Feedback(**values | {"cited": tuple(values["cited"])})
            except (ValueError, KeyError, TypeError):
                continue

    def samples(self) -> tuple[EvaluationSample, ...]:
        """One sample an answer: the newest word on it counts."""
        newest = {feedback.answer_id: feedback for feedback in self.read()}
        return tuple(feedback.as_sample() for feedback in newest.values())
