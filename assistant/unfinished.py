"""The note that a change leaves in the registry while it is being made, and what one cut off left.

A note that is there when nobody holds the writer's lock is of a change that was killed. The registry
is in the state before it; what lies around it (an original without a line, a half-built folder of
vectors) is swept. Vectors of its texts are kept: the change goes on from there when made again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from assistant.config import Settings
from assistant.originals import sweep_originals
from assistant.registry import Registry
from assistant.store import VectorStore
from assistant.writer_lock import is_locked, writer_lock

_STATE = "writing"
# What the note says while the shipped corpus is indexed, which goes on where it was cut off.
INDEXING = "synchronize"
# In the place of a version or a model while a run that replaces all of it has not finished.
UNFINISHED = "unfinished rebuild"


def leave_note(registry: Registry, what: str, key: str, who: str) -> None:
    """Write down that a change begins."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    _write(registry, json.dumps({"what": what, "key": key, "who": who, "since": since}))


def clear_note(registry: Registry) -> None:
    """The change is done."""
    _write(registry, "")


def was_indexing_cut_off(settings: Settings, registry: Registry) -> bool:
    """Whether indexing the shipped corpus began, did not end, and nobody is at it now."""
    note = json.loads(registry.state(_STATE) or "{}")
    return note.get("what") == INDEXING and not is_locked(settings.lock_file)


def mend_index(
    settings: Settings, registry: Registry, store: VectorStore, *, thorough: bool
) -> list[str]:
    """At a start: sweep what a killed change left and mend the vector index; a line for each.

    `thorough` also opens the vector index and searches it once, which a single question does not
    need. Nothing is done while another process writes, or before a change of model is finished.
    """
    problem = store.find_problem(thorough=thorough)
    is_mixed = registry.state("embedding") == UNFINISHED
    if is_mixed or not (problem or registry.state(_STATE)) or is_locked(settings.lock_file):
        return []
    with writer_lock(settings.lock_file):
        lines = sweep_unfinished(settings.data_folder, registry, store)
        if problem:
            store.rebuild()
            lines.append(f"vector index made anew from the registry: {problem}")
    return lines


def sweep_unfinished(data_folder: Path, registry: Registry, store: VectorStore) -> list[str]:
    """Clear away what a killed change left, for who holds the lock; a line where there was one."""
    note = registry.state(_STATE)
    if not note:
        return []
    held = json.loads(note)
    drop_unreferenced(data_folder, registry)
    store.sweep()
    clear_note(registry)
    if held["what"] == INDEXING:
        return [f"indexing was cut off ({held['since']}); it goes on where it stopped"]
    what = " ".join(filter(None, (held["what"], held["key"])))
    return [f"a change was cut off ({what}, {held['since']}); the corpus is as it was before it"]


def drop_unreferenced(data_folder: Path, registry: Registry) -> None:
    """Remove original files that no version was read from, for who holds the lock."""
    wanted = {version.original for version in registry.versions() if version.original}
    sweep_originals(data_folder, wanted)


def _write(registry: Registry, note: str) -> None:
    with registry.transaction() as connection:
        registry.set_state(connection, _STATE, note)
