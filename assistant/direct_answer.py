"""The first line of an answer: the body that a "who" asks for, or the point that answers.

Bodies are known by the glossary's names; what a sentence says one answers *to* is not who does it.
"""

from __future__ import annotations

import re

from assistant.drafting import Draft
from assistant.passages import Asked, Passage, quotable_span
from assistant.schema import Provision
from assistant.text import fold

_BODY_OPENINGS = (
    "bộ ",
    "ban cơ yếu",
    "ban chỉ đạo",
    "cục ",
    "ủy ban",
    "viện kiểm sát",
    "tòa án",
    "thủ tướng",
    "chính phủ",
    "quốc hội",
    "chủ tịch nước",
    "trung tâm",
    "hiệp hội",
    "lực lượng",
    "văn phòng",
    "hội nghị các",
    "tổng thư ký",
)
_ANSWERS_TO = re.compile(r"(?:\btruoc|\bgiup|\bto the|\bto) $")
# Who acts opens its sentence or stands behind one of these; "nhân danh Quốc hội" names no actor.
_LEADS_TO = re.compile(
    r"(?:^|\b(?:do|boi|giao|thuoc|la|gom|by|the|is|are|of|and|va|cho|to) )(?:[a-z]+ )?$"
)
_ACTS = re.compile(
    r" (?:co (?:nhiem vu|trach nhiem|tham quyen|quyen)|chu tri|chiu trach nhiem|quyet dinh|thuc hien|quan ly"
    r"|la |phoi hop|giup|thong nhat|quy dinh|huong dan|ban hanh|cap |tham dinh|to chuc|duoc giao"
    r"|is |are |has |leads?|manages?|decides?|performs?|takes?|coordinates?|shall|issues?|assists?)"
)
_ASKS_PERSON = re.compile(r"\bai (?:dai dien|da ky|ky)\b|\bwho (?:signed|represented)\b")
_DATE_OR_NUMBER = re.compile(r"\d")
# How much more of the question a point must cover than the next to be named as the answer.
_CLEARLY = 1.25


def name_body(draft: Draft, asked: Asked, lead: Passage) -> None:
    """The first line of "who": the body, and the point or clause that names it.

    Who signed or stood for somebody is a person, whom the passage itself names.
    """
    if _ASKS_PERSON.search(asked.folded):
        return
    start, end, provision_id = _naming_span(draft, asked, lead)
    bodies = [
        b
        for b in bodies_in(draft, lead.document.body[start:end])
        if fold(b) not in fold(draft.query.standalone)
        and _is_actor(lead.document.body[start:end], b)
    ]
    if bodies:
        number = draft.cite(lead.document, provision_id, start, end)
        label = draft.label(lead.document, provision_id)
        draft.state(f"**{bodies[0]}** — {label}.", [number])


def _is_actor(text: str, body: str) -> bool:
    """Whether the text says of the body that it does something, by what stands around its name."""
    at = text.find(body)
    before = re.split(r"[\n.;:]", text[:at])[-1]
    words = fold(re.sub(r"^\s*\(?\w{1,2}\)", "", before)).lstrip()
    if "nhan danh" in words:
        return False
    after = fold(text[at + len(body) :][:40])
    return _LEADS_TO.search(words) is not None or _ACTS.match(after) is not None


def _naming_span(draft: Draft, asked: Asked, lead: Passage) -> tuple[int, int, str]:
    """Where the body stands: the lead-in of an enumeration, else its best point, else the clause."""
    line = lead.text.split("\n", 1)[0]
    if "\n" in lead.text and bodies_in(draft, line):
        return lead.start, lead.start + len(line), lead.provision_id
    best: tuple[float, Provision | None] = (0.0, None)
    for child in draft.library.children(lead.document.key, lead.provision_id):
        text = draft.library.text_of(lead.document, child)
        score = asked.coverage(text)
        if score > best[0] and bodies_in(draft, text):
            best = (score, child)
    if best[1] is None:
        return lead.start, lead.end, lead.provision_id
    return *quotable_span(lead.document, best[1]), best[1].id


def name_point(draft: Draft, asked: Asked, lead: Passage) -> None:
    """Which point of an enumeration answers, when one covers clearly more than the others."""
    points = draft.library.children(lead.document.key, lead.provision_id)
    if draft.query.intent in ("when", "count"):
        bodies = [(p, draft.library.text_of(lead.document, p)) for p in points]
        points = tuple(p for p, text in bodies if _DATE_OR_NUMBER.search(text))
    if len(points) < 2:
        return
    ranked = sorted(
        ((asked.coverage(draft.library.text_of(lead.document, p)), p.start, p) for p in points),
        key=lambda item: (-item[0], item[1]),
    )
    if ranked[0][0] >= _CLEARLY * ranked[1][0] and ranked[0][0] > 0:
        point = ranked[0][2]
        start, end = quotable_span(lead.document, point)
        number = draft.cite(lead.document, point.id, start, end)
        draft.say("at_point", [number], label=draft.label(lead.document, point.id))


def bodies_in(draft: Draft, text: str) -> list[str]:
    """Public bodies named in the text, in order of appearance, from the glossary's names."""
    folded = fold(text)
    found = []
    for term in draft.library.glossary.terms:
        if term.vi.lower().startswith(_BODY_OPENINGS) or term.en.lower().startswith(
            ("ministry", "government", "prime minister")
        ):
            name = term.name(draft.language)
            match = re.search(rf"(?<!\w){re.escape(fold(name))}(?!\w)", folded)
            # "chịu trách nhiệm trước Chính phủ" names whom one answers to, not who does it.
            before = folded[max(0, match.start() - 12) : match.start()] if match else ""
            if match and len(folded) == len(text) and not _ANSWERS_TO.search(before):
                found.append((match.start(), -len(name), text[match.start() : match.end()]))
    return [name for _, _, name in sorted(found)]
