"""How well and how fast files are read: character and diacritic accuracy against the truth, seconds a page.

    python benchmarks/reading.py --data ../shared/data

Accuracy is 1 - edit distance / length, over texts with single spaces. "diacritics" is the share of
the truth's marked letters that came out right where the letters below the marks agree. Case is left
out of both: fonts of capitals hold small letters, which truths typed by hand keep. A truth that
holds the articles alone is compared with the part of the text that begins at the first article.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from assistant.loading.extracted import ExtractedText
from assistant.loading.reading import read_source


@dataclass(frozen=True, slots=True)
class Score:
    """One file: accuracies from 0 to 1 (None without a truth), seconds and pages."""

    name: str
    characters: float | None
    diacritics: float | None
    seconds: float
    pages: int | None
    text: ExtractedText


def flatten(text: str) -> str:
    """Single spaces, small letters, NFC, one sort of dash and quotation mark."""
    text = unicodedata.normalize("NFC", text).lower()
    text = re.sub("[–—−]", "-", re.sub("[“”„]", '"', text))
    return " ".join(re.sub(r"[*_|=]+|-{3,}", " ", text).split())


def fold(letter: str) -> str:
    return unicodedata.normalize("NFD", letter.replace("đ", "d"))[0]


def measure_characters(read: str, truth: str) -> float:
    return 1 - Levenshtein.distance(read, truth) / max(len(read), len(truth), 1)


def measure_diacritics(read: str, truth: str) -> float:
    """Of the truth's marked letters whose base letter was read, the share with the right marks."""
    base_read, base_truth = "".join(map(fold, read)), "".join(map(fold, truth))
    right = seen = 0
    for block in Levenshtein.opcodes(base_truth, base_read):
        if block.tag != "equal":
            continue
        pairs = zip(
            truth[block.src_start : block.src_end], read[block.dest_start : block.dest_end], strict=True
        )
        for wanted, got in pairs:
            if fold(wanted) != wanted:
                seen += 1
                right += wanted == got
    return right / seen if seen else 1.0


def find_truths(data: Path) -> Iterator[tuple[Path, str]]:
    """Every messy file that has a truth, with it."""
    messy = data / "messy"
    for folder in ("tcvn3", "vni"):
        for truth in sorted((messy / folder).glob("*.txt")):
            for source in sorted((messy / folder).glob(f"{truth.stem}.*")):
                if source != truth and truth.stem != "LICENSE":
                    yield source, truth.read_text(encoding="utf-8")
    for line in (messy / "scans" / "metadata.jsonl").read_text(encoding="utf-8").splitlines():
        known = json.loads(line)
        yield messy / "scans" / f"{known['doc_id']}.pdf", known["text"]
    yield messy / "docx" / "luat-116-2025-qh15.docx", read_law(data, "116-2025-QH15")
    yield messy / "html" / "portal-luat-24-2018.html", read_law(data, "24-2018-QH14")


def read_law(data: Path, number: str) -> str:
    lines = (data / "laws" / f"{number}.jsonl").read_text(encoding="utf-8").splitlines()
    articles = [json.loads(line) for line in lines]
    return "\n".join(f"Điều {a['dieu']}. {a['title']}\n{a['text']}" for a in articles)


def trim_to_articles(read: str, truth: str) -> str:
    """The text from its first article to the end of the truth's last words, where the truth has no head."""
    if not truth.startswith("điều 1."):
        return read
    start = read.find("điều 1.")
    tail = truth[-60:]
    end = read.rfind(tail)
    units = re.compile(r"(?:chương|mục) [\divxlc]+\.? [^a-z]*?(?=điều \d+\.)")
    return units.sub("", read[max(0, start) : end + len(tail) if end > 0 else len(read)])


def score_file(source: Path, truth: str | None) -> Score:
    text = read_source(source)[0]
    if truth is None:
        return Score(source.name, None, None, text.seconds, text.pages, text)
    wanted = flatten(truth)
    got = trim_to_articles(flatten(text.text), wanted)
    return Score(
        source.name,
        measure_characters(got, wanted),
        measure_diacritics(got, wanted),
        text.seconds,
        text.pages,
        text,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data: Path = parser.parse_args().data
    print("| file | characters | diacritics | OCR confidence | pages | seconds | s/page |")
    print("|---|---|---|---|---|---|---|")
    truths = dict(find_truths(data))
    others = [path for path in sorted((data / "messy").rglob("*")) if path.suffix in (".pdf", ".html")]
    for source in [*truths, *(path for path in others if path not in truths)]:
        score = score_file(source, truths.get(source))
        shares = [f"{x:.4f}" if x is not None else "" for x in (score.characters, score.diacritics)]
        confidence = score.text.ocr_confidence
        per_page = f"{score.seconds / score.pages:.2f}" if score.pages else ""
        print(
            f"| {score.name} | {shares[0]} | {shares[1]} | {confidence or ''} | {score.pages or ''} "
            f"| {score.seconds:.2f} | {per_page} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
