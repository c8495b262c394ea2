"""read_source: any file to text, in a process of its own, under limits."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import CancelledError, SourceError, TooLargeError, UnreadableError
from assistant.loading.extracted import (
    Cancelled,
    ExtractedText,
    Progress,
    ReadingLimits,
    ReadingNote,
)
from assistant.loading.process import run_worker
from assistant.text import printable_name

if TYPE_CHECKING:
    from assistant.config import Settings

DEFAULT_LIMITS = ReadingLimits()


def make_limits(settings: Settings) -> ReadingLimits:
    """The limits that the settings ask for."""
    return ReadingLimits(
        file_bytes=settings.document_megabytes * 2**20,
        pages=settings.document_pages,
        total_seconds=settings.document_seconds,
    )


def read_source(
    source: Path,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled = lambda: False,
    limits: ReadingLimits = DEFAULT_LIMITS,
) -> list[ExtractedText]:
    """Read one file; a ZIP gives a text for each document in it, any other file one.

    The format is found by content. Raises a SourceError (errors.py draws the tree), with what to
    do in both languages: a text that is returned was read whole. `progress` is called with (done,
    total, what) from this thread, `cancelled` is asked several times a second.
    """
    reading = _Reading(limits, progress or (lambda done, total, what: None), cancelled)
    name = printable_name(source.name)
    _check_size(source, name, limits)
    with tempfile.TemporaryDirectory(prefix="assistant-reading-", ignore_cleanup_errors=True) as folder:
        return reading.read(source, name, Path(folder))


def _check_size(source: Path, name: str, limits: ReadingLimits) -> None:
    """Refuse by size alone, before a byte is read."""
    try:
        if not source.is_file():
            raise UnreadableError(
                f"Không có tệp {name}. Hãy kiểm tra đường dẫn.",
                f"There is no file {name}. Check the path.",
            )
        size = source.stat().st_size
        with source.open("rb"):
            pass
    except OSError as error:
        raise UnreadableError(
            f"Không mở được {name} ({error.strerror}). Hãy kiểm tra đường dẫn và quyền đọc.",
            f"{name} cannot be opened ({error.strerror}). Check the path and its permissions.",
        ) from error
    if size == 0:
        raise UnreadableError(
            f"{name} là tệp rỗng (0 byte). Hãy tải lại tệp gốc.",
            f"{name} is empty (0 bytes). Get the file again from where it comes.",
        )
    if size > limits.file_bytes:
        raise TooLargeError(
            f"{name} có dung lượng {size / 2**20:.0f} MB, quá giới hạn {limits.file_bytes / 2**20:.0f} MB. "
            "Hãy tách tệp, hoặc tăng ASSISTANT_DOCUMENT_MEGABYTES.",
            f"{name} has {size / 2**20:.0f} MB, more than the {limits.file_bytes / 2**20:.0f} MB allowed. "
            "Split the file, or raise ASSISTANT_DOCUMENT_MEGABYTES.",
        )


class _Reading:
    """One call of read_source: its limits and the moment by which it must be done."""

    def __init__(self, limits: ReadingLimits, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._limits, self._progress, self._cancelled = limits, progress, cancelled
        self._deadline = time.monotonic() + limits.total_seconds

    def read(self, path: Path, name: str, scratch: Path) -> list[ExtractedText]:
        answer, seconds = self._run(path, name, scratch, nested=False)
        if "result" in answer:
            return [_make_text(answer["result"], seconds)]
        notes = tuple(ReadingNote(**note) for note in answer["notes"])
        members = [(Path(path), name) for path, name in answer["members"]]
        texts = self._read_members(members, name, scratch)
        return [replace(texts[0], notes=texts[0].notes + notes), *texts[1:]]

    def _read_members(
        self, members: list[tuple[Path, str]], archive: str, scratch: Path
    ) -> list[ExtractedText]:
        """All of them or none: one that cannot be read is named, with the others like it."""
        texts: list[ExtractedText] = []
        failed: list[SourceError] = []
        for place, (path, name) in enumerate(members):
            self._progress(place, len(members), name)
            try:
                answer, seconds = self._run(path, name, scratch, nested=True)
                texts.append(_make_text(answer["result"], seconds))
            except CancelledError:
                raise
            except SourceError as error:
                failed.append(error)
        if failed:
            raise _fail_together(archive, failed, len(members))
        return texts

    def _run(
        self, path: Path, name: str, scratch: Path, *, nested: bool
    ) -> tuple[dict[str, Any], float]:
        began = time.monotonic()
        answer = run_worker(
            path,
            name,
            Path(tempfile.mkdtemp(dir=scratch)),
            self._limits,
            self._progress,
            self._cancelled,
            nested=nested,
            deadline=self._deadline,
        )
        return answer, time.monotonic() - began


def _make_text(values: dict[str, Any], seconds: float) -> ExtractedText:
    notes = tuple(ReadingNote(**note) for note in values.pop("notes"))
    starts = tuple(values.pop("page_starts"))
    return ExtractedText(**values | {"notes": notes, "page_starts": starts, "seconds": seconds})


def _fail_together(archive: str, failed: list[SourceError], total: int) -> SourceError:
    """One error for the members of an archive that cannot be read; its kind, where they share one."""
    kinds = {type(error) for error in failed}
    kind = kinds.pop() if len(kinds) == 1 else UnreadableError
    vi = " ".join(error.vi for error in failed)
    en = " ".join(error.en for error in failed)
    return kind(
        f"{len(failed)} trên {total} tệp trong {archive} không đọc được, nên chưa tệp nào được nhận. {vi}",
        f"{len(failed)} of the {total} files in {archive} cannot be read, so none was taken. {en}",
    )
