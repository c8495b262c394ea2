"""Retrieved chunks cut into passages (whole clauses, paragraphs), each scored on the question.

A passage is what an answer quotes: a clause with its points, an article without clauses, a
paragraph of a topic text. Its score joins what retrieval said of the chunk, how near its own window
is in meaning, and how much of the question's weight of words it covers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.glossary import Glossary
from assistant.lexical import LexicalIndex
from assistant.library import Library
from assistant.schema import Document, Provision, Query, RetrievedChunk
from assistant.text import fold, search_tokens, words_of
from assistant.validity import DATED_KINDS

# Words that ask or frame and say nothing of the subject, folded.
_QUESTION_WORDS = frozenset(
    (
        "ai gi nao sao dau bao nhieu may khi nhu the the nao la co khong chua duoc phai hay cho biet hoi"
        " theo quy dinh ve cua va trong tai o cac nhung mot nay do thi ma voi den tu bi boi hien nhu"
        " noi ra vao se da dang minh toi em xin vui long giup liet ke neu trinh bay gom bao dieu khoan"
        " diem luat nghi nam ngay thang luc con what which who whom whose when where why how is are was"
        " were be been do does did the a an of in on at to for from by with and or not under about as"
        " it its this that there have has had can could may must shall should will would please tell me"
        " article clause paragraph point law decree say says said any if"
    ).split()
)
_LABEL = re.compile(r"\s*(?:\d+[a-z]?[.)]|\(?[a-zđ]\)|\((?:[ivx]+|\d+)\)|-)\s*")
COVERAGE, MEANING, CHUNK = 0.3, 0.5, 0.2


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that may be quoted, with the scores that speak for it (0 to 1)."""

    document: Document
    provision_id: str
    start: int
    end: int
    chunk_id: str
    coverage: float
    meaning: float
    score: float

    @property
    def text(self) -> str:
        return self.document.body[self.start : self.end]


class Asked:
    """The question's telling tokens with their weights (inverse document frequency)."""

    def __init__(
        self, query: Query, lexical: LexicalIndex, glossary: Glossary, names: Iterable[str] = ()
    ) -> None:
        self.folded = fold(query.standalone)
        text = _without_names(query.standalone, names)
        words = [w for w in words_of(text) if fold(w) not in _QUESTION_WORDS or w.isupper()]
        tokens = [t for t in search_tokens(" ".join(words)) if "_" not in t]
        self.tokens = tuple(dict.fromkeys(t for t in tokens if t not in _QUESTION_WORDS))
        pairs = [t for t in search_tokens(text) if "_" in t and not _is_question_pair(t)]
        self.pairs = tuple(dict.fromkeys(pairs))
        self.weights = lexical.weights([*self.tokens, *self.pairs])
        spelled = " ".join((*query.expansions[:1], *query.expansions[1:2]))
        self.synonyms = frozenset(search_tokens(spelled))
        self.terms = glossary.find(query.standalone)

    def coverage(self, text: str) -> float:
        """Share of the question's weight that the text holds, 0 to 1."""
        held = set(search_tokens(text))
        total = sum(self.weights[t] for t in (*self.tokens, *self.pairs)) or 1.0
        return sum(self.weights[t] for t in (*self.tokens, *self.pairs) if t in held) / total

    def missing(self, text: str) -> tuple[str, ...]:
        """Telling single tokens that the text lacks, heaviest first."""
        held = set(search_tokens(text))
        lacking = [t for t in self.tokens if t not in held]
        return tuple(sorted(lacking, key=lambda t: -self.weights[t]))


def find_passages(
    retrieved: Sequence[RetrievedChunk], asked: Asked, library: Library
) -> list[Passage]:
    """Passages of all retrieved chunks, best first; each provision once."""
    top = max((item.score for item in retrieved), default=1.0) or 1.0
    found: dict[tuple[str, str], Passage] = {}
    for item in retrieved:
        document = library.documents[item.chunk.document_key]
        for provision in _units(item, document, library):
            passage = _passage(item, document, provision, asked, library, item.score / top)
            key = (document.key, provision.id)
            if passage.text.strip() and (key not in found or found[key].score < passage.score):
                found[key] = passage
    return sorted(found.values(), key=lambda p: (-p.score, p.document.key, p.start))


def _units(item: RetrievedChunk, document: Document, library: Library) -> list[Provision]:
    """The quotable provisions that the chunk touches."""
    held = [library.provision(document.key, id_) for id_ in item.chunk.provisions]
    provisions = [p for p in held if p is not None]
    for level in ("clause", "paragraph"):
        units = [p for p in provisions if p.level == level and _touches(p, item)]
        if units:
            return units
    return [p for p in provisions if p.level in ("article", "heading") and p.id == item.chunk.unit]


def _touches(provision: Provision, item: RetrievedChunk) -> bool:
    return provision.start < item.chunk.end and item.chunk.start < provision.end


def _passage(
    item: RetrievedChunk,
    document: Document,
    provision: Provision,
    asked: Asked,
    library: Library,
    chunk_score: float,
) -> Passage:
    start, end = quotable_span(document, provision)
    heading = item.chunk.path.rsplit(" > ", 1)[-1]
    text = document.body[start:end]
    # The heading of the article counts in full: a clause rarely repeats what its title says.
    coverage = asked.coverage(f"{heading}\n{text}")
    if document.kind not in DATED_KINDS:
        # A topic article's heading often is the question; what a paragraph itself says counts more.
        coverage = 0.5 * (coverage + asked.coverage(text))
    near = [value for left, right, value in item.windows if left < end and start < right]
    meaning = _stretched(max(near, default=0.0))
    score = COVERAGE * coverage + MEANING * meaning + CHUNK * max(chunk_score, 0.0)
    return Passage(document, provision.id, start, end, item.chunk.id, coverage, meaning, score)


def quotable_span(document: Document, provision: Provision) -> tuple[int, int]:
    """The provision without its own label or heading line, and without outer white space."""
    body = document.body
    start, end = provision.start, provision.end
    if provision.level in ("article", "heading", "chapter", "section", "part"):
        line_end = body.find("\n", start, end)
        start = line_end + 1 if line_end >= 0 else start
    else:
        match = _LABEL.match(body, start, end)
        start = match.end() if match else start
    while start < end and body[start].isspace():
        start += 1
    while end > start and body[end - 1].isspace():
        end -= 1
    return start, end


def _stretched(similarity: float) -> float:
    """Centred cosines of this model lie between about 0.55 and 0.9; spread them over 0 to 1."""
    return min(1.0, max(0.0, (similarity - 0.55) / 0.35))


def _is_question_pair(pair: str) -> bool:
    return any(part in _QUESTION_WORDS for part in pair.split("_"))


def _without_names(text: str, names: Iterable[str]) -> str:
    folded = fold(text)
    if len(folded) != len(text):
        return text
    letters = list(text)
    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\w){re.escape(fold(name))}(?!\w)", folded):
            letters[match.start() : match.end()] = " " * (match.end() - match.start())
    return "".join(letters)
