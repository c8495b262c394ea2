"""What a passage must hold to answer this question at all: the kind of value and the subject asked.

Similar words are not an answer: "how many experts are there" is not answered by a passage on
experts without a number, nor a question on Japan by the article that every party may use. Each
requirement is a plain test of a passage, and names what is missing when none holds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from assistant.countries import named_countries
from assistant.passages import Asked, Passage
from assistant.schema import Query
from assistant.stated_facts import stated_facts
from assistant.text import fold, search_tokens
from assistant.validity import DATED_KINDS


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is looked for, in the question's own words, and whether a passage holds it."""

    missing: str
    is_held: Callable[[Passage], bool]


_COUNTED = re.compile(r"\b(?:bao nhieu|may|so luong|how many|number of) (?P<noun>[^?.,;:]+)")
# Where the counted noun ends: verbs, links and question words.
_NOUN_END = re.compile(
    r"\b(?:la|co|duoc|bi|da|dang|se|ky|phai|voi|ve|cua|trong|tai|o|theo|thi|cho|do|does|did|are|is|were"
    r"|was|have|has|had|must|can|will|shall|in|of|to|under|with|there|hit|nam|mot|gi|nao|tham gia|de)\b"
)
_NUMBER_WORDS = frozenset(
    "hai ba bon sau bay tam chin muoi two three four five six seven eight nine ten eleven"
    " twelve twenty thirty forty fifty".split()
)
_UNITS = frozenset(
    "ngay thang nam gio tieng phut tuan lan phan tram day days month months year years hour hours".split()
)
# Counted, they stand after their number; numbered, before it: "45 articles", "Article 45".
_STRUCTURE = frozenset("dieu chuong khoan article chapter clause paragraph".split())
_REFERENCE = re.compile(
    r"\b(?:dieu|khoan|diem|chuong|muc|so|articles?|clauses?|paragraphs?|points?|chapters?|no\.?) \d+\w*"
)
_MONEY = re.compile(r"\b(?:tien|ty|trieu|nghin|dong|usd|vnd|dollars?|million|billion)\b")
_FINE = re.compile(r"\b(?:phat tien|muc phat|bi phat|phat bao nhieu|fined?s?|penalt\w+)\b")
_FINED = re.compile(r"\b(?:phat|fines?|fined|penalt\w+|sanction\w*|imprison\w*|tu)\b")
_TIME_WORDS = re.compile(
    r"\b(?:ngay|khi|luc|when|upon|once|after|before|date|unknown|not known|chua (?:biet|ro|xac dinh))\b"
)
_NEXT = re.compile(r"\b(?:tiep theo|sap toi|lan toi|ky toi|next|upcoming)\b")
_PHONE = re.compile(r"\b(?:so dien thoai|duong day nong|phone number|hotline)\b")
_KINDS = re.compile(r"\b(?P<kind>thong tu|chi thi|circular|directive)\b")


def find_requirements(query: Query, asked: Asked) -> tuple[Requirement, ...]:
    """The tests that a passage must pass to lead the answer; often none."""
    found: list[Requirement] = []
    folded = asked.folded
    found += _counted(query.standalone, folded) if query.intent == "count" else ()
    found += [_country(names) for names in named_countries(query.standalone)]
    found += _subject_kind(query.standalone, folded)
    if query.intent == "when":
        found.append(Requirement(_of(query, "một mốc thời gian", "a time"), _has_time))
        if _NEXT.search(folded):
            day = query.as_of.end
            missing = _of(query, f"ngày sau {day:%d/%m/%Y}", f"a date after {day.isoformat()}")
            found.append(Requirement(missing, lambda p: _latest(p) > day))
    if _FINE.search(folded):
        missing = _of(query, "mức phạt", "a penalty")
        found.append(Requirement(missing, lambda p: bool(_FINED.search(fold(p.text)))))
    if _PHONE.search(folded):
        missing = _of(query, "số điện thoại", "a phone number")
        found.append(Requirement(missing, lambda p: bool(re.search(r"\d[\d .-]{5,}\d", p.text))))
    found += _said_month(query)
    return tuple(found)


def fits(passage: Passage, requirements: Iterable[Requirement]) -> bool:
    return all(requirement.is_held(passage) for requirement in requirements)


def _of(query: Query, vi: str, en: str) -> str:
    return vi if query.language == "vi" else en


def _counted(text: str, folded: str) -> tuple[Requirement, ...]:
    """A number, and the noun that is counted, in one passage; or an enumeration of the noun."""
    match = _COUNTED.search(folded)
    noun = _NOUN_END.split(match["noun"], maxsplit=1)[0] if match else ""
    at = match.start("noun") if match else 0
    typed = (text[at : at + len(noun)] if len(text) == len(folded) else noun).strip() or "?"
    words = [token for token in search_tokens(noun) if "_" not in token][:3]
    if _MONEY.search(noun):
        return (Requirement(typed, _has_money),)
    if words and words[0] in _STRUCTURE:
        pattern = re.compile(rf"\d+ {words[0]}|\b{words[0]}s? \d+ (?:to|den|-) ")
        return (Requirement(typed, lambda p: pattern.search(_plain(fold(p.text))) is not None),)
    if not words or set(words) & _UNITS:
        return (Requirement(typed, _has_quantity),)

    def is_held(passage: Passage) -> bool:
        held = set(search_tokens(_about(passage)))
        if passage.text.count("\n") >= 2 and 2 * len(set(words) & held) >= len(words):
            return True  # what is listed can be counted
        return set(words) <= held and _has_quantity(passage)

    return (Requirement(typed, is_held),)


def _has_quantity(passage: Passage) -> bool:
    """Whether it states a number that is no date, legal number or reference."""
    text = _plain(fold(passage.text))
    if any(fact.startswith("number:") for fact in stated_facts(text)):
        return True
    return bool(_NUMBER_WORDS & set(text.split()))


def _plain(folded: str) -> str:
    """Without references to provisions, whose numbers count nothing."""
    return _REFERENCE.sub(" ", folded)


def _has_money(passage: Passage) -> bool:
    return re.search(rf"\d[\d.,]* ?{_MONEY.pattern}", fold(passage.text)) is not None


def _has_time(passage: Passage) -> bool:
    """A date, a year, or a span of time; what is undated says so in words."""
    return re.search(r"\d", passage.text) is not None or _TIME_WORDS.search(fold(passage.text)) is not None


def _latest(passage: Passage) -> date:
    days = [
        date.fromisoformat(fact.partition(":")[2])
        for fact in stated_facts(passage.text)
        if fact.startswith("date:") and _is_day(fact.partition(":")[2])
    ]
    return max(days, default=date.min)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _subject_kind(text: str, folded: str) -> tuple[Requirement, ...]:
    """A question on a circular is not answered by the law that the circular details."""
    match = _KINDS.search(folded)
    if match is None:
        return ()
    kind = match["kind"]
    typed = text[match.start() :][: len(kind)] if len(text) == len(folded) else kind
    return (Requirement(typed, lambda p: kind in fold(_about(p))),)


def _said_month(query: Query) -> tuple[Requirement, ...]:
    """A figure "as of November 2026" is that of a passage that speaks of then, or of a legal text."""
    if query.intent != "count" or query.as_of.source != "said":
        return ()
    stated = stated_facts(query.standalone)
    months = {fact.partition(":")[2] for fact in stated if fact.startswith("month:")}
    if not months:
        return ()

    def is_held(passage: Passage) -> bool:
        facts = stated_facts(passage.text)
        held = {fact.partition(":")[2][:7] for fact in facts if fact.startswith(("date:", "month:"))}
        return passage.document.kind in DATED_KINDS or bool(held & months)

    return (Requirement(", ".join(sorted(months)), is_held),)


def _about(passage: Passage) -> str:
    document = passage.document
    return f"{passage.text} {document.label} {document.title} {' '.join(document.aliases)}"


def _country(names: tuple[str, ...]) -> Requirement:
    """A country that the question names, other than Viet Nam, is named in what answers it."""
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(fold(name))}(?!\w)" for name in names))
    return Requirement(names[0], lambda p: pattern.search(fold(_about(p))) is not None)
