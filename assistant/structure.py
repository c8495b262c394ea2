"""The legal structure of a text: parts, chapters, sections, articles, clauses, points, sub-points.

Decision: the articles are found first, over the whole text, because their numbers are unique and
run on; everything else is then read inside the bounds they give. Whether a text is legal at all
is decided by whether articles are found, not by what its metadata calls it: a decision may be a
plain report, and an upload has no kind. Texts without articles parse by headings and paragraphs.

Spans: a unit begins at the start of its own line and runs to the next unit of its own or of a
higher rank. Nothing is ever left out between siblings, so a trailing paragraph or a page number
belongs to the item it follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import StructureError
from assistant.schema import Document, Provision
from assistant.structure_heads import TOP_RANK, Head, Mark, find_legal_heads, find_topic_heads
from assistant.structure_items import find_items
from assistant.structure_lines import Line, read_lines

_PREAMBLE_RANK, _PARAGRAPH_RANK = 9, 10
# A point or sub-point may stand on the line of its clause: "1. a) Each Party …".
_INLINE_LEVELS = {"point", "subpoint"}
_REPORT = "This is a fault of the parser: please report it with the document."


def parse_structure(document: Document) -> tuple[Provision, ...]:
    """The provisions of a document in the order of the text, parents before children.

    Offsets are into `document.body`; an empty body has none. Raises StructureError where the
    result breaks an invariant (see `verify_provisions`), which is a bug and not a bad document.
    """
    lines = read_lines(document.body)
    heads = find_legal_heads(lines)
    articles = [head for head in heads if head.mark.level == "article"]
    if len(articles) < 2 and not any(head.mark.number == "1" for head in articles):
        heads = find_topic_heads(lines)
    provisions = _build_provisions(document, _add_contents(lines, heads))
    verify_provisions(document.body, provisions)
    return provisions


def _add_contents(lines: Sequence[Line], heads: Sequence[Head]) -> list[Mark]:
    """The marks of a text in order: heads, what stands above the first one, and their contents."""
    marks: list[Mark] = []
    first = heads[0].first if heads else len(lines)
    if any(not line.is_blank for line in lines[:first]):
        opening = Mark("preamble", _PREAMBLE_RANK, "", "", "preamble", 0)
        if not heads:
            opening = Mark("heading", TOP_RANK, "", "", "text", 0)
        marks.append(opening)
        if not any(head.mark.level == "article" for head in heads):
            marks.extend(_find_paragraphs(lines, 0, first))
    for k, head in enumerate(heads):
        marks.append(head.mark)
        after = heads[k + 1].first if k + 1 < len(heads) else len(lines)
        if head.mark.level == "article":
            marks.extend(
                Mark(x.level, x.rank, x.number, "", x.segment, x.start, nested=True)
                for x in find_items(lines, head.after, after)
            )
        elif head.mark.level == "heading":
            marks.extend(_find_paragraphs(lines, head.after, after))
    return marks


def _find_paragraphs(lines: Sequence[Line], first: int, last: int) -> list[Mark]:
    """Blocks between blank lines; a page number or a heading begins none."""
    found: list[Mark] = []
    is_open = False
    for line in lines[first:last]:
        if line.is_blank:
            is_open = False
        elif not is_open and not line.furniture and not line.marks:
            number = str(len(found) + 1)
            found.append(
                Mark(
                    "paragraph", _PARAGRAPH_RANK, number, "", f"p-{number}", line.start, nested=True
                )
            )
            is_open = True
    return found


def _build_provisions(document: Document, marks: Sequence[Mark]) -> tuple[Provision, ...]:
    """Give every mark its id, its parent and its end: the next mark that is not below it."""
    ids: list[str] = []
    used: dict[str, int] = {}
    ends = [len(document.body)] * len(marks)
    parents: list[str | None] = []
    stack: list[int] = []
    for k, mark in enumerate(marks):
        while stack and marks[stack[-1]].rank >= mark.rank:
            ends[stack.pop()] = mark.start
        parent = ids[stack[-1]] if stack else None
        name = f"{parent if mark.nested and parent else document.id}/{mark.segment}"
        used[name] = used.get(name, 0) + 1
        ids.append(name if used[name] == 1 else f"{name}~{used[name]}")
        parents.append(parent)
        stack.append(k)
    return tuple(
        Provision(ids[k], mark.level, mark.number, mark.heading, mark.start, ends[k], parents[k])
        for k, mark in enumerate(marks)
    )


def verify_provisions(body: str, provisions: Sequence[Provision]) -> None:
    """Raise StructureError unless ids are unique, children lie in parents and siblings in order."""
    known: dict[str, Provision] = {}
    last_end: dict[str | None, int] = {}
    for provision in provisions:
        parent = known.get(provision.parent or "")
        low, high = (parent.start, parent.end) if parent else (0, len(body))
        low = max(low, last_end.get(provision.parent, 0))
        if provision.id in known:
            raise StructureError(f"Two provisions have the id {provision.id}. {_REPORT}")
        if provision.parent is not None and parent is None:
            raise StructureError(f"{provision.id} comes before its parent. {_REPORT}")
        if not low <= provision.start < provision.end <= high:
            raise StructureError(
                f"{provision.id} ({provision.start}-{provision.end}) does not lie between "
                f"{low} and {high}. {_REPORT}"
            )
        begins_line = provision.start == 0 or body[provision.start - 1] == "\n"
        if not begins_line and provision.level not in _INLINE_LEVELS:
            raise StructureError(f"{provision.id} does not begin at a line. {_REPORT}")
        known[provision.id] = provision
        last_end[provision.parent] = provision.end
