"""What a run leaves on disk: a stamp, the samples, and one record a sample, written as it happens.

Records come first and everything else is derived from them, so a killed run loses nothing but the
answer it was at, and its folder can be gone on with. One process at a time writes to it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from assistant.config import Settings
from assistant.errors import EvaluationError, LockedError
from assistant.evaluation.dataset import SAMPLES, Dataset
from assistant.evaluation.own_texts import texts_id
from assistant.library import Library
from assistant.schema import EvaluationSample, SampleResult

# Where things are and who may see them does not change answers, and is nobody's business.
_PRIVATE_SETTINGS = ("folder", "host", "port", "key", "token", "secret", "password", "user")


@dataclass(frozen=True, slots=True)
class RunStamp:
    """What a run was made with. Two runs with equal `conditions` asked the same in the same way."""

    run_id: str
    dataset_name: str
    dataset_hash: str
    sample_count: int
    today: date
    corpus_version: str
    corpus_hash: str
    code_version: str
    settings: Mapping[str, Any]
    started_at: str
    workers: int = 1
    check_determinism: int = 0
    python: str = field(default_factory=lambda: sys.version.split()[0])
    own_texts: str | None = None
    model: str | None = None
    finished_at: str | None = None
    seconds: float | None = None

    @property
    def conditions(self) -> dict[str, Any]:
        """What must not change within a run."""
        names = ("dataset_hash", "today", "corpus_hash", "code_version", "settings",
                 "check_determinism")
        held = json.loads(_STAMP.dump_json(self))
        return {name: held[name] for name in names}


_STAMP = TypeAdapter(RunStamp)
_RESULT = TypeAdapter(SampleResult)


def make_stamp(
    dataset: Dataset, library: Library, settings: Settings, today: date, *,
    workers: int, check_determinism: int,
) -> RunStamp:
    """The stamp of a run that begins now."""
    begun = datetime.now(UTC)
    return RunStamp(
        run_id=f"{begun:%Y%m%d-%H%M%S}-{_file_name(dataset.name)}",
        dataset_name=dataset.name,
        dataset_hash=dataset.content_hash,
        sample_count=len(dataset.samples),
        today=today,
        corpus_version=library.version,
        corpus_hash=corpus_hash(library),
        code_version=code_version(),
        settings=public_settings(settings),
        started_at=begun.isoformat(timespec="seconds"),
        workers=workers,
        check_determinism=check_determinism,
        own_texts=texts_id(dataset.documents),
    )


def corpus_hash(library: Library) -> str:
    """Twelve hex digits over every document: equal where the same texts were asked."""
    hashes = sorted(document.content_hash for document in library.documents.values())
    return hashlib.sha256("".join(hashes).encode()).hexdigest()[:12]


def code_version() -> str:
    """The version and ten hex digits over the package's sources, in a clone and a wheel alike."""
    try:
        number = version("cyber-cooperation-assistant")
    except PackageNotFoundError:
        number = "0"
    root = Path(str(files("assistant")))
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return f"{number}+{digest.hexdigest()[:10]}"


def public_settings(settings: Settings) -> dict[str, Any]:
    """Settings that may change an answer; no path, no address, no secret."""
    held: dict[str, Any] = json.loads(settings.model_dump_json())
    return {
        name: value for name, value in held.items()
        if not any(private in name for private in _PRIVATE_SETTINGS)
    }


class RunFolder:
    """The folder of one run. `append` is for the one process that holds `writing`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    @property
    def exists(self) -> bool:
        return (self.path / "run.json").is_file()

    @property
    def records_file(self) -> Path:
        return self.path / "samples.jsonl"

    def stamp(self) -> RunStamp:
        """Raises EvaluationError where the folder holds no run."""
        try:
            return _STAMP.validate_json((self.path / "run.json").read_bytes())
        except (OSError, ValidationError) as error:
            raise EvaluationError(
                f"{self.path} holds no run of assistant evaluate. Name a run's folder or its id."
            ) from error

    def samples(self) -> tuple[EvaluationSample, ...]:
        """What the run asks, in order; it can go on without the file it was begun with."""
        return SAMPLES.validate_json((self.path / "dataset.json").read_bytes())

    def begin(self, stamp: RunStamp, samples: Sequence[EvaluationSample]) -> None:
        """Write stamp and samples. Raises EvaluationError where a run is already there."""
        if self.exists:
            raise EvaluationError(
                f"{self.path} holds a run already. Go on with it by --resume, or name another --out."
            )
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "dataset.json").write_bytes(SAMPLES.dump_json(tuple(samples)))
        self.write_stamp(stamp)

    def write_stamp(self, stamp: RunStamp) -> None:
        replace_file(self.path / "run.json", _STAMP.dump_json(stamp, indent=1))

    def records(self) -> Iterator[SampleResult]:
        """Whole records in the order written; one that a kill cut off is left out."""
        if not self.records_file.is_file():
            return
        with self.records_file.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield _RESULT.validate_json(line)

    def done_ids(self) -> set[str]:
        return {result.sample.id for result in self.records()}

    def append(self, result: SampleResult) -> None:
        """Write one record whole and hand it to the system: a killed process loses none."""
        if self._file is None:
            self._drop_torn_end()
            self._file = self.records_file.open("ab", buffering=0)
        self._file.write(_RESULT.dump_json(result) + b"\n")

    def close(self) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def _drop_torn_end(self) -> None:
        """Cut a last line that a kill left without its end, or the next record would join it."""
        if not self.records_file.is_file():
            return
        data = self.records_file.read_bytes()
        if data and not data.endswith(b"\n"):
            os.truncate(self.records_file, data.rfind(b"\n") + 1)

    def writing(self) -> FileLock:
        """The lock that the run's one writer holds. Raises LockedError when another has it."""
        lock = FileLock(self.path / "run.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise LockedError(
                f"Another process is at the run {self.path.name}. Wait for it, or stop it."
            ) from error
        return lock

    def finish(self, model: str | None, seconds: float) -> RunStamp:
        """Mark the run as whole; `seconds` are added to those of earlier sittings."""
        held = self.stamp()
        done = replace(
            held, model=model, seconds=round((held.seconds or 0.0) + seconds, 3),
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self.write_stamp(done)
        return done


def require_same_conditions(held: RunStamp, wanted: RunStamp) -> None:
    """Raises EvaluationError that names what changed since the run began."""
    before, now = held.conditions, wanted.conditions
    changed = [name for name in before if before[name] != now[name]]
    if changed:
        raise EvaluationError(
            f"The run {held.run_id} cannot be gone on with: {', '.join(changed)} changed since it "
            "began, and its figures would mix both. Start a new run, without --resume."
        )


def replace_file(path: Path, data: bytes) -> None:
    """Write beside it and rename, so that a reader or a kill never meets half a file."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(data)
    os.replace(beside, path)


def runs_folder(settings: Settings) -> Path:
    return settings.data_folder / "evaluations"


def list_runs(folder: Path) -> list[tuple[RunFolder, RunStamp]]:
    """Every run below the folder, newest first."""
    found = [RunFolder(path.parent) for path in folder.glob("*/run.json")]
    pairs = [(run, run.stamp()) for run in found]
    return sorted(pairs, key=lambda pair: pair[1].run_id, reverse=True)


def find_run(named: str, folder: Path) -> RunFolder:
    """A run by its folder or its id. Raises EvaluationError that names the newest ones."""
    for path in (Path(named), folder / named):
        if (path / "run.json").is_file():
            return RunFolder(path)
    newest = ", ".join(stamp.run_id for _, stamp in list_runs(folder)[:3]) or "–"
    raise EvaluationError(f"There is no run {named!r}. Newest: {newest}")


def stamp_rows(stamp: RunStamp) -> list[tuple[str, str]]:
    """The stamp as names and values, for people."""
    values = asdict(stamp)
    settings = values.pop("settings")
    rows = [(name, str(value)) for name, value in values.items() if value is not None]
    return rows + [(f"settings.{k}", str(v)) for k, v in settings.items() if v is not None]


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)[:40]
