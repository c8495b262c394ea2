"""The shipped corpus itself: every file, its two languages, and every reference from one to another.

What holds of dates and replacements as the pipeline sees them is in test_validity, of questions in
test_questions. Here the files are held to corpus/README.md.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant.loading.markdown import load_markdown
from assistant.schema import Provision
from assistant.structure import parse_structure
from assistant.text import fold
from assistant.validity import load_changes, load_concordance

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = sorted((CORPUS / "documents").glob("*.md"))
DOCUMENTS = {path.stem: load_markdown(path) for path in FILES}
PROVISIONS = {key: parse_structure(document) for key, document in DOCUMENTS.items()}
TEXTS = sorted({document.id for document in DOCUMENTS.values()})
LEGAL_KINDS = {"law", "decree", "decision", "treaty", "protocol", "agreement"}
LEGAL = [text for text in TEXTS if DOCUMENTS[f"{text}.vi"].kind in LEGAL_KINDS]
TOPICS = [text for text in TEXTS if text not in LEGAL]
KNOWN_IDS = {provision.id for held in PROVISIONS.values() for provision in held} | set(TEXTS)
SHARED_KEYS = (
    "kind", "number", "adopted", "effective_from", "effective_to", "replaces", "replaced_by",
    "amended_by", "implements", "source_url", "authority", "text_kind", "verified", "as_of",
    "articles_total", "complete",
)
POINTS = {"vietnamese": "abcdđeghiklmnopqrstuvxy", "latin": "abcdefghijklmnopqrstuvwxyz"}
CONFLICT = ("Nguồn không thống nhất:", "Sources disagree:")
# What a paragraph on a conflict may name as a source, folded, beside a text of the corpus.
SOURCES = (
    "bai bao ngay 09/12/2024", "article of 9 december 2024", "a05", "ais", "bao chi", "press",
    "bo cong an", "ministry of public security", "untc", "vir", "vietnamplus", "vns", "sggp", "csa",
    "straits times", "cong bao", "english.luatvietnam", "github", "trang cong ty luat",
    "trang cua cong ty luat", "law-firm page", "trang web", "web page", "content-farm page",
    "mirage news", "wikipedia", "hoi dong chau au", "council of europe", "kho du lieu", "repository",
    "blog", "nguoi quan sat", "nha quan sat", "observer", "toan van", "full english text",
    "full text", "luat 64/2025/qh15", "law 64/2025/qh15", "quy tac", "rule that", "mot tin nam 2024",
    "2024 report", "thuong duoc noi chung", "often put together", "tin thang 6/2024",
    "bao tieng anh", "bao thang 6/2024",
)

Row = dict[str, Any]
each_file = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
each_text = pytest.mark.parametrize("text", TEXTS)
each_legal_text = pytest.mark.parametrize("text", LEGAL)


def rows_of(name: str, key: str) -> list[Row]:
    rows: list[Row] = tomllib.loads((CORPUS / name).read_text(encoding="utf-8"))[key]
    return rows


def articles_of(key: str) -> list[Provision]:
    return [provision for provision in PROVISIONS[key] if provision.level == "article"]


@each_file
def test_a_file_is_written_as_the_readme_says(path: Path) -> None:
    raw = path.read_bytes()
    text = raw.decode("utf-8")
    assert b"\r" not in raw and "\t" not in text and text.endswith("\n")
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search(r"[ \u00a0\u200b\ufeff]$|[\u200b\ufeff]", text, re.MULTILINE)
    document = DOCUMENTS[path.stem]
    assert document.key == path.stem
    assert len(set(document.aliases)) == len(document.aliases)
    assert document.as_of is not None


@each_text
def test_both_languages_say_the_same_of_a_text(text: str) -> None:
    vi, en = DOCUMENTS[f"{text}.vi"], DOCUMENTS[f"{text}.en"]
    assert (vi.language, en.language) == ("vi", "en")
    for key in SHARED_KEYS:
        assert getattr(vi, key) == getattr(en, key), key
    assert bool(vi.effective_note) == bool(en.effective_note)


@each_text
def test_both_languages_have_the_same_provisions_in_the_same_order(text: str) -> None:
    vi, en = ([p.id for p in PROVISIONS[f"{text}.{language}"]] for language in ("vi", "en"))
    assert vi == en
    assert not [id_ for id_ in vi if "~" in id_], "a number is used twice"


@each_legal_text
def test_dates_are_in_order(text: str) -> None:
    document = DOCUMENTS[f"{text}.vi"]
    assert document.adopted is not None and document.as_of is not None
    days = [document.adopted, document.effective_from, document.effective_to]
    held = [day for day in days if day is not None]
    assert held == sorted(held)
    assert document.adopted <= document.as_of
    # A law without a date in force is one that is not in force; the note says how that is known.
    assert document.effective_from or document.effective_note


@each_text
def test_relations_name_texts_or_official_numbers(text: str) -> None:
    document = DOCUMENTS[f"{text}.vi"]
    for name in (*document.replaces, *document.replaced_by, *document.amended_by, *document.implements):
        is_number = re.search(r"\d+/\d{4}/|/QĐ-TTg|CETS|ETS", name) is not None
        assert name in TEXTS or is_number, name
        assert name != text
    numbers = {held.number for held in DOCUMENTS.values()}
    assert not numbers & {*document.replaces, *document.replaced_by}, "held texts go by their id"


@each_legal_text
def test_article_numbers_run_in_order_against_the_official_count(text: str) -> None:
    document = DOCUMENTS[f"{text}.vi"]
    numbers = [int(article.number) for article in articles_of(document.key)]
    assert numbers == sorted(set(numbers))
    assert document.articles_total is not None
    assert not numbers or numbers[-1] <= document.articles_total
    if document.complete:
        assert numbers == list(range(1, document.articles_total + 1))


@each_legal_text
def test_clauses_and_points_run_without_a_gap(text: str) -> None:
    children: dict[str | None, list[Provision]] = {}
    for provision in PROVISIONS[f"{text}.vi"]:
        children.setdefault(provision.parent, []).append(provision)
    for parent, held in children.items():
        clauses = [p.number for p in held if p.level == "clause"]
        assert clauses == [str(n) for n in range(1, len(clauses) + 1)], parent
        points = "".join(p.number for p in held if p.level == "point")
        assert any(alphabet.startswith(points) for alphabet in POINTS.values()), parent


@each_file
def test_every_numbered_line_became_a_provision(path: Path) -> None:
    """A number after a gap is read as plain text, and nothing could cite it."""
    document = DOCUMENTS[path.stem]
    if document.id not in LEGAL:
        return
    starts = {provision.start for provision in PROVISIONS[path.stem]}
    for match in re.finditer(r"^(?:\d+\. |[a-zđ]\) |\([a-z]\) )", document.body, re.MULTILINE):
        line = document.body[match.start() : match.start() + 60]
        assert match.start() in starts, line


@each_text
def test_addresses_are_well_formed(text: str) -> None:
    url = DOCUMENTS[f"{text}.vi"].source_url
    if url is not None:
        _check_address(url)
    if text in LEGAL:
        for language in ("vi", "en"):
            assert "](" not in DOCUMENTS[f"{text}.{language}"].body


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https") and "." in (parts.hostname or ""), url
    assert " " not in url and url == url.strip()


def test_every_official_text_has_its_source() -> None:
    rows = rows_of("sources.toml", "source")
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows)
    for text in LEGAL:
        document, row = DOCUMENTS[f"{text}.vi"], by_id[text]
        assert row["number"] == document.number
        assert row["expected_articles"] == document.articles_total, text
    for row in rows:
        assert set(row) == {
            "id", "number", "title", "title_en", "url", "expected_format", "expected_articles",
            "url_confidence", "other_urls", "note",
        }
        assert bool(row["url"]) == (row["url_confidence"] != "none") == bool(row["expected_format"])
        assert row["expected_format"] in ("", "html", "pdf", "docx")
        for url in (row["url"], *row["other_urls"]):
            if url:
                _check_address(url)


def names_of(language: str) -> dict[str, str]:
    """Every name of a legal text in a language, longest first, with the text's id."""
    names: dict[str, str] = {}
    for text in LEGAL:
        document = DOCUMENTS[f"{text}.{language}"]
        named = (document.label, *document.aliases, document.number or "")
        names |= {name: text for name in named if len(name) > 4}
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_text_is_an_orphan(language: str) -> None:
    """A law is named in a topic article; a topic article is what some question is answered from."""
    topics = "\n".join(DOCUMENTS[f"{topic}.{language}"].body for topic in TOPICS)
    for text in LEGAL:
        names = [name for name, named in names_of(language).items() if named == text]
        assert any(name in topics for name in names), text
    asked = "".join(path.read_text(encoding="utf-8") for path in (CORPUS / "questions").iterdir())
    others = {key: document.body for key, document in DOCUMENTS.items()}
    for topic in TOPICS:
        is_asked = f'"{topic}/' in asked or f'"{topic}"' in asked
        label = DOCUMENTS[f"{topic}.{language}"].label
        is_named = any(label in body for key, body in others.items() if not key.startswith(topic))
        assert is_asked or is_named, topic


_ONE = {
    "vi": r"(?:(?:các )?điểm (?P<point>[a-zđ]|\([a-z]\))\)?,? )?"
    r"(?:khoản (?P<clause>\d+),? )?Điều (?P<article>\d+)",
    "en": r"Articles? (?P<article>\d+)(?:\((?P<clause>\d+)\))?(?:\((?P<point>[a-zđ])\))?",
}
_JOIN = {"vi": r"(?:,| và| hoặc| đến|;)* (?:Điều )?|-", "en": r"(?:,| and| or| to|;)* (?:Articles? )?|-"}


def references_in(body: str, language: str) -> Iterator[tuple[str, str]]:
    """(provision id, words) of every reference in `body` that names its text right after it.

    "Điều 19 và Điều 20 Nghị định 333/2026/NĐ-CP" is two references to the same text.
    """
    names = names_of(language)
    of = r"(?: của)? " if language == "vi" else r" of (?:the )?"
    name = "|".join(re.escape(one) for one in names)
    for match in re.finditer(rf"(?:{_ONE[language]}){of}(?P<name>{name})(?!\w)", body):
        text = names[match["name"]]
        parts = [("art", match["article"]), ("cl", match["clause"]), ("pt", match["point"])]
        path = [f"{kind}-{part.strip('()').replace('đ', 'dd')}" for kind, part in parts if part]
        yield "/".join([text, *path]), match.group()
        before = body[max(0, match.start() - 60) : match.start()]
        earlier = re.search(rf"(?:Điều|Articles?) (\d+)(?:\(\d+\))?(?:{_JOIN[language]})$", before)
        if earlier:
            yield f"{text}/art-{earlier[1]}", before + match.group()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_provision_that_a_topic_article_names_is_held(language: str) -> None:
    found = [
        (topic, *reference)
        for topic in TOPICS
        for reference in references_in(DOCUMENTS[f"{topic}.{language}"].body, language)
    ]
    assert len(found) > 100
    assert [row for row in found if row[1] not in KNOWN_IDS] == []


def test_references_are_read_as_they_are_written() -> None:
    assert [id_ for id_, _ in references_in(
        "điểm đ khoản 3 Điều 6 Luật An ninh mạng 2025; Điều 19 và Điều 20 Nghị định 333/2026/NĐ-CP", "vi"
    )] == ["law-116-2025/art-6/cl-3/pt-dd", "decree-333-2026/art-20", "decree-333-2026/art-19"]
    assert [id_ for id_, _ in references_in("Article 6(3)(đ) of the Law on Cybersecurity 2025", "en")] == [
        "law-116-2025/art-6/cl-3/pt-dd"]


@each_text
def test_a_conflict_gives_two_values_with_their_sources(text: str) -> None:
    counts = []
    for language, marker in zip(("vi", "en"), CONFLICT, strict=True):
        document = DOCUMENTS[f"{text}.{language}"]
        found = [
            document.body[p.start : p.end]
            for p in PROVISIONS[document.key]
            if p.level == "paragraph" and document.body.startswith(marker, p.start)
        ]
        assert len(found) == document.body.count(marker), "the marker begins its paragraph"
        counts.append(len(found))
        for paragraph in found:
            folded = fold(paragraph)
            named = {fold(name) for name in names_of(language) if name in paragraph}
            named |= {source for source in SOURCES if source in folded}
            named = {one for one in named if not any(one in other and one != other for other in named)}
            assert len(named) >= 2, paragraph
    assert counts[0] == counts[1]


def test_glossary_terms_are_whole_and_named_once() -> None:
    rows = rows_of("glossary.toml", "term")
    keys = {"vi", "en", "vi_aliases", "en_aliases", "vi_meaning", "en_meaning"}
    for row in rows:
        assert set(row) == keys, row.get("vi")
        assert all(row[key].strip() for key in keys if not key.endswith("aliases"))
    for language in ("vi", "en"):
        terms = Counter(unicodedata.normalize("NFC", row[language]).lower() for row in rows)
        assert [term for term, count in terms.items() if count > 1] == []
        for row in rows:
            aliases = [alias.lower() for alias in row[f"{language}_aliases"]]
            assert len(set(aliases)) == len(aliases) and row[language].lower() not in aliases


def test_changes_name_only_provisions_that_are_held() -> None:
    changes = load_changes(CORPUS)
    assert len({change.id for change in changes}) == len(changes)
    for change in changes:
        assert {*change.affects, change.source} <= KNOWN_IDS, change.id
        assert change.vi.strip() and change.en.strip()


def test_concordance_rows_are_whole() -> None:
    rows = load_concordance(CORPUS).rows
    relations = {"same", "changed", "moved", "merged", "split", "dropped"}
    assert {row.relation for row in rows} <= relations
    assert len({(row.old, row.new) for row in rows}) == len(rows)
    assert {id_ for row in rows for id_ in (row.old, row.new) if id_} <= KNOWN_IDS
