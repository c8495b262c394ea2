"""Tables of contents, which name every article once more, without its text.

Decision: a run of article lines with nothing between them is a table of contents when each of its
numbers also stands elsewhere. Left in, the table would take the plain ids (`art-6`) and leave the
real articles with `art-6~2`. A bad scan that doubles articles doubles their text as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.structure_lines import Line, UnitLabel, is_upper, match_unit

_SHORTEST_RUN = 3
_LEADER = re.compile(r"(?:\.{3,}|…|\t|\s{3,})\s*\d{1,4}$")


def find_contents_lines(lines: Sequence[Line], labels: Mapping[int, UnitLabel]) -> set[int]:
    """The lines of tables of contents. `labels` are all lines in the form of an article."""
    counts = Counter(label.number for label in labels.values())
    found: set[int] = set()
    for run in _find_runs(lines, labels):
        if len(run) >= _SHORTEST_RUN and all(counts[labels[i].number] > 1 for i in run):
            first = run[0]
            while first > 0 and _is_between(lines, first - 1):
                first -= 1
            found.update(range(first, run[-1] + 1))
    return found


def _find_runs(lines: Sequence[Line], labels: Mapping[int, UnitLabel]) -> list[list[int]]:
    """Labels with no text between them; a number that comes again begins the text itself."""
    runs: list[list[int]] = []
    for position in sorted(labels):
        last = runs[-1] if runs else []
        is_new = all(labels[i].number != labels[position].number for i in last)
        if last and is_new and all(_is_between(lines, i) for i in range(last[-1] + 1, position)):
            last.append(position)
        else:
            runs.append([position])
    return runs


def _is_between(lines: Sequence[Line], position: int) -> bool:
    """Whether a line may stand between two entries: nothing, a chapter, a title, a page number."""
    line = lines[position]
    return (
        line.is_blank
        or line.furniture
        or match_unit(line) is not None
        or is_upper(line.text)
        or _LEADER.search(line.text) is not None
    )
