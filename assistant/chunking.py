"""Provisions to chunks: what is embedded, retrieved and quoted.

Decision: chunks follow the structure, never a window of fixed length. Whole clauses are packed
together up to a target length, an enumeration stays in one chunk while the model can read it,
and no chunk crosses an article. A sliding window fails on laws: it separates point g from the
line that says what g is a point of, joins the end of one article to the title of the next, and
its chunks cannot be cited. Overlap is not needed: the heading path is indexed with every chunk,
and a part of a longer enumeration carries the line that introduces it.

The promises are checked on every document (`verify_chunks`): every character is in exactly one
chunk, and what is indexed fits the model.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.chunk_cuts import find_text_cuts, find_word_cuts
from assistant.chunk_paths import HeadingPaths
from assistant.errors import StructureError
from assistant.schema import Chunk, Document, Provision

UNIT_LEVELS = {"preamble", "part", "chapter", "section", "article", "heading"}
_TINY_WORDS = 25
# A chunk of headings has no words but theirs and their labels ("Chương", "II", "{#slug}").
_LABEL_WORDS = 4

Span = tuple[int, int]


def make_chunks(
    document: Document,
    provisions: tuple[Provision, ...],
    count_tokens: Callable[[str], int],
    *,
    target_words: int = 180,
    max_tokens: int = 512,
    prefix_margin: int = 8,
) -> tuple[Chunk, ...]:
    """The chunks of a document in the order of the text.

    `provisions` are `parse_structure`'s. `count_tokens` counts a text as the embedding model
    does; `Chunk.indexed_text` of every chunk has at most `max_tokens - prefix_margin` tokens, the
    margin being what the model's own prefix ("passage: ") and special tokens take. `target_words`
    is about how many words (by whitespace) are packed together. Raises StructureError where a
    promise of this module is broken.
    """
    limit = max_tokens - prefix_margin
    paths = HeadingPaths(document, provisions, count_tokens, limit // 2)
    chunks: list[Chunk] = []
    used: set[str] = set()
    for block in _find_blocks(document, provisions):
        packer = _Packer(document.body, block, paths, count_tokens, limit, target_words)
        for span in packer.pack_block():
            chunks.append(_make_chunk(document, block, span, paths, len(chunks), used))
    verify_chunks(document, provisions, chunks, count_tokens, limit)
    return tuple(chunks)


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of the body that no chunk leaves: an article, a section, the lines of a heading.

    `items` are the provisions inside it with their depth below it (a clause 1, its points 2).
    """

    start: int
    end: int
    unit: Provision | None
    items: tuple[Provision, ...] = ()
    depths: dict[str, int] = field(default_factory=dict)
    is_heading: bool = False


def _find_blocks(document: Document, provisions: Sequence[Provision]) -> Iterator[_Block]:
    """Blocks that cover the body: each begins where a unit begins, the first one at 0."""
    body = document.body
    places = [k for k, provision in enumerate(provisions) if provision.level in UNIT_LEVELS]
    if not places:
        if body:
            yield _Block(0, len(body), None, is_heading=not body.strip())
        return
    for place, following in zip(places, [*places[1:], len(provisions)], strict=True):
        unit, items = provisions[place], tuple(provisions[place + 1 : following])
        start = unit.start if place else 0
        end = provisions[following].start if following < len(provisions) else len(body)
        depths = {unit.id: 0}
        for item in items:
            depths[item.id] = depths[item.parent or unit.id] + 1
        yield _Block(start, end, unit, items, depths, _is_heading(unit, body[start:end], items))


def _is_heading(unit: Provision, text: str, items: Sequence[Provision]) -> bool:
    if unit.level == "article" or items:
        return False
    if unit.level == "preamble":
        return all(line.startswith("#") for line in text.split("\n") if line.strip())
    return len(text.split()) <= len(unit.heading.split()) + _LABEL_WORDS


class _Packer:
    """Cuts one block into spans that fit the model, as few and as whole as the target allows."""

    def __init__(
        self,
        body: str,
        block: _Block,
        paths: HeadingPaths,
        count_tokens: Callable[[str], int],
        limit: int,
        target_words: int,
    ) -> None:
        self.body, self.block, self.paths = body, block, paths
        self.count_tokens, self.limit, self.target_words = count_tokens, limit, target_words

    def pack_block(self) -> list[Span]:
        """The spans of the block, contiguous and in order."""
        whole = (self.block.start, self.block.end)
        if self._count_words(whole) <= self.target_words and self._fits(whole):
            return [whole]
        return self._join_tiny(self._split(whole))

    def _split(self, span: Span) -> list[Span]:
        """Cut at the coarsest places there are: clauses, points, lines, sentences, words."""
        cuts = self._find_item_cuts(span)
        if cuts:
            return self._pack(span, cuts, has_intro=True)
        cuts = find_text_cuts(self.body, span)
        if cuts:
            return self._pack(span, cuts, has_intro=False)
        return self._split_at_words(span)

    def _find_item_cuts(self, span: Span) -> list[int]:
        """Where the outermost items inside a span begin.

        A lone item that runs to the end of the span is passed over for its own items: cutting
        there would part a heading from the text below it and nothing else.
        """
        start, end = span
        items = self.block.items
        low = bisect_right(items, start, key=lambda item: item.start)
        high = bisect_left(items, end, key=lambda item: item.start)
        inside = items[low:high]
        for depth in sorted({self.block.depths[item.id] for item in inside}):
            level = [item for item in inside if self.block.depths[item.id] == depth]
            if len(level) > 1 or level[0].end < end:
                return [item.start for item in level]
        return []

    def _pack(self, span: Span, cuts: Sequence[int], has_intro: bool) -> list[Span]:
        """Join neighbouring pieces up to the target; `has_intro`: the first one introduces."""
        places = [span[0], *cuts, span[1]]
        spans: list[Span] = []
        open_from: int | None = None
        for k, piece in enumerate(zip(places, places[1:], strict=False)):
            is_after_intro = has_intro and k == 1
            if open_from is not None:
                joined = (open_from, piece[1])
                if self._has_room(joined, piece, is_after_intro):
                    continue
                if is_after_intro and joined != span:
                    piece = joined
                else:
                    spans.append((open_from, piece[0]))
            open_from = piece[0] if self._fits(piece) else None
            if open_from is None:
                spans.extend(self._split(piece))
        if open_from is not None:
            spans.append((open_from, span[1]))
        return spans

    def _has_room(self, joined: Span, piece: Span, is_after_intro: bool) -> bool:
        may_exceed = is_after_intro or self._count_words(piece) < _TINY_WORDS
        if not may_exceed and self._count_words(joined) > self.target_words:
            return False
        return self._fits(joined)

    def _join_tiny(self, spans: list[Span]) -> list[Span]:
        """A footnote or a last short piece goes to the span before it, a first one to the next."""
        joined: list[Span] = []
        for span in spans:
            is_tiny = (
                bool(joined)
                and min(self._count_words(span), self._count_words(joined[-1])) < _TINY_WORDS
            )
            if is_tiny and self._fits((joined[-1][0], span[1])):
                joined[-1] = (joined[-1][0], span[1])
            else:
                joined.append(span)
        return joined

    def _split_at_words(self, span: Span) -> list[Span]:
        """The last resort, for one sentence longer than the model reads: at the last whitespace."""
        spans: list[Span] = []
        start, end = span
        while not self._fits((start, end)):
            cut = self._find_last_fitting(start, find_word_cuts(self.body, (start, end)))
            cut = cut or self._find_last_fitting(start, range(start + 1, end))
            if not cut:
                raise StructureError(
                    f"Not one character fits {self.limit} tokens beside the heading path. "
                    "Raise max_tokens, or shorten the title of the document."
                )
            spans.append((start, cut))
            start = cut
        return [*spans, (start, end)]

    def _find_last_fitting(self, start: int, cuts: Sequence[int]) -> int:
        """The last of `cuts` up to which the text fits; 0 where none does."""
        count = bisect_left(cuts, True, key=lambda cut: not self._fits((start, cut)))
        return cuts[count - 1] if count else 0

    def _count_words(self, span: Span) -> int:
        return len(self.body[span[0] : span[1]].split())

    def _fits(self, span: Span) -> bool:
        path = self.paths.find(self.block.unit, self.block.items, span[0])
        return self.count_tokens(f"{path}\n{self.body[span[0] : span[1]]}") <= self.limit


def _make_chunk(
    document: Document,
    block: _Block,
    span: Span,
    paths: HeadingPaths,
    ordinal: int,
    used: set[str],
) -> Chunk:
    start, end = span
    touched = tuple(item.id for item in block.items if item.start < end and item.end > start)
    name = _make_unique(_name_chunk(document, block, span), used)
    unit = block.unit.id if block.unit else document.id
    return Chunk(
        id=name,
        document_id=document.id,
        language=document.language,
        ordinal=ordinal,
        start=start,
        end=end,
        text=document.body[start:end],
        path=paths.find(block.unit, block.items, start),
        unit=unit,
        provisions=(unit, *touched) if block.unit else (),
        is_heading=block.is_heading,
        version=document.version,
    )


def _name_chunk(document: Document, block: _Block, span: Span) -> str:
    """The document's key and the first provision that begins here, else the one that goes on."""
    if block.unit is None:
        return f"{document.key}/text"
    start, end = span
    own = next((item for item in block.items if start <= item.start < end), None)
    around = [item for item in block.items if item.start <= start < item.end]
    if span == (block.start, block.end):
        named = block.unit
    else:
        named = own or (around[-1] if around else block.unit)
    return f"{document.key}{named.id.removeprefix(document.id)}"


def _make_unique(name: str, used: set[str]) -> str:
    """The name, or with ~2, ~3 …; a provision's own id may end so too, in a doubled text."""
    numbers = (f"{name}~{k}" for k in range(2, len(used) + 3))
    unique = name if name not in used else next(x for x in numbers if x not in used)
    used.add(unique)
    return unique


def verify_chunks(
    document: Document,
    provisions: Sequence[Provision],
    chunks: Sequence[Chunk],
    count_tokens: Callable[[str], int],
    limit: int,
) -> None:
    """Raise StructureError unless chunks cover the body once, in order, inside units, and fit."""
    report = "This is a fault of the chunker: please report it with the document."
    # The first unit's chunk also takes what stands above it (blank lines).
    bounds = sorted({p.start for p in provisions if p.level in UNIT_LEVELS})[1:]
    position = 0
    for chunk in chunks:
        if chunk.start != position or chunk.text != document.body[chunk.start : chunk.end]:
            raise StructureError(f"{chunk.id} does not go on at character {position}. {report}")
        after = bisect_right(bounds, chunk.start)
        if after < len(bounds) and bounds[after] < chunk.end:
            raise StructureError(f"{chunk.id} crosses the bound of a unit. {report}")
        if count_tokens(chunk.indexed_text) > limit:
            raise StructureError(f"{chunk.id} has more than {limit} tokens. {report}")
        position = chunk.end
    if position != len(document.body):
        raise StructureError(f"The text after character {position} is in no chunk. {report}")
    if len({chunk.id for chunk in chunks}) != len(chunks):
        raise StructureError(f"Two chunks of {document.key} have the same id. {report}")
