"""An added law in the answers: quoted at once, on its day, in the wording of the day, and gone again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from conftest import MakeSettings

from assistant.answering import Assistant
from assistant.build import Workspace, build_assistant
from assistant.indexing import Indexer
from assistant.schema import Answer, Document

OLD_DAY, NEW_DAY = date(2020, 1, 1), date(2026, 10, 1)
QUESTION = "Cơ quan nào quản lý bãi đỗ tàu vũ trụ?"


def make_law(number: int, agency: str, **fields: object) -> Document:
    body = (
        f"# Luật Bãi đỗ tàu vũ trụ\n\n### Điều 1. Phạm vi điều chỉnh\n\n1. Luật này quy định về bãi đỗ"
        f" tàu vũ trụ.\n\n### Điều 2. Trách nhiệm quản lý\n\n1. {agency} quản lý bãi đỗ tàu vũ trụ.\n"
    )
    told = {
        "id": f"law-{number}-2020", "language": "vi", "title": f"Luật Bãi đỗ tàu vũ trụ {number}",
        "label": f"Luật Bãi đỗ {number}", "kind": "law", "number": f"{number}/2020/QH14", "body": body,
        "effective_from": OLD_DAY, "text_kind": "official",
    }
    return Document(**(told | fields))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def workspace(make_settings: MakeSettings, small_documents: tuple[Document, ...]) -> Workspace:
    workspace = Workspace(make_settings())
    workspace.indexer().synchronize(small_documents)
    return workspace


@pytest.fixture(scope="module")
def assistant(workspace: Workspace) -> Assistant:
    return build_assistant(workspace.settings)


@pytest.fixture(scope="module")
def indexer(workspace: Workspace) -> Indexer:
    return workspace.indexer()


def quotes_of(answer: Answer) -> str:
    return " ".join(claim.text for claim in answer.claims if claim.kind == "quote")


@pytest.mark.slow
def test_an_added_law_and_its_successor_answer_on_their_days(
    assistant: Assistant, indexer: Indexer
) -> None:
    old = make_law(901, "Bộ Giao thông sao Hỏa")
    new = make_law(902, "Bộ Vũ trụ", effective_from=NEW_DAY, replaces=("901/2020/QH14",))
    indexer.put(old, original=None, original_name=None, who="a")
    assert "Bộ Giao thông sao Hỏa quản lý" in quotes_of(assistant.ask(QUESTION, as_of=NEW_DAY))
    indexer.put(new, original=None, original_name=None, who="a")
    before = assistant.ask(QUESTION, as_of=date(2026, 9, 30))
    assert "Bộ Giao thông sao Hỏa quản lý" in quotes_of(before)
    on = assistant.ask(QUESTION, as_of=NEW_DAY)
    assert on.citations[0].document_key == new.key and "Bộ Vũ trụ quản lý" in quotes_of(on)
    ended = assistant.ask("Luật Bãi đỗ 901 còn hiệu lực không?", as_of=date(2026, 12, 1))
    assert "Không" in ended.claims[0].text and "1/10/2026" in ended.claims[0].text.replace("01/", "1/")
    indexer.undo(who="a")
    back = assistant.ask("Luật Bãi đỗ 901 còn hiệu lực không?", as_of=date(2026, 12, 1))
    assert "Có" in back.claims[0].text
    indexer.undo(who="a")


@pytest.mark.slow
def test_each_wording_answers_for_its_days(assistant: Assistant, indexer: Indexer) -> None:
    old = make_law(903, "Bộ Giao thông sao Hỏa")
    amended = replace(old, body=old.body.replace("Bộ Giao thông sao Hỏa", "Bộ Vũ trụ"))
    indexer.put(old, original=None, original_name=None, who="a")
    indexer.put(amended, original=None, original_name=None, who="a", takes_effect=NEW_DAY)
    for day, agency, other in (
        (date(2026, 9, 30), "Bộ Giao thông sao Hỏa", "Bộ Vũ trụ"),
        (NEW_DAY, "Bộ Vũ trụ", "Bộ Giao thông sao Hỏa"),
    ):
        for question in (QUESTION, "Điều 2 Luật Bãi đỗ 903 quy định gì?"):
            quoted = quotes_of(assistant.ask(question, as_of=day))
            assert f"{agency} quản lý" in quoted and other not in quoted, (day, question)
    earlier = assistant.ask(QUESTION, as_of=date(2026, 9, 30))
    assert any("áp dụng bản mới" in notice.text for notice in earlier.notices)
    since = assistant.ask("Luật Bãi đỗ 903 còn hiệu lực không?", as_of=date(2026, 12, 1)).claims[0].text
    assert "01/01/2020" in since, "the law began in 2020"
    assert "01/10/2026" not in since, "only this wording began in 2026"
    indexer.undo(who="a")
    indexer.undo(who="a")
    assert assistant.ask(QUESTION, as_of=NEW_DAY).abstained


@pytest.mark.slow
def test_an_official_text_is_quoted_and_its_removal_brings_the_digest_back(
    assistant: Assistant, indexer: Indexer, small_documents: tuple[Document, ...]
) -> None:
    digest = next(d for d in small_documents if d.key == "decree-331-2026.vi")
    official = replace(
        digest, text_kind="official",
        body="# Nghị định\n\n### Điều 1. Phạm vi điều chỉnh\n\n1. Lời nguyên văn về phạm vi của nghị định"
             " này do người kiểm thử viết.\n",
    )
    question = "Điều 1 Nghị định 331/2026/NĐ-CP quy định gì?"
    assert all(c.is_digest for c in assistant.ask(question).citations)
    indexer.put(official, original=None, original_name=None, who="a")
    quoted = assistant.ask(question)
    assert "Lời nguyên văn" in quotes_of(quoted) and not quoted.citations[0].is_digest
    assert assistant.library.summary_of(digest.key, "decree-331-2026/art-1")
    indexer.remove(digest.key, who="a")
    assert all(c.is_digest for c in assistant.ask(question).citations)
