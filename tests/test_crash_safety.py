"""Killed, out of disk, read while written: an acknowledged document answers, no half one is there.

The model is the real one by its light road, over tiny documents. The process that is killed does what
an editor does in a busy hour: adds, corrects, removes, takes back; and the vector index is built
beside more often than it would be, so that kills hit that too.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import MakeSettings
from invented_laws import LAWS, LetterEncoder, damage, make_indexer, make_law
from langchain_core.embeddings import Embeddings

from assistant import store as store_module
from assistant.build import Workspace, build_assistant
from assistant.chunk_windows import make_windows
from assistant.chunking import make_chunks
from assistant.config import Settings
from assistant.embeddings import make_query_embeddings
from assistant.errors import StorageError
from assistant.schema import Document
from assistant.structure import parse_structure

KILLS = 50
NUMBERS, EDITIONS = range(1000, 1010), range(8)
SEED = 20261122


class LightEncoder(Embeddings):
    """The real model by the road of single questions: no torch to load for a few short texts. What
    was embedded once is remembered, so that kills hit all of a change and not always the model."""

    def __init__(self, settings: Settings) -> None:
        self._model = make_query_embeddings(settings)
        self._held: dict[str, list[float]] = {}

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        if text not in self._held:
            self._held[text] = self._model.embed_query(text)
        return self._held[text]


def tiny_law(number: int, edition: int) -> Document:
    """One article whose words name its number and edition."""
    word = f"từ{number}ấn{edition}"
    body = f"# Luật\n\n### Điều 1. Phạm vi\n\n1. Nội dung {word} của bản {edition}.\n"
    return replace(make_law(number), body=body, text_kind="official")


def word_of(number: int, edition: int) -> str:
    return f"từ{number}ấn{edition}"


def edit_until_killed(data: str, encoder: Embeddings, seed: str) -> None:
    """Add, correct, remove and take back for ever; say before each change what it is, and after it
    that it is done."""
    store_module.FEWEST_CHANGED, store_module.CHANGED_SHARE = 6, 0.0
    workspace = Workspace(Settings(data_folder=Path(data)))
    indexer = make_indexer(workspace, encoder)
    chooser = random.Random(int(seed))
    original = Path(data) / "original.txt"
    original.write_text("original " * 1000, encoding="utf-8")
    print("started", flush=True)
    while True:
        number, edition = chooser.choice(NUMBERS), chooser.choice(EDITIONS)
        document = tiny_law(number, edition)
        is_there = document.key in workspace.registry.content_hashes()
        if is_there and chooser.random() < 0.3:
            print(json.dumps(["begin", number, None]), flush=True)
            indexer.remove(document.key, who="x")
            print(json.dumps(["done", number, None]), flush=True)
        else:
            print(json.dumps(["begin", number, edition]), flush=True)
            indexer.put(document, original=original, original_name="original.txt", who="x")
            print(json.dumps(["done", number, edition]), flush=True)


START = (
    "import json, sys; sys.path[:0] = json.loads(sys.argv[1]); "
    "import test_crash_safety as tests; tests.serve_forks()"
)


def serve_forks() -> None:
    """Load everything once; for each line on standard input fork an editor that writes to a file.

    A fresh interpreter for each of fifty kills would spend minutes on imports.
    """
    import chromadb  # noqa: F401  a second of importing, for each editor anew otherwise

    model_folder = sys.stdin.readline().strip()
    encoder = LightEncoder(Settings(data_folder=Path(model_folder)))
    for document in (tiny_law(number, edition) for number in NUMBERS for edition in EDITIONS):
        for chunk in make_chunks(document, parse_structure(document), lambda text: len(text.split()) * 2):
            encoder.embed_documents([chunk.indexed_text, *make_windows(chunk)])
    print("ready", flush=True)
    for line in sys.stdin:
        data, seed, output = line.split()
        child = os.fork()
        if child == 0:
            sys.stdout = open(output, "a", encoding="utf-8", buffering=1)
            edit_until_killed(data, encoder, seed)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("dead", flush=True)


@contextmanager
def fork_server(models: Path) -> Iterator[subprocess.Popen[str]]:
    paths = json.dumps([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    server = subprocess.Popen(
        [sys.executable, "-c", START, paths], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        assert server.stdin is not None and server.stdout is not None
        print(models, file=server.stdin, flush=True)
        assert server.stdout.readline().strip() == "ready"
        yield server
    finally:
        server.kill()
        server.wait()


Told = dict[int, set[int | None]]


def kill_one(
    server: subprocess.Popen[str], data: Path, seed: int, steps: int, seconds: float
) -> list[list[object]]:
    """Let an editor tell some steps and work on for a moment, kill it, and return what it told.

    Steps and not seconds alone: on a busy machine nothing would be done in any time.
    """
    assert server.stdin is not None and server.stdout is not None
    output = data / "told.txt"
    output.unlink(missing_ok=True)
    print(data, seed, output, file=server.stdin, flush=True)
    child = int(server.stdout.readline())
    while not output.is_file() or output.read_text(encoding="utf-8").count("\n") <= steps:
        time.sleep(0.01)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    assert server.stdout.readline().strip() == "dead"
    lines = output.read_text(encoding="utf-8").split("\n")[1:]
    return [json.loads(line) for line in lines if line.endswith("]")]


def follow(state: Told, told: list[list[object]]) -> None:
    """Update what each law may be: what was done is, what was only begun may be."""
    for step, number, edition in told:
        assert isinstance(number, int) and (edition is None or isinstance(edition, int))
        if step == "done":
            state[number] = {edition}
        else:
            state.setdefault(number, {None}).add(edition)


def check_all(workspace: Workspace, encoder: Embeddings, state: Told) -> None:
    """Every law is what it may be, whole, and found by its words and by its meaning."""
    held = {document.key: document for document in workspace.registry.documents()}
    rows = workspace.registry.rows_by_vector()
    for number, editions in state.items():
        document = held.get(f"law-{number}-2000.vi")
        found = [e for e in editions if document == (None if e is None else tiny_law(number, e))]
        assert found, f"law {number} is none of {editions}"
        state[number] = {found[0]}
        if document is None or found[0] is None:
            continue
        words = workspace.lexical.search(word_of(number, found[0]), 3)
        assert words and workspace.registry.chunks([words[0][0]])[words[0][0]].document_key == document.key
        chunk = next(c for c in workspace.registry.chunks_of(document.key).values() if not c.is_heading)
        vector = np.asarray(encoder.embed_query(chunk.indexed_text), dtype=np.float32)
        nearest = workspace.store.search(vector, 3)
        assert any(chunk.id in name and name in rows for name in nearest), document.key
        [*_, version] = workspace.registry.versions(document.key)
        assert version.original and workspace.registry.original(version.original).stat().st_size == 9000


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_fifty_kills_lose_nothing_and_leave_nothing_half(
    make_settings: MakeSettings, models_folder: Path
) -> None:
    settings = make_settings()
    encoder = LightEncoder(settings)
    make_indexer(Workspace(settings), encoder).synchronize([tiny_law(1, 1)])
    chooser, state, mended = random.Random(SEED), Told(), 0
    acknowledged = 0
    with fork_server(models_folder.parent) as server:
        for round_number in range(KILLS):
            steps, seconds = chooser.randrange(7), chooser.uniform(0, 0.3)
            told = kill_one(server, settings.data_folder, round_number, steps, seconds)
            follow(state, told)
            acknowledged += sum(1 for step, *_ in told if step == "done")
            workspace = Workspace(settings)
            mended += len(workspace.mend(thorough=True))
            assert workspace.mend(thorough=True) == []
            check_all(workspace, encoder, state)
            assert damage(workspace) == []
            stray = [p.name for p in (settings.data_folder / "originals").glob("*.partial")]
            assert stray == []
            workspace.registry.close()
    assert acknowledged > KILLS and mended > KILLS // 4, (acknowledged, mended)
    assert int(Workspace(settings).store.record().name) > 3  # type: ignore[union-attr]


def test_a_killed_first_indexing_goes_on(make_settings: MakeSettings) -> None:
    settings = make_settings()
    code = (
        "import json, sys, time; sys.path[:0] = json.loads(sys.argv[1])\n"
        "from invented_laws import *\nfrom assistant.config import Settings\n"
        "from pathlib import Path\n"
        "w = Workspace(Settings(data_folder=Path(sys.argv[2])))\n"
        "def told(at, total, key):\n    print(at, flush=True)\n    time.sleep(9 if at == 3 else 0)\n"
        "make_indexer(w, LetterEncoder()).synchronize(LAWS, told)\n"
    )
    paths = json.dumps([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    child = subprocess.Popen(
        [sys.executable, "-c", code, paths, str(settings.data_folder)],
        stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    while child.stdout.readline().strip() != "3":
        assert child.poll() is None
    child.kill()
    child.wait()
    workspace = Workspace(settings)
    [line] = workspace.mend(thorough=False)
    assert "goes on where it stopped" in line
    counting = LetterEncoder()
    report = make_indexer(workspace, counting).synchronize(LAWS)
    assert (report.changed, report.unchanged) == ([LAWS[2].key], 2)
    assert damage(workspace) == []


def test_a_long_document_that_was_cut_off_is_not_embedded_from_the_start(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.text_vectors.SLICE", 4)
    workspace, counting = Workspace(make_settings()), LetterEncoder()
    indexer = make_indexer(workspace, counting)
    long = make_law(5, body="# Luật\n\n" + "\n".join(
        f"### Điều {n}. Tên {n}\n\n1. Nội dung riêng của điều thứ {n} trong luật này.\n"
        for n in range(1, 25)))

    totals = set()

    def stop(done: int, total: int, key: str) -> None:
        totals.add(total)
        if done >= 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexer.put(long, original=None, original_name=None, who="a", progress=stop)
    assert long.key not in workspace.registry.content_hashes()
    before, counting.count = counting.count, 0
    indexer.put(long, original=None, original_name=None, who="a")
    assert before == 12 and {before + counting.count} == totals


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """A file system of its own that is soon full; skips where one cannot be mounted."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)],
        capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here ({mounted.stderr.strip()})")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Take what is left of a disk."""
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return


def test_a_full_disk_changes_nothing_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    original = tmp_path / "original"
    original.write_bytes(b"x" * 200_000)
    with small_disk(folder, 6000):
        workspace = Workspace(Settings(data_folder=folder))
        indexer = make_indexer(workspace, LetterEncoder())
        indexer.synchronize(LAWS)
        fill(folder)
        with pytest.raises(StorageError, match="Nothing was changed"):
            indexer.put(make_law(9), original=original, original_name="o", who="a")
        with pytest.raises(StorageError, match="Nothing was changed"):
            indexer.put(make_law(9), original=None, original_name=None, who="a")
        assert workspace.registry.documents() == LAWS
        (folder / "filler").unlink()
        fresh = Workspace(workspace.settings)
        fresh.mend(thorough=True)
        assert damage(fresh) == []
        receipt = make_indexer(fresh, LetterEncoder()).put(
            make_law(9), original=original, original_name="o", who="a")
        assert receipt.kind == "added" and damage(fresh) == []
        fresh.registry.close()
        workspace.registry.close()


def test_a_limit_on_file_size_changes_nothing(make_settings: MakeSettings) -> None:
    """The same without mounting: the system refuses to let the files grow."""
    workspace = Workspace(make_settings())
    make_indexer(workspace, LetterEncoder()).synchronize(LAWS)
    code = (
        "import json, sys, resource, signal; sys.path[:0] = json.loads(sys.argv[1])\n"
        "from invented_laws import *\nfrom assistant.config import Settings\n"
        "from assistant.errors import StorageError\nfrom pathlib import Path\n"
        "w = Workspace(Settings(data_folder=Path(sys.argv[2])))\n"
        "i = make_indexer(w, LetterEncoder()); w.registry.documents()\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, resource.RLIM_INFINITY))\n"
        "try:\n    i.put(make_law(9), original=None, original_name=None, who='a')\n"
        "except StorageError as e:\n    print('refused', e)\n"
    )
    paths = json.dumps([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", code, paths, str(workspace.settings.data_folder)],
        capture_output=True, text=True)
    assert done.stdout.startswith("refused"), done.stdout + done.stderr
    fresh = Workspace(workspace.settings)
    fresh.mend(thorough=True)
    assert fresh.registry.documents() == LAWS and damage(fresh) == []


def test_readers_answer_while_documents_are_added(
    make_settings: MakeSettings, small_documents: tuple[Document, ...]
) -> None:
    """A served assistant in another thread, and each answer holds a document whole or not at all."""
    workspace = Workspace(make_settings())
    workspace.indexer().synchronize(small_documents[:4])
    assistant = build_assistant(workspace.settings)
    stopping, answers, failures = threading.Event(), [], []

    def ask_on() -> None:
        while not stopping.is_set():
            try:
                answers.append(assistant.ask("Bãi đỗ tàu vũ trụ do cơ quan nào quản lý?"))
            except Exception as error:  # whatever it is, the test has to tell
                failures.append(error)
                return

    reader = threading.Thread(target=ask_on)
    reader.start()
    bodies = []
    try:
        writer = Workspace(workspace.settings)
        indexer = make_indexer(writer, LightEncoder(workspace.settings))
        for edition in range(12):
            body = (
                f"# Luật\n\n### Điều {edition + 1}. Bãi đỗ tàu vũ trụ\n\n1. Cơ quan số {edition} quản lý"
                f" bãi đỗ tàu vũ trụ.\n\n2. Bãi đỗ tàu vũ trụ hạng {edition} có {edition} chỗ.\n"
            )
            bodies.append(body)
            document = replace(make_law(70), body=body, text_kind="official")
            indexer.put(document, original=None, original_name=None, who="a")
            time.sleep(0.1)
        time.sleep(0.5)
    finally:
        stopping.set()
        reader.join()
    assert failures == []
    quotes = {c.quote for answer in answers for c in answer.citations if c.document_key == "law-70-2000.vi"}
    assert quotes and all(any(quote in body for body in bodies) for quote in quotes)
    last = assistant.ask("Bãi đỗ tàu vũ trụ do cơ quan nào quản lý?")
    assert any("Cơ quan số 11 quản lý" in citation.quote for citation in last.citations)
    for answer in answers:
        editions = {body for body in bodies for c in answer.citations
                    if c.document_key == "law-70-2000.vi" and c.quote in body}
        assert len(editions) <= 1, "an answer mixes two states"
