"""What to ask next: made from what an answer cites and the library around it, never from a model.

Candidates are the provision's predecessor or successor, the terms it uses that the corpus explains,
the articles beside it and whether a repealed text is still in force. Each is answered by the pipeline
before it is shown, and dropped unless the answer stands and cites what the question was made from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistant.answering import Assistant
from assistant.citations import ancestry
from assistant.library import Library
from assistant.schema import Answer, Citation, Document, Language
from assistant.text import fold
from assistant.validity import validity_on
from ui.source_cards import used_citations

MOST_QUESTIONS = 3
# Each check costs an answer; beyond these many candidates fewer suggestions are better than a wait.
MOST_CHECKS = 5
_CITATIONS_LOOKED_AT = 3
LONGEST_HEADING = 70
_SENTENCES: dict[str, tuple[str, str]] = {
    "before": ("Trước đây {article} {text}{heading} quy định gì?",
               "What did {article} of the {text}{heading} provide?"),
    "after": ("{article} {text}{heading} quy định gì?",
              "What does {article} of the {text}{heading} provide?"),
    "term": ("{term} là gì?", "What is meant by {term}?"),
    "in_force": ("{text} còn hiệu lực không?", "Is the {text} still in force?"),
}
_DEFINING_HEADING = re.compile(r"giai thich tu ngu|definitions?|interpretation|use of terms", re.I)
_DEFINED = re.compile(r"\s*\d+\.\s+[“\"]?(?P<name>.{3,40}?)[”\"]?\s+(?:là|means)\s", re.S)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and the provision or text id that its answer has to cite; empty where any will do."""

    question: str
    expected: str = ""


def suggest_questions(assistant: Assistant, answer: Answer, today: date) -> list[str]:
    """At most three questions, in the answer's language, that the corpus answers."""
    kept: list[str] = []
    asked = {fold(answer.question), fold(answer.query.standalone)}
    for place, candidate in enumerate(_candidates(assistant.library, answer)):
        if len(kept) == MOST_QUESTIONS or place == MOST_CHECKS:
            break
        if fold(candidate.question) not in asked and _stands(assistant, candidate, answer, today):
            asked.add(fold(candidate.question))
            kept.append(candidate.question)
    return kept


def _stands(assistant: Assistant, candidate: Candidate, answer: Answer, today: date) -> bool:
    found = assistant.ask(candidate.question, language=answer.query.language, today=today)
    cited = (citation.provision_id for citation in used_citations(found))
    return not found.abstained and any(_is_within(id_, candidate.expected) for id_ in cited)


def _candidates(library: Library, answer: Answer) -> Iterator[Candidate]:
    """Questions in turn of their kinds, so that the first three are not three of one kind."""
    language = answer.query.language
    cited = used_citations(answer)[:_CITATIONS_LOOKED_AT]
    groups = [
        list(_about_relatives(library, cited, language)),
        list(_about_terms(library, answer, cited, language)),
        list(_about_validity(library, cited, answer, language)),
        list(_about_neighbours(library, cited, language)),
    ]
    for place in range(max(map(len, groups))):
        for group in groups:
            if place < len(group):
                yield group[place]


def _about_relatives(
    library: Library, cited: tuple[Citation, ...], language: Language
) -> Iterator[Candidate]:
    shown = {citation.provision_id for citation in cited}
    for citation in cited:
        rows = [("before", row.old) for row in library.concordance.predecessors(citation.provision_id)]
        rows += [("after", row.new) for row in library.concordance.successors(citation.provision_id)]
        for kind, provision_id in rows:
            article = "/".join(provision_id.split("/")[:2])
            if article and not any(_is_within(id_, article) for id_ in shown):
                yield from _about_provision(library, kind, article, language)


def _about_provision(
    library: Library, kind: str, provision_id: str, language: Language
) -> Iterator[Candidate]:
    document = library.document_of(provision_id.split("/")[0], language)
    provision = library.provision(document.key, provision_id) if document else None
    if document is not None and provision is not None:
        article = f"{'Điều' if language == 'vi' else 'Article'} {provision.number}"
        heading = f" ({provision.heading})" if 0 < len(provision.heading) <= LONGEST_HEADING else ""
        values = {"article": article, "text": document.label, "heading": heading}
        yield Candidate(_sentence(kind, language, **values), provision_id)


def _about_terms(
    library: Library, answer: Answer, cited: tuple[Citation, ...], language: Language
) -> Iterator[Candidate]:
    """Terms in the quoted words that a text in force defines, the longest first."""
    quotes, asked = fold(" ".join(c.quote for c in cited)), fold(answer.query.standalone)
    names = defined_terms(library, language, answer.query.as_of.end)
    for name in sorted(names, key=len, reverse=True):
        if re.search(rf"\b{re.escape(fold(name))}\b", quotes) and fold(name) not in asked:
            yield Candidate(_sentence("term", language, term=name), names[name])


def defined_terms(library: Library, language: Language, day: date) -> dict[str, str]:
    """Terms that texts in force on the day define, each with the clause that does."""
    found: dict[str, str] = {}
    for document in library.documents.values():
        if document.language != language or validity_on(document, day).state != "in_force":
            continue
        for article in library.provisions(document.key):
            if article.level == "article" and _DEFINING_HEADING.search(fold(article.heading)):
                for clause in library.children(document.key, article.id):
                    match = _DEFINED.match(library.text_of(document, clause))
                    if match:
                        found.setdefault(match["name"], clause.id)
    return found


def _about_validity(
    library: Library, cited: tuple[Citation, ...], answer: Answer, language: Language
) -> Iterator[Candidate]:
    if answer.query.intent == "validity":
        return
    for citation in cited:
        document = library.documents.get(citation.document_key)
        if document and validity_on(document, answer.query.as_of.end).state == "ended":
            yield Candidate(_sentence("in_force", language, text=document.label))


def _about_neighbours(
    library: Library, cited: tuple[Citation, ...], language: Language
) -> Iterator[Candidate]:
    """The articles after and before the cited ones."""
    for citation in cited:
        document = library.documents.get(citation.document_key)
        if document is not None:
            for article in _neighbours(library, document, citation.provision_id):
                yield from _about_provision(library, "after", article, language)


def _neighbours(library: Library, document: Document, provision_id: str) -> list[str]:
    held = [p.id for p in ancestry(library, document, provision_id) if p.level == "article"]
    articles = [p.id for p in library.provisions(document.key) if p.level == "article"]
    if not held or held[0] not in articles:
        return []
    place = articles.index(held[0])
    return articles[place + 1 : place + 2] + articles[max(0, place - 1) : place]


def _sentence(kind: str, language: Language, **values: str) -> str:
    return _SENTENCES[kind][language == "en"].format(**values)


def _is_within(provision_id: str, wanted: str) -> bool:
    return not wanted or provision_id == wanted or provision_id.startswith(wanted + "/")
