"""What the tests of the page share: an invented law, an answer over it, scripted assistants."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from assistant.answering import AnswerEvent
from assistant.glossary import Glossary
from assistant.schema import Answer, AsOf, Citation, Claim, Document, Provision, Query, Validity
from assistant.validity import Concordance

TODAY = date(2026, 11, 22)
ATTACK = (
    "<script>window.attacked=1</script><img src=x onerror=\"window.attacked=1\">\n\n# h\n"
    "[a](javascript:window.attacked=1)\"'&</textarea></title><svg onload=window.attacked=1>"
)
BODY = "Điều 1. Phạm vi\n1. Lời luật.\n2. Lời khác."
LAW = Document(
    id="law-1", language="vi", title="Luật Mẫu", label="Luật Mẫu 2025", kind="law", body=BODY,
    number="1/2025/QH15", issuer="Quốc hội", adopted=date(2025, 12, 10),
    effective_from=date(2026, 7, 1), as_of=TODAY, source_url="https://example.org/1",
    verified="official",
)
PROVISIONS = (
    Provision("law-1/art-1", "article", "1", "Phạm vi", 0, len(BODY)),
    Provision("law-1/art-1/cl-1", "clause", "1", "", 16, 29, "law-1/art-1"),
    Provision("law-1/art-1/cl-2", "clause", "2", "", 29, len(BODY), "law-1/art-1"),
)
HOSTILE = replace(
    LAW, title=ATTACK, label=ATTACK, number=ATTACK, issuer=ATTACK, body=ATTACK,
    source_url="javascript:window.attacked=1", aliases=(ATTACK,),
)


def make_library(document: Document = LAW, provisions: tuple[Provision, ...] = PROVISIONS) -> Any:
    """Shaped like Library, over one document."""
    by_id = {provision.id: provision for provision in provisions}
    return SimpleNamespace(
        documents={document.key: document}, version="7", glossary=Glossary(()),
        concordance=Concordance(()), restorer=None,
        text_ids=lambda: (document.id,),
        document_of=lambda id_, *_: document if id_ == document.id else None,
        summary_of=lambda *_: "Tóm lược của kho.",
        provisions=lambda key: provisions if key == document.key else (),
        provision=lambda key, id_: by_id.get(id_) if key == document.key else None,
        children=lambda key, id_: tuple(p for p in provisions if p.parent == id_),
        text_of=lambda document, provision: document.body[provision.start : provision.end],
    )


def make_citation(number: int = 1, **changes: object) -> Citation:
    citation = Citation(
        number=number, chunk_id="law-1.vi#1", document_key="law-1.vi",
        provision_id="law-1/art-1/cl-1", label="khoản 1 Điều 1 Luật Mẫu 2025", quote="Lời luật.",
        start=19, end=28, validity=Validity("in_force", since=date(2026, 7, 1)), is_digest=True,
        url="https://example.org/1",
    )
    return replace(citation, **changes)  # type: ignore[arg-type]


def make_query(text: str = "Hỏi gì?", **changes: object) -> Query:
    query = Query(text=text, standalone=text, language="vi", as_of=AsOf(TODAY, TODAY, "today"))
    return replace(query, **changes)  # type: ignore[arg-type]


def make_answer(question: str = "Hỏi gì?", **changes: object) -> Answer:
    answer = Answer(
        question=question, query=make_query(question), citations=(make_citation(),), retrieved=(),
        claims=(Claim("Theo **Điều 1**:", (1,)), Claim("Lời luật.", (1,), "quote")),
        corpus_version="7",
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


class ScriptedAssistant:
    """Shaped like Assistant, for the wiring alone: answers everything alike, or raises."""

    def __init__(self, error: Exception | None = None, document: Document = LAW) -> None:
        self.error, self.asked = error, list[tuple[str, dict[str, Any]]]()
        self.library = make_library(document)

    def ask(self, question: str, **options: Any) -> Answer:
        self.asked.append((question, options))
        if self.error:
            raise self.error
        query = make_query(question, restored=not options.get("as_typed", True))
        return make_answer(question, query=query)

    def stream(self, question: str, **options: Any) -> Iterator[AnswerEvent]:
        answer = self.ask(question, **options)
        yield AnswerEvent("query", query=answer.query)
        yield AnswerEvent("sources", answer=answer)
        for claim in answer.claims:
            yield AnswerEvent("text", text=claim.text)
        yield AnswerEvent("answer", answer=answer)


class HostileAssistant(ScriptedAssistant):
    """Every text it gives is an attack; a question with "slow" in it takes its time."""

    def __init__(self) -> None:
        super().__init__(document=HOSTILE)

    def ask(self, question: str, **options: Any) -> Answer:
        citation = make_citation(
            label=ATTACK, quote=ATTACK, start=0, end=len(ATTACK), url="javascript:window.attacked=1"
        )
        claims = (Claim(ATTACK, (1,)), Claim(ATTACK, (1,), "quote"))
        query = make_query(question, standalone=ATTACK, restored=True)
        return make_answer(question, query=query, claims=claims, citations=(citation,))

    def stream(self, question: str, **options: Any) -> Iterator[AnswerEvent]:
        answer = self.ask(question, **options)
        yield AnswerEvent("query", query=answer.query)
        yield AnswerEvent("sources", answer=answer)
        yield AnswerEvent("provisional", text=ATTACK)
        for _step in range(40 if "slow" in question else 0):
            time.sleep(0.25)
            yield AnswerEvent("provisional", text=ATTACK)
        yield AnswerEvent("answer", answer=answer)
