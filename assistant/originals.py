"""The files that documents were read from, kept under the SHA-256 of their bytes.

A file is copied beside its place, synced, and renamed before the registry's transaction refers to
it: a name in the folder stands for the whole file, and no row speaks of a file that a power cut
could take away. What a killed copy leaves is a `.partial`, swept at the next change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from assistant.errors import DocumentError, StorageError

_PARTIAL = ".partial"


def original_path(data_folder: Path, sha256: str) -> Path:
    """Where the original with that hash is, or would be."""
    return data_folder / "originals" / sha256


def hash_file(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_original(source: Path, data_folder: Path) -> str:
    """Copy a file into the data folder and return its SHA-256; one that is there whole stays.

    Raises DocumentError when it cannot be read, StorageError when the copy cannot be written.
    """
    try:
        sha256 = hash_file(source)
    except OSError as error:
        raise DocumentError(f"{source} cannot be read: {error.strerror}. Check the path.") from error
    target = original_path(data_folder, sha256)
    try:
        if not target.is_file() or hash_file(target) != sha256:
            _copy_synced(source, target)
    except OSError as error:
        target.with_name(sha256 + _PARTIAL).unlink(missing_ok=True)
        raise StorageError(
            f"The original cannot be kept in {target.parent}: {error.strerror}. Nothing was changed. "
            "Make room on the disk, then try again."
        ) from error
    if hash_file(target) != sha256:
        raise DocumentError(f"{source} changed while it was read. Try again once it is written.")
    return sha256


def _copy_synced(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + _PARTIAL)
    with source.open("rb") as read, partial.open("wb") as written:
        shutil.copyfileobj(read, written)
        written.flush()
        os.fsync(written.fileno())
    partial.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep_originals(data_folder: Path, wanted: set[str]) -> list[str]:
    """Remove what a killed change left; returns the names removed."""
    folder = data_folder / "originals"
    stray = [path for path in folder.glob("*") if path.name not in wanted]
    for path in stray:
        path.unlink()
    return [path.name for path in stray]
