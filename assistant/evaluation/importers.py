"""The common public layouts: SQuAD (and XQuAD) and ALQAC, which bring their own texts.

Such a set is asked over its own texts, not over the corpus: a paragraph of SQuAD is a Document, a
law of ALQAC is one with its articles, and gold evidence is the paragraph or the article.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant.errors import EvaluationError
from assistant.evaluation.dataset import Dataset, dataset_of_table
from assistant.evaluation.dataset_tables import parse_json, read_table, read_text, table_of_json
from assistant.evaluation.gold import ProvisionResolver
from assistant.schema import Document, EvaluationSample
from assistant.text import detect_language, fold

# ALQAC's laws carry no dates: they are taken as in force.
_LONG_AGO = date(1900, 1, 1)


def load_dataset(
    path: Path, resolver: ProvisionResolver, texts: Path | None = None
) -> Dataset:
    """The test set of any layout that is known. `texts` is the file that holds the texts of a set
    that brings its own, where it is another one. Raises EvaluationError for what cannot be read."""
    if path.suffix.lower() != ".json" or not path.is_file():
        table = read_table(path)
        return dataset_of_table(path.stem, table, resolver)
    data = parse_json(read_text(path), path)
    if _is_squad(data):
        return import_squad(data, path, parse_json(read_text(texts), texts) if texts else data)
    if _is_alqac(data):
        return import_alqac(data, path, texts or _articles_beside(path))
    return dataset_of_table(path.stem, table_of_json(data, path), resolver)


def _is_squad(data: Any) -> bool:
    articles = data.get("data") if isinstance(data, dict) else None
    return bool(
        isinstance(articles, list) and articles
        and isinstance(articles[0], dict) and "paragraphs" in articles[0]
    )


def _is_alqac(data: Any) -> bool:
    return bool(
        isinstance(data, list) and data and all(isinstance(row, dict) for row in data)
        and "question_id" in data[0] and "text" in data[0]
    )


def import_squad(data: Any, path: Path, texts: Any) -> Dataset:
    """SQuAD 1.1, 2.0 and XQuAD: each paragraph a Document, which is its questions' gold.

    A required fact is one of the answers given. With `texts` in another language the questions are
    asked across languages: XQuAD's paragraphs are parallel, so the same one is gold.
    """
    stem = _slug(path.stem.split(".")[0])
    documents = tuple(
        Document(
            id=f"{stem}-{number}", language=detect_language(paragraph["context"]),
            title=title, label=f"{title} {number}", kind="article",
            body=paragraph["context"], verified="secondary",
        )
        for number, (title, paragraph) in enumerate(_paragraphs(texts))
    )
    samples = [
        _squad_sample(row, f"{stem}-{number}")
        for number, (_, paragraph) in enumerate(_paragraphs(data))
        for row in paragraph["qas"]
    ]
    return Dataset(path.stem, tuple(samples), documents=documents)


def _paragraphs(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for article in data["data"]:
        for paragraph in article["paragraphs"]:
            yield str(article.get("title") or "SQuAD").replace("_", " "), paragraph


def _squad_sample(row: Mapping[str, Any], document_id: str) -> EvaluationSample:
    answers = list(dict.fromkeys(held["text"].strip() for held in row.get("answers", [])))
    is_impossible = bool(row.get("is_impossible"))
    return EvaluationSample(
        id=str(row["id"]),
        question=row["question"].strip(),
        reference_answer=answers[0] if answers else None,
        required_facts=("|".join(a.replace("|", " ") for a in answers),) if answers else (),
        gold_provisions=() if is_impossible else (document_id,),
        answerable=not is_impossible,
        language=detect_language(row["question"]),
    )


def import_alqac(rows: Iterable[Mapping[str, Any]], path: Path, texts: Path) -> Dataset:
    """ALQAC: statements and questions on articles of laws, which stand in a file beside it."""
    laws = _laws_of(parse_json(read_text(texts), texts), texts)
    documents = tuple(make_law(name, articles) for name, articles in laws.items())
    counts: defaultdict[str, int] = defaultdict(int)
    samples = []
    for row in rows:
        sample = _alqac_sample(row)
        counts[sample.id] += 1
        # The competition's files use some ids twice.
        again = f"{sample.id}-{counts[sample.id]}" if counts[sample.id] > 1 else sample.id
        samples.append(replace(sample, id=again))
    return Dataset(path.stem, tuple(samples), documents=documents)


def _alqac_sample(row: Mapping[str, Any]) -> EvaluationSample:
    gold = [
        f"{law_id(held['law_id'])}/art-{str(held['article_id']).lower()}"
        for held in row.get("relevant_articles") or ()
    ]
    answer = row.get("answer")
    chosen = (row.get("choices") or {}).get(answer) if isinstance(answer, str) else None
    is_told = row.get("question_type") not in ("Đúng/Sai", "Trắc nghiệm")
    return EvaluationSample(
        id=str(row["question_id"]),
        question=row["text"].strip(),
        # "Đúng" or "A" is a verdict, not something that an answer with citations would say.
        reference_answer=(answer if is_told else chosen) or None,
        gold_provisions=tuple(dict.fromkeys(gold)),
        answerable=True if gold else None,
        language="vi",
        tags=(str(row["question_type"]),) if row.get("question_type") else (),
    )


def make_law(name: str, articles: Iterable[tuple[str, str]]) -> Document:
    """A law of `(article number, heading and text)` pairs as a Document with that structure."""
    body = f"# {name}\n"
    for number, text in articles:
        heading, _, content = text.strip().partition("\n")
        content = re.sub(r"\n\s*\n", "\n", content.strip())
        body += f"\n### Điều {number}. {heading.strip()}\n\n{content}\n"
    return Document(
        id=law_id(name), language="vi", title=name, label=name, kind="law", body=body,
        text_kind="official", verified="secondary", effective_from=_LONG_AGO,
    )


def law_id(name: str) -> str:
    return f"alqac-{_slug(name)}"


def _laws_of(data: Any, path: Path) -> dict[str, list[tuple[str, str]]]:
    """Articles by law, of {"law@7": text} or [{"id": law, "articles": [{"id", "text"}]}]."""
    laws: dict[str, list[tuple[str, str]]] = {}
    if isinstance(data, dict):
        for key, text in data.items():
            law, _, number = key.rpartition("@")
            laws.setdefault(law, []).append((number, str(text)))
    elif isinstance(data, list):
        for law in data:
            articles = [(str(held["id"]), str(held["text"])) for held in law["articles"]]
            laws[str(law["id"])] = articles
    if not laws or "" in laws:
        raise EvaluationError(
            f"{path.name} is no collection of ALQAC's articles. Name theirs with --texts FILE."
        )
    return laws


def _articles_beside(path: Path) -> Path:
    """The file of articles that ALQAC puts beside its questions. Raises EvaluationError."""
    names = ("*articles*.json", "law*.json", "*corpus*.json")
    found = [held for name in names for held in sorted(path.parent.glob(name)) if held != path]
    if not found:
        raise EvaluationError(
            f"The articles that {path.name} is about are not beside it. Name them: --texts FILE"
        )
    return found[0]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-") or "set"
