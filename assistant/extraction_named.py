"""Shapes for what a question names: a provision, a text's validity, a defined term."""

from __future__ import annotations

import re

from assistant.drafting import Draft
from assistant.passages import Asked, quotable_span
from assistant.phrases import phrase
from assistant.schema import Document, Provision, ProvisionReference
from assistant.text import collapse_spaces, fold
from assistant.validity import DATED_KINDS, validity_on

_REPEALS = re.compile(
    r"het hieu luc|bai bo|thay the|cease to have effect|ceases? to|repeal|replac|expire"
)
_SUCCEEDS = re.compile(r"\bthay the\b|\btuong ung\b|\breplac|\bcorrespond|\bsucceed")
_TRANSITION = re.compile(r"chuyen tiep|transition")
_DEFINITIONS = re.compile(
    r"giai thich tu ngu|definition|use of terms|interpretation|thuat ngu|tu ngu"
)
_DEFINED = re.compile(
    r"[“\"'‘ ]*(?P<term>[^:;.]{2,80}?)[”\"'’]?\s*(?:\([^)]*\)\s*)?(?:,[^,]{0,60},\s*)?"
    r"(?:\bla\b|\bgom\b|\bmeans?\b|\bis\b|\bare\b|\brefers?\b|\bcovers?\b|\bincludes?\b|:|–|=)"
)
_DEFINING = re.compile(
    r"\b(?:la gi|nghia la gi|the nao la|duoc hieu (?:la|nhu the nao|the nao|ra sao)|ra sao|phap luat|viet nam|vietnamese|current|counts? as|how|does|defined?|defines?|khai niem|dinh nghia(?: cua)?|nghia cua"
    r"|what (?:is|are)(?: an?| the)?|what does|mean(?:s|ing of)?|define|definition of|the term|thuat ngu"
    r"|theo|under|according to|trong|in|luat|law|hien nay|hien hanh|la|cua|of|the|nhu the nao)\b"
)


# a provision that is named


def answer_provisions(draft: Draft) -> bool:
    """Quote each provision that the question names, or say that it does not exist."""
    for reference in draft.query.references:
        document = draft.library.document_of(reference.document_id, draft.language)
        if document is None:
            return False
        held = draft.library.provision(document.key, reference.provision_id)
        if held is None:
            _say_missing(draft, document, reference)
            continue
        if _SUCCEEDS.search(fold(draft.query.standalone)) and _show_successors(draft, held):
            continue
        draft.heading(document, held.id)
        quote_provision(draft, document, held)
    return True


def _show_successors(draft: Draft, old: Provision) -> bool:
    """What took a provision's place; False where the concordance names nothing."""
    shown = False
    for row in draft.library.concordance.successors(old.id)[:3]:
        document = draft.library.document_of(row.new.split("/", 1)[0], draft.language)
        new = draft.library.provision(document.key, row.new) if document and row.new else None
        if document is not None and new is not None:
            draft.heading(document, new.id)
            quote_provision(draft, document, new)
            note = row.note_vi if draft.language == "vi" else row.note_en
            old_number = draft.cite_provision(old.id.split("/", 1)[0], row.old)
            new_number = draft.cite_provision_of(document, new.id)
            if note:
                draft.state(note, [n for n in (old_number, new_number) if n])
            shown = True
    return shown


def quote_provision(draft: Draft, document: Document, provision: Provision) -> None:
    start, end = quotable_span(document, provision)
    number = draft.cite(document, provision.id, start, end)
    draft.quote(document.body[start:end], number)


def _say_missing(draft: Draft, document: Document, reference: ProvisionReference) -> None:
    article_id = f"{document.id}/art-{(reference.article or '').lower()}"
    article = draft.library.provision(document.key, article_id)
    name, total = draft.name(document), document.articles_total
    if article is not None:
        parts = [
            phrase(word, draft.language, number=number)
            for word, number in (("point_word", reference.point), ("clause_word", reference.clause))
            if number
        ]
        draft.say(
            "no_clause",
            [draft.cite(document, article.id, *quotable_span(document, article))],
            label=draft.label(document, article.id),
            missing=" ".join(parts),
        )
        quote_provision(draft, document, article)
        return
    about = about_citation(draft, document)
    is_beyond = (
        total is not None
        and (reference.article or "").isdigit()
        and int(reference.article or 0) > total
    )
    name_of_phrase = "no_article" if is_beyond or document.complete else "article_not_held"
    draft.is_abstaining |= name_of_phrase == "article_not_held"
    draft.say(name_of_phrase, about, label=name, total=total or "", article=reference.article)


def about_citation(draft: Draft, document: Document) -> list[int]:
    """The section in which a document describes itself, else its first provision."""
    provisions = draft.library.provisions(document.key)
    about = [p for p in provisions if p.id.startswith(f"{document.id}/about")] or list(
        provisions[:1]
    )
    if not about:
        return []
    start, end = quotable_span(document, about[0])
    return [draft.cite(document, about[0].id, start, end)]


# whether a text is in force


def answer_validity(draft: Draft) -> bool:
    """Yes or no on the day asked, with the clause that repealed it, and what the transition keeps."""
    documents = [
        draft.library.document_of(id_, draft.language) for id_ in draft.query.documents[:3]
    ]
    named = [document for document in documents if document is not None]
    if not any(document.kind in DATED_KINDS for document in named):
        return False
    if re.search(
        r"\bthay (?:the )?(?:luat|nghi dinh|van ban|cho)|\breplaces?\b",
        fold(draft.query.standalone),
    ):
        return False
    for document in named:
        _say_validity(draft, document)
        for text_id in document.replaced_by:
            successor = draft.library.document_of(text_id, draft.language)
            if successor is not None and validity_on(document, draft.day).state == "ended":
                _quote_repeal(draft, document, successor)
        if document.effective_note:
            draft.say(
                "date_disputed", about_citation(draft, document), note=document.effective_note
            )
    return True


def _say_validity(draft: Draft, document: Document) -> None:
    held = validity_on(document, draft.day)
    number = (
        document.number if document.number and document.number not in draft.name(document) else None
    )
    facts = {
        "label": draft.name(document),
        "number": f" ({number})" if number else "",
        "asked": draft.day_text(draft.day),
        "by": _successor_names(draft, document),
        "since": draft.day_text(held.since) if held.since else "",
        "until": draft.day_text(held.until) if held.until else "",
        "last": draft.last_day_text(held.until) if held.until else "",
        "from_day": phrase("from_day", draft.language, day=draft.day_text(held.since))
        if held.since
        else "",
    }
    cited = about_citation(draft, document)
    if held.state == "in_force" and held.until:
        draft.say("yes_in_force_then", cited, **facts)
    else:
        names = {"in_force": "yes_in_force", "ended": "no_ended", "not_yet": "no_not_yet"}
        draft.say(names.get(held.state, "undated_text"), cited, **facts)


def _successor_names(draft: Draft, document: Document) -> str:
    names = []
    for text_id in document.replaced_by:
        held = draft.library.document_of(text_id, draft.language)
        names.append(f"{held.label}{_bracketed(held)}" if held else text_id)
    return phrase("by", draft.language, labels=", ".join(names)) if names else ""


def _bracketed(document: Document) -> str:
    return (
        f" ({document.number})" if document.number and document.number not in document.label else ""
    )


def _quote_repeal(draft: Draft, document: Document, successor: Document) -> None:
    """The successor's clause that ends the text, then its transitional article."""
    number = fold(document.number or document.label)
    for provision in draft.library.provisions(successor.key):
        if provision.level not in ("clause", "article"):
            continue
        text = fold(draft.library.text_of(successor, provision))
        is_leaf = provision.level == "clause" or not draft.library.children(
            successor.key, provision.id
        )
        if is_leaf and number in text and _REPEALS.search(text):
            draft.heading(successor, provision.id)
            quote_provision(draft, successor, provision)
            break
    for provision in draft.library.provisions(successor.key):
        if provision.level == "article" and _TRANSITION.search(fold(provision.heading)):
            draft.frame("transition")
            draft.heading(successor, provision.id)
            quote_provision(draft, successor, provision)
            break


# what a term means


def answer_definition(draft: Draft, asked: Asked) -> bool:
    """The definition in force first, other texts' definitions with their dates, then the glossary."""
    term = asked_term(draft)
    if not term:
        return False
    found = _definitions(draft, term)
    glossary = _glossary_entries(draft, term)
    if not found and not glossary:
        return False
    for place, (document, provision) in enumerate(found[:3]):
        state = validity_on(document, draft.day).state
        names = (
            "according"
            if place == 0
            else ("definition_before" if state == "ended" else "definition_other")
        )
        draft.heading(document, provision.id, names)
        quote_provision(draft, document, provision)
    if glossary and len(found) < 3:
        document, provision = glossary[0]
        draft.frame("glossary_line")
        quote_provision(draft, document, provision)
    return True


def asked_term(draft: Draft) -> str:
    """The term asked about, folded, without the asking words and the texts named."""
    folded = fold(draft.query.standalone)
    for text_id in draft.query.documents:
        for language in ("vi", "en"):
            document = draft.library.documents.get(f"{text_id}.{language}")
            names = (
                (document.label, document.title, *document.aliases, document.number or "")
                if document
                else ()
            )
            for name in sorted(names, key=len, reverse=True):
                if name and fold(name) != folded:
                    folded = re.sub(
                        rf"(?:\btheo|\bunder|\btrong|\bin)\b[^,?]*?{re.escape(fold(name))}|(?<!\w){re.escape(fold(name))}(?=.*\d)",
                        " ",
                        folded,
                    )
    return collapse_spaces(
        _DEFINING.sub(" ", re.sub(r"[?.!,“”\"'()]|\b(?:19|20)\d\d\b", " ", folded))
    )


def _definitions(draft: Draft, term: str) -> list[tuple[Document, Provision]]:
    found = []
    for document in draft.library.texts:
        if document.language != draft.language:
            continue
        if draft.query.documents and document.id not in draft.query.documents:
            continue
        found += [(document, p) for p in _defining_clauses(draft, document, term)]
    order = {"in_force": 0, "not_yet": 1, "undated": 2, "ended": 3}
    found.sort(
        key=lambda pair: (
            order[validity_on(pair[0], draft.day).state],
            # Among texts in force the nearest to the field leads: the law before its decree.
            ["law", "treaty", "protocol", "decree"].index(pair[0].kind)
            if pair[0].kind in ("law", "treaty", "protocol", "decree")
            else 9,
            -(pair[0].effective_from.toordinal() if pair[0].effective_from else 0),
            pair[0].key,
        )
    )
    return found


def _defining_clauses(draft: Draft, document: Document, term: str) -> list[Provision]:
    """Clauses of the definitions whose defined term the question's term is or contains."""
    found: list[tuple[int, Provision]] = []
    for article in draft.library.provisions(document.key):
        if article.level != "article" or not _DEFINITIONS.search(fold(article.heading)):
            continue
        for child in draft.library.children(document.key, article.id):
            start, end = quotable_span(document, child)
            defined = _DEFINED.match(fold(document.body[start : min(end, start + 160)]))
            name = collapse_spaces(re.sub(r"[“”\"'’(),]", " ", defined["term"])) if defined else ""
            if name and re.search(rf"(?<!\w){re.escape(name)}s?(?!\w)", term):
                found.append((len(name), child))
    longest = max((length for length, _ in found), default=0)
    # "An ninh mạng" stands in "bảo vệ an ninh mạng" too: the longest defined term is the one asked.
    return [p for length, p in found if length == longest and length >= 0.4 * len(term)]


def _glossary_entries(draft: Draft, term: str) -> list[tuple[Document, Provision]]:
    names = {term} | {
        fold(held.name(draft.language))
        for held in draft.library.glossary.find(term)
        if fold(held.vi) == term
        or fold(held.en) == term
        or term in [fold(a) for a in (*held.vi_aliases, *held.en_aliases)]
    }
    found = []
    for document in draft.library.texts:
        if document.kind != "glossary" or document.language != draft.language:
            continue
        for provision in draft.library.provisions(document.key):
            if provision.level == "heading" and fold(provision.heading).strip() in names:
                found.append((document, provision))
    return found
