"""The page of the corpus without a browser: its steps, its filters, and HTML that is safe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from lighthouse_laws import make_law, write_docx, write_text

from assistant.build import Workspace
from assistant.errors import QuestionError
from ui.corpus_handlers import FORM_FIELDS, CorpusHandlers, Session, field_text, field_value
from ui.corpus_page import CorpusPage, mount_corpus_page
from ui.corpus_render import (
    evidence_line,
    render_chunks,
    render_doubts,
    render_history,
    render_preview_head,
    render_table,
    render_text,
    render_tree,
)
from ui.corpus_strings import CORPUS_STRINGS, CorpusStrings

ATTACK = '<img src=x onerror="alert(1)"><script>alert(1)</script>'
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def workspace(own_workspace: Workspace) -> Workspace:
    """A workspace of this file's own, over the small corpus."""
    return own_workspace


@pytest.fixture(scope="module")
def handlers(workspace: Workspace) -> Iterator[CorpusHandlers]:
    made = CorpusHandlers(workspace, today=lambda: DAY)
    yield made
    made.close()
    assert not made.scratch.exists()


def last(steps: Iterator[Session]) -> Session:
    *_, end = steps
    return end


def form_of(session: Session) -> dict[str, str]:
    assert session.current
    return {name: field_text(session.current.document, name) for name in FORM_FIELDS}


def test_several_files_wait_and_bad_ones_are_told(handlers: CorpusHandlers, tmp_path: Path) -> None:
    good = write_docx(tmp_path / "good.docx", make_law("801/2030/QH16"))
    bad = write_text(tmp_path / "bad.pdf", "")
    steps = list(handlers.read([str(good), str(bad)], "http://127.0.0.1/x", Session(), "en"))
    assert any(step.is_working and "good.docx" in step.message for step in steps)
    end = steps[-1]
    assert [p.document.id for p in end.waiting] == ["law-801-2030"] and end.total == 1
    assert end.is_problem and not end.is_working
    assert "bad.pdf" in end.results[0] and "private" in end.results[1]
    assert " / " not in end.results[0]


def test_nothing_given_is_told(handlers: CorpusHandlers) -> None:
    assert (
        last(handlers.read(None, "  ", Session(), "vi")).message
        == CORPUS_STRINGS["vi"].nothing_given
    )


def test_stopping_ends_the_reading(handlers: CorpusHandlers, tmp_path: Path) -> None:
    path = write_docx(tmp_path / "slow.docx", make_law())
    steps = handlers.read([str(path)], "", Session(), "vi")
    assert next(steps).is_working
    steps.close()  # type: ignore[attr-defined]
    assert handlers.workspace.registry.history() == []


@pytest.mark.slow
def test_edit_confirm_history_original_and_undo(
    workspace: Workspace, handlers: CorpusHandlers, tmp_path: Path
) -> None:
    path = write_text(tmp_path / "law.txt", make_law("802/2030/QH16", name="Kè biển"))
    session = last(handlers.read([str(path)], "", Session(), "vi"))
    form = form_of(session) | {"label": "Luật Kè"}
    bad = handlers.revise(session, form | {"adopted": "hôm qua"}, "", "vi")
    assert bad.is_problem and bad.current == session.current
    checked = handlers.revise(session, form, "", "vi")
    assert checked.current and checked.current.document.label == "Luật Kè"
    steps = list(handlers.confirm(checked, form, "", False, "editor", "vi"))
    assert steps[0].is_working and steps[-1].current is None
    assert "đã thêm" in steps[-1].message and "law-802-2030.vi" in steps[-1].message

    shelf, day = handlers.shelf(search="ke bien", kind="law")
    assert [d.key for d in shelf.documents] == [
        "law-802-2030.vi"
    ] and "law-802-2030.vi" in shelf.added
    assert day == DAY
    lines, versions = handlers.history("law-802-2030.vi")
    assert [line.kind for line in lines] == ["added"] and lines[0].who == "editor"
    html = render_history("law-802-2030.vi", lines, versions, "en")
    assert versions[-1].original and f"/corpus/original/{versions[-1].original}" in html

    server = FastAPI()
    mount_corpus_page(server, workspace)
    client = TestClient(server)
    given = client.get(f"/corpus/original/{versions[-1].original}")
    assert given.content == path.read_bytes()
    assert given.headers["content-type"] == "application/octet-stream"
    assert "attachment" in given.headers["content-disposition"]
    moved = client.get("/corpus?lang=en", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (307, "/corpus/?lang=en")
    for name in ("0" * 64, "..%2F..%2Fregistry.sqlite", "registry.sqlite"):
        assert client.get(f"/corpus/original/{name}").status_code == 404

    change = handlers.last_change()
    assert change and change.key == "law-802-2030.vi"
    assert handlers.remove("law-802-2030.vi", "editor", "en") == ("law-802-2030.vi: removed", False)
    assert not handlers.shelf(search="802/2030")[0].documents
    message, failed = handlers.undo("editor", "en")
    assert not failed and "law-802-2030.vi" in message
    assert handlers.shelf(search="802/2030")[0].documents
    handlers.undo("editor", "en")


def test_a_severe_doubt_needs_its_box(handlers: CorpusHandlers, tmp_path: Path) -> None:
    text = make_law("803/2030/QH16", articles=[1, 2, 3, 2, 3, 4])
    path = write_text(tmp_path / "doubled.txt", text)
    session = last(handlers.read([str(path)], "", Session(), "vi"))
    end = last(handlers.confirm(session, form_of(session), "", False, "editor", "vi"))
    assert end.is_problem and "2–3" in end.message and end.current is not None
    skipped = handlers.skip(end, "vi")
    assert skipped.current is None and "doubled.txt" in skipped.message
    assert "law-803-2030.vi" not in handlers.workspace.registry.content_hashes()


def test_a_shipped_text_is_not_removed(handlers: CorpusHandlers) -> None:
    message, failed = handlers.remove("decree-331-2026.vi", "editor", "en")
    assert failed and message
    assert "decree-331-2026.vi" in handlers.workspace.registry.content_hashes()


def test_filters(handlers: CorpusHandlers) -> None:
    def keys(**filters: str) -> set[str]:
        return {document.key for document in handlers.shelf(**filters)[0].documents}

    assert keys(status="ended") == {"decree-85-2016.vi", "decree-85-2016.en"}
    assert keys(status="ended", on_day="2020-01-01") == set()
    assert keys(kind="decree", language="vi") == {"decree-85-2016.vi", "decree-331-2026.vi"}
    assert keys(search="85/2016", language="en") == {"decree-85-2016.en"}
    assert keys(search="khong co van ban nay") == set()
    with pytest.raises(QuestionError):
        handlers.shelf(on_day="32/13/2020")


def test_form_values_come_back_as_the_fields_hold_them() -> None:
    assert field_value("replaces", " law-1-2030, 2/2031/QH16 ,") == ("law-1-2030", "2/2031/QH16")
    assert field_value("adopted", "01/07/2031") == date(2031, 7, 1)
    assert field_value("number", "  ") is None and field_value("title", " Luật ") == "Luật"


def test_nothing_of_a_text_becomes_markup(handlers: CorpusHandlers, tmp_path: Path) -> None:
    text = make_law("804/2030/QH16", name=f"Đèn {ATTACK}", keeper=ATTACK)
    path = write_text(tmp_path / "attack.txt", text)
    session = last(handlers.read([str(path)], "", Session(), "vi"))
    preview = session.current
    assert preview
    strings = CORPUS_STRINGS["vi"]
    preview = replace(preview, extracted=replace(preview.extracted, name=ATTACK))
    shelf, _ = handlers.shelf()
    shelf = replace(shelf, documents=(replace(preview.document, label=ATTACK, number=ATTACK),))
    for html in (
        render_preview_head(preview, 1, 1, strings),
        render_doubts(preview, "vi"),
        render_tree(preview.provisions, strings),
        render_chunks(preview, strings),
        render_text(preview),
        render_table(shelf, DAY, "vi"),
        render_history(ATTACK, [], [], "vi"),
    ):
        assert "<img" not in html and "<script" not in html
    assert "onerror" in render_text(preview)


def test_evidence_is_named_beside_its_field(handlers: CorpusHandlers, tmp_path: Path) -> None:
    path = write_text(tmp_path / "law.txt", make_law("805/2030/QH16"))
    preview = last(handlers.read([str(path)], "", Session(), "en")).current
    assert preview
    line = evidence_line(preview, "number", CORPUS_STRINGS["en"])
    assert line == "“Luật số: 805/2030/QH16” · head, 97%"
    changed = handlers.intake.revise(preview, {"number": "806/2030/QH16"})
    assert evidence_line(changed, "number", CORPUS_STRINGS["en"]) == ""


def test_updates_fit_their_outputs(handlers: CorpusHandlers, tmp_path: Path) -> None:
    with gr.Blocks():
        page = CorpusPage(handlers)
    outputs = len(page.parts.adding())
    path = write_text(tmp_path / "law.txt", make_law("807/2030/QH16"))
    steps = list(page._on_read([str(path)], "", Session(), "vi"))
    assert {len(step) for step in steps} == {outputs}
    session = steps[-1][0]
    form = list(form_of(session).values())
    assert len(page._on_check(session, "", "vi", *form)) == outputs
    assert len(page._on_skip(session, "vi")) == outputs
    table, _ = page._refresh(None, None, None, None, None, "vi")
    assert "decree-331-2026.vi" in table
    assert len(page.label(session, "en")) == len(page.parts.labelled())


def test_both_languages_say_everything() -> None:
    for field in fields(CorpusStrings):
        vi, en = (getattr(CORPUS_STRINGS[language], field.name) for language in ("vi", "en"))
        assert vi and en, field.name
        if isinstance(vi, dict):
            assert set(vi) == set(en), field.name
        if isinstance(vi, str):
            assert vi.count("{") == en.count("{"), field.name
    assert set(FORM_FIELDS) == set(CORPUS_STRINGS["vi"].fields)
