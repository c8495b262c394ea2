"""The search for near vectors: a built Chroma folder, and beside it what was added since.

A folder of Chroma is never changed. What was added after it was built is compared one by one, from
the registry: few thousand vectors take a millisecond. When they become many, a new folder is built
beside, synced, and the registry's transaction that names it is the switch; who reads the old one
goes on, and finds the new one at the next search. So one added document costs the same in a large
corpus as in a small one, a kill leaves at worst a folder that nobody names, and a folder that is
damaged does no more than make every search compare all vectors until it was built again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from assistant.chroma_snapshot import ChromaSnapshot, FloatArray, file_sizes
from assistant.errors import CorpusIndexError
from assistant.registry import Registry

# A new folder is built when more than this, and more than this share of it, was added or removed.
FEWEST_CHANGED, CHANGED_SHARE = 1000, 0.2
_STATE = "vector_snapshot"


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """What the registry knows of the folder: enough to notice that it is not what was built."""

    name: str
    count: int
    last_row: int
    ids_hash: str
    sizes: dict[str, int]


@dataclass(frozen=True, slots=True)
class _View:
    """What one version of the corpus is searched with."""

    version: str | None
    record: SnapshotRecord | None
    fresh_ids: list[str]
    fresh: FloatArray
    stale: int


class VectorStore:
    """Nearest vectors of the visible chunks. Safe to share by threads that only search."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self._registry, self.folder = registry, folder
        self._view: _View | None = None
        self._snapshot: ChromaSnapshot | None = None
        self._unreadable: str | None = None

    def search(self, vector: FloatArray, limit: int) -> list[str]:
        """Ids of the nearest vectors by cosine, best first; some may have been removed since."""
        view = self._current()
        found: dict[str, float] = {}
        if view.record is not None:
            wanted = limit + min(view.stale, 3 * limit)
            try:
                found |= self._open(view.record).search(vector, wanted)
            except CorpusIndexError:
                self._unreadable = view.record.name
                view = self._current()
        if len(view.fresh_ids):
            scores = view.fresh @ np.asarray(vector, dtype=np.float32)
            best = np.argsort(-scores, kind="stable")[:limit]
            found |= {view.fresh_ids[place]: float(scores[place]) for place in best}
        return sorted(found, key=lambda name: (-found[name], name))[: limit + view.stale]

    def _current(self) -> _View:
        version, record = self._registry.state("version"), self.record()
        if record is not None and record.name == self._unreadable:
            record = None
        held = self._view
        if held is None or (held.version, held.record) != (version, record):
            ids, vectors = self._registry.vectors_after(record.last_row if record else 0)
            visible = self._registry.count_vectors()
            stale = record.count - (visible - len(ids)) if record else 0
            held = self._view = _View(version, record, ids, vectors, max(0, stale))
        return held

    def _open(self, record: SnapshotRecord) -> ChromaSnapshot:
        folder = self.folder / record.name
        if self._snapshot is None or self._snapshot.folder != folder:
            self._snapshot = ChromaSnapshot(folder)
        return self._snapshot

    def record(self) -> SnapshotRecord | None:
        """The folder that is searched now, None before the first was built."""
        content = self._registry.state(_STATE)
        return SnapshotRecord(**json.loads(content)) if content else None

    def find_problem(self, *, thorough: bool = True) -> str | None:
        """A look at the folder: its files and, if thorough, its count and one search. None when it
        is well."""
        record = self.record()
        if record is None:
            return "it was not built yet" if thorough and self._registry.count_vectors() else None
        sizes = file_sizes(self.folder / record.name)
        short = sorted(n for n, size in record.sizes.items() if sizes.get(n, -1) < size)
        if short:
            return f"{short[0]} is missing or cut off"
        if not thorough:
            return None
        try:
            snapshot = self._open(record)
            if snapshot.count() != record.count:
                return f"it holds {snapshot.count()} vectors instead of {record.count}"
            probe = self._registry.first_vector()
            if probe is not None and not snapshot.search(probe, 3):
                return "a search finds nothing"
        except CorpusIndexError as error:
            return str(error.__cause__ or error)
        return None

    def holds_what_was_built(self) -> bool:
        """Whether the folder holds exactly the ids that were written into it."""
        record = self.record()
        return record is not None and _ids_hash(self._open(record).all_ids()) == record.ids_hash

    def built_vectors(self, ids: Sequence[str]) -> Mapping[str, FloatArray]:
        """The vectors that the folder holds under these ids."""
        record = self.record()
        return self._open(record).vectors(ids) if record else {}

    def is_due(self) -> bool:
        """Whether so much changed since the folder was built that a new one is worth its while."""
        view = self._current()
        changed = len(view.fresh_ids) + view.stale
        if view.record is None:
            return changed > 0
        return changed > max(FEWEST_CHANGED, CHANGED_SHARE * view.record.count)

    def rebuild(self) -> None:
        """Build a folder of all visible vectors beside the present one, and switch to it.

        For the one writer. The folder before the present one is removed, the present one is left to
        those who are reading it.
        """
        present = self.record()
        name = f"{int(present.name) + 1 if present else 1:06d}"
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        built: set[str] = set()
        last_row = 0

        def parts() -> Iterable[tuple[list[str], FloatArray]]:
            nonlocal last_row
            for ids, vectors, row in self._registry.iterate_vectors():
                last_row = row
                built.update(ids)
                yield ids, vectors

        with self._registry.reading():
            ChromaSnapshot.build(folder, parts())
        sizes = file_sizes(folder)
        record = SnapshotRecord(name, len(built), last_row, _ids_hash(built), sizes)
        with self._registry.transaction() as connection:
            self._registry.set_state(connection, _STATE, json.dumps(asdict(record)))
        self._sweep({name} | ({present.name} if present else set()))

    def sweep(self) -> int:
        """Remove folders that a cut-off build left; returns their number."""
        record = self.record()
        if record is None:
            return self._sweep(set())
        return self._sweep({record.name, f"{int(record.name) - 1:06d}"})

    def _sweep(self, wanted: set[str]) -> int:
        stray = [path for path in self.folder.glob("*") if path.name not in wanted]
        for path in stray:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        return len(stray)


def _ids_hash(ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(ids)).encode("utf-8")).hexdigest()
