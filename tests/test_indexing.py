"""Files to registry to store: nothing twice, nothing lost, old or new state after a kill.

The documents are invented and short; the store, the registry and the lexical index are real.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import MakeSettings
from filelock import FileLock
from langchain_core.embeddings import Embeddings

from assistant.build import Workspace
from assistant.config import Settings
from assistant.damage import find_damage
from assistant.errors import LockedError, ModelMismatchError
from assistant.indexing import Indexer, check_model
from assistant.schema import Document
from assistant.unfinished import UNFINISHED

LINES = (
    "1. Cơ quan chủ trì gửi báo cáo trước ngày 15 hằng tháng.",
    "2. Bên nhận trả lời trong 05 ngày làm việc kể từ khi nhận đủ hồ sơ.",
    "3. Thông tin trao đổi chỉ dùng cho mục đích đã nêu trong yêu cầu.",
)


def make_law(number: int, note: str = "") -> Document:
    articles = [
        "\n".join((f"### Điều {n}. Nội dung số {n}\n", *LINES, f"4. Ghi chú {number}.{n}{note}.\n"))
        for n in range(1, 4)
    ]
    return Document(
        id=f"law-{number}-2000", language="vi", title=f"Luật Thử nghiệm {number}",
        label=f"Luật Thử nghiệm {number}", kind="law", number=f"{number}/2000/QH10",
        body="# Luật\n\n" + "\n".join(articles), effective_from=date(2000, 1, 1),
    )


LAWS = tuple(make_law(number) for number in (1, 2, 3))


class LetterEncoder(Embeddings):
    """A model for what does not depend on meaning: a few numbers from the letters of a text."""

    def __init__(self, letters: str = "aeioundt", pause_seconds: float = 0.0) -> None:
        self._letters, self._pause_seconds, self.count = letters, pause_seconds, 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.count += len(texts)
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        time.sleep(self._pause_seconds)
        vector = [1.0 + text.count(letter) for letter in self._letters]
        length = sum(x * x for x in vector) ** 0.5
        return [x / length for x in vector]


def make_indexer(workspace: Workspace, embeddings: Embeddings) -> Indexer:
    return Indexer(
        workspace.settings, workspace.registry, workspace.lexical, workspace.store,
        make_embeddings=lambda: embeddings, count_tokens=lambda text: len(text.split()) * 2,
        query_embeddings=embeddings,
    )


@pytest.fixture
def workspace(make_settings: MakeSettings) -> Workspace:
    return Workspace(make_settings())


@pytest.fixture
def counting() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture
def indexed(workspace: Workspace, counting: LetterEncoder) -> Workspace:
    make_indexer(workspace, counting).synchronize(LAWS)
    counting.count = 0
    return workspace


def damage(workspace: Workspace) -> list[str]:
    return find_damage(workspace.registry, workspace.lexical, workspace.store)


def test_the_first_run_indexes_all(workspace: Workspace, counting: LetterEncoder) -> None:
    report = make_indexer(workspace, counting).synchronize(LAWS)
    assert report.changed == [law.key for law in LAWS]
    assert (report.removed, report.unchanged, report.repaired) == ([], 0, [])
    assert damage(workspace) == []
    assert workspace.registry.documents() == LAWS


def test_a_second_run_does_nothing(indexed: Workspace, counting: LetterEncoder) -> None:
    version = indexed.registry.state("version")
    report = make_indexer(indexed, counting).synchronize(LAWS)
    assert (report.changed, report.removed, report.unchanged) == ([], [], len(LAWS))
    assert counting.count == 0
    assert indexed.registry.state("version") == version


def test_only_what_changed_is_embedded(indexed: Workspace, counting: LetterEncoder) -> None:
    changed = make_law(2, " đã sửa")
    report = make_indexer(indexed, counting).synchronize([LAWS[0], changed, LAWS[2]])
    assert (report.changed, report.unchanged) == ([changed.key], 2)
    assert 0 < counting.count <= indexed.lexical.count() * 3
    assert indexed.registry.documents()[1] == changed
    assert damage(indexed) == []
    found, *_ = indexed.lexical.search("đã sửa", 5)
    assert "đã sửa" in indexed.registry.chunks([found[0]])[found[0]].text


def test_changed_metadata_counts_as_a_change(indexed: Workspace, counting: LetterEncoder) -> None:
    ended = replace(LAWS[0], effective_to=date(2020, 1, 1))
    report = make_indexer(indexed, counting).synchronize([ended, *LAWS[1:]])
    assert report.changed == [ended.key]
    assert indexed.registry.documents()[0].effective_to == date(2020, 1, 1)


def test_what_is_no_longer_wanted_goes(indexed: Workspace, counting: LetterEncoder) -> None:
    report = make_indexer(indexed, counting).synchronize(LAWS[1:])
    assert report.removed == [LAWS[0].key]
    assert damage(indexed) == []
    assert {chunk.document_key for chunk in indexed.registry.chunks().values()} == {
        law.key for law in LAWS[1:]}
    assert indexed.store.count() == indexed.lexical.count()


def test_a_rebuild_embeds_all_again(indexed: Workspace, counting: LetterEncoder) -> None:
    report = make_indexer(indexed, counting).synchronize(LAWS, rebuild=True)
    assert report.changed == [law.key for law in LAWS]
    assert counting.count > 0 and damage(indexed) == []


def test_a_deleted_vector_is_found_and_restored(
    indexed: Workspace, counting: LetterEncoder
) -> None:
    id_ = sorted(indexed.store.all_ids())[0]
    indexed.store.delete([id_])
    assert damage(indexed) == [f"vector missing: {id_}"]
    lines = make_indexer(indexed, counting).repair()
    assert lines == ["1 missing vectors restored from the registry"]
    assert damage(indexed) == [] and counting.count == 0


def test_a_stray_vector_is_found_and_removed(
    indexed: Workspace, counting: LetterEncoder
) -> None:
    indexed.store.upsert(["stray"], indexed.registry.vectors_of_language("vi")[:1])
    assert damage(indexed) == ["vector without chunk: stray"]
    assert make_indexer(indexed, counting).repair() == ["1 vectors of no visible document removed"]
    assert damage(indexed) == []


def test_a_deleted_chunk_row_is_found(indexed: Workspace) -> None:
    with indexed.registry.transaction() as connection:
        connection.execute(sa.text(
            "DELETE FROM chunks WHERE row = (SELECT row FROM chunks WHERE is_heading = 0 LIMIT 1)"))
    found = " | ".join(damage(indexed))
    assert "vector without chunk" in found
    assert "lexical index holds" in found
    assert "missing" in found or "do not cover" in found


def test_another_writer_is_refused(indexed: Workspace, counting: LetterEncoder) -> None:
    code = (
        "import sys, time\nfrom filelock import FileLock\n"
        "with FileLock(sys.argv[1]):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(indexed.settings.lock_file)],
        stdout=subprocess.PIPE, text=True,
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline().strip() == "held"
        with pytest.raises(LockedError, match="Another process"):
            make_indexer(indexed, counting).synchronize(LAWS)
    finally:
        holder.kill()
        holder.wait()
    assert make_indexer(indexed, counting).synchronize(LAWS).unchanged == len(LAWS)


def test_a_lock_file_left_behind_does_not_lock(
    indexed: Workspace, counting: LetterEncoder
) -> None:
    with FileLock(indexed.settings.lock_file):
        pass
    assert make_indexer(indexed, counting).synchronize(LAWS).unchanged == len(LAWS)


def other_model(workspace: Workspace) -> Workspace:
    changed = workspace.settings.model_copy(update={"embedding_model": "some/other-model"})
    return Workspace(changed)


def test_models_are_not_mixed(indexed: Workspace) -> None:
    other = other_model(indexed)
    with pytest.raises(ModelMismatchError, match="corpus rebuild"):
        make_indexer(other, LetterEncoder("aei")).synchronize(LAWS)
    with pytest.raises(ModelMismatchError, match="some/other-model"):
        check_model(other.settings, other.registry)
    assert damage(indexed) == []


def test_a_rebuild_changes_to_a_model_of_another_width(indexed: Workspace) -> None:
    other = other_model(indexed)
    make_indexer(other, LetterEncoder("aei")).synchronize(LAWS, rebuild=True)
    check_model(other.settings, other.registry)
    assert damage(other) == []
    assert other.registry.vectors_of_language("vi").shape[1] == 3
    with pytest.raises(ModelMismatchError):
        check_model(indexed.settings, indexed.registry)


class StopError(RuntimeError):
    """Ends a run between two documents."""


def stop_at(number: int) -> Callable[[int, int, str], None]:
    def progress(at: int, total: int, key: str) -> None:
        if at == number:
            raise StopError

    return progress


def test_a_stopped_change_of_model_is_refused_until_it_is_finished(indexed: Workspace) -> None:
    other = other_model(indexed)
    with pytest.raises(StopError):
        make_indexer(other, LetterEncoder("aei")).synchronize(LAWS, stop_at(2), rebuild=True)
    assert other.registry.state("embedding") == UNFINISHED
    for each in (indexed, other):
        with pytest.raises(ModelMismatchError):
            check_model(each.settings, each.registry)
    make_indexer(other, LetterEncoder("aei")).synchronize(LAWS, rebuild=True)
    assert damage(other) == []


def test_a_stopped_first_run_goes_on_and_only_with_its_model(
    workspace: Workspace, counting: LetterEncoder
) -> None:
    with pytest.raises(StopError):
        make_indexer(workspace, counting).synchronize(LAWS, stop_at(3))
    with pytest.raises(ModelMismatchError):
        make_indexer(other_model(workspace), LetterEncoder("aei")).synchronize(LAWS)
    report = make_indexer(workspace, counting).synchronize(LAWS)
    assert (report.changed, report.unchanged) == ([LAWS[2].key], 2)


def test_a_rebuild_mends_an_unreadable_vector_index(
    indexed: Workspace, counting: LetterEncoder
) -> None:
    folder = indexed.settings.chroma_folder
    broken = indexed.settings.model_copy(update={"data_folder": folder.parent / "copy"})
    broken.chroma_folder.mkdir(parents=True)
    (broken.chroma_folder / "chroma.sqlite3").write_bytes(b"no database" * 500)
    indexed.registry.close()
    broken.registry_file.write_bytes(indexed.settings.registry_file.read_bytes())
    workspace = Workspace(broken)
    make_indexer(workspace, counting).synchronize(LAWS, rebuild=True)
    assert damage(workspace) == []


CHILD = """
import json, sys
sys.path[:0] = json.loads(sys.argv[2])
import test_indexing as tests
tests.run_child(json.loads(sys.argv[1]))
"""


def run_child(arguments: dict[str, str]) -> None:
    """What the killed process does: index LAWS with every second one changed."""
    workspace = Workspace(Settings(data_folder=Path(arguments["data"])))
    indexer = make_indexer(workspace, LetterEncoder(pause_seconds=0.01))
    workspace.store.count()
    print("started", flush=True)
    indexer.synchronize(changed_laws())
    print("finished", flush=True)


def changed_laws() -> list[Document]:
    return [make_law(number, " đã sửa") for number in (1, 2, 3)]


def start_child(settings: Settings) -> subprocess.Popen[str]:
    arguments = json.dumps({"data": str(settings.data_folder)})
    paths = json.dumps([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, arguments, paths], stdout=subprocess.PIPE, text=True)


def test_a_kill_leaves_the_old_or_the_new_state(
    indexed: Workspace, counting: LetterEncoder
) -> None:
    new = {law.key: law for law in changed_laws()}
    old = {law.key: law for law in LAWS}
    chooser = random.Random(7)
    for _ in range(3):
        child = start_child(indexed.settings)
        assert child.stdout is not None and child.stdout.readline().strip() == "started"
        time.sleep(chooser.uniform(0.0, 1.2))
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert_whole(indexed, (old, new))
        lines = make_indexer(Workspace(indexed.settings), counting).repair()
        assert all("vectors" in line for line in lines)
        assert damage(Workspace(indexed.settings)) == []
    report = make_indexer(Workspace(indexed.settings), counting).synchronize(list(new.values()))
    assert report.unchanged + len(report.changed) == len(new)
    assert Workspace(indexed.settings).registry.documents() == tuple(new.values())


def assert_whole(workspace: Workspace, states: Sequence[dict[str, Document]]) -> None:
    """Every document is whole and is what it was or what it becomes."""
    fresh = Workspace(workspace.settings)
    documents = fresh.registry.documents()
    assert {document.key for document in documents} == set(states[0])
    assert all(document in (states[0][document.key], states[1][document.key])
               for document in documents)
    torn = [line for line in damage(fresh) if not line.startswith("vector ")]
    assert torn == []
    fresh.registry.close()
