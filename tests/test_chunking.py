"""Chunks: their promises on invented texts and on 22 real acts."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.chunk_paths import shorten
from assistant.chunking import UNIT_LEVELS, make_chunks, verify_chunks
from assistant.errors import StructureError
from assistant.schema import Chunk, Document
from assistant.structure import parse_structure

DATA = Path(__file__).parents[2] / "shared" / "data"
ACTS = sorted((DATA / "laws").glob("*.jsonl"))
needs_data = pytest.mark.skipif(not ACTS, reason=f"the real acts are not at {DATA}")
LIMIT = 504


def count_conservatively(text: str) -> int:
    """More tokens than multilingual models make of Vietnamese: about 1.6 a word."""
    return int(1.6 * len(text.split())) + len(text) // 1000 + 1


def make_document(body: str) -> Document:
    return Document(id="law-x", language="vi", title="Luật X", label="Luật X", kind="law",
                    body=body, number="1/2026/QH15")


def chunk(body: str, count: Callable[[str], int] = count_conservatively) -> tuple[Chunk, ...]:
    document = make_document(body)
    provisions = parse_structure(document)
    chunks = make_chunks(document, provisions, count)
    check_invariants(document, chunks, count)
    return chunks


def check_invariants(
    document: Document, chunks: tuple[Chunk, ...], count: Callable[[str], int]
) -> None:
    """The promises of the module, stated a second time."""
    assert "".join(chunk.text for chunk in chunks) == document.body
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    provisions = {p.id: p for p in parse_structure(document)}
    for before, after in itertools.pairwise(chunks):
        assert before.end == after.start
    for c in chunks:
        assert c.text == document.body[c.start:c.end]
        assert count(c.indexed_text) <= LIMIT
        assert c.id.startswith(f"{document.key}/")
        for name in c.provisions:
            assert provisions[name].start < c.end and provisions[name].end > c.start
        unit = provisions.get(c.unit)
        if unit and unit.start > 0:
            assert unit.start <= c.start and c.end <= unit.end
        starts = [p.start for p in provisions.values() if p.level in UNIT_LEVELS]
        assert not [start for start in starts[1:] if c.start < start < c.end]


def words(count: int) -> str:
    return " ".join(["từ"] * count)


def test_whole_clauses_are_packed_together_up_to_the_target() -> None:
    body = "Điều 1. A\n" + "".join(f"{i}. {words(60)}.\n" for i in range(1, 7))
    chunks = chunk(body + "Điều 2. B\nHết.\n")
    assert [c.id for c in chunks] == [
        "law-x.vi/art-1/cl-1", "law-x.vi/art-1/cl-3", "law-x.vi/art-1/cl-5", "law-x.vi/art-2"]
    assert chunks[0].provisions == ("law-x/art-1", "law-x/art-1/cl-1", "law-x/art-1/cl-2")
    assert chunks[0].path == "Luật X (1/2026/QH15) > Điều 1. A"


def test_an_enumeration_stays_whole_while_it_fits() -> None:
    points = "".join(f"{x}) {words(40)};\n" for x in "abcde")
    clauses = f"1. {words(30)}.\n2. Gồm:\n{points}3. {words(60)}.\n"
    chunks = chunk(f"Điều 1. A\n{clauses}Điều 2. B\nHết.\n")
    assert [c.id.split("/", 1)[1] for c in chunks] == [
        "art-1/cl-1", "art-1/cl-2", "art-1/cl-3", "art-2"]
    assert chunks[1].text.startswith("2. Gồm") and "e) " in chunks[1].text


def test_a_longer_enumeration_is_split_between_points_and_keeps_its_lead() -> None:
    points = "".join(f"{x}) {words(70)};\n" for x in "abcdđeg")
    chunks = chunk(f"Điều 1. A\n1. Hồ sơ gồm các giấy tờ sau:\n{points}Điều 2. B\nHết.\n")
    first, second, *_ = chunks
    assert first.text.startswith("Điều 1. A\n1. Hồ sơ") and "a) " in first.text
    assert second.id == "law-x.vi/art-1/cl-1/pt-c"
    assert second.path.endswith("> Điều 1. A > 1. Hồ sơ gồm các giấy tờ sau")
    assert "law-x/art-1/cl-1" in second.provisions
    assert all(c.text.lstrip()[1] == ")" for c in chunks[1:-1])


def test_points_directly_under_an_article_keep_its_intro() -> None:
    points = "".join(f"{x}) {words(70)};\n" for x in "abcdđeg")
    chunks = chunk(f"Điều 1. A\nCác hành vi sau:\n{points}Điều 2. B\nHết.\n")
    assert chunks[1].path.endswith("> Điều 1. A > Các hành vi sau")


def test_headings_between_articles_are_chunks_of_their_own() -> None:
    chunks = chunk("# Luật X\n\n## Chương I. Chung\n\n### Điều 1. A\n\nMột.\n\n"
                   "## Chương II. Riêng\n\n### Mục 1. Nhỏ\n\n### Điều 2. B\n\nHai.\n")
    assert [(c.id.split("/", 1)[1], c.is_heading) for c in chunks] == [
        ("preamble", True), ("ch-1", True), ("art-1", False), ("ch-2", True), ("ch-2/sec-1", True),
        ("art-2", False)]
    assert chunks[5].path == (
        "Luật X (1/2026/QH15) > Chương II. Riêng > Mục 1. Nhỏ > Điều 2. B")
    assert (chunks[5].unit, chunks[3].unit) == ("law-x/art-2", "law-x/ch-2")


def test_topic_text_packs_paragraphs_by_section() -> None:
    paragraphs = "\n\n".join(f"{words(100)}." for _ in range(4))
    chunks = chunk(
        f"# T\n\nMở đầu.\n\n## ASEAN {{#asean}}\n\n{paragraphs}\n\n## Khác {{#khac}}\n\nHai.\n")
    assert [c.id.split("/", 1)[1] for c in chunks] == [
        "preamble", "asean/p-1", "asean/p-2", "asean/p-3", "asean/p-4", "khac"]
    assert chunks[1].path == "Luật X (1/2026/QH15) > ASEAN"


def test_a_tiny_last_piece_joins_its_neighbour() -> None:
    clauses = f"1. {words(170)}.\n2. {words(5)}.\n[1] Chú thích.\n"
    chunks = chunk(f"Điều 1. A\n{clauses}Điều 2. B\nHết.\n")
    assert [c.id.split("/", 1)[1] for c in chunks] == ["art-1", "art-2"]


@pytest.mark.parametrize("body", [
    words(3000), "x" * 3000, "Câu này dài. " * 800,
    "Điều 1. A\n1. " + words(2000) + "\nĐiều 2. B\nC.",
    "Điều 1. " + words(600) + ".\n1. Một.\nĐiều 2. B\nC.", " \n\n", "abc", "",
    "Điều 1. A\n1. Gồm:\na) " + words(900) + ";\nb) Hai.\nĐiều 2. B\nC.",
])
def test_whatever_comes_is_covered_and_fits(body: str) -> None:
    chunks = chunk(body, lambda text: count_conservatively(text) + len(text) // 4)
    assert bool(chunks) == bool(body)


def test_sentences_are_kept_whole_and_labels_end_none() -> None:
    sentence = "Theo quy định tại Điều 1. Trường hợp này thì thực hiện như sau và không khác. "
    assert all(c.text.startswith("Theo") for c in chunk(sentence * 100))


def test_a_limit_that_nothing_fits_says_what_to_do() -> None:
    document = make_document("Một hai ba.")
    with pytest.raises(StructureError, match="Raise max_tokens"):
        make_chunks(document, parse_structure(document), lambda text: 1000)


def test_broken_chunks_are_refused() -> None:
    document = make_document("Điều 1. A\nMột.\nĐiều 2. B\nHai.\n")
    provisions = parse_structure(document)
    first, second = make_chunks(document, provisions, count_conservatively)
    whole = dataclasses.replace(first, end=second.end, text=document.body)
    faults: list[tuple[list[Chunk], int]] = [
        ([first], LIMIT), ([second], LIMIT), ([first, second], 1),
        ([first, dataclasses.replace(second, id=first.id)], LIMIT),
        ([dataclasses.replace(first, text="Điều"), second], LIMIT), ([whole], LIMIT),
    ]
    for chunks, limit in faults:
        with pytest.raises(StructureError, match="report it"):
            verify_chunks(document, provisions, chunks, count_conservatively, limit)


def test_ids_stay_unique_in_doubled_texts() -> None:
    points = "".join(f"{x}) {words(90)}.\n" for x in "abc")
    body = f"Điều 1. A\n1. Gồm:\n{points}Và gồm:\n{points}2. {words(300)}.\nĐiều 2. B\nHết.\n"
    assert chunk(body + body)


def test_shorten() -> None:
    assert shorten("một  hai\nba", 20) == "một hai ba"
    assert shorten("một hai, ba bốn", 12) == "một hai…"


@needs_data
@pytest.mark.parametrize("path", ACTS, ids=lambda path: path.stem)
def test_the_promises_hold_on_real_acts(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    chunks = chunk("".join(f"Điều {r['dieu']}. {r['title']}\n{r['text']}\n" for r in rows))
    units = {c.unit for c in chunks} - {"law-x/closing"}
    assert units == {f"law-x/art-{r['dieu']}" for r in rows}
    sizes = sorted(len(c.text.split()) for c in chunks)
    assert 100 <= sizes[len(sizes) // 2] <= 180
