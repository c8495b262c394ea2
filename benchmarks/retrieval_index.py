"""Indexes a set with the real Indexer, in a cache folder that is reused while nothing changes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from retrieval_sets import BenchmarkTexts

from assistant.build import Workspace
from assistant.config import load_settings


def open_index(texts: BenchmarkTexts, cache: Path, start_from: str | None = None) -> Workspace:
    """The workspace of a set, brought up to date (ALQAC takes about ten minutes at first).

    `start_from` names a set of which this one is a part: its index is copied, not made again.
    """
    folder = cache / texts.name
    if start_from and not folder.exists():
        shutil.copytree(cache / start_from, folder, symlinks=True)
    folder.mkdir(parents=True, exist_ok=True)
    (cache / "models").mkdir(exist_ok=True)
    if not (folder / "models").exists():
        # One converted model for all sets.
        (folder / "models").symlink_to(cache / "models")
    workspace = Workspace(load_settings(data_folder=folder))
    report = workspace.indexer().synchronize(texts.documents, _show)
    if report.changed or report.removed:
        print(f"{texts.name}: {len(report.changed)} indexed, {len(report.removed)} removed",
              file=sys.stderr)
    return workspace


def _show(number: int, total: int, key: str) -> None:
    if number in (1, total) or total < 30 or number % 20 == 0:
        print(f"  indexing {key} ({number} of {total})", file=sys.stderr, flush=True)
