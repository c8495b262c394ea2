"""The reading process: `python -m assistant.loading.worker`, one file, then the end.

Decision: a process of its own for each file, because parsers of PDF and DOC are native code that
hangs, crashes and eats memory on bad input, and none of that may touch the page or the index. The
job comes as one JSON line on standard input; progress and the result go out as JSON lines. Whatever
a library prints goes to standard error, so that it cannot garble the answer.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO

from assistant.errors import SourceError, TooLargeError, UnreadableError
from assistant.loading.draft import Job
from assistant.loading.extracted import ReadingLimits

_Send = Callable[[dict[str, object]], None]


def main() -> int:
    """Read the job, hold the limits, answer. The exit code is 0 whenever an answer was sent."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    asked = json.loads(sys.stdin.readline())
    limits = ReadingLimits(**asked["limits"])
    hold_limits(limits)
    send = _make_send(answers)
    job = Job(
        path=Path(asked["path"]),
        name=asked["name"],
        scratch=Path(asked["scratch"]),
        limits=limits,
        report=lambda done, total, what: send({"progress": [done, total, what]}),
    )
    _answer(job, nested=asked["nested"], send=send)
    return 0


def hold_limits(limits: ReadingLimits) -> None:
    """Bound what this process and its children may take, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the clock of the parent still holds.
        return
    wanted = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_FSIZE: limits.unpacked_bytes,
        resource.RLIMIT_CPU: int(limits.total_seconds) + 1,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, hard))


def _make_send(stream: IO[str]) -> _Send:
    def send(message: dict[str, object]) -> None:
        stream.write(json.dumps(message, ensure_ascii=False) + "\n")
        stream.flush()

    return send


def _answer(job: Job, *, nested: bool, send: _Send) -> None:
    from assistant.loading.formats import read_job, unpack_job

    try:
        members = unpack_job(job, nested=nested)
        if members is None:
            send({"result": asdict(read_job(job))})
        else:
            send({"members": [[str(path), name] for path, name in members[0]],
                  "notes": [asdict(note) for note in members[1]]})
    except SourceError as error:
        send({"error": [type(error).__name__, error.vi, error.en]})
    except MemoryError:
        too_large = memory_message(job.name)
        send({"error": [type(too_large).__name__, too_large.vi, too_large.en]})
    except Exception as error:
        # Parsers raise anything on a bad file. The trace goes to standard error, and with it to the log.
        traceback.print_exception(error)
        damaged = damage_message(job.name)
        send({"error": [type(damaged).__name__, damaged.vi, damaged.en]})


def damage_message(name: str) -> UnreadableError:
    """What is said of a file that its parser cannot make sense of."""
    return UnreadableError(
        f"{name} bị hỏng hoặc bị cắt cụt nên không đọc được. Hãy tải lại tệp gốc, "
        "hoặc mở và lưu lại bằng phần mềm đã tạo ra nó.",
        f"{name} is damaged or cut off and cannot be read. Get it again from where it comes, "
        "or open it in the program it was made with and save it again.",
    )


def memory_message(name: str) -> TooLargeError:
    """What is said when reading runs out of the memory it may take."""
    return TooLargeError(
        f"Đọc {name} cần nhiều bộ nhớ hơn mức cho phép. Hãy tách tệp thành nhiều phần rồi thử lại.",
        f"Reading {name} takes more memory than allowed. Split the file and try again.",
    )


if __name__ == "__main__":
    sys.exit(main())
