"""How well the structure of real acts is found: one row an act, as text and with noise.

    python benchmarks/structure.py [folder with laws/*.jsonl]

The acts are not part of the product (shared/data/README.md says where they come from). Each is
joined into one text, parsed, and compared with the article numbers and titles that the data
names. The noisy variant has chapter headings, page numbers and page breaks at random places.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from assistant.schema import Document
from assistant.structure import parse_structure

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
COUNTED = ("article", "clause", "point", "subpoint")


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The articles of one act, a JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def join_plain(rows: list[dict[str, Any]]) -> str:
    """One text as copied from a page: `Điều 1. Title`, then the article."""
    return "".join(f"Điều {row['dieu']}. {row['title']}\n{row['text']}\n" for row in rows)


def join_noisy(rows: list[dict[str, Any]], seed: int = 20260701) -> str:
    """The same text with chapters, and with page numbers and page breaks between its lines."""
    generator = random.Random(seed)
    lines: list[str] = []
    chapters = 0
    for row in rows:
        if not lines or generator.random() < 0.15:
            chapters += 1
            lines += [f"Chương {chapters}", "NHỮNG QUY ĐỊNH KHÁC"]
        for line in [f"Điều {row['dieu']}. {row['title']}", *row["text"].split("\n")]:
            lines.append(line)
            if generator.random() < 0.05:
                page = str(generator.randint(2, 99))
                lines += generator.choice([[page], ["", f"- {page} -", "\f"], [f"Trang {page}/99"]])
    return "\n".join(lines) + "\n"


def make_document(name: str, body: str) -> Document:
    """A document with no more metadata than parsing needs."""
    return Document(id=name, language="vi", title=name, label=name, kind="law", body=body)


def measure(name: str, rows: list[dict[str, Any]], body: str) -> dict[str, float]:
    """Counts by level, articles whose number and place are right, invented ones, milliseconds."""
    began = time.perf_counter()
    provisions = parse_structure(make_document(name, body))
    elapsed = time.perf_counter() - began
    found = [p.number for p in provisions if p.level == "article"]
    true = [str(row["dieu"]) for row in rows]
    right = (Counter(found) & Counter(true)).total() if _is_ordered(found, true) else 0
    levels = Counter(str(p.level) for p in provisions)
    return {**{level: float(levels[level]) for level in COUNTED}, "true": len(true),
            "right": right, "invented": len(found) - right, "ms": elapsed * 1000}


def _is_ordered(found: list[str], true: list[str]) -> bool:
    return [number for number in found if number in true] == [x for x in true if x in found]


def main(folder: Path) -> None:
    """Print the tables."""
    for title, join in (("plain", join_plain), ("noisy", join_noisy)):
        total: defaultdict[str, float] = defaultdict(float)
        print(f"| {title} | articles found/true | invented | clauses | points | sub-points | ms |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for path in sorted((folder / "laws").glob("*.jsonl")):
            rows = read_rows(path)
            result = measure(path.stem, rows, join(rows))
            for key, value in result.items():
                total[key] += value
            print(format_row(path.stem, result))
        print(format_row("all", total), end="\n\n")


def format_row(name: str, result: dict[str, float]) -> str:
    """One row of the table."""
    return (f"| {name} | {result['right']:.0f}/{result['true']:.0f} | {result['invented']:.0f} "
            f"| {result['clause']:.0f} | {result['point']:.0f} | {result['subpoint']:.0f} "
            f"| {result['ms']:.0f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
