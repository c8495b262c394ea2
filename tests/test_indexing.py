"""The shipped documents to registry and vector index: nothing twice, nothing lost, one model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from conftest import MakeSettings
from filelock import FileLock
from invented_laws import LAWS, LetterEncoder, damage, make_indexer, make_law

from assistant.build import Workspace
from assistant.errors import LockedError, ModelMismatchError
from assistant.indexing import check_model
from assistant.unfinished import UNFINISHED


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
    assert indexed.registry.count_vectors() == indexed.lexical.count()


def test_a_rebuild_embeds_all_again(indexed: Workspace, counting: LetterEncoder) -> None:
    report = make_indexer(indexed, counting).synchronize(LAWS, rebuild=True)
    assert report.changed == [law.key for law in LAWS]
    assert counting.count > 0 and damage(indexed) == []


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
    assert other.registry.vectors_after(0)[1].shape[1] == 3
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
