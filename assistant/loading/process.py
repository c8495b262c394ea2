"""One reading process from the outside: started, listened to, and stopped with all its children."""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import assistant.errors
from assistant.errors import CancelledError, SourceError, TooLargeError, UnreadableError
from assistant.loading.extracted import Cancelled, Progress, ReadingLimits

# What the process inherits of the environment: neither keys nor settings.
_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TESSDATA_PREFIX")
_POLL_SECONDS = 0.1
_LOG_CHARACTERS = 4000
_log = logging.getLogger(__name__)
_PACKAGES_FOLDER = Path(assistant.errors.__file__).parents[1]


def run_worker(
    path: Path,
    name: str,
    scratch: Path,
    limits: ReadingLimits,
    progress: Progress,
    cancelled: Cancelled,
    *,
    nested: bool,
    deadline: float,
) -> dict[str, Any]:
    """Run one job and return its answer; `deadline` is a time of `time.monotonic`.

    Raises the SourceError that the process reports, CancelledError when `cancelled()` turns true,
    TooLargeError when time or memory run out, UnreadableError when the process dies.
    """
    trace = scratch / "trace.log"
    process = _start(scratch, trace)
    answers: queue.Queue[str | None] = queue.Queue()
    listener = threading.Thread(target=_listen, args=(process.stdout, answers), daemon=True)
    listener.start()
    try:
        assert process.stdin is not None
        job = {"path": str(path.resolve()), "name": name, "scratch": str(scratch), "nested": nested}
        process.stdin.write(json.dumps(job | {"limits": asdict(limits)}) + "\n")
        process.stdin.flush()
        return _await_answer(answers, name, limits, progress, cancelled, deadline)
    except BrokenPipeError as error:
        raise crash_message(name) from error
    except UnreadableError:
        _log_trace(trace, name)
        raise
    finally:
        _stop(process)
        listener.join(timeout=5)


def _log_trace(trace: Path, name: str) -> None:
    """A bug of ours and a damaged file look alike from outside; the trace tells them apart."""
    said = trace.read_text(encoding="utf-8", errors="replace").strip()[-_LOG_CHARACTERS:]
    if said:
        _log.warning("reading %s failed:\n%s", name, said)


def _start(scratch: Path, trace: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name in _KEPT}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(_PACKAGES_FOLDER), *filter(None, sys.path)]),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with trace.open("wb") as errors:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "assistant.loading.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            env=environment,
            cwd=scratch,
            start_new_session=True,
        )


def _listen(stream: IO[str] | None, answers: queue.Queue[str | None]) -> None:
    for line in stream or ():
        answers.put(line)
    answers.put(None)


def _await_answer(
    answers: queue.Queue[str | None],
    name: str,
    limits: ReadingLimits,
    progress: Progress,
    cancelled: Cancelled,
    deadline: float,
) -> dict[str, Any]:
    heard = time.monotonic()
    while True:
        if cancelled():
            raise CancelledError(f"Đã dừng đọc {name}.", f"Stopped reading {name}.")
        now = time.monotonic()
        if now > deadline or now - heard > limits.silent_seconds:
            raise time_message(name, limits)
        try:
            line = answers.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            continue
        if line is None:
            raise crash_message(name)
        heard = time.monotonic()
        message = json.loads(line)
        if "progress" in message:
            progress(*message["progress"])
        elif "error" in message:
            raise _make_error(*message["error"])
        else:
            return dict(message)


def _make_error(kind: str, vi: str, en: str) -> SourceError:
    found = getattr(assistant.errors, kind, UnreadableError)
    made = found(vi, en)
    return made if isinstance(made, SourceError) else UnreadableError(vi, en)


def crash_message(name: str) -> UnreadableError:
    """What is said when the reading process dies without an answer."""
    return UnreadableError(
        f"Bộ đọc dừng đột ngột khi đọc {name}: tệp có thể bị hỏng. "
        "Hãy mở tệp bằng phần mềm gốc, lưu lại rồi thử lại.",
        f"The reader died on {name}: the file may be damaged. "
        "Open it in the program it comes from, save it again, and retry.",
    )


def time_message(name: str, limits: ReadingLimits) -> TooLargeError:
    """What is said when reading takes too long."""
    most, silent = f"{limits.total_seconds:.0f}", f"{limits.silent_seconds:.0f}"
    return TooLargeError(
        f"Đọc {name} quá lâu (giới hạn {most} giây, hoặc {silent} giây không có tiến triển). "
        "Hãy tách tệp, hoặc tăng ASSISTANT_DOCUMENT_SECONDS.",
        f"Reading {name} took too long (at most {most} s, or {silent} s without progress). "
        "Split the file, or raise ASSISTANT_DOCUMENT_SECONDS.",
    )


def _stop(process: subprocess.Popen[str]) -> None:
    """End the process and what it started: recognition and conversion run as its children."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                pass
