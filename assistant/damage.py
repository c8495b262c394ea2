"""What is wrong with an index, found by comparing every part with what it was made from.

From the outside in: the SQLite file itself; the ledger's texts against their hashes; the searched
documents against what the ledger says of them; their provisions, chunks and vectors against the seal
made when they were written; the lexical index against the chunks; the vector index against the
vectors; the original files against their names. `corpus rebuild` mends what has a second copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from assistant.errors import CorpusIndexError
from assistant.history import HeldVersion
from assistant.lexical import LexicalIndex
from assistant.originals import hash_file, original_path
from assistant.registry import Registry
from assistant.registry_history import put_text, set_live_versions
from assistant.schema import Document, document_key
from assistant.store import VectorStore
from assistant.versions import arrange_versions


def find_damage(registry: Registry, lexical: LexicalIndex, store: VectorStore) -> list[str]:
    """What `corpus verify` reports, a line each; empty when all parts agree."""
    if file_damage := registry.find_file_damage():
        return file_damage
    documents = [*_ledger_damage(registry), *_document_damage(registry)]
    return [
        *documents,
        # Compared with the chunks, which have to be whole for that.
        *([] if documents else lexical.find_damage()),
        *_vector_damage(registry, store),
        *_original_damage(registry),
    ]


def _ledger_damage(registry: Registry) -> Iterator[str]:
    for held in registry.versions():
        if not _is_whole(registry.text(held.content_hash), held):
            yield f"the text of version {held.number} of {held.key} is missing or altered"


def _document_damage(registry: Registry) -> Iterator[str]:
    held = {document.key: document for document in registry.documents()}
    wanted: dict[str, Document] = {}
    for key in dict.fromkeys(version.key for version in registry.versions()):
        for item in arrange_versions(registry.given(key)).searched:
            wanted[item.document.key] = item.document
    yield from (f"{key} is not searched, but should be" for key in sorted(set(wanted) - set(held)))
    yield from (f"{key} is searched, but should not be" for key in sorted(set(held) - set(wanted)))
    for key in sorted(set(held) & set(wanted)):
        if held[key] != wanted[key]:
            yield f"{key} differs from the text in the ledger"
        if not registry.is_sealed(key):
            yield f"{key}: provisions, chunks or vectors are missing or altered"


def _vector_damage(registry: Registry, store: VectorStore) -> Iterator[str]:
    if problem := store.find_problem():
        yield f"vector index: {problem}"
        return
    if store.record() is None:
        return
    try:
        yield from _compare_vectors(registry, store)
    except CorpusIndexError as error:
        yield f"vector index: {error}"


def _compare_vectors(registry: Registry, store: VectorStore) -> Iterator[str]:
    if not store.holds_what_was_built():
        yield "vector index: vectors were added or removed by hand"
        return
    for ids, vectors, _ in registry.iterate_vectors():
        held = store.built_vectors(ids)
        for name, vector in zip(ids, vectors, strict=True):
            if name in held and not np.allclose(held[name], vector, atol=1e-4):
                yield f"vector index: the vector of {name} is altered"


def _original_damage(registry: Registry) -> Iterator[str]:
    for version in registry.versions():
        if version.original is None:
            continue
        path = original_path(registry.file.parent, version.original)
        if not path.is_file():
            yield f"the original of {version.key} ({version.original_name}) is missing: {path}"
        elif hash_file(path) != version.original:
            yield f"the original of {version.key} ({version.original_name}) is altered: {path}"


def mend_ledger(registry: Registry) -> list[str]:
    """Mend texts of the ledger from the searched copy; a line for each mended or lost.

    A live text that has no whole copy goes out of sight: better absent than altered.
    """
    lines = []
    searched = {
        document.content_hash: document for document in map(_as_given, registry.documents())
    }
    for held in registry.versions():
        if held.origin == "shipped" or _is_whole(registry.text(held.content_hash), held):
            continue
        copy = searched.get(held.content_hash)
        with registry.transaction() as connection:
            if copy is not None:
                put_text(connection, copy)
                lines.append(f"the text of {held.key} mended from its searched copy")
            elif held.is_live:
                whole = [v for v in registry.versions(held.key) if v.is_live and v != held]
                numbers = [v.number for v in whole if v.origin == "added"]
                set_live_versions(connection, held.key, numbers)
                lines.append(f"{held.key} is lost: no whole copy. {_advice(registry, held)}")
    return lines


def stray_keys(registry: Registry) -> list[str]:
    """Keys of texts that are searched though the ledger knows nothing of them."""
    known = {version.key for version in registry.versions()}
    found = {document_key(held.id, held.language) for held in registry.documents()}
    return sorted(found - known)


def _as_given(document: Document) -> Document:
    return replace(document, version=None, version_from=None, version_to=None)


def _is_whole(text: Document | None, held: HeldVersion) -> bool:
    return text is not None and text.content_hash == held.content_hash


def _advice(registry: Registry, held: HeldVersion) -> str:
    if held.original is None:
        return "Add it again."
    return f"Add it again from {original_path(registry.file.parent, held.original)}"
