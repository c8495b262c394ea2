"""The general shape: the provision that answers, whole; what completes it; what came before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assistant.direct_answer import bodies_in, name_body, name_point
from assistant.drafting import Draft
from assistant.passages import COVERAGE, Asked, Passage, quotable_span
from assistant.phrases import phrase
from assistant.required_evidence import fits
from assistant.schema import Document, Language, Provision
from assistant.text import fold, search_tokens
from assistant.validity import DATED_KINDS, is_in_force, split_span, validity_on

_DATE_OR_NUMBER = re.compile(r"\d")
_CONFLICT = re.compile(r"^(?:nguon khong thong nhat|sources disagree)")
# What a question asks for by a word that the provision itself seldom repeats, over folded text.
_ASPECTS = tuple((re.compile(asked), re.compile(said)) for asked, said in (
    (r"nguyen tac|principle|dua tren|based on", r"nguyen tac|co so|ton trong|principle|basis|respect"),
    # The Government always "manages uniformly"; who asks wants the body that answers to it.
    (r"quan ly nha nuoc|state management|in charge of",
     r"^(?!.*(?:thong nhat|uniform)).{0,200}(?:truoc chinh phu|dau moi|giup chinh phu|to the government|focal)"),
    (r"bi cam|nghiem cam|khong duoc|prohibit|banned|forbidden", r"nghiem cam|prohibit"),
    (r"hieu luc tu|co hieu luc|take effect|takes effect|enter into force|effective", r"co hieu luc|take[sn]? effect|in force"),
    (r"phat bao nhieu|muc phat|bi phat|fine|penalt", r"phat tien|fine|dong"),
))
_LEGAL_BONUS, _SHAPE_BONUS, _ENDED_MALUS = 0.1, 0.05, 0.25
_SECOND_SHARE, _LONG_PARAGRAPH = 0.93, 60
_MOST_PREDECESSORS = 3
_ASPECT_BONUS = 0.08
_FOLLOWED_SHARE, _SIBLING_SHARE = 0.8, 0.85


def answer_generally(draft: Draft, asked: Asked, passages: Sequence[Passage]) -> None:
    """Write the answer from passages; a span of time that a law's end cuts is answered in parts."""
    parts = _parts_of_span(draft, passages)
    if len(parts) > 1:
        _answer_in_parts(draft, asked, passages, parts)
        return
    if any(p.document.kind in DATED_KINDS for p in passages[:1]):
        draft.frame_time()
    _write(draft, asked, _ranked(draft, asked, passages))


def _answer_in_parts(
    draft: Draft, asked: Asked, passages: Sequence[Passage], parts: Sequence[tuple[date, date]]
) -> None:
    """One answer for each stretch of time; what took the lead's place leads in the next one."""
    lead: Passage | None = None
    for start, end in parts:
        draft.day = end
        is_last = (start, end) == parts[-1]
        draft.frame("since" if is_last else "until", day=draft.day_text(start if is_last else end))
        heirs = _heirs(draft, asked, lead) if lead else []
        ranked = heirs or _ranked(draft, asked, _in_force(draft, passages))
        if ranked:
            lead = ranked[0]
            _write(draft, asked, ranked)


def _heirs(draft: Draft, asked: Asked, lead: Passage) -> list[Passage]:
    """The provisions in force on the draft's day that the concordance puts in the lead's place."""
    found = []
    for row in draft.library.concordance.successors(lead.provision_id):
        document = draft.library.document_of(row.new.split("/", 1)[0], draft.language)
        new = draft.library.provision(document.key, row.new) if document and row.new else None
        if document is None or new is None:
            continue
        if validity_on(document, draft.day).state == "in_force":
            start, end = quotable_span(document, new)
            found.append(replace(lead, document=document, provision_id=new.id, start=start, end=end))
    return found


def _in_force(draft: Draft, passages: Sequence[Passage]) -> list[Passage]:
    kept = [p for p in passages if validity_on(p.document, draft.day).state in ("in_force", "undated")]
    return kept or list(passages)


def _parts_of_span(draft: Draft, passages: Sequence[Passage]) -> list[tuple[date, date]]:
    when = draft.query.as_of
    if not when.is_span or draft.query.documents:
        return [(when.start, when.end)]
    best = passages[0].score if passages else 0.0
    laws = {
        p.document.id: p.document
        for p in passages
        if p.document.kind in DATED_KINDS and p.score >= 0.8 * best
    }
    return list(split_span(laws.values(), when))


def _ranked(draft: Draft, asked: Asked, passages: Sequence[Passage]) -> list[Passage]:
    """Best first for this question's shape and day; what restates a provision gives way to it."""
    if draft.query.intent in ("who", "list", "fact", "allowed"):
        passages = _followed(draft, asked, passages)
    def order(passage: Passage) -> tuple[bool, float, str, int]:
        is_lacking = not fits(passage, draft.requirements)
        return is_lacking, -_fitness(draft, asked, passage), passage.document.key, passage.start

    return sorted(passages, key=order)


def _followed(draft: Draft, asked: Asked, passages: Sequence[Passage]) -> list[Passage]:
    kept: dict[tuple[str, str], Passage] = {}
    for place, passage in enumerate(passages):
        better = followed_reference(draft, asked, passage) if place < 4 else None
        chosen = better or passage
        key = (chosen.document.key, chosen.provision_id)
        if key not in kept or kept[key].score < chosen.score:
            kept[key] = chosen
    return list(kept.values())


def _fitness(draft: Draft, asked: Asked, passage: Passage) -> float:
    document, intent = passage.document, draft.query.intent
    score = passage.score
    if document.kind in DATED_KINDS:
        score += _LEGAL_BONUS
        state = validity_on(document, draft.day).state
        if state == "ended" and document.id not in draft.query.documents:
            score -= _ENDED_MALUS
    if document.authority == "compiled":
        score -= _SHAPE_BONUS  # it restates others
    if document.id in draft.query.documents:
        score += 2 * _SHAPE_BONUS
    text = passage.text
    if intent == "who" and bodies_in(draft, text):
        score += 2 * _SHAPE_BONUS
    if intent in ("when", "count") and _DATE_OR_NUMBER.search(text):
        score += _SHAPE_BONUS
    if intent == "list" and "\n" in text:
        score += _SHAPE_BONUS
    folded = fold(text)
    for wanted, said in _ASPECTS:
        if wanted.search(asked.folded):
            score += _ASPECT_BONUS if said.search(folded) else -_ASPECT_BONUS
    return score


def _write(draft: Draft, asked: Asked, ranked: list[Passage]) -> None:
    if not ranked:
        return
    lead = ranked[0]
    if draft.query.intent == "who":
        name_body(draft, asked, lead)
    elif draft.query.intent != "list":
        name_point(draft, asked, lead)
    _show(draft, asked, lead, "according")
    for passage in _companions(draft, asked, lead, ranked):
        _show(draft, asked, passage, "see_also")
    _show_conflicts(draft, lead)
    _say_predecessors(draft, lead)
    if draft.language == "en":
        _cite_original(draft, lead)


def _show(draft: Draft, asked: Asked, passage: Passage, name: str) -> None:
    spans = _sentences(asked, passage)
    first = draft.cite(passage.document, passage.provision_id, *spans[0])
    draft.heading(passage.document, passage.provision_id, name, first)
    for start, end in spans:
        number = draft.cite(passage.document, passage.provision_id, start, end)
        draft.quote(passage.document.body[start:end], number)


def _sentences(asked: Asked, passage: Passage) -> list[tuple[int, int]]:
    """Spans to quote: the whole clause; of a long paragraph of prose the sentences that bear on it."""
    text = passage.text
    is_prose = "\n" not in text and passage.document.kind not in DATED_KINDS
    if not is_prose or len(text.split()) <= _LONG_PARAGRAPH or _CONFLICT.match(fold(text)):
        return [(passage.start, passage.end)]
    ends = [m.end() for m in re.finditer(r"[.!?](?=\s+[A-ZĐÀ-Ỹ“\"])", text)] + [len(text)]
    spans, at = [], 0
    for end in ends:
        while at < end and text[at].isspace():
            at += 1
        spans.append((at, end))
        at = end
    scores = [asked.coverage(text[a:b]) for a, b in spans]
    bar = 0.6 * max(scores, default=0.0)
    kept = [span for span, score in zip(spans, scores, strict=True) if score >= bar] or spans[:1]
    return [(passage.start + a, passage.start + b) for a, b in kept]


def _companions(
    draft: Draft, asked: Asked, lead: Passage, ranked: Sequence[Passage]
) -> list[Passage]:
    """Up to two more passages that add something and are about as good as the lead."""
    best = _fitness(draft, asked, lead)
    shown = [lead]
    for passage in ranked[1:12]:
        is_sibling = _unit(passage) == _unit(lead)
        bar = (_SIBLING_SHARE if is_sibling else _SECOND_SHARE) * best
        if len(shown) == 3:
            break
        if _fitness(draft, asked, passage) >= bar and not _is_double(draft, passage, shown) and _is_usable(draft, passage):
            shown.append(passage)
    return shown[1:]


def _unit(passage: Passage) -> str:
    return passage.document.key + "/".join(passage.provision_id.split("/")[:2])


def _is_usable(draft: Draft, passage: Passage) -> bool:
    document = passage.document
    return is_in_force(document, draft.query.as_of) or document.id in draft.query.documents


def _is_double(draft: Draft, passage: Passage, shown: Sequence[Passage]) -> bool:
    """The same fact again: many words in common, a provision that the concordance makes the same,
    or a topic article that restates a provision already shown."""
    tokens = _pairs(passage.text)
    for held in shown:
        common = tokens & _pairs(held.text)
        if _unit(passage) != _unit(held) and common and len(common) >= 0.45 * min(len(tokens), len(_pairs(held.text))):
            return True
        linked = {row.old for row in draft.library.concordance.predecessors(held.provision_id)}
        if any(passage.provision_id.startswith(old) for old in linked):
            return True
        if passage.document.kind not in DATED_KINDS and held.document.kind in DATED_KINDS:
            label = draft.label(held.document, "/".join(held.provision_id.split("/")[:3]))
            if fold(label.split(" Luật")[0].split(" Nghị")[0]) in fold(passage.text):
                return True
    return False


def _pairs(text: str) -> set[str]:
    return {token for token in search_tokens(text) if "_" in token}


def _show_conflicts(draft: Draft, lead: Passage) -> None:
    """A paragraph that reports a disagreement goes with its neighbours of the same section."""
    provision = draft.library.provision(lead.document.key, lead.provision_id)
    if provision is None or provision.level != "paragraph" or provision.parent is None:
        return
    shown = {citation.provision_id for citation in draft.citations}
    for sibling in draft.library.children(lead.document.key, provision.parent):
        start, end = quotable_span(lead.document, sibling)
        text = lead.document.body[start:end]
        if sibling.id not in shown and _CONFLICT.match(fold(text)):
            draft.quote(text, draft.cite(lead.document, sibling.id, start, end))


def _say_predecessors(draft: Draft, lead: Passage) -> None:
    """One line on where the matter stood before, from the concordance."""
    document = lead.document
    if validity_on(document, draft.day).state != "in_force" or document.effective_from is None:
        return
    labels: list[tuple[str, str]] = []
    numbers: list[int] = []
    for row in draft.library.concordance.predecessors(lead.provision_id):
        text_id = row.old.split("/", 1)[0]
        old = draft.library.document_of(text_id, draft.language)
        if old is None or row.confidence == "low" or text_id in {held for held, _ in labels}:
            continue
        number = draft.cite_provision(text_id, row.old)
        if number and len(labels) < _MOST_PREDECESSORS:
            labels.append((text_id, f"{draft.label(old, row.old)} [{number}]"))
            numbers.append(number)
    if labels:
        joined = _and(draft.language).join(text for _, text in labels)
        draft.say(
            "predecessors", numbers, day=draft.day_text(document.effective_from), labels=joined
        )


def _and(language: Language) -> str:
    return " và " if language == "vi" else " and "


def _cite_original(draft: Draft, lead: Passage) -> None:
    """Beside an English digest of a Vietnamese act: the provision in the original's language."""
    original = draft.library.document_of(lead.document.id, "vi")
    if original is None or original.language != "vi" or original.kind not in ("law", "decree", "decision"):
        return
    provision = draft.library.provision(original.key, lead.provision_id)
    if provision is not None:
        start, end = quotable_span(original, provision)
        number = draft.cite(original, provision.id, start, end)
        draft.state(
            f"{phrase('original_beside', draft.language)} "
            f"{_label_in_vietnamese(draft, original, provision)}",
            [number],
        )


def _label_in_vietnamese(draft: Draft, document: Document, provision: Provision) -> str:
    from assistant.citations import provision_label

    return provision_label(draft.library, document, provision.id, "vi")


def followed_reference(draft: Draft, asked: Asked, passage: Passage) -> Passage | None:
    """The provision that a topic article's paragraph restates, when it names just one article.

    The law itself is the better source than our article about it, and is quoted instead.
    """
    if passage.document.kind in DATED_KINDS:
        return None
    found = draft.library.names.find(passage.text, draft.query.as_of)
    held = [
        (document, provision)
        for reference in found.references
        if (document := draft.library.document_of(reference.document_id, draft.language))
        and (provision := draft.library.provision(document.key, reference.provision_id))
    ]
    articles = {"/".join(provision.id.split("/")[:2]) for _, provision in held}
    if len(articles) != 1 or len(found.documents) != 1:
        return None
    document, provision = held[0]
    if not is_in_force(document, draft.query.as_of):
        return None
    clause_id = "/".join(provision.id.split("/")[:3])
    clause = draft.library.provision(document.key, clause_id) or provision
    start, end = quotable_span(document, clause)
    article = draft.library.provision(document.key, "/".join(clause.id.split("/")[:2]))
    heading = article.heading if article else ""
    coverage = asked.coverage(f"{heading}\n{document.body[start:end]}")
    if coverage < _FOLLOWED_SHARE * passage.coverage:
        return None  # the paragraph says more of what is asked than the clause it names
    score = passage.score + COVERAGE * max(0.0, coverage - passage.coverage)
    return replace(
        passage, document=document, provision_id=clause.id, start=start, end=end, chunk_id="",
        coverage=coverage, score=score,
    )
