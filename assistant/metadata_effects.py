"""What a text says of its own force and of other texts: from when, in whose place, changing which,
resting on which.

Decision: only sentences whose subject is the text itself count ("Luật này có hiệu lực …"), because
final provisions also date single articles and other acts. In a list of repealed acts a number that
follows "sửa đổi, bổ sung … theo" belongs to an amending act, which is not what is repealed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from assistant.evidence import (
    DATE,
    NUMBER,
    Finding,
    How,
    date_of,
    find_numbers,
    normal_number,
    quoted,
)
from assistant.schema import Document
from assistant.text import collapse_spaces, fold

_ACTS = "Bộ luật|Luật|Nghị định|Quyết định|Thông tư liên tịch|Thông tư|Nghị quyết|Pháp lệnh|Chỉ thị|Quy chế"
_ENGLISH_ACTS = (
    "Law|Act|Code|Decree|Decision|Circular|Resolution|Ordinance|Regulation|Directive|Convention"
)
_OWN_FORCE = re.compile(
    rf"(?<!của )\b(?:{_ACTS})\s+này\s+có\s+hiệu\s+lực(?:\s+thi\s+hành)?\s+(?:(?:kể\s+)?từ|sau)\s+(?P<when>[\s\S]{{0,160}})"
    rf"|\b[Tt]his\s+(?:{_ENGLISH_ACTS})\s+(?:shall\s+)?(?:takes?\s+effect|comes?\s+into\s+(?:force|effect)|enters?\s+into"
    rf"\s+(?:force|effect)|(?:is|becomes?|be)\s+effective)\s+(?:on|from|as\s+of|as\s+from|since)\s+(?P<english>[\s\S]{{0,160}})"
)
_STARTS_WITH_DATE = re.compile(rf"(?:and\s+from\s+)?(?:ngày\s+|the\s+)?{DATE}")
_ON_SIGNATURE = re.compile(
    r"ngày\s+(?:ký|ban hành|được ký|thông qua|được thông qua)|(?:the\s+)?(?:date|day)\s+of\s+(?:its\s+)?"
    r"(?:signing|signature|issuance|promulgation|adoption)",
    re.IGNORECASE,
)
_DAYS_AFTER = re.compile(
    r"(?P<days>\d{1,3})\s*(?:\([^)]*\)\s*)?ngày\s*,?\s*kể\s+từ\s+ngày\s+(?:ký|ban hành)"
)
_EXCEPTION = re.compile(r"\b(?:trừ|except)\b")

_ENDS = re.compile(
    r"hết\s+hiệu\s+lực|(?:shall\s+)?(?:ceases?\s+to\s+(?:be\s+(?:effective|in\s+force)|have\s+effect)|expires?|"
    r"(?:is|are|be)\s+(?:hereby\s+)?(?:repealed|annulled|abrogated))"
)
_AMENDING_ACTS = re.compile(
    rf"(?:sửa đổi|amended|bổ sung)[^;\n]{{0,120}}?(?:\btheo|\btại|\bbởi|\bby|\bunder)\s+[^;]{{0,60}}?{NUMBER}"
    rf"(?:\s*(?:,|và|and)\s*(?:của\s+)?(?:(?:các\s+)?(?:{_ACTS}|Law|Decree)\s+)?(?:số\s+|No\.?\s+)?{NUMBER})*",
    re.IGNORECASE,
)
_REPLACED_DIRECTLY = re.compile(
    rf"(?:thay thế|bãi bỏ|[Rr]eplaces?|[Rr]epeals?|supersedes?)\s+(?:cho\s+)?(?:toàn bộ\s+)?(?:the\s+)?"
    rf"(?P<list>(?:các\s+)?(?:{_ACTS}|{_ENGLISH_ACTS})\s[^\n;.]{{0,120}}?(?:số|No\.?)?\s*{NUMBER})",
)
_CHANGES = re.compile(
    r"^[ \t#*]*(?:Điều\s+\d+\.\s*|Article\s+\d+\.\s*|\d{1,2}\.\s*)?(?:Sửa đổi|Bổ sung|Thay thế|Bãi bỏ|Amend(?:ing|ments?)?"
    r"|Supplement(?:ing)?)\b(?P<what>[^\n]{0,300}(?:\n[^\n:]{0,200}){0,2})",
    re.MULTILINE,
)
_PARTIAL = re.compile(
    r"(?:một số|khoản|điểm|điều|cụm từ|số thứ tự|a number of|articles?|clauses?|points?)\b",
    re.IGNORECASE,
)
_LONGEST_CLAUSE, _LONGEST_QUOTE = 1500, 600
_ITEM = re.compile(r"(?:^|\n)[ \t]*(?:\d{1,2}\.|[a-zđ]\))\s")
_SENTENCE = re.compile(r"(?<!No)\.\s+(?=[A-ZĐÀ-Ỹ])")
_BASIS = re.compile(
    r"^[ \t\-–*•>]*(?:Căn cứ(?:\s+vào)?|Pursuant\s+to)\s+(?P<acts>[^\n]{5,500})",
    re.MULTILINE | re.IGNORECASE,
)
# Acts that every act of their kind rests on: they say nothing of what this one carries out.
_COMMON_BASIS = (
    "hien phap",
    "to chuc chinh phu",
    "chinh quyen dia phuong",
    "to chuc quoc hoi",
    "ban hanh van ban quy pham",
    "constitution",
    "organization of the government",
    "organisation of the government",
    "local administration",
    "promulgation of legal",
)
_NAMED_ACT = re.compile(
    r"(?P<name>(?:Bộ luật|Luật|Law on|Law of)\s[^;,\n]{3,120}?)\s+(?:ngày|dated|of)\s+" + DATE
)


def find_effective(text: str, adopted: date | None) -> Finding[date] | None:
    """The first day in force, where the text names it or counts it from its own signing."""
    for match in _OWN_FORCE.finditer(text):
        group = "when" if match["when"] is not None else "english"
        words = match[group]
        stated = _STARTS_WITH_DATE.match(words)
        if stated and (day := date_of(stated)):
            return _finding(day, text, match.start(), match.start(group) + stated.end(), 0.97)
        after = _DAYS_AFTER.match(words)
        if after and adopted:
            day = adopted + timedelta(days=int(after["days"]))
            return _finding(day, text, match.start(), match.start(group) + after.end(), 0.75)
        signed = _ON_SIGNATURE.match(words)
        if signed and adopted:
            return _finding(adopted, text, match.start(), match.start(group) + signed.end(), 0.9)
    return None


def find_effective_note(text: str, effective: Finding[date] | None) -> Finding[str] | None:
    """The sentence on the day of effect where it makes exceptions, for they cannot be a date."""
    if effective is None:
        return None
    end = text.find("\n", effective.end)
    end = len(text) if end < 0 else end
    if not _EXCEPTION.search(text, effective.end, end):
        return None
    note = collapse_spaces(text[effective.start : end])
    return quoted(note, text, (effective.start, end), 0.9, "final_provisions")


def find_replaced(text: str, own: str | None) -> tuple[Finding[str], ...]:
    """Official numbers of the acts that this one ends as a whole, in the order named."""
    found: dict[str, Finding[str]] = {}
    for start, end in _ending_clauses(text):
        amending = [match.span() for match in _AMENDING_ACTS.finditer(text, start, end)]
        for number in find_numbers(text, start, end):
            if any(low <= number.start() < high for low, high in amending):
                continue
            if not _is_partial(text[start : number.start()]):
                _add(found, number, text, (start, end), 0.9)
    for match in _REPLACED_DIRECTLY.finditer(text):
        named = next(find_numbers(text, match.start("list"), match.end("list")), None)
        if named and not _is_partial(match["list"]) and not _is_quoted(text, match.start()):
            _add(found, named, text, match.span(), 0.85)
    found.pop(own or "", None)
    return tuple(found.values())


def find_amended(text: str, own: str | None) -> tuple[Finding[str], ...]:
    """Official numbers of acts of which this one changes parts."""
    found: dict[str, Finding[str]] = {}
    for match in _CHANGES.finditer(text):
        number = next(find_numbers(text, match.start("what"), match.end("what")), None)
        if number and _PARTIAL.search(text[match.start() : number.start()]):
            _add(found, number, text, (match.start(), number.end()), 0.8)
    found.pop(own or "", None)
    return tuple(found.values())


def find_basis(
    text: str, head_end: int, title: str, held: Sequence[Document]
) -> tuple[Finding[str], ...]:
    """Official numbers of the acts this one rests on and carries out ("Căn cứ Luật An ninh mạng …").

    An act cited by name and date alone has a number only where the corpus holds it.
    """
    found: dict[str, Finding[str]] = {}
    for match in _BASIS.finditer(text, 0, head_end):
        if any(common in fold(match["acts"]) for common in _COMMON_BASIS):
            continue
        span = match.span("acts")
        amending = [held_.span() for held_ in _AMENDING_ACTS.finditer(text, *span)]
        numbers = [
            number
            for number in find_numbers(text, *span)
            if not any(low <= number.start() < high for low, high in amending)
        ]
        if numbers:
            named = _is_named(match["acts"], title)
            _add(found, numbers[0], text, match.span(), 0.9 if named else 0.6, "preamble")
        else:
            found.update(_basis_by_name(text, match, title, held))
    return tuple(found.values())


def _basis_by_name(
    text: str, match: re.Match[str], title: str, held: Sequence[Document]
) -> dict[str, Finding[str]]:
    named = _NAMED_ACT.search(match["acts"])
    if not named:
        return {}
    name, day = fold(collapse_spaces(named["name"])), date_of(named)
    for document in held:
        if document.number and document.adopted == day and fold(document.title).startswith(name):
            confidence = 0.85 if _is_named(match["acts"], title) else 0.6
            value = document.number
            return {value: quoted(value, text, match.span(), confidence, "corpus")}
    return {}


def _is_named(acts: str, title: str) -> bool:
    """Whether the title speaks of the act ("quy định chi tiết một số điều của Luật An ninh mạng")."""
    name = re.match(
        r"(?:the\s+)?(?:Bộ luật|Luật|Law on)\s+([^;,\d]+?)(?:\s+(?:số|ngày|No)|[;,\d]|$)", acts
    )
    return name is not None and fold(collapse_spaces(name[1])) in fold(title)


def _ending_clauses(text: str) -> Iterator[tuple[int, int]]:
    """Spans from the beginning of a clause, or of its last sentence, to the words that end acts."""
    for match in _ENDS.finditer(text):
        low = max(0, match.start() - _LONGEST_CLAUSE)
        before = text[low : match.start()]
        items = [held.end() for held in _ITEM.finditer(before)]
        start = low + (items[-1] if items else before.rfind("\n") + 1)
        sentences = [held.end() for held in _SENTENCE.finditer(text, start, match.start())]
        if not _is_quoted(text, match.start()):
            yield (sentences[-1] if sentences else start), match.end()


def _is_quoted(text: str, position: int) -> bool:
    """Whether the place lies in a quotation, as the wording that an amending act puts in does."""
    before = text[max(0, position - 2000) : position]
    return before.rfind("“") > before.rfind("”")


def _is_partial(words: str) -> bool:
    """Whether only a part of the act named after these words is meant ("khoản 2 Điều 3 của …")."""
    last = re.split(r"[;,]", words)[-1]
    return bool(
        re.search(r"\b(?:khoản|điểm|Điều|Chương|cụm từ|một số|Article|Clause|Point)\b", last)
    )


def _add(
    found: dict[str, Finding[str]],
    number: re.Match[str],
    text: str,
    span: tuple[int, int],
    confidence: float,
    how: How = "final_provisions",
) -> None:
    value = normal_number(number.group())
    is_short = span[1] - span[0] <= _LONGEST_QUOTE
    place = span if is_short else (number.start() - 80, number.end())
    found.setdefault(value, quoted(value, text, place, confidence, how))


def _finding(day: date, text: str, start: int, end: int, confidence: float) -> Finding[date]:
    return quoted(day, text, (start, end), confidence, "final_provisions")
