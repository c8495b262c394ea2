"""How fast documents are added: against the bare embedding of their texts, and in a growing corpus.

    python benchmarks/ingestion.py [--data FOLDER] [--limit ACTS] [--chunks 1000,10000,100000]

First the acts of FOLDER/laws are added one by one with the configured model, and the same texts are
embedded without anything else. Then corpora of generated chunks (words of the shipped corpus in
random order, random unit vectors) are made, and one document of a single article is added five times
to each; the model takes no part in that. Each size runs in a process of its own, for its peak memory.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from structure import DATA, join_plain, read_rows

from assistant.build import Workspace, load_shipped_documents
from assistant.centre_sums import SUMS_STATE, read_sums
from assistant.config import load_settings
from assistant.embeddings import embedding_fingerprint, make_embeddings
from assistant.indexing import PIPELINE_VERSION, Indexer
from assistant.registry_history import put_holding, put_text, shipped_version
from assistant.registry_tables import IndexedChunk
from assistant.schema import Chunk, Document

WIDTH, CHUNKS_A_DOCUMENT, WORDS_A_CHUNK, REPEATS = 384, 100, 40, 5


class Recording(Embeddings):
    """Passes on to the real model, and keeps the texts and the time spent in it."""

    def __init__(self, model: Embeddings) -> None:
        self._model, self.texts, self.seconds = model, list[str](), 0.0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        started = time.perf_counter()
        vectors = self._model.embed_documents(texts)
        self.seconds += time.perf_counter() - started
        self.texts += texts
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return self._model.embed_query(text)


class RandomVectors(Embeddings):
    """A random unit vector for any text."""

    def __init__(self) -> None:
        self._generator = np.random.default_rng(7)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors = self._generator.standard_normal((len(texts), WIDTH))
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def make_indexer(workspace: Workspace, embeddings: Embeddings) -> Indexer:
    return Indexer(
        workspace.settings, workspace.registry, workspace.lexical, workspace.store,
        make_embeddings=lambda: embeddings, count_tokens=lambda text: len(text.split()) * 2,
        query_embeddings=embeddings,
    )


def measure_acts(data: Path, limit: int, models: Path) -> None:
    """Chunks and texts a second while adding, and while embedding the same texts alone."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "models").symlink_to(models)
        workspace = Workspace(load_settings(data_folder=Path(folder)))
        model = make_embeddings(workspace.settings)
        model.embed_documents(["một câu để nạp mô hình"])
        recording = Recording(model)
        indexer = make_indexer(workspace, recording)
        chunks, started = 0, time.perf_counter()
        for path in sorted((data / "laws").glob("*.jsonl"))[:limit]:
            name = "law-" + path.stem.lower()
            document = Document(
                id=name, language="vi", title=name, label=name, kind="law",
                text_kind="official", body=join_plain(read_rows(path)),
            )
            receipt = indexer.put(document, original=path, original_name=path.name, who="benchmark")
            chunks += receipt.chunks
        adding = time.perf_counter() - started
        started = time.perf_counter()
        ordered = sorted(recording.texts, key=len)
        for at in range(0, len(ordered), 256):
            model.embed_documents(ordered[at : at + 256])
        bare = time.perf_counter() - started
    texts = len(recording.texts)
    print(f"{limit} acts: {chunks} chunks, {texts} texts")
    print(f"adding        {adding:8.1f} s  {chunks / adding:6.2f} chunks/s  {texts / adding:6.2f} texts/s")
    print(f"  of it model {recording.seconds:8.1f} s  share {recording.seconds / adding:.3f}")
    print(f"model alone   {bare:8.1f} s  {chunks / bare:6.2f} chunks/s  {texts / bare:6.2f} texts/s")
    print(f"adding runs at {bare / adding:.2f} of the bare embedding rate")


def generate(count: int) -> Iterator[tuple[Document, list[Chunk]]]:
    """Documents of random words, cut every WORDS_A_CHUNK words."""
    chooser = random.Random(11)
    words = [w for d in load_shipped_documents() if d.language == "vi" for w in d.body.split()]
    for number in range(count // CHUNKS_A_DOCUMENT):
        texts = [" ".join(chooser.choices(words, k=WORDS_A_CHUNK)) for _ in range(CHUNKS_A_DOCUMENT)]
        document = Document(
            id=f"generated-{number}", language="vi", title=f"Văn bản {number}",
            label=f"Văn bản {number}", kind="article", body="\n".join(texts),
        )
        chunks, at = [], 0
        for ordinal, text in enumerate(texts):
            end = at + len(text) + (ordinal < len(texts) - 1)
            chunks.append(Chunk(
                id=f"{document.key}/{ordinal}", document_id=document.id, language="vi", ordinal=ordinal,
                start=at, end=end, text=document.body[at:end], path=document.title, unit=document.id))
            at = end
        yield document, chunks


def fill(workspace: Workspace, count: int) -> None:
    """Put generated chunks through registry, lexical index and vector index."""
    registry, lexical, vectors = workspace.registry, workspace.lexical, RandomVectors()
    for document, chunks in generate(count):
        matrix = np.asarray(vectors.embed_documents([c.text for c in chunks]), dtype=np.float32)
        indexed = [
            IndexedChunk(chunk, f"{chunk.id}@{document.content_hash[:12]}", vector)
            for chunk, vector in zip(chunks, matrix, strict=True)
        ]
        with registry.transaction() as connection:
            put_text(connection, document)
            put_holding(connection, shipped_version(document))
            registry.put_document(connection, document, [], indexed)
            rows = registry.chunk_rows(connection, document.key)
            by_id = {chunk.id: chunk for chunk in chunks}
            lexical.put_chunks(connection, {row: by_id[id_] for id_, row in rows.items()})
            sums = read_sums(registry.state_within(connection, SUMS_STATE))
            sums.add("vi", matrix)
            registry.set_state(connection, SUMS_STATE, sums.to_json())
    with registry.transaction() as connection:
        registry.set_state(connection, "pipeline_version", PIPELINE_VERSION)
        registry.set_state(connection, "embedding", embedding_fingerprint(workspace.settings))
        registry.set_state(connection, "questions_measured", json.dumps({"vi": count}))
    workspace.store.rebuild()


def measure_one_document(count: int) -> None:
    """Seconds to add one document to a corpus of `count` chunks; prints a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_folder=Path(folder))
        started = time.perf_counter()
        fill(Workspace(settings), count)
        filling = time.perf_counter() - started
        filled_megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        workspace = Workspace(settings)
        indexer, seconds, busy = make_indexer(workspace, RandomVectors()), list[float](), list[float]()
        for number in range(REPEATS):
            lines = "\n".join(f"{n}. Nội dung khoản {n} của văn bản thử {number}." for n in range(1, 30))
            document = Document(
                id=f"law-{number}-2026", language="vi", title=f"Luật {number}", label=f"Luật {number}",
                kind="law", body=f"# Luật\n\n### Điều 1. Phạm vi\n\n{lines}\n",
                effective_from=date(2026, 1, 1),
            )
            began, began_busy = time.perf_counter(), time.process_time()
            indexer.put(document, original=None, original_name=None, who="benchmark")
            seconds.append(time.perf_counter() - began)
            busy.append(time.process_time() - began_busy)
        vector = np.asarray(RandomVectors().embed_query(""), dtype=np.float32)
        began = time.perf_counter()
        workspace.store.search(vector, 180)
        opening = time.perf_counter() - began
        began = time.perf_counter()
        workspace.store.search(vector, 180)
        searching = time.perf_counter() - began
        disk = sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file()) / 2**20
        print(f"{count:>8} {statistics.median(seconds) * 1000:>9.0f} {max(seconds) * 1000:>8.0f}"
              f" {statistics.median(busy) * 1000:>8.0f}"
              f" {opening * 1000:>8.0f} {searching * 1000:>9.0f} {filling:>8.0f}"
              f" {filled_megabytes:>8.0f} {disk:>8.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--limit", type=int, default=22, help="acts added; 0 leaves them out")
    parser.add_argument("--chunks", default="1000,10000,100000")
    parser.add_argument("--models", type=Path, default=load_settings().models_folder)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        measure_one_document(arguments.one)
        return
    if arguments.limit:
        measure_acts(arguments.data, arguments.limit, arguments.models)
    if arguments.chunks:
        columns = "  chunks  added ms   max ms   cpu ms  open ms search ms   fill s  peak MB  disk MB"
        print(columns, flush=True)
    for count in filter(None, arguments.chunks.split(",")):
        subprocess.run([sys.executable, __file__, "--one", count], check=True)


if __name__ == "__main__":
    main()
