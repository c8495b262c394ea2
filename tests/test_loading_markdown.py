"""The corpus format: what is read, and what a person is told who writes it wrongly."""

from __future__ import annotations

import unicodedata
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import DocumentError
from assistant.loading import markdown
from assistant.loading.markdown import load_markdown
from assistant.schema import Document

FRONT = {
    "id": "law-x", "title": "Luật Mạng", "label": "Luật Mạng 2026", "aliases": "[Luật X, LM 2026]",
    "kind": "law", "number": "1/2026/QH15", "issuer": "Quốc hội", "language": "vi",
    "adopted": "2026-01-02", "effective_from": '"2026-07-01"', "effective_to": "null",
    "effective_note": "null", "replaces": "[law-y]", "replaced_by": "[]", "amended_by": "null",
    "implements": "[]", "source_url": "null", "authority": "official", "text_kind": "digest",
    "verified": "secondary", "as_of": "2026-09-09", "articles_total": "2", "complete": "true",
}
CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "documents").glob("*.md"))


def write(folder: Path, body: str = "Thân\n", drop: str = "", **changes: str) -> Path:
    keys = {**FRONT, **changes}
    lines = [f"{key}: {value}" for key, value in keys.items() if key != drop]
    path = folder / "law-x.vi.md"
    path.write_bytes(("---\n" + "\n".join(lines) + f"\n---\n{body}").encode())
    return path


def test_a_document_is_read_with_its_types(tmp_path: Path) -> None:
    document = load_markdown(write(tmp_path, "\n# Luật\n\n---\n\nMột.\n"))
    assert document.key == "law-x.vi"
    assert document.body == "\n# Luật\n\n---\n\nMột.\n"
    assert (document.adopted, document.effective_from) == (date(2026, 1, 2), date(2026, 7, 1))
    assert document.effective_to is None
    assert document.aliases == ("Luật X", "LM 2026")
    assert (document.replaces, document.amended_by) == (("law-y",), ())
    assert (document.articles_total, document.complete) == (2, True)


def test_body_and_metadata_are_composed_with_unix_line_ends(tmp_path: Path) -> None:
    path = write(tmp_path, "Điều 1. Hợp tác\r\nMột\rHai\n")
    text = unicodedata.normalize("NFD", path.read_bytes().decode()).replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\r\r\n", "\r\n").encode())
    document = load_markdown(path)
    assert document.body == "Điều 1. Hợp tác\nMột\nHai\n"
    assert document.title == unicodedata.normalize("NFC", "Luật Mạng")


@pytest.mark.parametrize(("key", "value", "advice"), [
    ("id", "Luật X", "small letters"),
    ("title", '""', "some text"),
    ("number", "2026", "in quotes"),
    ("aliases", "Luật X", "a list of texts"),
    ("kind", "luật", "one of law, decree"),
    ("language", "fr", "one of vi, en"),
    ("adopted", "02/01/2026", "an ISO date, as in 2026-07-01, or null"),
    ("effective_to", "2026-01-01", "first day on which the text is no longer in force"),
    ("replaces", "[1, 2]", "a list of texts"),
    ("authority", "null", "one of official"),
    ("text_kind", "summary", "one of official, digest"),
    ("verified", "yes", "one of official, secondary"),
    ("articles_total", '"45"', "a whole number"),
    ("complete", '"true"', "true or false"),
])
def test_a_wrong_value_is_named_with_what_to_write(
    tmp_path: Path, key: str, value: str, advice: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        load_markdown(write(tmp_path, **{key: value}))
    message = str(caught.value)
    assert key in message and advice in message and "law-x.vi.md" in message


def test_every_key_has_to_be_written(tmp_path: Path) -> None:
    for key in FRONT:
        with pytest.raises(DocumentError, match=f"has no {key}"):
            load_markdown(write(tmp_path, drop=key))


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="unknown key efective_to"):
        load_markdown(write(tmp_path, efective_to="null"))


@pytest.mark.parametrize(("content", "advice"), [
    ("# Không có gì\n".encode(), "has no front matter"),
    (b"---\nid: [a\n---\nx", "is not YAML"),
    (b"---\nadopted: 2026-02-31\n---\nx", "is not YAML"),
    (b"---\njust text\n---\nx", "holds no keys"),
    (b"---\nid: x\n", "has no front matter"),
    ("---\ntitle: Luật\n---\n".encode("utf-16"), "Save it as UTF-8"),
])
def test_files_that_are_something_else(tmp_path: Path, content: bytes, advice: str) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(content)
    with pytest.raises(DocumentError, match=advice):
        load_markdown(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="Check the path"):
        load_markdown(tmp_path / "no.md")


# Which wording of a text it is follows from what was added when, and is nobody's to write.
KEPT_BY_THE_LEDGER = {"version", "version_from", "version_to"}


def test_the_checks_know_every_field_of_a_document() -> None:
    written = {field.name for field in fields(Document)} - {"body"} - KEPT_BY_THE_LEDGER
    assert set(markdown._CHECKS) == written


@pytest.mark.skipif(not CORPUS, reason="the corpus has no documents yet")
def test_every_document_of_the_corpus_is_named_after_its_id() -> None:
    assert [load_markdown(path).key for path in CORPUS] == [path.stem for path in CORPUS]
