"""What the head of a text says: its number, kind, issuer, title and the day it was signed.

Decision: the head is what stands before the first article, and lines in it that name other texts
("Căn cứ …", "Pursuant to …") are left out first. A number counts as the text's own by where it
stands: after "Số:", in the line of the kind, or in the first lines, in that order of trust.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.evidence import (
    DATE,
    NUMBER,
    Finding,
    date_of,
    find_dates,
    find_numbers,
    find_treaty_number,
    normal_number,
    quoted,
)
from assistant.schema import Document, Language
from assistant.text import collapse_spaces, fold

_MOST_HEAD_CHARACTERS = 6000
_FIRST_ARTICLE = re.compile(
    r"^[ \t#*_>]*(?:[ĐÐ]iều|[ĐÐ]IỀU|Article|ARTICLE|Section)\s+1\b|^[ \t#*_>]*(?:Chương|CHƯƠNG|Chapter|CHAPTER)"
    r"\s+(?:I|1)\b",
    re.MULTILINE,
)
_CITING_LINE = re.compile(
    r"^[ \t\-–*•>]*(?:căn cứ|theo đề nghị|theo nghị|thực hiện|xét|pursuant|having regard|based on|at the proposal"
    r"|whereas|recalling|considering|ban hành kèm theo|kèm theo|nguồn|source)\b[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
# Kind words in the order in which they are looked for: the longer name first.
KIND_WORDS: tuple[tuple[str, str], ...] = (
    ("bộ luật", "law"),
    ("luật", "law"),
    ("nghị định thư", "protocol"),
    ("nghị định", "decree"),
    ("quyết định", "decision"),
    ("thông tư liên tịch", "circular"),
    ("thông tư", "circular"),
    ("nghị quyết", "resolution"),
    ("pháp lệnh", "ordinance"),
    ("chỉ thị", "directive"),
    ("công ước", "treaty"),
    ("hiệp ước", "treaty"),
    ("hiệp định", "agreement"),
    ("bản ghi nhớ", "agreement"),
    ("thỏa thuận", "agreement"),
    ("chiến lược", "strategy"),
    ("law", "law"),
    ("act", "law"),
    ("code", "law"),
    ("decree", "decree"),
    ("decision", "decision"),
    ("circular", "circular"),
    ("resolution", "resolution"),
    ("ordinance", "ordinance"),
    ("directive", "directive"),
    ("regulation", "regulation"),
    ("convention", "treaty"),
    ("treaty", "treaty"),
    ("protocol", "protocol"),
    ("memorandum of understanding", "agreement"),
    ("agreement", "agreement"),
    ("strategy", "strategy"),
)
_KINDS = dict(KIND_WORDS)
_ACT_WORDS = "|".join(
    [word.replace(" ", r"\s+") for word, _ in KIND_WORDS[:10]]
    + ["LAW", "DECREE", "DECISION", "CIRCULAR", "RESOLUTION", "ORDINANCE"]
)
# A line that is the kind alone, or begins with it: "NGHỊ ĐỊNH", "LUẬT AN NINH MẠNG".
_KIND_LINE = re.compile(
    rf"^[ \t#*_|]*(?P<kind>{_ACT_WORDS})(?P<of>\s+của\s+[^\n]*)?[ \t*_]*(?P<same>[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_LABELLED = re.compile(
    rf"(?:(?P<kind>luật|law|decree|nghị định|quyết định)\s+)?\b(?:số|no\.?|number)\s*:\s*"
    rf"(?P<number>{NUMBER})",
    re.IGNORECASE,
)
_KIND_OF_SUFFIX = (
    (r"/QH\d+$", "law"),
    (r"/NĐ-", "decree"),
    (r"/QĐ-", "decision"),
    (r"/TT(?:LT)?[-/]", "circular"),
    (r"/NQ-", "resolution"),
    (r"/PL-", "ordinance"),
    (r"/CT-", "directive"),
)
_ISSUERS: tuple[tuple[str, str, str], ...] = (
    (r"/(?:NQ-)?QH\d*$|/QH\d+$", "Quốc hội", "National Assembly"),
    (r"UBTVQH\d*$", "Ủy ban Thường vụ Quốc hội", "Standing Committee of the National Assembly"),
    (r"-TTg$", "Thủ tướng Chính phủ", "Prime Minister"),
    (r"-CP$", "Chính phủ", "Government"),
    (r"[-/]BCA$", "Bộ Công an", "Ministry of Public Security"),
    (r"[-/]BQP$", "Bộ Quốc phòng", "Ministry of National Defence"),
    (r"[-/]BTTTT$", "Bộ Thông tin và Truyền thông", "Ministry of Information and Communications"),
    (r"[-/]BKHCN$", "Bộ Khoa học và Công nghệ", "Ministry of Science and Technology"),
    (r"[-/]BTP$", "Bộ Tư pháp", "Ministry of Justice"),
    (r"[-/]BNG$", "Bộ Ngoại giao", "Ministry of Foreign Affairs"),
    (r"[-/]BTC$", "Bộ Tài chính", "Ministry of Finance"),
    (r"[-/]BCT$", "Bộ Công Thương", "Ministry of Industry and Trade"),
    (r"[-/]NHNN$", "Ngân hàng Nhà nước Việt Nam", "State Bank of Viet Nam"),
    (r"^CETS", "Hội đồng châu Âu", "Council of Europe"),
    (r"^A/RES/", "Đại hội đồng Liên hợp quốc", "United Nations General Assembly"),
    (r"^\((?:EU|EC|EEC)\)", "Liên minh châu Âu", "European Union"),
)
_SHORT_NUMBER = re.compile(
    r"(?:Luật|LUẬT|Nghị định|NGHỊ ĐỊNH|Law|Decree)\s+(?:số\s+|[Nn]o\.?\s+)?(?P<number>\d{1,3}/(?:19|20)\d\d)(?![\d/])"
)
_NUMBER_IN_NAME = re.compile(
    r"(?<!\d)(\d{1,4})[-_./ ]((?:19|20)\d\d)[-_./ ](qh\d{1,2}|n[dđ][-_]?cp|q[dđ][-_]?ttg|nq[-_]?cp|tt[-_]?[a-z]{2,6})",
    re.IGNORECASE,
)
_FULL_SIGNATURE = re.compile(
    r"(?:thông qua|adopted|passed)[^.\n]{0,80}?(?:ngày|on)?\s*" + DATE, re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class TextHead:
    """The head of a text: `end` is where it ends, `own` the head with citing lines blanked out.

    Offsets into `own` are offsets into the text.
    """

    own: str
    end: int


def cut_head(text: str) -> TextHead:
    """The part before the first article or chapter, at most 6,000 characters."""
    first = _FIRST_ARTICLE.search(text)
    end = min(first.start() if first else _MOST_HEAD_CHARACTERS, _MOST_HEAD_CHARACTERS, len(text))
    own = _CITING_LINE.sub(lambda match: " " * len(match.group()), text[:end])
    return TextHead(own, end)


def find_own_number(
    text: str, head: TextHead, file_name: str, held: Sequence[Document]
) -> Finding[str] | None:
    """The number the text bears, from its head, else from the name of its file.

    A shortened one ("Luật 116/2025") is completed where the corpus holds just one text it fits.
    """
    labelled = _LABELLED.search(head.own)
    if labelled:
        return quoted(normal_number(labelled["number"]), text, labelled.span(), 0.97, "head")
    treaty = find_treaty_number(head.own, 0, min(len(head.own), 2500))
    numbers = [match for match in find_numbers(head.own) if _is_own(head.own, match.start())]
    if numbers and (treaty is None or numbers[0].start() < treaty.start()):
        span = numbers[0].span()
        is_near = re.search(r"\b(?:số|no\.?)\s*$", head.own[: span[0]], re.IGNORECASE)
        return quoted(
            normal_number(numbers[0].group()), text, span, 0.9 if is_near else 0.75, "title"
        )
    if treaty:
        return quoted(normal_number(treaty.group()), text, treaty.span(), 0.8, "head")
    return _short_number(text, head, held) or _number_of_name(file_name)


def _short_number(text: str, head: TextHead, held: Sequence[Document]) -> Finding[str] | None:
    short = _SHORT_NUMBER.search(head.own, 0, 600)
    if not short:
        return None
    whole = {h.number for h in held if h.number and h.number.startswith(f"{short['number']}/")}
    number = whole.pop() if len(whole) == 1 else short["number"]
    return quoted(number, text, short.span(), 0.6, "title")


def _is_own(head: str, position: int) -> bool:
    """Whether a number stands in the title's own words: not in what the act implements or amends."""
    line = head[head.rfind("\n", 0, position) + 1 : position]
    before = fold(line)
    citing = r"(?:thi hanh|chi tiet|sua doi|bo sung|bai bo|thay the|theo|detailing|amending|implementing)\b"
    return position < 1500 and re.search(citing, before) is None


def _number_of_name(file_name: str) -> Finding[str] | None:
    found = _NUMBER_IN_NAME.search(file_name)
    if not found:
        return None
    suffix = re.sub(r"[-_]", "", found[3]).upper()
    forms = {
        "NDCP": "NĐ-CP",
        "NĐCP": "NĐ-CP",
        "QDTTG": "QĐ-TTg",
        "QĐTTG": "QĐ-TTg",
        "NQCP": "NQ-CP",
    }
    suffix = forms.get(suffix) or re.sub(r"^TT(?=[A-Z]{2})", "TT-", suffix)
    return Finding(f"{found[1]}/{found[2]}/{suffix}", "", 0, 0, 0.5, "file_name")


def find_kind(text: str, head: TextHead, number: str | None, is_legal: bool) -> Finding[str]:
    """The kind of text, in the corpus's words ("law", "decree", …, "article")."""
    line = _find_kind_line(head.own, number) if is_legal or number else None
    if line:
        word = collapse_spaces(line["kind"].lower())
        return quoted(_KINDS[word], text, line.span("kind"), 0.97, "head")
    for pattern, kind in _KIND_OF_SUFFIX:
        if number and re.search(pattern, number):
            return Finding(kind, number, 0, 0, 0.85, "number")
    english = _find_english_kind(text, head)
    if english and (is_legal or number):
        return english
    kind = (
        "law" if is_legal and re.search(r"\bLuật này\b|\bthis (?:Law|Act)\b", text) else "article"
    )
    return Finding(kind, "", 0, 0, 0.5 if is_legal else 0.6, "whole_text")


def _find_kind_line(head: str, number: str | None) -> re.Match[str] | None:
    """The line that names the kind: in capitals, or the one whose words end the enacting part."""
    found = [m for m in _KIND_LINE.finditer(head) if not _LABELLED.search(m.group())]
    capitals = [m for m in found if m["kind"].isupper()]
    with_number = [m for m in found if number and number in normal_number(m.group())]
    ordered = capitals or with_number or [m for m in found if not m["same"].strip(" .:*_")]
    return ordered[0] if ordered else (found[0] if found else None)


def _find_english_kind(text: str, head: TextHead) -> Finding[str] | None:
    words = "|".join(word for word, _ in KIND_WORDS if word.isascii())
    for line in re.finditer(r"^[^\n]+$", head.own[:2500], re.MULTILINE):
        if len(line.group()) > 250 or find_treaty_number(line.group(), 0, len(line.group())):
            continue
        named = re.search(rf"\b(?:{words})\b", line.group(), re.IGNORECASE)
        if named and (line.group().strip().isupper() or line.group().lstrip("#* ")[:1].isupper()):
            kind = _KINDS[named.group().lower()]
            start = line.start() + named.start()
            return quoted(kind, text, (start, start + len(named.group())), 0.75, "title")
    return None


def find_issuer(
    number: str | None, language: Language, text: str, head: TextHead
) -> Finding[str] | None:
    """Who issued it: by the number's suffix, confirmed by the head where it names the body."""
    for pattern, vietnamese, english in _ISSUERS:
        if number and re.search(pattern, number):
            name = vietnamese if language == "vi" else english
            stated = re.search(re.escape(name), head.own, re.IGNORECASE)
            if stated:
                return quoted(name, text, stated.span(), 0.97, "head")
            return Finding(name, number, 0, 0, 0.8, "number")
    return None


def find_signed(text: str, head: TextHead, number: str | None) -> Finding[date] | None:
    """The day of adoption: the closing words of a law, else the date of the head."""
    for match in _FULL_SIGNATURE.finditer(text):
        day = date_of(match)
        own = re.search(
            r"(?:này|this)\b", text[max(0, match.start() - 160) : match.start()], re.IGNORECASE
        )
        if day and own and _fits_number(day, number):
            start = max(text.rfind("\n", 0, match.start()), match.start() - 160) + 1
            return quoted(day, text, (start, match.end()), 0.95, "closing_words")
    dates = [found for found in find_dates(head.own) if _is_own(head.own, found[1])]
    for day, start, end in dates:
        if _fits_number(day, number):
            opening = head.own.rfind("\n", 0, start) + 1
            span = (opening if start - opening < 60 else start, end)
            return quoted(day, text, span, 0.95 if number else 0.6, "head")
    return None


def _fits_number(day: date, number: str | None) -> bool:
    """A number that holds a year is given in that year, or at the turn to the next one."""
    year = re.search(r"/((?:19|20)\d\d)/", number or "")
    return year is None or 0 <= day.year - int(year[1]) <= 1
