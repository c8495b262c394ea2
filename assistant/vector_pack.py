"""Vectors that travel with the shipped corpus, so that a first start does not embed it for minutes.

A pack holds, for one model, the vector of each text by the text's hash, in eight bits (cosine to
the exact vector above 0.9999; a test embeds a sample again and compares). It is a cache and no
more: a text that is not in it is embedded, a pack of another model is not read, and deleting the
folder only costs time. `assistant corpus pack` writes it anew after the corpus was edited.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.centring import Centres, read_centres
from assistant.chunk_windows import make_windows
from assistant.registry import Registry

FloatArray = npt.NDArray[np.float32]
CENTRES_FILE = "centres.json"


def text_hash(text: str) -> bytes:
    """16 bytes that name a text to be embedded."""
    return hashlib.sha256(text.encode("utf-8")).digest()[:16]


class VectorPack:
    """Known vectors by text; empty for a model that no pack was made with."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._vectors: dict[bytes, FloatArray] = {}
        for path in sorted(folder.glob("*.npz")):
            with np.load(path) as pack:
                if str(pack["model"]) != fingerprint:
                    continue
                vectors = pack["values"].astype(np.float32) * pack["scales"][:, None]
                vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
                hashes = [bytes(row) for row in pack["hashes"]]
                self._vectors.update(zip(hashes, vectors, strict=True))

    def get(self, text: str) -> FloatArray | None:
        return self._vectors.get(text_hash(text))

    def __len__(self) -> int:
        return len(self._vectors)


def load_default_centres(folder: Path, fingerprint: str) -> Centres:
    """Mean vectors of the shipped corpus for that model; none for another model."""
    path = folder / CENTRES_FILE
    if not path.is_file():
        return Centres({}, {})
    held = json.loads(path.read_text(encoding="utf-8"))
    return read_centres(held["centres"]) if held["model"] == fingerprint else Centres({}, {})


def write_packs(registry: Registry, folder: Path, fingerprint: str) -> int:
    """Write a pack for each document that the registry holds; returns the number of vectors."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.npz"):
        path.unlink()
    total = 0
    for key, vectors in _by_document(registry).items():
        _write_pack(folder / f"{key}.npz", vectors, fingerprint)
        total += len(vectors)
    centres = registry.state("centres")
    if centres:
        content = json.dumps({"model": fingerprint, "centres": centres})
        (folder / CENTRES_FILE).write_text(content + "\n", encoding="utf-8")
    return total


def _by_document(registry: Registry) -> dict[str, dict[bytes, FloatArray]]:
    found: dict[str, dict[bytes, FloatArray]] = {}
    chunks = {row: c for row, c in registry.chunks().items() if not c.is_heading}
    held = registry.candidate_vectors(chunks)
    for row, chunk in chunks.items():
        texts = [chunk.indexed_text, *make_windows(chunk)]
        pairs: Iterable[tuple[str, FloatArray]] = zip(texts, held[row][1], strict=True)
        found.setdefault(chunk.document_key, {}).update((text_hash(t), v) for t, v in pairs)
    return found


def _write_pack(path: Path, vectors: Mapping[bytes, FloatArray], fingerprint: str) -> None:
    order = sorted(vectors)
    matrix = np.stack([vectors[name] for name in order])
    scales = np.abs(matrix).max(axis=1) / 127.0
    values = np.rint(matrix / scales[:, None]).astype(np.int8)
    hashes = np.frombuffer(b"".join(order), dtype=np.uint8).reshape(-1, 16)
    np.savez(
        path, model=np.array(fingerprint), hashes=hashes, values=values,
        scales=scales.astype(np.float32),
    )
