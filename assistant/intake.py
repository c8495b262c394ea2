"""From a file or an address to the corpus, in two steps: a preview that writes nothing, a commit.

Decision: a preview holds the document as it would be added, whole, so that what was confirmed is
what is added. Its doubts are looked for again at the commit, because the corpus may have moved in
between. A text that the corpus knows already keeps what is known of it beyond its own words: names
people call it by, and when and by what it ended.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant.chunking import make_chunks
from assistant.doubts import Doubt, make_doubt, severe_doubts
from assistant.doubts_corpus import find_corpus_doubts
from assistant.doubts_text import article_numbers, find_text_doubts
from assistant.errors import DocumentError, UnconfirmedError
from assistant.lexical import LexicalIndex
from assistant.loading.extracted import Cancelled, ExtractedText, Progress, ReadingLimits, ReadingNote
from assistant.loading.markdown import check_fields, has_front_matter, load_markdown
from assistant.loading.reading import read_source
from assistant.loading.url import DownloadLimits, download
from assistant.metadata import Metadata, make_document, read_metadata
from assistant.registry import Registry
from assistant.schema import Chunk, Document, Provision
from assistant.structure import parse_structure
from assistant.validity import with_successors

if TYPE_CHECKING:
    from assistant.history import ChangeReceipt, HeldVersion
    from assistant.indexing import Indexer

Standing = Literal["new", "same", "version", "official_of_digest"]
# Passages that are looked up in the corpus to find the texts a new one may be a copy of.
_PROBES, _FOUND_PER_PROBE = 8, 5
# What the corpus knows of a text beyond the text's own words.
_KEPT_OF_TEXT = (
    "kind",
    "effective_to",
    "effective_note",
    "replaced_by",
    "amended_by",
    "articles_total",
    "adopted",
    "effective_from",
    "number",
    "source_url",
)
_KEPT_OF_LANGUAGE = ("title", "label", "aliases", "issuer")
_READ_FIRST = ("adopted", "effective_from", "effective_note", "number", "source_url")


@dataclass(frozen=True, slots=True)
class Preview:
    """One text as it would be added, with all that was read, repaired and doubted of it.

    `metadata` is None where front matter states the fields. `original` is the file it was read from
    (for a member of a ZIP, that member), `address` where it was fetched. `takes_effect` is the day
    from which this wording applies, where the text was amended. Nothing is in the corpus yet.
    """

    extracted: ExtractedText
    document: Document
    metadata: Metadata | None
    provisions: tuple[Provision, ...]
    chunks: tuple[Chunk, ...]
    doubts: tuple[Doubt, ...]
    standing: Standing
    original: Path
    address: str | None = None
    takes_effect: date | None = None

    @property
    def repairs(self) -> tuple[ReadingNote, ...]:
        return tuple(note for note in self.extracted.notes if note.severity == "repair")

    @property
    def severe(self) -> tuple[Doubt, ...]:
        return severe_doubts(self.doubts)


class Intake:
    """Makes previews and commits them. `scratch` is a folder of the caller's for what is fetched.

    `allow_private` lets tests fetch from this machine; no setting reaches it.
    """

    def __init__(
        self,
        registry: Registry,
        lexical: LexicalIndex,
        make_indexer: Callable[[], Indexer],
        count_tokens: Callable[[str], int],
        scratch: Path,
        *,
        reading_limits: ReadingLimits | None = None,
        download_limits: DownloadLimits | None = None,
        allow_private: bool = False,
    ) -> None:
        self._registry, self._lexical = registry, lexical
        self._make_indexer, self._count_tokens = make_indexer, count_tokens
        # Kept: each new one loads the embedding model again.
        self._indexer: Indexer | None = None
        self._scratch, self._allow_private = scratch, allow_private
        self._reading_limits = reading_limits or ReadingLimits()
        self._download_limits = download_limits or DownloadLimits()

    def make_previews(
        self, source: str | Path, *, progress: Progress | None = None, cancelled: Cancelled = lambda: False
    ) -> list[Preview]:
        """Read a file or fetch an address; a ZIP gives a preview for each document in it.

        Raises SourceError, with what to do, where it cannot be read, and DocumentError for front
        matter that is wrong. Writes to the scratch folder alone.
        """
        address = source if isinstance(source, str) and is_address(source) else None
        path = Path(source)
        if address:
            came = download(
                address,
                self._scratch,
                progress=progress,
                cancelled=cancelled,
                limits=self._download_limits,
                allow_private=self._allow_private,
            )
            path, address = came.path, came.final_address
        texts = read_source(path, progress=progress, cancelled=cancelled, limits=self._reading_limits)
        return [self._make_preview(text, path, address) for text in texts]

    def revise(
        self, preview: Preview, fields: Mapping[str, Any], takes_effect: date | None = None
    ) -> Preview:
        """The preview with fields as a person states them, doubted anew.

        `fields` are those of front matter. Raises DocumentError for a value that a field cannot have.
        """
        checked = check_fields(preview.extracted.name, dict(fields))
        document = replace(preview.document, **checked)
        begins, ends = document.effective_from, document.effective_to
        if begins and ends and ends <= begins:
            raise DocumentError(
                f"{preview.extracted.name}: effective_to {ends} is not after effective_from {begins}. "
                "Write the first day on which the text is no longer in force."
            )
        return self._complete(
            replace(preview, document=document, takes_effect=takes_effect or preview.takes_effect)
        )

    def commit(
        self, preview: Preview, *, who: str, accept_doubts: bool = False, progress: Progress | None = None
    ) -> ChangeReceipt:
        """Add what the preview shows. The same bytes and fields a second time change nothing.

        Raises UnconfirmedError where the corpus, as it is now, gives severe doubts that were not
        accepted, LockedError where another process writes.
        """
        current = self._complete(preview)
        if current.severe and not accept_doubts:
            raise UnconfirmedError(refusal_of(current))
        if self._indexer is None:
            self._indexer = self._make_indexer()
        return self._indexer.put(
            current.document,
            original=current.original,
            original_name=current.extracted.name,
            who=who,
            progress=progress,
            takes_effect=current.takes_effect,
        )

    def _make_preview(self, extracted: ExtractedText, path: Path, address: str | None) -> Preview:
        original = find_original(extracted, path, self._scratch)
        held = self._held()
        metadata = None
        if has_front_matter(extracted.text):
            document = load_markdown(original)
        else:
            metadata = read_metadata(extracted.text, file_name=Path(extracted.name).name, held=held)
            document = make_document(
                metadata, extracted.text, held, source_url=address, articles_total=None
            )
            # As stated and not as others end it, or adding it again later would give another text.
            document = keep_known(document, self._registry.documents())
        # The file is held: as it was confirmed then, whatever would be read of it now.
        document = self._confirmed(extracted) or document
        return self._complete(Preview(extracted, document, metadata, (), (), (), "new", original, address))

    def _complete(self, preview: Preview) -> Preview:
        """The preview with structure, chunks, standing and doubts as of now."""
        document = preview.document
        provisions = parse_structure(document)
        if document.articles_total is None and (numbers := set(article_numbers(provisions))):
            document = replace(document, articles_total=len(numbers))
        chunks = make_chunks(document, provisions, self._count_tokens)
        held = self._held()
        doubts = list(find_text_doubts(document, provisions, preview.extracted))
        doubts += [_doubt_of(note) for note in preview.extracted.notes if note.severity == "doubt"]
        near = self._near(document, held, provisions)
        doubts += find_corpus_doubts(document, provisions, held, near, self._registry.provisions)
        same = self._same_bytes(preview.extracted.sha256, document)
        order = {"severe": 0, "warning": 1, "info": 2}
        # What is held already, fields and all, changes nothing: comparing it says no more.
        doubts = same or sorted(doubts, key=lambda doubt: order[doubt.severity])
        return replace(
            preview,
            document=document,
            provisions=tuple(provisions),
            chunks=tuple(chunks),
            doubts=tuple(doubts),
            standing="same" if same else _standing_of(document, held),
        )

    def _held(self) -> list[Document]:
        return list(with_successors(self._registry.documents()))

    def _near(
        self, document: Document, held: Sequence[Document], provisions: Sequence[Provision]
    ) -> list[Document]:
        """The documents that share rare words with passages of this one, taken over its length."""
        headings = " ".join(p.heading for p in provisions if p.level == "article")[:1000]
        step = max(1, len(document.body) // (_PROBES - 1))
        probes = [document.body[at : at + 400] for at in range(0, len(document.body), step)]
        rows = {
            row
            for probe in [headings, *probes]
            for row, _ in self._lexical.search(probe, _FOUND_PER_PROBE, document.language)
        }
        keys = {chunk.document_key for chunk in self._registry.chunks(rows).values()}
        return [other for other in held if other.key in keys]

    def _versions_of(self, sha256: str) -> list[HeldVersion]:
        """The live versions that were read from the file with that hash."""
        return [v for v in self._registry.versions() if v.is_live and v.original == sha256]

    def _confirmed(self, extracted: ExtractedText) -> Document | None:
        """The document that was made of this very file, with the fields it was confirmed with."""
        for version in self._versions_of(extracted.sha256):
            document = self._registry.text(version.content_hash)
            if document and document.body == extracted.text:
                return document
        return None

    def _same_bytes(self, sha256: str, document: Document) -> list[Doubt]:
        return [
            make_doubt("same_bytes", where=version.key, at=version.at.date(), key=version.key)
            for version in self._versions_of(sha256)
            if version.content_hash == document.content_hash
        ][:1]


def is_address(source: str) -> bool:
    """Whether what was given is to be fetched and not a path."""
    return "://" in source


def keep_known(document: Document, held: Sequence[Document]) -> Document:
    """The document with what the corpus knows of its text beyond the text's own words.

    What the text itself says of its dates and number is kept as read: where that differs from the
    corpus, it is a doubt to be shown and not a fault to be mended in silence.
    """
    same = [other for other in held if other.id == document.id]
    same.sort(key=lambda other: (other.language != document.language, other.version is not None))
    if not same:
        return document
    other = same[0]
    fields = list(_KEPT_OF_TEXT)
    if other.language == document.language:
        fields += _KEPT_OF_LANGUAGE
    known = {
        name: getattr(other, name)
        for name in fields
        if getattr(other, name) and not (name in _READ_FIRST and getattr(document, name))
    }
    for name in ("replaces", "implements"):
        known[name] = tuple(dict.fromkeys((*getattr(other, name), *getattr(document, name))))
    return replace(document, **known)


def find_original(extracted: ExtractedText, path: Path, scratch: Path) -> Path:
    """The file whose bytes the text was read from: the path, or the member of it as a ZIP."""
    if not zipfile.is_zipfile(path) or _sha256_of(path.read_bytes()) == extracted.sha256:
        return path
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            data = b"" if member.is_dir() else archive.read(member)
            if data and _sha256_of(data) == extracted.sha256:
                target = scratch / f"{extracted.sha256}{Path(extracted.name).suffix[:10]}"
                target.write_bytes(data)
                return target
    return path


def refusal_of(preview: Preview) -> str:
    """Why a preview is not added without an explicit yes, in one line of both languages."""
    vi = " ".join(doubt.vi for doubt in preview.severe)
    en = " ".join(doubt.en for doubt in preview.severe)
    return f"{preview.extracted.name}: {vi} / {en}"


def _standing_of(document: Document, held: Sequence[Document]) -> Standing:
    kinds = {other.text_kind for other in held if other.key == document.key}
    if not kinds:
        return "new"
    is_first_official = document.text_kind == "official" and kinds == {"digest"}
    return "official_of_digest" if is_first_official else "version"


def _doubt_of(note: ReadingNote) -> Doubt:
    return Doubt(note.code, "warning", note.vi, note.en, note.where)


def _sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
