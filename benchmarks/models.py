"""What stands of a model's answers: `python benchmarks/models.py corpus/questions/report.jsonl`.

With ASSISTANT_CHAT_MODEL set (and its address or key). Prints how many sentences the model wrote,
how many were left out, who answered in the end, and whether every sentence shown is grounded: each
of the model's own passes all checks again, from its citations alone, and each quotation is verbatim.
`--limit` takes the first questions only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from assistant.answering import Assistant
from assistant.build import build_assistant
from assistant.citations import verify
from assistant.claim_checks import find_faults
from assistant.config import load_settings
from assistant.schema import Answer

TODAY = date(2026, 11, 22)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    lines = options.file.read_text(encoding="utf-8").splitlines()[: options.limit]
    assistant = build_assistant(load_settings())
    counts = measure(assistant, [json.loads(line) for line in lines if line.strip()])
    for name, value in sorted(counts.items()):
        print(f"{name:40}{value:8}")
    return 0


def measure(assistant: Assistant, samples: list[dict[str, object]]) -> Counter[str]:
    """Counts over the samples; see the module's first lines."""
    counts: Counter[str] = Counter()
    for sample in samples:
        as_of = date.fromisoformat(str(sample["as_of"])) if sample.get("as_of") else None
        answer = assistant.ask(str(sample["question"]), as_of=as_of, today=TODAY)
        count_answer(answer, assistant, counts)
    return counts


def count_answer(answer: Answer, assistant: Assistant, counts: Counter[str]) -> None:
    worded = [claim for claim in answer.claims if claim.is_worded]
    asked = "asked" if answer.usage else "not asked"
    counts[f"questions, model {asked}"] += 1
    counts[f"answered by {'abstention' if answer.abstained else answer.model}, {asked}"] += 1
    counts["sentences written"] += len(worded) + len(answer.dropped)
    counts["sentences left out"] += len(answer.dropped)
    counts["sentences shown"] += len(worded)
    counts["claims shown"] += len(answer.claims)
    counts["claims shown that do not stand"] += len(unsupported(answer, assistant))


def unsupported(answer: Answer, assistant: Assistant) -> list[str]:
    """Texts of shown claims that fail when checked again."""
    library = assistant.library
    held = {citation.number: citation for citation in answer.citations}
    bad = [claim.text for claim in verify(answer, library).claims if claim.problems]
    for claim in answer.claims:
        sources = [held[n] for n in claim.citations]
        day = answer.query.as_of.end
        if claim.is_worded and list(
            find_faults(claim.text, sources, library, day, answer.query.documents)
        ):
            bad.append(claim.text)
    return bad


if __name__ == "__main__":
    sys.exit(main())
