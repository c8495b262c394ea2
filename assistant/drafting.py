"""A draft answer: citations numbered once, claims in order, sources that were followed and not found.

Every shape of answer (extraction.py) writes through this, so numbering, labels, validity and the
rule "a citation was retrieved" are in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from assistant.citations import format_day, provision_label
from assistant.library import Library
from assistant.passages import Passage, quotable_span
from assistant.phrases import phrase
from assistant.required_evidence import Requirement
from assistant.retrieval import Retriever
from assistant.schema import (
    Answer,
    Cell,
    Citation,
    Claim,
    Document,
    Language,
    Notice,
    NoticeKind,
    Provision,
    Query,
    RetrievedChunk,
    Validity,
)
from assistant.validity import validity_on


class Draft:
    """Collects what an answer will hold. One per question; `day` is the date it is true on."""

    def __init__(
        self,
        query: Query,
        retrieved: Iterable[RetrievedChunk],
        library: Library,
        retriever: Retriever,
    ) -> None:
        self.query, self.retriever = query, retriever
        self.language: Language = query.language
        self.day = query.as_of.end
        self.library = library.on(self.day)
        self.is_abstaining = False  # set by a shape that found what was named not to be held
        self.requirements: tuple[Requirement, ...] = ()
        self.claims: list[Claim] = []
        self.notices: list[Notice] = []
        self.citations: list[Citation] = []
        self._retrieved = list(retrieved)

    # what is cited

    def cite(self, document: Document, provision_id: str, start: int, end: int) -> int:
        """The number of the citation of `body[start:end]`; the chunk that holds it is followed."""
        for held in self.citations:
            if (held.document_key, held.start, held.end) == (document.key, start, end):
                return held.number
        number = len(self.citations) + 1
        self.citations.append(
            Citation(
                number=number,
                chunk_id=self._chunk_id(document.key, start),
                document_key=document.key,
                provision_id=provision_id,
                label=provision_label(self.library, document, provision_id, self.language),
                quote=document.body[start:end],
                start=start,
                end=end,
                validity=validity_on(document, self.day),
                is_digest=document.text_kind == "digest",
                url=document.source_url,
            )
        )
        return number

    def cite_passage(self, passage: Passage) -> int:
        return self.cite(passage.document, passage.provision_id, passage.start, passage.end)

    def cite_provision(self, text_id: str, provision_id: str) -> int | None:
        """Cite a provision by id in the answer's language (else the other); None if not held."""
        document = self.library.document_of(text_id, self.language)
        provision = self.library.provision(document.key, provision_id) if document else None
        if document is None or provision is None:
            return None
        return self.cite(document, provision_id, *quotable_span(document, provision))

    def _chunk_id(self, document_key: str, start: int) -> str:
        for item in self._retrieved:
            chunk = item.chunk
            if chunk.document_key == document_key and chunk.start <= start < chunk.end:
                return chunk.id
        followed = self.retriever.chunk_holding(document_key, start)
        if followed is None:
            return ""
        self._retrieved.append(followed)
        return followed.chunk.id

    # what is said

    def say(self, name: str, citations: Iterable[int] = (), /, **facts: object) -> None:
        """A statement of ours; its facts must stand in what it cites."""
        text = phrase(name, self.language, **facts)
        self.claims.append(Claim(text, tuple(dict.fromkeys(citations)), "statement"))

    def state(self, text: str, citations: Iterable[int]) -> None:
        self.claims.append(Claim(text, tuple(dict.fromkeys(citations)), "statement"))

    def frame(self, name: str, /, **facts: object) -> None:
        """A line that leads to what follows and cites nothing."""
        self.claims.append(Claim(phrase(name, self.language, **facts), (), "frame"))

    def frame_time(self) -> None:
        """The line that says which day or span the answer speaks of, unless that is today."""
        when = self.query.as_of
        if when.source == "today":
            return
        if not when.is_span:
            self.frame("as_of_day", day=self.day_text(when.start))
        elif (when.start.month, when.start.day, when.end.month, when.end.day) == (1, 1, 12, 31):
            self.frame("as_of_year", year=when.start.year)
        else:
            self.frame("as_of_span", start=self.day_text(when.start), end=self.day_text(when.end))

    def quote(self, text: str, number: int) -> None:
        """Words of a source; shown in quotation marks only when they are an official text's."""
        self.claims.append(Claim(text, (number,), "quote"))

    def table(self, caption: str, rows: tuple[tuple[Cell, ...], ...]) -> None:
        numbers = dict.fromkeys(n for row in rows for cell in row for n in cell.citations)
        self.claims.append(Claim(caption, tuple(numbers), "table", (), rows))

    def note(
        self, kind: NoticeKind, name: str, citations: Iterable[int] = (), /, **facts: object
    ) -> None:
        self.notices.append(
            Notice(kind, phrase(name, self.language, **facts), tuple(dict.fromkeys(citations)))
        )

    # what a source is called

    def label(self, document: Document, provision_id: str) -> str:
        return provision_label(self.library, document, provision_id, self.language)

    def name(self, document: Document) -> str:
        named = self.library.document_of(document.id, self.language) or document
        return named.label

    def day_text(self, day: date) -> str:
        return format_day(day, self.language)

    def last_day_text(self, day: date) -> str:
        """The last day in force, from the first day no longer in force."""
        return format_day(day - timedelta(days=1), self.language)

    def status(self, document: Document, day: date | None = None) -> str:
        """The bracket behind a label: number and validity on the answer's day."""
        held = validity_on(document, day or self.day)
        number = (
            f"{document.number}, "
            if document.number and document.number not in document.label
            else ""
        )
        if held.state == "undated":
            return ""
        if held.state == "in_force" and held.since:
            return phrase(
                "in_force_since", self.language, number=number, since=self.day_text(held.since)
            )
        if held.state == "ended" and held.since and held.until:
            return phrase(
                "was_in_force",
                self.language,
                number=number,
                since=self.day_text(held.since),
                last=self.last_day_text(held.until),
            )
        if held.since:
            return phrase(
                "in_force_from", self.language, number=number, since=self.day_text(held.since)
            )
        return phrase("not_in_force", self.language, number=number)

    def short_status(self, document: Document) -> str:
        held: Validity = validity_on(document, self.day)
        names = {
            "in_force": "status_in_force",
            "ended": "status_ended",
            "undated": "status_undated",
        }
        name = names.get(held.state) or ("status_from" if held.since else "status_not_yet")
        return phrase(
            name,
            self.language,
            since=self.day_text(held.since) if held.since else "",
            until=self.day_text(held.until) if held.until else "",
        )

    def digest_mark(self, document: Document) -> str:
        is_digest = document.text_kind == "digest" and document.kind not in (
            "article",
            "glossary",
            "timeline",
        )
        return phrase("digest", self.language) if is_digest else ""

    def heading(
        self, document: Document, provision_id: str, name: str = "according",
        number: int | None = None,
    ) -> None:
        """The line that names a provision in legal style, with validity and whose words follow.

        `number` is the citation it leads to; without one the whole provision is cited.
        """
        text = phrase(
            name, self.language, label=self.label(document, provision_id),
            status=self.status(document), digest=self.digest_mark(document),
        )
        cited = number or self.cite_provision_of(document, provision_id)
        self.claims.append(Claim(text, (cited,) if cited else (), "statement"))

    def cite_provision_of(self, document: Document, provision_id: str) -> int | None:
        provision: Provision | None = self.library.provision(document.key, provision_id)
        if provision is None:
            return None
        return self.cite(document, provision_id, *quotable_span(document, provision))

    def finish(
        self,
        *,
        abstained: bool = False,
        reason: str | None = None,
        nearest: tuple[Citation, ...] = (),
    ) -> Answer:
        return Answer(
            question=self.query.text,
            query=self.query,
            claims=tuple(self.claims),
            citations=tuple(self.citations),
            retrieved=tuple(self._retrieved),
            abstained=abstained or self.is_abstaining,
            abstain_reason=reason or ("absent" if self.is_abstaining else None),
            nearest=nearest,
            notices=tuple(self.notices),
        )
