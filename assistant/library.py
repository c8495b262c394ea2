"""The corpus as the pipeline reads it: documents, provisions by id, concordance, changes, glossary.

A read-only view of one version of the registry, held in memory (texts are small; vectors and
chunks are not held). When the registry's version moves, `is_stale` says so and a new one is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from assistant.accents import (
    ASKING,
    ASKING_WEIGHT,
    AccentRestorer,
    load_restorer,
    train_restorer,
)
from assistant.errors import IndexMissingError
from assistant.glossary import Glossary, load_glossary
from assistant.named_provisions import NameIndex
from assistant.registry import Registry
from assistant.schema import Document, Language, Provision
from assistant.validity import (
    Change,
    Concordance,
    apply_replacements,
    load_changes,
    load_concordance,
)


class Library:
    """Documents and provisions of the registry, with the data that speaks about them."""

    def __init__(self, registry: Registry, corpus_folder: Path, cache_folder: Path) -> None:
        self._registry, self._cache_folder = registry, cache_folder
        self.version = registry.state("version") or "0"
        given = apply_replacements(registry.documents())
        self.documents = {document.key: document for document in given}
        if not self.documents:
            raise IndexMissingError("Nothing is indexed yet. Run: assistant corpus rebuild")
        self._provisions = registry.all_provisions()
        self._by_id = {
            key: {provision.id: provision for provision in provisions}
            for key, provisions in self._provisions.items()
        }
        self._children = {
            key: _children(provisions) for key, provisions in self._provisions.items()
        }
        self.concordance: Concordance = load_concordance(corpus_folder)
        self.changes: tuple[Change, ...] = load_changes(corpus_folder)
        self.glossary: Glossary = load_glossary(corpus_folder / "glossary.toml")

    @property
    def is_stale(self) -> bool:
        return (self._registry.state("version") or "0") != self.version

    @cached_property
    def names(self) -> NameIndex:
        """Every name of every text, to be found in a question or a passage."""
        return NameIndex(self.documents.values())

    @cached_property
    def restorer(self) -> AccentRestorer:
        """The accent model of this corpus version, trained once and kept beside the registry."""
        path = self._cache_folder / f"accents-{self.version}.json"
        if path.is_file():
            return load_restorer(path)
        texts = [d.body for d in self.documents.values() if d.language == "vi"]
        names = [n for term in self.glossary.terms for n in (term.vi, *term.vi_aliases)]
        restorer = train_restorer([*texts, *names, *[ASKING] * ASKING_WEIGHT])
        for old in self._cache_folder.glob("accents-*.json"):
            old.unlink(missing_ok=True)
        restorer.save(path)
        return restorer

    def document_of(self, text_id: str, language: Language) -> Document | None:
        """The text in that language, else in the other one, else None."""
        other = "en" if language == "vi" else "vi"
        return self.documents.get(f"{text_id}.{language}") or self.documents.get(
            f"{text_id}.{other}"
        )

    def provisions(self, document_key: str) -> tuple[Provision, ...]:
        return self._provisions.get(document_key, ())

    def provision(self, document_key: str, provision_id: str) -> Provision | None:
        return self._by_id.get(document_key, {}).get(provision_id)

    def children(self, document_key: str, provision_id: str) -> tuple[Provision, ...]:
        return self._children.get(document_key, {}).get(provision_id, ())

    def text_of(self, document: Document, provision: Provision) -> str:
        return document.body[provision.start : provision.end]

    def text_ids(self) -> tuple[str, ...]:
        return tuple(sorted({document.id for document in self.documents.values()}))


def _children(provisions: Iterable[Provision]) -> dict[str, tuple[Provision, ...]]:
    found: dict[str, list[Provision]] = {}
    for provision in provisions:
        if provision.parent is not None:
            found.setdefault(provision.parent, []).append(provision)
    return {parent: tuple(children) for parent, children in found.items()}
