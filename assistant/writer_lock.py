"""One writer at a time, by a lock of the operating system that names its holder.

The lock goes with the process that holds it, so one left behind by a killed process is none. Who
holds it is written beside it for the message that others get; that file means nothing by itself.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import LockedError

# Long enough for one who only looks whether it is held, short for one who writes.
WAIT_SECONDS = 1.0


@contextmanager
def writer_lock(file: Path) -> Iterator[None]:
    """Hold the lock, or raise LockedError with who holds it."""
    lock = FileLock(file)
    try:
        lock.acquire(timeout=WAIT_SECONDS)
    except Timeout as error:
        raise LockedError(
            f"Another process is writing to the corpus: {describe_holder(file)}. "
            "Wait for it to finish, then try again."
        ) from error
    try:
        # On a full disk the name is missing; what is to be written says that it is full.
        with suppress(OSError):
            _holder_file(file).write_text(json.dumps(_holder()), encoding="utf-8")
        yield
    finally:
        _holder_file(file).unlink(missing_ok=True)
        lock.release()


def is_locked(file: Path) -> bool:
    """Whether someone is writing now."""
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def describe_holder(file: Path) -> str:
    """The holder as a message names it: process, machine, command and since when."""
    try:
        held = json.loads(_holder_file(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return f"lock {file}"
    return (
        f"process {held['pid']} on {held['host']} ({held['command']}) since {held['since']}, lock {file}"
    )


def _holder() -> dict[str, str | int]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:]])[:200],
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _holder_file(file: Path) -> Path:
    return file.with_suffix(".holder.json")
