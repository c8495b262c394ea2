"""The domain types, in the order in which the pipeline makes them. Imports nothing of ours.

A *text* (a law, a convention, an article) has one id whatever its language: `law-116-2025`.
A `Document` is that text in one language, and its `key` (`law-116-2025.vi`) is unique in a corpus.
Provision ids belong to the text, so `law-116-2025/art-6/cl-3/pt-a` names the same rule in both
languages, and gold evidence written once serves questions in either.

"In force" is a function of a document and a date (`validity.py`), never a stored flag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Language = Literal["vi", "en"]
TextKind = Literal["official", "digest"]
Authority = Literal["official", "secondary", "compiled"]
Verified = Literal["official", "secondary", "unverified"]
Level = Literal[
    "preamble",
    "part",
    "chapter",
    "section",
    "article",
    "clause",
    "point",
    "subpoint",
    "heading",
    "paragraph",
]


def document_key(text_id: str, language: str, version: str | None = None) -> str:
    """The key of a document: `law-60-2024.vi`, or `law-60-2024@2025-01-01.vi` for that version."""
    return f"{text_id}@{version}.{language}" if version else f"{text_id}.{language}"


@dataclass(frozen=True, slots=True)
class Document:
    """One text in one language with its metadata.

    `effective_from` and `effective_to` are a half-open interval: the text is in force on a day d
    when `effective_from <= d < effective_to`. `replaces`, `replaced_by`, `amended_by` and
    `implements` hold text ids, or official numbers of texts that the corpus does not hold.

    Where the corpus holds several versions of a text (before and after an amendment), `version_from`
    and `version_to` are the half-open interval in which this wording applies; the effective dates
    stay those of the text. `version` names a wording that a later one took the place of, and is None
    for the latest. The corpus sets these three (`versions.py`), no file does.
    """

    id: str
    language: Language
    title: str
    label: str
    kind: str
    body: str
    aliases: tuple[str, ...] = ()
    number: str | None = None
    issuer: str | None = None
    adopted: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    effective_note: str | None = None
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    amended_by: tuple[str, ...] = ()
    implements: tuple[str, ...] = ()
    source_url: str | None = None
    authority: Authority = "official"
    text_kind: TextKind = "digest"
    verified: Verified = "unverified"
    as_of: date | None = None
    articles_total: int | None = None
    complete: bool = True
    version: str | None = None
    version_from: date | None = None
    version_to: date | None = None

    @property
    def key(self) -> str:
        """Unique in a corpus: the text's id and the language; an earlier version has its name too."""
        return document_key(self.id, self.language, self.version)

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over the body and every metadata field: changes when anything shown does.

        What has its default is left out, so that a field added to this class changes no hash held.
        """
        fields = (
            f"{name}={getattr(self, name)!r}"
            for name, described in self.__dataclass_fields__.items()
            if getattr(self, name) != described.default
        )
        return hashlib.sha256("\n".join(fields).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Provision:
    """A structural unit of a text. `start` and `end` are offsets into `Document.body`.

    Children lie inside their parent's span; siblings do not overlap. `number` is as written
    ("6", "đ", "IV"); `heading` is the unit's own title, empty for clauses and points.
    """

    id: str
    level: Level
    number: str
    heading: str
    start: int
    end: int
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is embedded and retrieved. `text == body[start:end]`, offsets into `Document.body`.

    `provisions` are the ids that the chunk touches, outermost first; `unit` is the article (or
    the section of a text without articles) it lies in: a chunk never crosses one. `path` is the
    heading path that is indexed with the text. `is_heading` marks the lines between articles
    (titles of chapters), which are kept so that every character is covered, but not searched.
    """

    id: str
    document_id: str
    language: Language
    ordinal: int
    start: int
    end: int
    text: str
    path: str
    unit: str
    provisions: tuple[str, ...] = ()
    is_heading: bool = False
    version: str | None = None

    @property
    def document_key(self) -> str:
        return document_key(self.document_id, self.language, self.version)

    @property
    def indexed_text(self) -> str:
        """What the embedding and the lexical index see: the heading path, then the text."""
        return f"{self.path}\n{self.text}"


@dataclass(frozen=True, slots=True)
class ProvisionReference:
    """A provision named in a question: the text id and, as far as given, article, clause, point."""

    document_id: str
    article: str | None = None
    clause: str | None = None
    point: str | None = None

    @property
    def provision_id(self) -> str:
        parts = [self.document_id]
        for prefix, value in (("art", self.article), ("cl", self.clause), ("pt", self.point)):
            if value is None:
                break
            parts.append(f"{prefix}-{'dd' if value == 'đ' else value.lower()}")
        return "/".join(parts)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The time a question speaks of: a day, or a span of days (a year is a span).

    `source` says where it comes from: said in the question, chosen by the user, or today.
    `start == end` for a day; both are inclusive.
    """

    start: date
    end: date
    source: Literal["said", "chosen", "today"]

    @property
    def is_span(self) -> bool:
        return self.start != self.end


@dataclass(frozen=True, slots=True)
class Query:
    """The question understood.

    `text` is what was typed; `standalone` is what is searched (accents restored, abbreviations
    kept, follow-up completed). `expansions` are further search strings (glossary terms of the
    other language, names of abbreviations). `intent` is the shape of the answer that is asked for.
    `only_documents` are the keys of the documents that may be searched, None for all.
    """

    text: str
    standalone: str
    language: Language
    as_of: AsOf
    intent: str = "fact"
    restored: bool = False
    documents: tuple[str, ...] = ()
    references: tuple[ProvisionReference, ...] = ()
    expansions: tuple[str, ...] = ()
    followed_up: bool = False
    notes: tuple[str, ...] = ()
    only_documents: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ComponentRank:
    """Place (1-based) and raw score of a chunk in one component's ranking."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class RetrievedChunk:
    """A chunk with its place (1-based), its fused score and what each component said of it.

    `windows` are (start, end, similarity) of its windows, offsets into the document's body.
    """

    chunk: Chunk
    rank: int
    score: float
    components: Mapping[str, ComponentRank] = field(default_factory=dict)
    windows: tuple[tuple[int, int, float], ...] = ()


ValidityState = Literal["in_force", "not_yet", "ended", "undated"]


@dataclass(frozen=True, slots=True)
class Validity:
    """What a text is on a date. `since`/`until` are the interval, `successors` text ids."""

    state: ValidityState
    since: date | None = None
    until: date | None = None
    successors: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered source of an answer.

    `quote == body[start:end]` of the document, character for character. `label` is in legal
    style in the answer's language. `is_digest` says that the words are ours, not the law's.
    """

    number: int
    chunk_id: str
    document_key: str
    provision_id: str
    label: str
    quote: str
    start: int
    end: int
    validity: Validity
    is_digest: bool
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a comparison: quoted words with their citations, or a word of ours without."""

    text: str
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One verifiable statement of an answer.

    `text` is Markdown without markers; `citations` are citation numbers. `kind` tells a quotation
    (its words stand in the source) from a statement of ours about sources (its facts must stand in
    what it cites), from a frame line that states nothing (a heading), and from a table, whose
    `rows` (the first is the head) hold quoted cells. `problems` is empty when verified.
    `is_worded` marks the words of a chat model.
    """

    text: str
    citations: tuple[int, ...] = ()
    kind: Literal["quote", "statement", "frame", "table"] = "statement"
    problems: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    is_worded: bool = False

    @property
    def is_supported(self) -> bool:
        return not self.problems


NoticeKind = Literal[
    "repealed", "not_yet", "changed", "conflict", "unverified", "understood", "scope", "model"
]


@dataclass(frozen=True, slots=True)
class Notice:
    """What the reader has to know about the sources: repealed, not yet in force, they disagree."""

    kind: NoticeKind
    text: str
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What chat models were asked for one answer: requests, tokens in and out, cost in US dollars.

    `cost_usd` is None where no price is set. `is_estimated` says that a server did not count, so
    that tokens were estimated from the text. `seconds` is the time that the models took.
    """

    requests: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None = None
    is_estimated: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer. Its text is derived (`answer_text.render_text`), never stored beside it.

    `model` is "extractive" or the `provider:model` whose words are shown. `dropped` are claims that
    a model made and that did not stand; they are shown to no reader. `confidence` is the evidence
    score (0 to 1) by which answering or abstaining was weighed; None where nothing was weighed, as
    for a provision that the question names.
    """

    question: str
    query: Query
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    retrieved: tuple[RetrievedChunk, ...]
    abstained: bool = False
    abstain_reason: str | None = None
    nearest: tuple[Citation, ...] = ()
    notices: tuple[Notice, ...] = ()
    model: str = "extractive"
    corpus_version: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)
    usage: ModelUsage | None = None
    dropped: tuple[Claim, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class EvaluationSample:
    """A question with what is known of its right answer; everything but the question may be absent.

    A required fact may hold alternatives between bars ("01/07/2026|1 July 2026"). `previous` is the
    question that this one follows up on; `forbidden` are words that the answer must not say. Samples
    that share a tag `pair:<case>` are one case asked several ways.
    """

    id: str
    question: str
    reference_answer: str | None = None
    required_facts: tuple[str, ...] = ()
    gold_provisions: tuple[str, ...] = ()
    as_of: date | None = None
    answerable: bool | None = None
    language: Language | None = None
    tags: tuple[str, ...] = ()
    previous: str | None = None
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A metric of one sample: a value, or None where the metric does not apply (never 0 for that)."""

    name: str
    value: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What happened for one sample; `seconds` is the time the assistant took for it."""

    sample: EvaluationSample
    answer: Answer | None
    metrics: tuple[MetricValue, ...] = ()
    error: str | None = None
    seconds: float | None = None
