"""How good the answers are on a question set: `python benchmarks/answers.py corpus/questions/report.jsonl`.

Prints, over all samples and by tag: the share of required facts that the printed answer holds, the
share of gold provisions cited, whether the first cited source is gold, and whether the assistant
answered or refused rightly. No judge model; a sample to which a figure does not apply is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import mean

from assistant.answer_text import render_text
from assistant.build import build_assistant
from assistant.config import load_settings
from assistant.schema import Answer
from assistant.text import fold


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--today", type=date.fromisoformat, default=date(2026, 11, 22))
    parser.add_argument("--show", action="store_true", help="print each sample that fell short")
    options = parser.parse_args()
    lines = options.file.read_text(encoding="utf-8").splitlines()
    samples = [json.loads(line) for line in lines if line.strip()]
    assistant = build_assistant(load_settings())
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        as_of = date.fromisoformat(sample["as_of"]) if sample.get("as_of") else None
        previous = None
        if sample.get("previous"):
            previous = assistant.ask(sample["previous"], today=options.today).query
        started = time.perf_counter()
        answer = assistant.ask(
            sample["question"], as_of=as_of, previous=previous, today=options.today
        )
        values = measure(sample, answer)
        values["seconds"] = time.perf_counter() - started
        for tag in ("all", *sample["tags"]):
            for name, value in values.items():
                figures[tag][name].append(value)
        if options.show and (values.get("facts", 1) < 1 or values["decision"] < 1):
            print_shortfall(sample, answer, values)
    print_table(figures)
    return 0


def measure(sample: dict, answer: Answer) -> dict[str, float]:
    """facts, cited, first and decision, each 0 to 1, where they apply."""
    text = fold(render_text(answer))
    wanted = sample["answerable"]
    values = {"decision": float(answer.abstained != wanted)}
    if wanted and sample["required_facts"]:
        found = [any(fold(f) in text for f in fact.split("|")) for fact in sample["required_facts"]]
        values["facts"] = mean(found)
    gold = sample["gold_provisions"]
    cited = [citation.provision_id for citation in answer.citations]
    if wanted and gold:
        values["cited"] = mean(any(is_kin(c, g) for c in cited) for g in gold)
        values["first"] = float(any(is_kin(c, g) for c in cited[:1] for g in gold))
    return values


def is_kin(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def print_shortfall(sample: dict, answer: Answer, values: dict[str, float]) -> None:
    state = f"abstained:{answer.abstain_reason}" if answer.abstained else "answered"
    print(f"--- {sample['id']} {sample['question']}  [{state}] {answer.query.intent}")
    print(f"    gold {sample['gold_provisions']} facts {sample['required_facts']}")
    print(f"    cited {[c.provision_id for c in answer.citations][:6]}")
    print(f"    {({k: round(v, 2) for k, v in values.items()})}")


def print_table(figures: dict[str, dict[str, list[float]]]) -> None:
    names = ("facts", "cited", "first", "decision", "seconds")
    print(f"{'tag':24}{'n':>5}" + "".join(f"{name:>10}" for name in names))
    order = sorted(figures, key=lambda tag: (tag != "all", -len(figures[tag]["decision"]), tag))
    for tag in order:
        held = figures[tag]
        if tag.startswith("pair:"):
            continue
        cells = "".join(f"{mean(held[n]):10.3f}" if held.get(n) else f"{'-':>10}" for n in names)
        print(f"{tag:24}{len(held['decision']):5}{cells}")


if __name__ == "__main__":
    sys.exit(main())
