"""Adding, correcting, dating, removing and taking back documents; what the ledger keeps of it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import MakeSettings
from invented_laws import LAWS, LetterEncoder, damage, make_indexer, make_law

from assistant.build import Workspace, shipped_corpus
from assistant.errors import CorpusIndexError, DocumentError, HistoryError, LockedError
from assistant.history import ChangeReceipt
from assistant.indexing import Indexer
from assistant.library import Library
from assistant.schema import AsOf, Document
from assistant.writer_lock import writer_lock

DAY = date(2026, 7, 1)


@pytest.fixture
def counting() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture
def workspace(make_settings: MakeSettings, counting: LetterEncoder) -> Workspace:
    """A corpus whose shipped texts are three digests."""
    workspace = Workspace(make_settings())
    make_indexer(workspace, counting).synchronize(LAWS)
    counting.count = 0
    return workspace


@pytest.fixture
def indexer(workspace: Workspace, counting: LetterEncoder) -> Indexer:
    return make_indexer(workspace, counting)


def put(indexer: Indexer, document: Document, day: date | None = None) -> ChangeReceipt:
    return indexer.put(document, original=None, original_name=None, who="lan", takes_effect=day)


def library_of(workspace: Workspace) -> Library:
    return Library(workspace.registry, shipped_corpus(), workspace.settings.data_folder)


def keys(workspace: Workspace) -> set[str]:
    return set(workspace.registry.content_hashes())


OFFICIAL = make_law(1, " (nguyên văn)", text_kind="official")
NEW = make_law(9, effective_from=date(2020, 1, 1))


def test_an_added_document_is_kept_and_searched(
    workspace: Workspace, indexer: Indexer, tmp_path: Path
) -> None:
    file = tmp_path / "luật 9.txt"
    file.write_bytes(b"\x00original bytes")
    receipt = indexer.put(NEW, original=file, original_name=file.name, who="lan")
    assert (receipt.kind, receipt.key, receipt.version, receipt.who) == ("added", NEW.key, 1, "lan")
    assert receipt.chunks > 0 and receipt.line == 1
    [held] = workspace.registry.versions(NEW.key)
    assert held.original == hashlib.sha256(file.read_bytes()).hexdigest()
    assert held.original_name == "luật 9.txt"
    assert workspace.registry.original(held.original).read_bytes() == file.read_bytes()
    assert workspace.registry.text(held.content_hash) == NEW
    row, _ = workspace.lexical.search("9.1", 1)[0]
    assert workspace.registry.chunks([row])[row].document_key == NEW.key
    assert damage(workspace) == []


def test_the_same_text_twice_changes_nothing(
    workspace: Workspace, indexer: Indexer, counting: LetterEncoder
) -> None:
    first = put(indexer, NEW)
    version, embedded = workspace.registry.state("version"), counting.count
    second = put(indexer, NEW)
    assert (second.kind, second.version, second.line) == ("unchanged", first.version, None)
    assert second.chunks == first.chunks
    assert workspace.registry.state("version") == version and counting.count == embedded
    assert len(workspace.registry.history()) == 1


def test_another_file_with_the_same_text_leaves_no_stray_original(
    workspace: Workspace, indexer: Indexer, tmp_path: Path
) -> None:
    for name in ("a.docx", "b.pdf"):
        (tmp_path / name).write_text(name, encoding="utf-8")
        receipt = indexer.put(NEW, original=tmp_path / name, original_name=name, who="lan")
    assert receipt.kind == "unchanged"
    [held] = workspace.registry.versions(NEW.key)
    kept = [path.name for path in (workspace.settings.data_folder / "originals").iterdir()]
    assert kept == [held.original] and held.original_name == "a.docx"


def test_a_shipped_text_given_again_changes_nothing(
    workspace: Workspace, indexer: Indexer
) -> None:
    assert put(indexer, LAWS[0]).kind == "unchanged"
    assert workspace.registry.origins()[LAWS[0].key] == "shipped"


def test_a_correction_takes_the_place_and_embeds_only_what_changed(
    workspace: Workspace, indexer: Indexer, counting: LetterEncoder
) -> None:
    put(indexer, NEW)
    first, counting.count = counting.count, 0
    corrected = replace(NEW, body=NEW.body.replace("Ghi chú 9.2", "Ghi chú 9.2 đã sửa"))
    receipt = put(indexer, corrected)
    assert (receipt.kind, receipt.version) == ("replaced", 2)
    assert 0 < counting.count < first / 2
    assert {d.body for d in workspace.registry.documents() if d.id == NEW.id} == {corrected.body}
    assert [v.is_live for v in workspace.registry.versions(NEW.key)] == [False, True]
    assert damage(workspace) == []


def test_removing_and_taking_back_embed_nothing(
    workspace: Workspace, indexer: Indexer, counting: LetterEncoder
) -> None:
    put(indexer, NEW)
    counting.count = 0
    assert indexer.remove(NEW.key, who="minh").kind == "removed"
    assert NEW.key not in keys(workspace) and damage(workspace) == []
    receipt = indexer.undo(who="lan")
    assert (receipt.kind, receipt.version, receipt.who) == ("restored", 1, "lan")
    assert counting.count == 0 and damage(workspace) == []
    assert NEW in workspace.registry.documents()


def test_undo_goes_back_change_by_change_and_can_itself_be_taken_back(
    workspace: Workspace, indexer: Indexer
) -> None:
    corrected = replace(NEW, body=NEW.body + "\nThêm một câu.\n")
    put(indexer, NEW)
    put(indexer, corrected)
    assert indexer.undo(who="a").kind == "restored"
    assert NEW in workspace.registry.documents()
    assert indexer.undo(who="a").kind == "removed"
    with pytest.raises(HistoryError, match="no change"):
        indexer.undo(who="a")
    assert indexer.undo(who="a", line=4).kind == "restored"
    assert indexer.undo(who="a", line=3).kind == "restored"
    assert corrected in workspace.registry.documents()
    lines = workspace.registry.history()
    assert [(line.undoes, line.undone_by) for line in lines] == [
        (None, None), (None, None), (2, 6), (1, 5), (4, None), (3, None)]
    assert workspace.registry.history("law-1-2000.vi") == []


def test_a_change_that_a_later_one_stands_on_is_not_taken_back(
    workspace: Workspace, indexer: Indexer
) -> None:
    put(indexer, NEW)
    put(indexer, replace(NEW, body=NEW.body + "\nThêm một câu.\n"))
    before = keys(workspace), workspace.registry.state("version")
    with pytest.raises(HistoryError, match="changed since"):
        indexer.undo(who="a", line=1)
    with pytest.raises(HistoryError, match="not there"):
        indexer.undo(who="a", line=7)
    assert (keys(workspace), workspace.registry.state("version")) == before


def test_shipped_texts_are_not_removed(indexer: Indexer) -> None:
    with pytest.raises(HistoryError, match="shipped with the program"):
        indexer.remove(LAWS[0].key, who="a")
    with pytest.raises(HistoryError, match="not in the corpus"):
        indexer.remove("law-77-2000.vi", who="a")


def test_an_official_text_is_searched_instead_of_the_digest_and_removing_it_brings_that_back(
    workspace: Workspace, indexer: Indexer
) -> None:
    digest = LAWS[0]
    put(indexer, OFFICIAL)
    library = library_of(workspace)
    assert library.documents[digest.key] == OFFICIAL
    summary = library.summary_of(digest.key, "law-1-2000/art-2/cl-4")
    assert summary is not None and summary.endswith("Ghi chú 1.2.")
    assert library.summary_of(digest.key, "law-1-2000/art-99") is None
    assert library.summary_of(LAWS[1].key, "law-2-2000/art-2") is None
    indexer.remove(digest.key, who="a")
    assert library_of(workspace).documents[digest.key] == digest
    assert library_of(workspace).summary_of(digest.key, "law-1-2000/art-2") is None
    assert damage(workspace) == []


def test_synchronizing_leaves_added_texts_and_renews_the_digest_under_them(
    workspace: Workspace, indexer: Indexer
) -> None:
    put(indexer, OFFICIAL)
    put(indexer, NEW)
    newer = make_law(1, " mới")
    report = indexer.synchronize([newer, *LAWS[1:]])
    assert report.changed == [newer.key]
    library = library_of(workspace)
    assert library.documents[newer.key] == OFFICIAL and NEW.key in library.documents
    assert (library.summary_of(newer.key, "law-1-2000/art-1/cl-4") or "").endswith("1.1 mới.")
    indexer.synchronize(LAWS[1:])
    assert library_of(workspace).documents[newer.key] == OFFICIAL
    indexer.synchronize([newer, *LAWS[1:]])
    indexer.remove(newer.key, who="a")
    assert library_of(workspace).documents[newer.key] == newer
    assert workspace.registry.shipped_hashes() == {
        document.key: document.content_hash for document in (newer, *LAWS[1:])}


def test_a_rebuild_keeps_added_texts_their_history_and_their_wordings(
    workspace: Workspace, indexer: Indexer
) -> None:
    put(indexer, OFFICIAL)
    put(indexer, make_law(1, " hợp nhất", text_kind="official"), DAY)
    before, history = workspace.registry.documents(), workspace.registry.history()
    indexer.synchronize(LAWS, rebuild=True)
    assert workspace.registry.documents() == before
    assert workspace.registry.history() == history
    assert damage(workspace) == []


def test_the_old_wording_stays_answerable_for_the_days_before(
    workspace: Workspace, indexer: Indexer
) -> None:
    put(indexer, OFFICIAL)
    consolidated = make_law(1, " hợp nhất", text_kind="official")
    receipt = put(indexer, consolidated, DAY)
    assert (receipt.kind, receipt.version) == ("new_version", 2)
    old_key = "law-1-2000@2000-01-01.vi"
    assert {old_key, "law-1-2000.vi"} <= keys(workspace)
    library = library_of(workspace)
    before, after = date(2026, 6, 30), DAY
    for day, body in ((before, OFFICIAL.body), (after, consolidated.body)):
        held = library.document_of("law-1-2000", "vi", day)
        assert held is not None and held.body == body
        assert library.on(day).document_of("law-1-2000", "vi") == held
        when = AsOf(day, day, "said")
        assert [library.is_wording_of(key, when) for key in (old_key, "law-1-2000.vi")] == [
            day == before, day == after]
        assert library.provision(held.key, "law-1-2000/art-2/cl-4") is not None
    assert {d.body for d in library.texts if d.id == "law-1-2000"} == {consolidated.body}
    both = AsOf(before, after, "said")
    assert library.is_wording_of(old_key, both) and library.is_wording_of("law-1-2000.vi", both)
    assert damage(workspace) == []
    indexer.remove(old_key, who="a")
    earlier = library_of(workspace).documents[old_key]
    assert (earlier.body, earlier.text_kind) == (LAWS[0].body, "digest"), "the digest tells of then"
    indexer.undo(who="a")
    indexer.undo(who="a")
    assert library_of(workspace).documents["law-1-2000.vi"] == OFFICIAL


def test_a_text_that_is_replaced_ends_on_the_day_its_successor_begins(
    workspace: Workspace, indexer: Indexer
) -> None:
    put(indexer, replace(NEW, replaces=("law-1-2000", "2/2000/QH10"), effective_from=DAY))
    library = library_of(workspace)
    for key in (LAWS[0].key, LAWS[1].key):
        assert library.documents[key].effective_to == DAY
        assert library.documents[key].replaced_by == (NEW.id,)
    assert library.documents[LAWS[2].key].effective_to is None
    assert workspace.registry.text(LAWS[0].content_hash) == LAWS[0]
    indexer.undo(who="a")
    assert library_of(workspace).documents[LAWS[0].key] == LAWS[0]


def test_a_text_says_itself_when_it_ends(workspace: Workspace, indexer: Indexer) -> None:
    own = replace(make_law(8), effective_to=date(2010, 1, 1))
    put(indexer, own)
    put(indexer, replace(NEW, replaces=("law-8-2000",)))
    held = library_of(workspace).documents[own.key]
    assert held.effective_to == date(2010, 1, 1) and held.replaced_by == (NEW.id,)


def test_what_names_its_successor_is_replaced_by_it_from_both_sides(
    workspace: Workspace, indexer: Indexer
) -> None:
    put(indexer, replace(make_law(8), replaced_by=(NEW.id,)))
    put(indexer, NEW)
    assert library_of(workspace).documents[NEW.key].replaces == ("law-8-2000",)


@pytest.mark.parametrize("text_id", ["Law-1", "law_1", "law@1", "../law", ""])
def test_an_id_that_would_break_a_key_is_refused(
    workspace: Workspace, indexer: Indexer, text_id: str
) -> None:
    version = workspace.registry.state("version")
    with pytest.raises(DocumentError, match="small letters"):
        put(indexer, replace(NEW, id=text_id))
    assert workspace.registry.state("version") == version


def test_a_text_with_nothing_to_search_is_refused_and_leaves_nothing(
    workspace: Workspace, indexer: Indexer, tmp_path: Path
) -> None:
    file = tmp_path / "empty"
    file.write_bytes(b"x")
    with pytest.raises(DocumentError, match="no text"):
        indexer.put(replace(NEW, body="\n"), original=file, original_name="empty", who="a")
    assert NEW.key not in keys(workspace) and workspace.registry.versions(NEW.key) == []
    assert list((workspace.settings.data_folder / "originals").iterdir()) == []


def test_an_original_that_cannot_be_read_is_refused(indexer: Indexer, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        indexer.put(NEW, original=tmp_path / "absent", original_name="x", who="a")


def test_an_original_that_is_gone_says_so(workspace: Workspace) -> None:
    with pytest.raises(CorpusIndexError, match="Add the file again"):
        workspace.registry.original("0" * 64)


class CancelledError(RuntimeError):
    """What a user's cancel raises from the progress."""


def test_a_cancelled_change_leaves_nothing_visible(
    workspace: Workspace, indexer: Indexer
) -> None:
    def progress(done: int, total: int, key: str) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        indexer.put(NEW, original=None, original_name=None, who="a", progress=progress)
    assert NEW.key not in keys(workspace) and workspace.mend(thorough=True) == []
    assert put(indexer, NEW).kind == "added"


def test_the_lock_names_its_holder(workspace: Workspace, indexer: Indexer) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from assistant.writer_lock import writer_lock\n"
        "with writer_lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(workspace.settings.lock_file)],
        stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline().strip() == "held"
        with pytest.raises(LockedError, match=rf"process {holder.pid} on .* since 20\d\d-"):
            put(indexer, NEW)
        assert workspace.mend(thorough=True) == []
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert put(indexer, NEW).kind == "added"


def test_a_lock_within_the_process_is_one_too(workspace: Workspace, indexer: Indexer) -> None:
    with writer_lock(workspace.settings.lock_file):
        with pytest.raises(LockedError, match=f"process {os.getpid()}"):
            put(indexer, NEW)


def test_a_note_of_a_killed_change_is_told_once(workspace: Workspace) -> None:
    note = json.dumps({"what": "put", "key": NEW.key, "who": "a", "since": "2026-11-22T10:00:00"})
    with workspace.registry.transaction() as connection:
        workspace.registry.set_state(connection, "writing", note)
    [line] = workspace.mend(thorough=False)
    assert NEW.key in line and "as it was before" in line
    assert workspace.mend(thorough=True) == []


def test_a_change_costs_no_reading_of_other_documents(
    workspace: Workspace, indexer: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What grows with the corpus is not called: no list of all ids, no mean over all vectors."""
    for name in ("documents", "rows_by_vector", "all_provisions", "sample_texts"):
        monkeypatch.setattr(type(workspace.registry), name, None)
    started = time.monotonic()
    assert put(indexer, NEW).kind == "added"
    assert time.monotonic() - started < 30
