"""The wall around Chroma: vectors in, ids of the nearest out. No other module knows Chroma.

Chroma is a derived index: a killed process can wedge it, so texts and vectors live in the registry
and the collection can be refilled from there. Filters are not used: a filtered query grows with
the collection, so the caller over-fetches and drops what is no longer visible.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from assistant.errors import CorpusIndexError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

FloatArray = npt.NDArray[np.float32]
BATCH = 2000
_NAME = "chunks"


class VectorStore:
    """Cosine search over unit vectors in one Chroma folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None

    def _open(self) -> Collection:
        if self._collection is None:
            os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
            import chromadb
            from chromadb.config import Settings as ChromaSettings

            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                self._client = chromadb.PersistentClient(
                    path=str(self.folder), settings=ChromaSettings(anonymized_telemetry=False)
                )
                self._collection = self._client.get_or_create_collection(
                    _NAME, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
                )
            # Chroma's exceptions have no common root, and its Rust core panics as BaseException.
            except Exception as error:
                raise CorpusIndexError(
                    f"The vector index in {self.folder} cannot be opened ({error}). "
                    "Run: assistant corpus rebuild"
                ) from error
        return self._collection

    def upsert(self, ids: Sequence[str], vectors: FloatArray) -> None:
        """Add or replace vectors, shape (n, d)."""
        collection = self._open()
        for at in range(0, len(ids), BATCH):
            collection.upsert(ids=list(ids[at : at + BATCH]), embeddings=vectors[at : at + BATCH])

    def delete(self, ids: Sequence[str]) -> None:
        collection = self._open()
        for at in range(0, len(ids), BATCH):
            collection.delete(ids=list(ids[at : at + BATCH]))

    def search(self, vector: FloatArray, limit: int) -> list[str]:
        """Ids of the nearest vectors by cosine, best first."""
        collection = self._open()
        count = collection.count()
        if count == 0:
            return []
        result: Any = collection.query(
            query_embeddings=np.asarray([vector], dtype=np.float32),
            n_results=min(limit, count),
            include=[],
        )
        return list(result["ids"][0])

    def is_readable(self) -> bool:
        """Whether Chroma opens the folder and lists what it holds."""
        try:
            self.all_ids()
        except Exception:  # as in _open: no common root
            return False
        return True

    def clear(self) -> None:
        """Begin with an empty collection, of any width, whatever state the folder is in."""
        if self.is_readable() and self._client is not None:
            self._client.delete_collection(_NAME)
        else:
            from chromadb.api.shared_system_client import SharedSystemClient

            shutil.rmtree(self.folder, ignore_errors=True)
            # Chroma keeps one half-open system a folder, which would fail again on the new one.
            SharedSystemClient.clear_system_cache()
        self._client = self._collection = None

    def all_ids(self) -> set[str]:
        return set(self._open().get(include=[])["ids"])

    def count(self) -> int:
        return self._open().count()
