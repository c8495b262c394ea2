"""The note that a change leaves in the registry while it is being made, and what one cut off left.

A note that is there when nobody holds the writer's lock is of a change that was killed. The registry
is in the state before it; what lies around it (an original without a line, a half-built folder of
vectors) is swept. Vectors of its texts are kept: the change goes on from there when made again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from assistant.originals import sweep_originals
from assistant.registry import Registry
from assistant.store import VectorStore

_STATE = "writing"


def leave_note(registry: Registry, what: str, key: str, who: str) -> None:
    """Write down that a change begins."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    _write(registry, json.dumps({"what": what, "key": key, "who": who, "since": since}))


def clear_note(registry: Registry) -> None:
    """The change is done."""
    _write(registry, "")


def has_note(registry: Registry) -> bool:
    """Whether a change is being made, or was cut off."""
    return bool(registry.state(_STATE))


def sweep_unfinished(data_folder: Path, registry: Registry, store: VectorStore) -> list[str]:
    """Clear away what a killed change left, for who holds the lock; a line where there was one."""
    note = registry.state(_STATE)
    if not note:
        return []
    held = json.loads(note)
    wanted = {version.original for version in registry.versions() if version.original}
    sweep_originals(data_folder, wanted)
    store.sweep()
    clear_note(registry)
    if held["what"] == "synchronize":
        return [f"indexing was cut off ({held['since']}); it goes on where it stopped"]
    what = " ".join(filter(None, (held["what"], held["key"])))
    return [f"a change was cut off ({what}, {held['since']}); the corpus is as it was before it"]


def _write(registry: Registry, note: str) -> None:
    with registry.transaction() as connection:
        registry.set_state(connection, _STATE, note)
