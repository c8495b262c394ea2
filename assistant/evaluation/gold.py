"""Gold evidence as people write it to provision ids of the corpus.

"khoản 3 Điều 6 Luật An ninh mạng 2025", "86/2015/QH13 Đ6 k1" and "law-86-2015/art-6/cl-1" all name
a provision. An id that the corpus does not hold would silently make every answer wrong, so it is
refused, with the nearest one above it that is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.library import Library
from assistant.schema import AsOf

_ID = re.compile(r"[a-z0-9][a-z0-9-]*(?:/[a-z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class Resolved:
    """Ids found, and what was written that names nothing held, in both languages."""

    ids: tuple[str, ...]
    problems: tuple[tuple[str, str], ...] = ()


class ProvisionResolver:
    """Finds the provisions that test sets name, in one version of the corpus."""

    def __init__(self, library: Library, today: date) -> None:
        self._library, self._today = library, today
        self._known = set(library.text_ids())
        for key in library.documents:
            self._known |= {provision.id for provision in library.provisions(key)}

    def is_known(self, provision_id: str) -> bool:
        return provision_id in self._known

    def resolve(self, written: Iterable[str], as_of: date | None) -> Resolved:
        """Ids in the order written; a name of several texts means the one in force on `as_of`."""
        ids: list[str] = []
        problems: list[tuple[str, str]] = []
        for piece in written:
            found = self._find(piece, as_of or self._today)
            known = [provision_id for provision_id in found if provision_id in self._known]
            ids += known
            if not known:
                problems.append(self._problem(piece, found))
        return Resolved(tuple(dict.fromkeys(ids)), tuple(problems))

    def _find(self, written: str, day: date) -> Sequence[str]:
        if written in self._known or (_ID.fullmatch(written) and "/" in written and "-" in written):
            return [written]
        named = self._library.names.find(written, AsOf(day, day, "chosen"))
        if named.references:
            return [reference.provision_id for reference in named.references]
        return named.documents

    def _problem(self, written: str, found: Sequence[str]) -> tuple[str, str]:
        above = next((held for id_ in found if (held := self._nearest(id_))), None)
        if above:
            return (
                f"kho tài liệu không có “{written}”; gần nhất là {above}",
                f"the corpus does not hold “{written}”; the nearest is {above}",
            )
        return (
            f"“{written}” không chỉ ra điều khoản nào trong kho tài liệu",
            f"“{written}” names no provision of the corpus",
        )

    def _nearest(self, provision_id: str) -> str | None:
        parts = provision_id.split("/")
        above = ("/".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
        return next((held for held in above if held in self._known), None)
