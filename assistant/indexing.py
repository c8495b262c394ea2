"""Documents to registry to vector index, so that a kill at any moment leaves the old or new state.

Order of a change: the original file is copied, synced and renamed; the text is parsed, cut and
embedded; then one transaction of the registry writes the ledger and makes the new document visible
and the old one vanish. When that transaction returns, the change is acknowledged and answers at
once: nothing else has to be written for it. What a kill leaves is an original without a line, a
vector of a text not yet held, or a folder of vectors that nobody names; the next start says so and
sweeps it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from langchain_core.embeddings import Embeddings

from assistant.config import Settings
from assistant.corpus_changes import CorpusChanges
from assistant.damage import mend_ledger, stray_keys
from assistant.embeddings import embedding_fingerprint
from assistant.errors import DocumentError, HistoryError, ModelMismatchError, StorageError
from assistant.history import ChangeKind, ChangeReceipt, HeldVersion, HistoryLine, find_undoable
from assistant.lexical import LexicalIndex
from assistant.originals import keep_original
from assistant.question_centres import measure_questions
from assistant.registry import Registry
from assistant.registry_history import (
    add_line,
    drop_unused_texts,
    put_holding,
    put_text,
    remove_shipped,
    set_live_versions,
    shipped_version,
)
from assistant.registry_tables import Connection
from assistant.registry_vectors import drop_kept_vectors
from assistant.schema import Document, document_key
from assistant.store import VectorStore
from assistant.text_vectors import TextVectors
from assistant.unfinished import (
    INDEXING,
    UNFINISHED,
    clear_note,
    drop_unreferenced,
    leave_note,
    sweep_unfinished,
)
from assistant.vector_pack import VectorPack
from assistant.versions import (
    GivenText,
    added_numbers,
    arrange_versions,
    corrected_version,
    find_same,
    kind_of_put,
)
from assistant.writer_lock import writer_lock

# Called with what is done, of how many, and the key. What it raises stops the change: nothing of
# the document is visible then.
Progress = Callable[[int, int, str], None]
# Raised when parsing or chunking changes: every document is then indexed again.
PIPELINE_VERSION = "3"
_TEXT_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(slots=True)
class IndexReport:
    """What a run did: keys added or changed, removed, unchanged, and lines on what was repaired."""

    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    repaired: list[str] = field(default_factory=list)


class Indexer:
    """Changes the corpus: brings it to the shipped documents, adds, removes, takes back.

    One writer at a time: every method raises LockedError, naming the holder, while another process
    writes, and StorageError where the disk is full; nothing has changed then.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        lexical: LexicalIndex,
        store: VectorStore,
        make_embeddings: Callable[[], Embeddings],
        count_tokens: Callable[[str], int],
        query_embeddings: Embeddings,
        pack: VectorPack | None = None,
    ) -> None:
        self._settings, self._registry = settings, registry
        self._lexical, self._store = lexical, store
        vectors = TextVectors(registry, make_embeddings, pack)
        self._changes = CorpusChanges(registry, lexical, vectors, count_tokens)
        # Questions of a sample are few and short: the light road spares loading torch for them.
        self._query_embeddings = query_embeddings

    # the shipped corpus

    def synchronize(
        self,
        documents: Sequence[Document],
        progress: Progress | None = None,
        *,
        rebuild: bool = False,
    ) -> IndexReport:
        """Make the shipped part of the corpus exactly `documents`; only what changed is embedded.

        Added documents stay as they are; with `rebuild` they are made anew from the ledger too.
        Raises ModelMismatchError when the index was made by another model and `rebuild` is not set.
        """
        with self._writing(INDEXING, "") as repaired:
            report = IndexReport(repaired=repaired)
            self._synchronize(documents, progress, rebuild, report)
        return report

    def _synchronize(
        self,
        documents: Sequence[Document],
        progress: Progress | None,
        rebuild: bool,
        report: IndexReport,
    ) -> None:
        if rebuild:
            report.repaired += mend_ledger(self._registry)
        else:
            check_model(self._settings, self._registry)
        wanted = {document.key: document for document in documents}
        versions = self._registry.versions()
        shipped = {held.key: held.content_hash for held in versions if held.origin == "shipped"}
        added = {held.key for held in versions if held.origin == "added" and held.is_live}
        redo = self._begin(is_empty=not versions, rebuild=rebuild)
        todo = [key for key, d in wanted.items() if redo or shipped.get(key) != d.content_hash]
        removed = sorted(set(shipped) - set(wanted))
        removed += stray_keys(self._registry) if rebuild else []
        again = sorted(added - set(todo) - set(removed)) if redo else []
        report.unchanged = len(wanted) - len(todo)
        everything = [*removed, *todo, *again]
        for number, key in enumerate(everything, start=1):
            if progress:
                progress(number, len(everything), key)
            self._ship(key, wanted.get(key), redo=redo)
        report.removed, report.changed = removed, [*todo, *again]
        self._finish(report, redo=redo, rebuild=rebuild)

    def _begin(self, *, is_empty: bool, rebuild: bool) -> bool:
        """Record what vectors are made with before the first one is; whether all are made anew.

        A killed run must not be gone on with by another model. A killed first run goes on where it
        stopped; a killed change of model is refused to readers until a rebuild finishes.
        """
        version, held = (self._registry.state(name) for name in ("pipeline_version", "embedding"))
        wanted = embedding_fingerprint(self._settings)
        redo = not is_empty and (rebuild or version != PIPELINE_VERSION)
        is_other = not is_empty and held is not None and held != wanted
        with self._registry.transaction() as connection:
            if rebuild:
                drop_kept_vectors(connection)
            self._registry.set_state(
                connection, "pipeline_version", UNFINISHED if redo else PIPELINE_VERSION
            )
            self._registry.set_state(connection, "embedding", UNFINISHED if is_other else wanted)
        return redo

    def _ship(self, key: str, document: Document | None, *, redo: bool) -> None:
        """Make a document the shipped one of its key, or None: the key has none any more.

        When all is made anew, texts may be cut otherwise than those that the held vectors are of.
        """
        given = self._registry.given(key)
        old = [item.held.content_hash for item in given if item.held.origin == "shipped"]
        after = [item for item in given if item.held.origin == "added"]
        if document is not None:
            after = [GivenText(shipped_version(document), document), *after]

        def write(connection: Connection, chunks: int) -> None:
            remove_shipped(connection, key)
            if document is not None:
                put_text(connection, document)
                put_holding(connection, after[0].held)
            drop_unused_texts(connection, old)

        self._changes.apply(key, after, write, redo=redo)

    def _finish(self, report: IndexReport, *, redo: bool, rebuild: bool) -> None:
        if rebuild:
            self._lexical.mend()
        if redo:
            self._changes.measure_passages()
        if report.changed or report.removed:
            measure_questions(self._registry, self._query_embeddings, anew=redo)
        if rebuild or self._store.is_due():
            self._store.rebuild()
        with self._registry.transaction() as connection:
            self._registry.set_state(connection, "pipeline_version", PIPELINE_VERSION)
            fingerprint = embedding_fingerprint(self._settings)
            self._registry.set_state(connection, "embedding", fingerprint)

    # documents that are added

    def put(
        self,
        document: Document,
        *,
        original: Path | None,
        original_name: str | None,
        who: str,
        progress: Progress | None = None,
        takes_effect: date | None = None,
    ) -> ChangeReceipt:
        """Add one document; when this returns, it is kept and answers.

        With `takes_effect` it is a new wording of a text from that day on, and the one before stays
        answerable for the days before. Without, it takes the place of what was added under its key.
        The same text twice changes nothing. Raises DocumentError for a text that cannot be added.
        """
        document = _checked(document)
        started = time.monotonic()
        with self._writing("put", document.key, who):
            self._record_model()
            sha256 = keep_original(original, self._settings.data_folder) if original else None
            given = self._registry.given(document.key)
            same = find_same(given, document, takes_effect)
            if same is not None:
                # Another file with the same text: the one it was read from is kept already.
                drop_unreferenced(self._settings.data_folder, self._registry)
                return self._unchanged(same.held, who, started)
            corrected = corrected_version(given, document, takes_effect)
            held = HeldVersion(
                key=document.key,
                number=1 + max((v.number for v in self._registry.versions(document.key)), default=0),
                origin="added",
                content_hash=document.content_hash,
                text_kind=document.text_kind,
                is_live=True,
                at=datetime.now(UTC),
                who=who,
                takes_effect=takes_effect or (corrected.takes_effect if corrected else None),
                original=sha256,
                original_name=original_name,
            )
            after = [item for item in given if item.held != corrected] + [GivenText(held, document)]
            kind = kind_of_put(given, corrected, takes_effect)

            def write(connection: Connection) -> None:
                put_text(connection, document)
                put_holding(connection, held)

            return self._change(held.key, given, after, kind, held.number, who, started, write, progress)

    def remove(self, key: str, *, who: str) -> ChangeReceipt:
        """Take an added text out of sight, or one of its wordings; what it covered is back.

        Nothing is deleted: `undo` brings it back. Raises HistoryError for a key that is not there,
        or whose text is shipped.
        """
        started = time.monotonic()
        text_id, _, language = key.rpartition(".")
        whole = document_key(text_id.partition("@")[0], language)
        with self._writing("remove", key, who):
            given = self._registry.given(whole)
            searched = [
                item.held
                for item in arrange_versions(given).searched
                if key in (whole, item.document.key)
            ]
            added = [held for held in searched if held.origin == "added"]
            if not added:
                reason = "is shipped with the program" if searched else "is not in the corpus"
                raise HistoryError(f"{key} {reason}: nothing to remove. See: assistant corpus list")
            after = [item for item in given if item.held not in added]
            return self._change(whole, given, after, "removed", added[-1].number, who, started)

    def undo(self, *, who: str, line: int | None = None) -> ChangeReceipt:
        """Take back the latest change that stands, or the one of a line of the history.

        Taking back is itself a line; naming that line takes the taking back, back. Raises
        HistoryError where there is nothing, or where a later change of the same text stands on it.
        """
        started = time.monotonic()
        with self._writing("undo", "", who):
            undone = find_undoable(self._registry.history(), line)
            given = self._registry.given(undone.key)
            if added_numbers(given) != undone.after:
                raise HistoryError(
                    f"Line {undone.number} cannot be taken back: {undone.key} was changed since. "
                    f"Take back the later lines first: assistant corpus history {undone.key}"
                )
            back = set(undone.before)
            texts = {held.number: held for held in self._registry.versions(undone.key)}
            after = [item for item in given if item.held.origin == "shipped"]
            for number in sorted(back):
                text = self._registry.text(texts[number].content_hash)
                if text is None:
                    raise HistoryError(f"The text of version {number} of {undone.key} is damaged.")
                after.append(GivenText(replace(texts[number], is_live=True), text))
            kind: ChangeKind = "restored" if back else "removed"
            version = max(back, default=0)
            return self._change(
                undone.key, given, after, kind, version, who, started, undoes=undone.number
            )

    def _change(
        self,
        key: str,
        before: Sequence[GivenText],
        after: Sequence[GivenText],
        kind: ChangeKind,
        version: int,
        who: str,
        started: float,
        write_text: Callable[[Connection], None] | None = None,
        progress: Progress | None = None,
        undoes: int | None = None,
    ) -> ChangeReceipt:
        """Put a key's new state and its line of the history in place together."""
        numbers = added_numbers(after)
        receipt = ChangeReceipt(kind, key, version, datetime.now(UTC), who, 0, 0.0)

        def write(connection: Connection, chunks: int) -> None:
            nonlocal receipt
            if write_text:
                write_text(connection)
            set_live_versions(connection, key, numbers)
            at, seconds = datetime.now(UTC), round(time.monotonic() - started, 3)
            old = added_numbers(before)
            line = HistoryLine(0, at, who, kind, key, version, old, numbers, chunks, seconds, undoes)
            number = add_line(connection, line)
            receipt = ChangeReceipt(kind, key, version, at, who, chunks, seconds, number)

        report = (lambda done, total: progress(done, total, key)) if progress else None
        self._changes.apply(key, after, write, report)
        measure_questions(self._registry, self._query_embeddings)
        if self._store.is_due():
            self._store.rebuild()
        return receipt

    def _record_model(self) -> None:
        """Refuse another model than the index was made with; an empty index takes this one."""
        check_model(self._settings, self._registry)
        if self._registry.state("embedding") is None:
            with self._registry.transaction() as connection:
                fingerprint = embedding_fingerprint(self._settings)
                self._registry.set_state(connection, "embedding", fingerprint)

    def _unchanged(self, held: HeldVersion, who: str, started: float) -> ChangeReceipt:
        with self._registry.connect() as connection:
            chunks = self._registry.count_chunks(connection, held.key)
        seconds = round(time.monotonic() - started, 3)
        now = datetime.now(UTC)
        return ChangeReceipt("unchanged", held.key, held.number, now, who, chunks, seconds)

    # what a cut-off change left

    @contextmanager
    def _writing(self, what: str, key: str, who: str = "") -> Iterator[list[str]]:
        """Hold the lock and leave a note while a change is made; yields lines on what was mended."""
        with writer_lock(self._settings.lock_file):
            lines = sweep_unfinished(self._settings.data_folder, self._registry, self._store)
            leave_note(self._registry, what, key, who)
            try:
                yield lines
            except BaseException:
                # The first indexing and a rebuild go on at the next start; of the rest nothing stays.
                if what != INDEXING:
                    with suppress(StorageError):
                        sweep_unfinished(self._settings.data_folder, self._registry, self._store)
                raise
            clear_note(self._registry)


def check_model(settings: Settings, registry: Registry) -> None:
    """Raise ModelMismatchError when the index was made by another model than the configured one."""
    held, wanted = registry.state("embedding"), embedding_fingerprint(settings)
    if held is not None and held != wanted:
        raise ModelMismatchError(
            f"The index was made with the embedding model {held!r}, but {wanted!r} is configured. "
            "Their vectors cannot be mixed. Run: assistant corpus rebuild"
        )


def _checked(document: Document) -> Document:
    if not _TEXT_ID.fullmatch(document.id):
        raise DocumentError(
            f"The id {document.id!r} cannot be used. Write small letters, digits and hyphens, "
            "as in law-116-2025."
        )
    return replace(document, version=None, version_from=None, version_to=None)
