"""The wall around Chroma: a folder of vectors that is written once and only read from then on.

Chroma is no store of record: a process killed while it writes can wedge it, and two processes on
one folder lose vectors. A folder that nobody writes to after it was built and synced has neither
trouble, and any number of processes may search it. Changes go into a new folder (store.py).
Filters are not used: a filtered query grows with the collection.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from assistant.errors import CorpusIndexError
from assistant.originals import sync_folder

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

FloatArray = npt.NDArray[np.float32]
BATCH = 2000
_NAME = "chunks"


class ChromaSnapshot:
    """Cosine search over the unit vectors of one folder. Every method raises CorpusIndexError where
    Chroma fails, for whatever reason: the caller has the registry to fall back on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Chroma's client has a close that its type does not know.
        self._client: Any = None
        self._collection: Collection | None = None

    @classmethod
    def build(cls, folder: Path, parts: Iterable[tuple[Sequence[str], FloatArray]]) -> None:
        """Write a folder from (ids, vectors of shape (n, d)) and sync it to the disk."""
        folder.mkdir(parents=True)
        snapshot = cls(folder)
        collection = snapshot._open(is_new=True)
        for ids, vectors in parts:
            for at in range(0, len(ids), BATCH):
                part = slice(at, at + BATCH)
                collection.upsert(ids=list(ids[part]), embeddings=vectors[part])
        snapshot.close()
        _sync_tree(folder)

    def _open(self, *, is_new: bool = False) -> Collection:
        if self._collection is None:
            os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
            import chromadb
            from chromadb.config import Settings as ChromaSettings

            if not is_new and not (self.folder / "chroma.sqlite3").is_file():
                raise CorpusIndexError(f"{self.folder} holds no Chroma database")
            self._client = chromadb.PersistentClient(
                path=str(self.folder), settings=ChromaSettings(anonymized_telemetry=False)
            )
            self._collection = (
                self._client.create_collection(
                    _NAME, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
                )
                if is_new
                else self._client.get_collection(_NAME, embedding_function=None)
            )
        return self._collection

    def search(self, vector: FloatArray, limit: int) -> list[tuple[str, float]]:
        """(id, cosine) of the nearest vectors, best first."""
        with _failing_as_index_error(self.folder):
            collection = self._open()
            result: Any = collection.query(
                query_embeddings=np.asarray([vector], dtype=np.float32),
                n_results=min(limit, max(1, collection.count())),
                include=["distances"],
            )
            pairs = zip(result["ids"][0], result["distances"][0], strict=True)
            return [(name, 1.0 - float(distance)) for name, distance in pairs]

    def count(self) -> int:
        with _failing_as_index_error(self.folder):
            return self._open().count()

    def all_ids(self) -> set[str]:
        with _failing_as_index_error(self.folder):
            return set(self._open().get(include=[])["ids"])

    def vectors(self, ids: Sequence[str]) -> Mapping[str, FloatArray]:
        """The vectors that Chroma holds under these ids."""
        with _failing_as_index_error(self.folder):
            held: Any = self._open().get(ids=list(ids), include=["embeddings"])
            return dict(zip(held["ids"], np.asarray(held["embeddings"], np.float32), strict=True))

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._collection = None


class _failing_as_index_error:
    """Turns whatever Chroma raises into CorpusIndexError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None or isinstance(error, KeyboardInterrupt | SystemExit | CorpusIndexError):
            return
        # Chroma's exceptions have no common root, and its Rust core panics as BaseException.
        raise CorpusIndexError(
            f"The vector index in {self._folder} cannot be read ({error}). "
            "Mend it with: assistant corpus rebuild"
        ) from error


def file_sizes(folder: Path) -> dict[str, int]:
    """Size in bytes of each file below a folder, by its path in it."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _sync_tree(folder: Path) -> None:
    for path in _files(folder):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir()), folder.parent]:
        sync_folder(path)
