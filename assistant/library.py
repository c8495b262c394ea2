"""The corpus as the pipeline reads it: documents, provisions by id, concordance, changes, glossary.

A read-only view of one version of the registry, held in memory (texts are small; vectors and
chunks are not held). When the registry's version moves, `is_stale` says so and a new one is made.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from datetime import date
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
from assistant.schema import AsOf, Document, Language, Provision, document_key
from assistant.structure import parse_structure
from assistant.validity import (
    Change,
    Concordance,
    load_changes,
    load_concordance,
    with_successors,
)


class Library:
    """Documents and provisions of the registry, with the data that speaks about them."""

    def __init__(self, registry: Registry, corpus_folder: Path, cache_folder: Path) -> None:
        self._registry, self._cache_folder = registry, cache_folder
        self.version = registry.state("version") or "0"
        self.documents = {document.key: document for document in with_successors(registry.documents())}
        if not self.documents:
            raise IndexMissingError("Nothing is indexed yet. Run: assistant corpus rebuild")
        self._summaries = {key: Summary(digest) for key, digest in registry.summaries().items()}
        self._wordings = _wordings_of(self.documents.values())
        self._day: date | None = None
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
        return NameIndex(self.texts)

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

    def on(self, day: date) -> Library:
        """The same library, in which a text is, where it has several wordings, the one of that day."""
        held = copy.copy(self)
        held._day = day
        return held

    @property
    def texts(self) -> tuple[Document, ...]:
        """Each text once a language: in its wording of the library's day, else its latest."""
        return tuple(self._wording(key, self._day) for key in self.documents if key in self._wordings)

    def document_of(
        self, text_id: str, language: Language, day: date | None = None
    ) -> Document | None:
        """The text in that language, else in the other one, else None; in the wording of the day,
        or of the library's day, or else the latest."""
        for each in (language, "en" if language == "vi" else "vi"):
            key = document_key(text_id, each)
            if key in self._wordings:
                return self._wording(key, day or self._day)
        return None

    def _wording(self, key: str, day: date | None) -> Document:
        wordings = self._wordings[key]
        if day is None:
            return wordings[-1]
        begun = [held for held in wordings if held.version_from is None or held.version_from <= day]
        return (begun or wordings)[-1 if begun else 0]

    def is_wording_of(self, key: str, when: AsOf) -> bool:
        """Whether the document is how its text reads on some day of the span.

        False too for a document that this version of the corpus does not hold. Before the first day
        of the earliest wording held, that one stands in; a notice says so.
        """
        document = self.documents.get(key)
        if document is None:
            return False
        is_first = self._wordings[document_key(document.id, document.language)][0] is document
        starts = is_first or document.version_from is None or document.version_from <= when.end
        return starts and (document.version_to is None or when.start < document.version_to)

    def summary_of(self, document_key: str, provision_id: str) -> str | None:
        """The digest's words on a provision of an official text, where a digest sums it up."""
        summary = self._summaries.get(document_key)
        return summary.words_of(provision_id) if summary else None

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


class Summary:
    """A digest beside the official text that covers it; both keep the official numbering."""

    def __init__(self, digest: Document) -> None:
        self.digest = digest

    @cached_property
    def _spans(self) -> dict[str, tuple[int, int]]:
        return {held.id: (held.start, held.end) for held in parse_structure(self.digest)}

    def words_of(self, provision_id: str) -> str | None:
        span = self._spans.get(provision_id)
        return self.digest.body[slice(*span)].strip() if span else None


def _wordings_of(documents: Iterable[Document]) -> dict[str, list[Document]]:
    """The wordings of each text and language, the earliest first, by the key of the latest."""
    found: dict[str, list[Document]] = {}
    for document in documents:
        found.setdefault(document_key(document.id, document.language), []).append(document)
    for wordings in found.values():
        wordings.sort(key=lambda held: held.version_to or date.max)
    return found


def _children(provisions: Iterable[Provision]) -> dict[str, tuple[Provision, ...]]:
    found: dict[str, list[Provision]] = {}
    for provision in provisions:
        if provision.parent is not None:
            found.setdefault(provision.parent, []).append(provision)
    return {parent: tuple(children) for parent, children in found.items()}
