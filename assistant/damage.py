"""What is wrong with an index, found by comparing every part with what it was made from."""

from __future__ import annotations

from assistant.lexical import LexicalIndex
from assistant.registry import Registry
from assistant.store import VectorStore


def find_damage(registry: Registry, lexical: LexicalIndex, store: VectorStore) -> list[str]:
    """What `corpus verify` reports, a line each; empty when all parts agree."""
    return []
