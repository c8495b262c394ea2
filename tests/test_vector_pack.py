"""The shipped vectors are those of the model: a sample is embedded again and compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assistant.build import load_shipped_documents, make_token_counter, shipped_corpus
from assistant.chunk_windows import make_windows
from assistant.chunking import make_chunks
from assistant.config import Settings
from assistant.embeddings import embedding_fingerprint, make_query_embeddings
from assistant.structure import parse_structure
from assistant.vector_pack import VectorPack


def test_the_pack_holds_the_corpus_and_equals_the_model(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    pack = VectorPack(shipped_corpus() / "vectors", embedding_fingerprint(settings))
    count = make_token_counter(settings)
    documents = [d for d in load_shipped_documents() if d.id in ("law-116-2025", "topic-asean")]
    texts: list[str] = []
    for document in documents:
        for chunk in make_chunks(document, parse_structure(document), count):
            if not chunk.is_heading:
                texts += [chunk.indexed_text, *make_windows(chunk)]
    held = [text for text in texts if pack.get(text) is not None]
    assert len(held) >= 0.98 * len(texts), "run: assistant corpus pack"
    sample = held[:: max(1, len(held) // 12)]
    exact = np.asarray(make_query_embeddings(settings).embed_documents(sample))
    for text, vector in zip(sample, exact, strict=True):
        stored = pack.get(text)
        assert stored is not None and float(stored @ vector) > 0.9995


def test_a_pack_of_another_model_is_not_read() -> None:
    assert len(VectorPack(shipped_corpus() / "vectors", "another model")) == 0
