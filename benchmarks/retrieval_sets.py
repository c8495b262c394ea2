"""The sets that retrieval is measured on, as Documents to index and questions with known articles.

Each set is split in two: weights are tuned on one half, numbers are reported on the other.
ALQAC's own files are the split; XQuAD is cut by odd and even paragraphs, so no text is in both.
A question's gold and a hit are named by *place*, `<text id>#<n>`: an article or a paragraph.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from assistant.schema import Chunk, Document, Language
from assistant.text import fold

Split = Literal["tune", "report"]
_Made = tuple[Document, tuple[tuple[int, str], ...]]

LONG_AGO = date(1900, 1, 1)
REPEALED = ("86/2015/QH13", "24/2018/QH14", "13/2023/NĐ-CP", "08/2007/QH12")


@dataclass(frozen=True, slots=True)
class BenchmarkQuestion:
    """A question, the places that answer it, and the half it belongs to."""

    id: str
    text: str
    gold: frozenset[str]
    split: Split


@dataclass(frozen=True, slots=True)
class BenchmarkTexts:
    """Documents to index; `starts` are the offsets at which each document's places begin."""

    name: str
    documents: tuple[Document, ...]
    starts: Mapping[str, tuple[tuple[int, str], ...]]

    def place_of(self, chunk: Chunk) -> str:
        """The place that holds the chunk. The chunker's own ids are not trusted to grade itself."""
        starts = self.starts[chunk.document_key]
        at = bisect_right(starts, (chunk.start, "\uffff")) - 1
        return starts[max(at, 0)][1]


def read_alqac(folder: Path) -> BenchmarkTexts:
    """The 17 laws of ALQAC 2023, one Document a law."""
    laws: dict[str, list[tuple[str, str]]] = {}
    for key, text in _read_json(folder / "questions/alqac2023/all_articles_2023.json").items():
        law, number = key.split("@")
        laws.setdefault(law, []).append((number, text))
    made = [
        _make_law(alqac_id(law), law, None, articles, {"effective_from": LONG_AGO})
        for law, articles in laws.items()
    ]
    return _collect("alqac", made)


def alqac_id(law: str) -> str:
    return "alqac-" + re.sub(r"[^a-z]+", "-", fold(law)).strip("-")


def read_alqac_questions(folder: Path) -> list[BenchmarkQuestion]:
    """Questions with known articles: `train` tunes, the competition's test files report."""
    files: tuple[tuple[str, Split], ...] = (
        ("train", "tune"), ("public_test", "report"), ("private_test", "report"))
    return [
        BenchmarkQuestion(
            f"{name}-{row['question_id']}", row["text"],
            frozenset(f"{alqac_id(r['law_id'])}#{r['article_id']}"
                      for r in row["relevant_articles"]), split,
        )
        for name, split in files
        for row in _read_json(folder / f"questions/alqac2023/{name}.json")
        if row.get("relevant_articles")
    ]


def read_xquad(folder: Path, language: Language) -> BenchmarkTexts:
    """The 240 paragraphs of XQuAD in one language, one Document a paragraph."""
    made: list[_Made] = []
    for number, paragraph in enumerate(_paragraphs(folder, language)):
        document = Document(
            id=f"xquad-{number}", language=language, title="XQuAD", label="XQuAD", kind="article",
            body=paragraph["context"], verified="secondary",
        )
        made.append((document, ((0, f"xquad-{number}#0"),)))
    return _collect(f"xquad-{language}", made)


def read_xquad_questions(folder: Path, language: Language) -> list[BenchmarkQuestion]:
    """The 1,190 questions in one language; even paragraphs tune, odd ones report."""
    return [
        BenchmarkQuestion(
            row["id"], row["question"], frozenset({f"xquad-{number}#0"}),
            "report" if number % 2 else "tune",
        )
        for number, paragraph in enumerate(_paragraphs(folder, language))
        for row in paragraph["qas"]
    ]


def read_laws(
    folder: Path, name: str = "laws", leave_out: Iterable[str] = ()
) -> BenchmarkTexts:
    """The Vietnamese acts of data/laws with their dates, without those numbered in `leave_out`."""
    made: list[_Made] = []
    unwanted = set(leave_out)
    for path in sorted((folder / "laws").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        first = rows[0]
        if first["doc"] in unwanted:
            continue
        articles = [(str(row["dieu"]), f"{row['title']}\n{row['text']}") for row in rows]
        dates = {
            name: date.fromisoformat(first[name]) if first[name] else None
            for name in ("effective_from", "effective_to")
        }
        text_id = law_id(first["doc"])
        made.append(_make_law(text_id, first["doc_title"], first["doc"], articles, dates))
    return _collect(name, made)


def law_id(number: str) -> str:
    """`116/2025/QH15` to `law-116-2025`, `13/2023/NĐ-CP` to `decree-13-2023`."""
    kind = "decree" if "NĐ" in number else "law"
    return f"{kind}-" + "-".join(number.split("/")[:2])


def read_law_questions(file: Path) -> list[BenchmarkQuestion]:
    """Our own questions on the laws in force; nothing is tuned on them."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        BenchmarkQuestion(
            f"law-{n}", row["question"], frozenset(_place(gold) for gold in row["gold"]), "report")
        for n, row in enumerate(rows, start=1)
    ]


def _place(provision_id: str) -> str:
    text_id, _, article = provision_id.partition("/art-")
    return f"{text_id}#{article}"


def _make_law(
    text_id: str, title: str, number: str | None, articles: Iterable[tuple[str, str]],
    dates: Mapping[str, date | None],
) -> _Made:
    body, starts = f"# {title}\n", []
    for article, text in articles:
        body += "\n"
        starts.append((len(body), f"{text_id}#{article}"))
        heading, _, content = text.strip().partition("\n")
        content = re.sub(r"\n\s*\n", "\n", content.strip())
        body += f"### Điều {article}. {heading.strip()}\n\n{content}\n"
    document = Document(
        id=text_id, language="vi", title=title, label=title, kind=text_id.split("-")[0].replace(
            "alqac", "law"), number=number, body=body, text_kind="official", verified="secondary",
        effective_from=dates["effective_from"], effective_to=dates.get("effective_to"),
    )
    return document, tuple(starts)


def _collect(name: str, made: list[_Made]) -> BenchmarkTexts:
    return BenchmarkTexts(
        name, tuple(document for document, _ in made),
        {document.key: starts for document, starts in made},
    )


def _paragraphs(folder: Path, language: Language) -> list[dict[str, Any]]:
    data = _read_json(folder / f"questions/xquad.{language}.json")["data"]
    return [paragraph for article in data for paragraph in article["paragraphs"]]


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
