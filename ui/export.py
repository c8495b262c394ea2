"""A conversation as a file to keep: Markdown, or Word. Both carry every source with its standing."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence

from assistant.answer_text import render_text
from assistant.citations import format_day
from assistant.schema import Answer, Citation, Claim, Document, Language
from ui.source_cards import used_citations
from ui.strings import STRINGS

# XML 1.0 has no such characters, and Word refuses a file that holds one.
_NOT_IN_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOLD = re.compile(r"\*\*(.+?)\*\*")

Documents = Mapping[str, Document]


def make_markdown(
    title: str, answers: Sequence[Answer], documents: Documents, language: Language
) -> str:
    """The conversation as Markdown: each question, its answer with sources, then the standing of each."""
    pieces = [f"# {_plain(title) or STRINGS[language].title}", _opening(answers, language)]
    for answer in answers:
        pieces += [f"## {_plain(answer.question)}", render_text(answer).strip()]
        standing = [
            f"- [{citation.number}] {_standing(citation, documents, language)}"
            for citation in used_citations(answer)
        ]
        pieces.append("\n".join(standing))
    pieces.append(f"---\n\n{STRINGS[language].not_advice}")
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def make_document(
    title: str, answers: Sequence[Answer], documents: Documents, language: Language
) -> bytes:
    """The conversation as a Word file."""
    from docx import Document as WordDocument

    word = WordDocument()
    word.core_properties.title = _plain(title)
    word.core_properties.language = language
    word.add_heading(_plain(title) or STRINGS[language].title, level=0)
    word.add_paragraph(_opening(answers, language))
    for answer in answers:
        word.add_heading(_plain(answer.question), level=1)
        for claim in answer.claims:
            if claim.is_supported:
                _add_claim(word, claim, answer)
        for notice in answer.notices:
            _add_words(word.add_paragraph(), notice.text + _marks(notice.citations, notice.text))
        _add_sources(word, answer, documents, language)
    word.add_paragraph(STRINGS[language].not_advice)
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _add_claim(word: object, claim: Claim, answer: Answer) -> None:
    add = word.add_paragraph  # type: ignore[attr-defined]
    if claim.kind == "table":
        _add_words(add(), claim.text)
        _add_table(word, claim)
        return
    if claim.kind == "quote":
        cited = [c for c in answer.citations if c.number in claim.citations]
        is_digest = all(citation.is_digest for citation in cited)
        words = claim.text if is_digest else f"«{claim.text}»"
        add(_plain(words + _marks(claim.citations, "")), style="Quote")
        return
    is_item = claim.text.startswith("- ")
    text = claim.text.removeprefix("- ")
    ending = "" if text.endswith(":") else _marks(claim.citations, text)
    _add_words(add(style="List Bullet" if is_item else None), text + ending)


def _add_table(word: object, claim: Claim) -> None:
    if not claim.rows:
        return
    table = word.add_table(rows=0, cols=len(claim.rows[0]), style="Table Grid")  # type: ignore[attr-defined]
    for row in claim.rows:
        cells = table.add_row().cells
        for place, cell in enumerate(row[: len(cells)]):
            cells[place].text = _plain(cell.text + _marks(cell.citations, cell.text))


def _add_sources(word: object, answer: Answer, documents: Documents, language: Language) -> None:
    citations = used_citations(answer)
    if not citations:
        return
    word.add_heading(STRINGS[language].sources, level=2)  # type: ignore[attr-defined]
    for citation in citations:
        address = f" — {citation.url}" if citation.url else ""
        line = f"[{citation.number}] {citation.label}. {_standing(citation, documents, language)}{address}"
        word.add_paragraph(_plain(line))  # type: ignore[attr-defined]


def _add_words(paragraph: object, text: str) -> None:
    """The text with its bold stretches as runs."""
    for place, piece in enumerate(_BOLD.split(_plain(text))):
        run = paragraph.add_run(piece)  # type: ignore[attr-defined]
        run.bold = place % 2 == 1


def _opening(answers: Sequence[Answer], language: Language) -> str:
    """The days the answers speak of and the version of the corpus."""
    strings = STRINGS[language]
    versions = ", ".join(dict.fromkeys(answer.corpus_version for answer in answers if answer.corpus_version))
    days = dict.fromkeys(format_day(answer.query.as_of.end, language) for answer in answers)
    parts = [strings.validity_on.format(day=", ".join(days))] if days else []
    parts += [strings.text_version.format(version=versions)] if versions else []
    return "; ".join(parts)


def _standing(citation: Citation, documents: Documents, language: Language) -> str:
    """Number, whose words, and in force or not on the day."""
    strings, validity = STRINGS[language], citation.validity
    state = strings.validity[validity.state]
    if validity.state == "ended" and validity.until:
        state = strings.ended_since.format(day=format_day(validity.until, language))
    elif validity.state == "not_yet" and validity.since:
        state = strings.not_yet_since.format(day=format_day(validity.since, language))
    document = documents.get(citation.document_key)
    parts = [document.number] if document and document.number else []
    parts += [strings.digest if citation.is_digest else strings.official, state]
    return "; ".join(parts)


def _marks(numbers: tuple[int, ...], text: str) -> str:
    if all(f"[{number}]" in text for number in numbers):
        return ""
    return " " + "".join(f"[{number}]" for number in numbers)


def _plain(text: str) -> str:
    return _NOT_IN_XML.sub("", text).strip()
