"""Damage done by hand: `verify` finds each kind, and a rebuild mends what has a second copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import MakeSettings
from invented_laws import LAWS, LetterEncoder, damage, make_indexer, make_law

from assistant.build import Workspace
from assistant.chroma_snapshot import ChromaSnapshot
from assistant.errors import CorpusIndexError
from assistant.registry_salvage import salvage_registry

ADDED = make_law(9, text_kind="official")
OFFICIAL = make_law(1, " (nguyên văn)", text_kind="official")


@pytest.fixture
def workspace(make_settings: MakeSettings, tmp_path: Path) -> Workspace:
    """Three shipped digests; an added text in two wordings, with its original; a covered digest."""
    workspace = Workspace(make_settings())
    indexer = make_indexer(workspace, LetterEncoder())
    indexer.synchronize(LAWS)
    file = tmp_path / "law-9.txt"
    file.write_text("the original of law 9", encoding="utf-8")
    indexer.put(ADDED, original=file, original_name=file.name, who="lan")
    later = make_law(9, " hợp nhất", text_kind="official")
    indexer.put(later, original=None, original_name=None, who="lan", takes_effect=date(2026, 7, 1))
    indexer.put(OFFICIAL, original=None, original_name=None, who="lan")
    workspace.store.rebuild()
    return workspace


def run(workspace: Workspace, *statements: str) -> None:
    with workspace.registry.transaction() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def chroma_folder(workspace: Workspace) -> Path:
    record = workspace.store.record()
    assert record is not None
    return workspace.store.folder / record.name


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def remove_from_chroma(workspace: Workspace) -> None:
    """One vector, through Chroma itself."""
    snapshot = ChromaSnapshot(chroma_folder(workspace))
    name = sorted(snapshot.all_ids())[0]
    snapshot._open().delete(ids=[name])
    snapshot.close()


def alter_in_chroma(workspace: Workspace) -> None:
    snapshot = ChromaSnapshot(chroma_folder(workspace))
    name = sorted(snapshot.all_ids())[0]
    snapshot._open().update(ids=[name], embeddings=[[1.0, *[0.0] * 7]])
    snapshot.close()


def cut_chroma(workspace: Workspace) -> None:
    cut_in_half(chroma_folder(workspace) / "chroma.sqlite3")


def overwrite_chroma(workspace: Workspace) -> None:
    path = chroma_folder(workspace) / "chroma.sqlite3"
    path.write_bytes(b"\x00" * path.stat().st_size)


def delete_chroma(workspace: Workspace) -> None:
    for path in chroma_folder(workspace).rglob("*"):
        if path.is_file():
            path.unlink()


def nearest(workspace: Workspace) -> list[float]:
    """Cosines of what is found nearest to the first vector; many are alike, so their ids may not."""
    ids, vectors = workspace.registry.vectors_after(0)
    cosines = dict(zip(ids, (vectors @ vectors[0]).tolist(), strict=True))
    return [round(cosines[name], 5) for name in workspace.store.search(vectors[0], 8)]


def sql(*statements: str) -> Callable[[Workspace], None]:
    return lambda workspace: run(workspace, *statements)


CASES: dict[str, tuple[Callable[[Workspace], None], str]] = {
    "chunk rows": (
        sql("DELETE FROM chunks WHERE row IN (SELECT row FROM chunks WHERE is_heading = 0 LIMIT 2)"),
        "provisions, chunks or vectors are missing",
    ),
    "provision rows": (
        sql("DELETE FROM provisions WHERE document_key = 'law-2-2000.vi' AND level = 'clause'"),
        "law-2-2000.vi: provisions, chunks or vectors",
    ),
    "a chunk's offsets": (
        sql('UPDATE chunks SET "end" = "end" - 3 WHERE document_key = \'law-9-2000.vi\''),
        "law-9-2000.vi: provisions, chunks or vectors",
    ),
    "a vector in the registry": (
        sql("UPDATE chunks SET vector = zeroblob(32) WHERE row = (SELECT max(row) FROM chunks)"),
        "provisions, chunks or vectors",
    ),
    "lexical rows": (
        sql("DELETE FROM lexical WHERE rowid IN (SELECT rowid FROM lexical LIMIT 3)"),
        "lexical index: 3 chunks missing",
    ),
    "a lexical row too many": (
        sql("INSERT INTO lexical(rowid, path, text, language) VALUES (99999, 'a', 'b', 'vi')"),
        "lexical index: 1 rows without a chunk",
    ),
    "words of a lexical row": (
        sql("UPDATE lexical SET text = 'khac han' WHERE rowid = (SELECT min(rowid) FROM lexical)"),
        "lexical index: 1 rows altered",
    ),
    "the inside of the lexical index": (
        sql("DELETE FROM lexical_data WHERE id > 10"),
        "lexical index: ",
    ),
    "a shipped body": (
        sql("UPDATE documents SET body = replace(body, 'tháng', 'năm') WHERE key = 'law-2-2000.vi'"),
        "law-2-2000.vi differs from the text in the ledger",
    ),
    "an added body": (
        sql("UPDATE documents SET body = replace(body, 'tháng', 'năm') WHERE key = 'law-9-2000.vi'"),
        "law-9-2000.vi differs from the text in the ledger",
    ),
    "an added text of the ledger": (
        sql("UPDATE texts SET body = replace(body, 'tháng', 'năm') WHERE content_hash IN"
            " (SELECT content_hash FROM holdings WHERE key = 'law-9-2000.vi')"),
        "the text of version 1 of law-9-2000.vi is missing or altered",
    ),
    "a covered digest": (
        sql("DELETE FROM texts WHERE content_hash IN"
            " (SELECT content_hash FROM holdings WHERE key = 'law-1-2000.vi' AND number = 0)"),
        "the text of version 0 of law-1-2000.vi is missing",
    ),
    "metadata": (
        sql("UPDATE documents SET fields = replace(fields, '2000-01-01', '2001-01-01')"
            " WHERE key = 'law-3-2000.vi'"),
        "law-3-2000.vi differs from the text in the ledger",
    ),
    "a whole document": (
        sql("DELETE FROM documents WHERE key = 'law-9-2000.vi'"),
        "law-9-2000.vi is not searched, but should be",
    ),
    "a document too many": (
        sql("INSERT INTO documents (key, id, origin, content_hash, added_at, seal, fields, body)"
            " SELECT 'law-7-2000.vi', 'law-7-2000', 'added', content_hash, added_at, seal,"
            " replace(fields, 'law-3-2000', 'law-7-2000'), body FROM documents"
            " WHERE key = 'law-3-2000.vi'"),
        "law-7-2000.vi is searched, but should not be",
    ),
    "a vector of Chroma": (remove_from_chroma, "vector index: "),
    "a vector altered in Chroma": (alter_in_chroma, "vector index: the vector of "),
    "Chroma's database cut": (cut_chroma, "vector index: "),
    "Chroma's database overwritten": (overwrite_chroma, "vector index: "),
    "Chroma's files": (delete_chroma, "vector index: "),
}


@pytest.mark.parametrize("case", CASES)
def test_damage_is_found_and_mended(workspace: Workspace, case: str) -> None:
    assert damage(workspace) == []
    whole = workspace.registry.documents()
    do_damage, said = CASES[case]
    do_damage(workspace)
    workspace.registry.close()
    fresh = Workspace(workspace.settings)
    found = damage(fresh)
    assert any(said in line for line in found), found
    make_indexer(fresh, LetterEncoder()).synchronize(LAWS, rebuild=True)
    assert damage(fresh) == []
    assert fresh.registry.documents() == whole
    assert len(fresh.store.search(fresh.registry.vectors_after(0)[1][0], 5)) == 5


def test_a_lost_original_is_reported_until_the_file_is_given_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    held = workspace.registry.versions(ADDED.key)[0].original
    assert held is not None
    workspace.registry.original(held).unlink()
    [line] = damage(workspace)
    assert line.startswith(f"the original of {ADDED.key} (law-9.txt) is missing")
    receipt = make_indexer(workspace, LetterEncoder()).put(
        ADDED, original=tmp_path / "law-9.txt", original_name="law-9.txt", who="lan")
    assert receipt.kind == "unchanged" and damage(workspace) == []


def test_an_altered_original_is_found(workspace: Workspace) -> None:
    held = workspace.registry.versions(ADDED.key)[0].original
    assert held is not None
    cut_in_half(workspace.registry.original(held))
    [line] = damage(workspace)
    assert "is altered" in line


def test_a_text_without_a_whole_copy_goes_out_of_sight(workspace: Workspace) -> None:
    run(workspace, "UPDATE texts SET body = body || 'x' WHERE body LIKE '%nguyên văn%'",
        "UPDATE documents SET body = body || 'y' WHERE key = 'law-1-2000.vi'")
    report = make_indexer(workspace, LetterEncoder()).synchronize(LAWS, rebuild=True)
    assert any("law-1-2000.vi is lost" in line and "Add it again" in line for line in report.repaired)
    held = {document.key: document for document in workspace.registry.documents()}
    assert held["law-1-2000.vi"] == LAWS[0]


@pytest.mark.parametrize("break_it", [cut_chroma, overwrite_chroma, delete_chroma])
def test_a_broken_vector_index_is_searched_past_and_mended_at_the_next_start(
    workspace: Workspace, break_it: Callable[[Workspace], None]
) -> None:
    expected = nearest(workspace)
    break_it(workspace)
    workspace.registry.close()
    fresh = Workspace(workspace.settings)
    assert nearest(fresh) == expected, "compared from the registry"
    [line] = Workspace(workspace.settings).mend(thorough=True)
    assert line.startswith("vector index made anew from the registry")
    again = Workspace(workspace.settings)
    assert again.mend(thorough=True) == [] and damage(again) == []
    assert nearest(again) == expected


def test_a_folder_that_nobody_names_is_swept(workspace: Workspace) -> None:
    folder = workspace.store.folder / "000077"
    folder.mkdir()
    (folder / "half").write_bytes(b"x")
    workspace.store.rebuild()
    assert not folder.exists()


def test_who_reads_the_old_folder_goes_on_when_a_new_one_is_built(workspace: Workspace) -> None:
    reader = Workspace(workspace.settings)
    vector = reader.registry.vectors_after(0)[1][0]
    assert nearest(reader)
    for number in (21, 22, 23):
        make_indexer(workspace, LetterEncoder()).put(
            replace(make_law(number), kind="law"), original=None, original_name=None, who="a")
        workspace.store.rebuild()
        assert len(reader.store.search(vector, 5)) == 5
    assert nearest(reader) == nearest(Workspace(workspace.settings))


def cut_registry(workspace: Workspace, share: float) -> None:
    run(workspace, "SELECT 1")
    workspace.registry.close()
    file = workspace.settings.registry_file
    for suffix in ("-wal", "-shm"):
        assert not file.with_name(file.name + suffix).exists(), "checkpointed when closed"
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])


@pytest.mark.parametrize("share", [0.97, 0.6, 0.0003])
def test_a_cut_off_registry_is_set_aside_and_the_ledger_saved_as_far_as_it_is_there(
    workspace: Workspace, share: float
) -> None:
    cut_registry(workspace, share)
    lines = salvage_registry(workspace.settings.registry_file, workspace.settings.lock_file)
    assert "is set aside as registry.damaged-" in lines[0]
    assert list(workspace.settings.data_folder.glob("registry.damaged-*.sqlite"))
    fresh = Workspace(workspace.settings)
    make_indexer(fresh, LetterEncoder()).synchronize(LAWS, rebuild=True)
    held = {document.key: document for document in fresh.registry.documents()}
    assert {law.key for law in LAWS} <= set(held)
    saved = lines[1].removeprefix("added texts saved: ")
    assert all(key in held and key in lines[1] for key in saved.split(", ") if key != "none")
    assert all(v.origin == "added" or v.number == 0 for v in fresh.registry.versions())
    # A cut-off original shows as missing at worst; everything else is whole again.
    assert [line for line in damage(fresh) if not line.startswith("the original of ")] == []
    assert salvage_registry(workspace.settings.registry_file, workspace.settings.lock_file) == []


def test_added_texts_survive_a_registry_whose_chunks_are_damaged(workspace: Workspace) -> None:
    """The ledger's pages are whole: everything that was added is there again."""
    run(workspace, "CREATE TABLE filler (x)", "INSERT INTO filler VALUES (randomblob(100000))")
    before = workspace.registry.documents()
    cut_registry(workspace, 0.9)
    [_, saved] = salvage_registry(workspace.settings.registry_file, workspace.settings.lock_file)
    assert saved == "added texts saved: law-1-2000.vi, law-9-2000.vi"
    fresh = Workspace(workspace.settings)
    make_indexer(fresh, LetterEncoder()).synchronize(LAWS, rebuild=True)
    assert fresh.registry.documents() == before and damage(fresh) == []
    assert len(fresh.registry.history()) == 3


def test_a_damaged_registry_says_how_to_mend_it(workspace: Workspace) -> None:
    cut_registry(workspace, 0.5)
    with pytest.raises(CorpusIndexError, match="assistant corpus rebuild"):
        fresh = Workspace(workspace.settings)
        fresh.registry.documents()
        fresh.registry.chunks()
