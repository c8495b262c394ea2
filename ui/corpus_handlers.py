"""What the page of the corpus does, without Gradio: read, preview, edit, confirm, filter, remove, undo.

A `Session` is one visitor's work: the previews that wait and what became of those decided. It holds
no part of the corpus, so that closing the page leaves nothing half done.
"""

from __future__ import annotations

import logging
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant.build import Workspace
from assistant.errors import AssistantError, SourceError
from assistant.history import HeldVersion, HistoryLine
from assistant.intake import Intake, Preview
from assistant.schema import Document, Language
from assistant.text import fold
from assistant.validity import validity_on, with_successors
from ui.corpus_render import Shelf
from ui.corpus_strings import CORPUS_STRINGS
from ui.handlers import read_day
from ui.strings import in_language

logger = logging.getLogger(__name__)

LIST_FIELDS = ("replaces", "implements")
DATE_FIELDS = ("adopted", "effective_from", "effective_to")
FORM_FIELDS = (
    "id",
    "title",
    "label",
    "kind",
    "number",
    "issuer",
    "language",
    "adopted",
    "effective_from",
    "effective_to",
    "effective_note",
    "replaces",
    "implements",
    "source_url",
    "text_kind",
)
_WAIT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Session:
    """One visitor's work. `waiting` are previews to decide, the first is shown; `message` is told.

    `is_working` while something is read or written. `total` counts the previews of this round.
    """

    waiting: tuple[Preview, ...] = ()
    total: int = 0
    results: tuple[str, ...] = ()
    message: str = ""
    is_problem: bool = False
    is_working: bool = False

    @property
    def current(self) -> Preview | None:
        return self.waiting[0] if self.waiting else None

    @property
    def place(self) -> int:
        return self.total - len(self.waiting) + 1

    def decided(self, result: str) -> Session:
        """The next preview, with what became of this one."""
        return replace(
            self,
            waiting=self.waiting[1:],
            results=(*self.results, result),
            message=result,
            is_problem=False,
            is_working=False,
        )

    def told(self, message: str, *, is_problem: bool = False) -> Session:
        return replace(self, message=message, is_problem=is_problem, is_working=False)


@dataclass(slots=True)
class _Job:
    """Work in a thread of its own, so that its progress can be shown and its visitor can stop it."""

    stopped: threading.Event = field(default_factory=threading.Event)
    said: queue.Queue[tuple[str, Any]] = field(default_factory=queue.Queue)

    def run(self, work: Callable[[], Any]) -> None:
        try:
            self.said.put(("done", work()))
        except AssistantError as error:
            self.said.put(("refused", error))
        except Exception:  # The page's edge: a bug must neither hang the page nor show its insides.
            logger.exception("A text could not be taken in")
            self.said.put(("bug", None))

    def progress(self, done: int, total: int, what: str) -> None:
        self.said.put(("progress", f"{what} {done}/{total}" if total else what))


class CorpusHandlers:
    """The listeners' work over one workspace; holds no state of any visitor."""

    def __init__(
        self, workspace: Workspace, *, today: Callable[[], date] = date.today, allow_private: bool = False
    ) -> None:
        self.workspace, self.today = workspace, today
        self.scratch = Path(tempfile.mkdtemp(prefix="assistant-corpus-page-"))
        self._allow_private = allow_private
        self._intake: Intake | None = None

    @property
    def intake(self) -> Intake:
        if self._intake is None:
            self._intake = self.workspace.intake(self.scratch, allow_private=self._allow_private)
        return self._intake

    def close(self) -> None:
        """Remove what was fetched for previews."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def read(
        self, files: Sequence[str] | None, address: str, session: Session, language: Language
    ) -> Iterator[Session]:
        """Previews of everything given, one after the other; progress while it is read.

        Closing this generator stops the reading.
        """
        strings = CORPUS_STRINGS[language]
        places: list[str | Path] = [Path(name) for name in files or ()]
        places += [address.strip()] if address.strip() else []
        if not places:
            yield session.told(strings.nothing_given, is_problem=True)
            return
        found: tuple[Preview, ...] = ()
        refused: tuple[str, ...] = ()
        for place in places:
            name = place if isinstance(place, str) else place.name
            working = replace(session, is_working=True, message=strings.reading.format(what=name))
            for kind, said in self._watch(
                lambda job, place=place: self.intake.make_previews(  # type: ignore[misc]
                    place, progress=job.progress, cancelled=job.stopped.is_set
                )
            ):
                if kind == "progress":
                    yield replace(working, message=strings.reading.format(what=said or name))
                elif kind == "done":
                    found += tuple(said)
                else:
                    refused += (f"{name}: {_why(kind, said, language)}",)
        waiting = (*session.waiting, *found)
        message = " ".join(refused)
        yield replace(
            session,
            waiting=waiting,
            total=len(waiting),
            results=(*session.results, *refused),
            message=message,
            is_problem=bool(refused),
            is_working=False,
        )

    def revise(
        self, session: Session, form: Mapping[str, str], takes_effect: str, language: Language
    ) -> Session:
        """The current preview with what the form holds, doubted anew."""
        preview = session.current
        if preview is None:
            return session
        try:
            revised = self._revised(preview, form, takes_effect)
        except AssistantError as error:
            return session.told(_why("refused", error, language), is_problem=True)
        return replace(session, waiting=(revised, *session.waiting[1:]), message="", is_problem=False)

    def _revised(self, preview: Preview, form: Mapping[str, str], takes_effect: str) -> Preview:
        changed = {
            name: value
            for name, text in form.items()
            if (value := field_value(name, text)) != getattr(preview.document, name)
        }
        for name in LIST_FIELDS:
            if name in changed:
                changed[name] = list(changed[name] or ())
        return self.intake.revise(preview, changed, _day_of(takes_effect))

    def confirm(
        self,
        session: Session,
        form: Mapping[str, str],
        takes_effect: str,
        is_accepted: bool,
        who: str,
        language: Language,
    ) -> Iterator[Session]:
        """Write the current preview into the corpus with what the form holds, then show the next."""
        preview = session.current
        if preview is None:
            return
        strings = CORPUS_STRINGS[language]
        try:
            revised = self._revised(preview, form, takes_effect)
        except AssistantError as error:
            yield session.told(_why("refused", error, language), is_problem=True)
            return
        session = replace(session, waiting=(revised, *session.waiting[1:]))
        key = revised.document.key
        working = replace(session, is_working=True, message=strings.adding.format(what=key))
        yield working
        for kind, said in self._watch(
            lambda job: self.intake.commit(
                revised, who=who, accept_doubts=is_accepted, progress=job.progress
            )
        ):
            if kind == "progress":
                yield working
            elif kind == "done":
                self._discard(revised)
                result = f"{revised.document.label} ({key}): {strings.receipts[said.kind]}"
                yield session.decided(result)
            else:
                why = _why(kind, said, language)
                yield session.told(strings.refused.format(why=why), is_problem=True)

    def skip(self, session: Session, language: Language) -> Session:
        preview = session.current
        if preview is None:
            return session
        self._discard(preview)
        return session.decided(CORPUS_STRINGS[language].skipped.format(name=preview.extracted.name))

    def _discard(self, preview: Preview) -> None:
        """Remove the file of a decided preview where it was fetched for it."""
        if preview.original.is_relative_to(self.scratch):
            preview.original.unlink(missing_ok=True)

    def _watch(self, work: Callable[[_Job], Any]) -> Iterator[tuple[str, Any]]:
        """What a job says, up to its end. Closing this generator asks the job to stop."""
        job = _Job()
        threading.Thread(target=job.run, args=(lambda: work(job),), daemon=True).start()
        said: Any = ""
        try:
            while True:
                kind = "progress"
                with suppress(queue.Empty):
                    kind, said = job.said.get(timeout=_WAIT_SECONDS)
                # Also when there is nothing new: only between two steps can a visitor's stop come in.
                yield kind, said
                if kind != "progress":
                    return
        finally:
            job.stopped.set()

    def shelf(
        self, search: str = "", kind: str = "", language: str = "", status: str = "", on_day: str = ""
    ) -> tuple[Shelf, date]:
        """The documents that fit every filter, and the day they are seen on. Raises QuestionError."""
        day = _day_of(on_day) or self.today()
        registry = self.workspace.registry
        words = fold(search).split()
        documents = [
            document
            for document in with_successors(registry.documents())
            if (not kind or document.kind == kind)
            and (not language or document.language == language)
            and (not status or validity_on(document, day).state == status)
            and all(word in _searched(document) for word in words)
        ]
        origins, summaries = registry.origins(), registry.summaries()
        added = frozenset(key for key, origin in origins.items() if origin == "added")
        return Shelf(tuple(documents), added, frozenset(summaries)), day

    def keys(self) -> list[tuple[str, str]]:
        """Every text to choose from: what is shown, and its key."""
        return [(f"{d.label} · {d.key}", d.key) for d in self.workspace.registry.documents()]

    def history(self, key: str) -> tuple[list[HistoryLine], list[HeldVersion]]:
        return self.workspace.registry.history(key), self.workspace.registry.versions(key)

    def remove(self, key: str, who: str, language: Language) -> tuple[str, bool]:
        """What was done, and whether it failed."""
        return self._change(lambda: self.workspace.indexer().remove(key, who=who), language)

    def undo(self, who: str, language: Language) -> tuple[str, bool]:
        return self._change(lambda: self.workspace.indexer().undo(who=who), language)

    def last_change(self) -> HistoryLine | None:
        """The change that undo would take back."""
        lines = [
            line
            for line in self.workspace.registry.history()
            if line.undoes is None and line.undone_by is None
        ]
        return lines[-1] if lines else None

    def _change(self, change: Callable[[], Any], language: Language) -> tuple[str, bool]:
        try:
            receipt = change()
        except AssistantError as error:
            return _why("refused", error, language), True
        return f"{receipt.key}: {CORPUS_STRINGS[language].receipts[receipt.kind]}", False


def field_value(name: str, text: str) -> Any:
    """What a box of the form holds, as the document's field has it. Raises QuestionError for a bad date."""
    written = text.strip()
    if name in LIST_FIELDS:
        return tuple(part.strip() for part in written.split(",") if part.strip())
    if name in DATE_FIELDS:
        return _day_of(written)
    return written or None


def field_text(document: Document, name: str) -> str:
    """A document's field as its box shows it."""
    value = getattr(document, name)
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value) if value is not None else ""


def _day_of(text: str) -> date | None:
    return read_day(text or "")


def _searched(document: Document) -> str:
    names = (document.title, document.label, document.number or "", document.id, *document.aliases)
    return fold(" ".join(names))


def _why(kind: str, error: Any, language: Language) -> str:
    """An error in the page's language; a bug in one plain sentence."""
    if kind == "bug":
        return CORPUS_STRINGS[language].bug
    if isinstance(error, SourceError):
        return error.vi if language == "vi" else error.en
    return in_language(str(error), language)
