"""The title of a text and how a lawyer cites it.

The head of an act is in capitals over several lines; where the enacting words repeat the name in
its proper case ("Quốc hội ban hành Luật An ninh mạng."), these are taken.
"""

from __future__ import annotations

import re
from datetime import date

from assistant.evidence import Finding, find_numbers, normal_number, quoted
from assistant.metadata_heads import KIND_WORDS, TextHead
from assistant.schema import Language
from assistant.text import collapse_spaces

_ENACTING = re.compile(
    r"(?:Quốc hội|Chính phủ|Bộ trưởng [^\n;.]{3,60})\s+(?:nước Cộng hòa xã hội chủ nghĩa Việt Nam\s+)?ban hành\s+"
    r"(?P<title>(?:Bộ luật|Luật|Nghị định|Thông tư|Nghị quyết)\s[^.;\n]{3,300})"
    r"|promulgates\s+the\s+(?P<english>Law\s+on\s[^.;\n]{3,300})",
)
_WORDS = {
    "law": ("Luật", "Law"),
    "decree": ("Nghị định", "Decree"),
    "decision": ("Quyết định", "Decision"),
    "circular": ("Thông tư", "Circular"),
    "resolution": ("Nghị quyết", "Resolution"),
    "ordinance": ("Pháp lệnh", "Ordinance"),
    "directive": ("Chỉ thị", "Directive"),
    "regulation": ("Quy định", "Regulation"),
}
_RULE = re.compile(r"^[\s_\-–—=*.|]*$")
# What follows the title in a head: the body that issues it, what it rests on, the text itself.
_AFTER_TITLE = re.compile(
    r"^\W*(?:căn cứ|theo đề nghị|pursuant|the government|thủ tướng chính phủ|chính phủ|quốc hội|bộ trưởng"
    r"|quyết định\s*:|nghị định\s*:|nghị quyết\s*:|quyết nghị\s*:|phần|chương|part\s|chapter|điều\s+\d|article\s+\d|preamble"
    r"|nguồn\s*:|source\s*:|xét|kính gửi|having regard|hà nội\s*,|số\s*:)",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"cộng hòa xã hội|cộng hoà xã hội|độc lập\s*[-–]|socialist republic|independence\s*[-–]|^\W*(?:số|no\.?)\s*:|"
    r"^\W*(?:quốc hội|chính phủ|bộ [\w ]{3,40}|thủ tướng chính phủ)\W*$|ngày\s+\d+\s+tháng|^>|^https?:",
    re.IGNORECASE,
)
_ISSUED_BY = re.compile(
    r"^(nghị định|thông tư|quyết định)\s+của\s+(?:chính phủ|thủ tướng chính phủ|bộ tài chính|bộ [\w ]{3,40}?)"
    r"(?=\s+(?:quy|về|hướng|ban|sửa|bãi|phê)|$)",
    re.IGNORECASE,
)
_MOST_TITLE_LINES, _MOST_TITLE_CHARACTERS = 6, 400


def find_title(text: str, head: TextHead, kind: Finding[str], number: str | None) -> Finding[str]:
    """The official title in the text's language; the first line that says something, for an article."""
    enacting = _ENACTING.search(text, 0, head.end)
    if enacting:
        group = "title" if enacting["title"] else "english"
        title = collapse_spaces(enacting[group])
        if title.startswith(_WORDS.get(kind.value, ("\0",))):
            return quoted(title, text, enacting.span(group), 0.97, "enacting_words")
    if kind.how == "title":
        return _title_line(text, kind)
    if kind.value in _WORDS and kind.how == "head":
        below = _title_below(text, head, kind, number)
        if below:
            return below
    return _first_line(text, head)


def _title_line(text: str, kind: Finding[str]) -> Finding[str]:
    """The line that names the kind of a treaty, with the lines it is wrapped into."""
    start = text.rfind("\n", 0, kind.start) + 1
    wrapped = re.compile(
        r"[^\n]+(?:\n(?!\s*\n|\W*(?:\w+,\s+\d|preamble|article|chapter))[^\n]{3,}){0,3}", re.I
    )
    found = wrapped.match(text, start)
    end = found.end() if found else text.find("\n", kind.end)
    if end - start > _MOST_TITLE_CHARACTERS:
        end = text.find("\n", kind.end)
    return quoted(collapse_spaces(text[start:end].strip("#*_ ")), text, (start, end), 0.75, "title")


def _title_below(
    text: str, head: TextHead, kind: Finding[str], number: str | None
) -> Finding[str] | None:
    """The kind's line and the lines under it, up to a rule, a blank after words, or the next part."""
    end = text.find("\n", kind.start)
    end = len(text) if end < 0 else end
    lines = [text[kind.start : end]]
    position = end
    for line in text[end + 1 : head.end].split("\n"):
        words = line.strip(" \t*_#|")
        if _AFTER_TITLE.match(words) or len(lines) > _MOST_TITLE_LINES:
            break
        if _RULE.match(line):
            if len(lines) > 1:
                break
        else:
            lines.append(words)
            end = position + 1 + len(line)
        position += 1 + len(line)
    title = _tidy(" ".join(lines), kind.value, number)
    if len(title) <= len(_WORDS[kind.value][0]) or len(title) > _MOST_TITLE_CHARACTERS:
        return None
    return quoted(title, text, (kind.start, end), 0.9, "title")


def _tidy(title: str, kind: str, number: str | None) -> str:
    """One line in sentence case, without the issuer, the own number and the date in the middle."""
    one = collapse_spaces(re.sub(r"[*_#|]+", " ", title)).strip(" .:-–")
    stated = next((m for m in find_numbers(one) if normal_number(m.group()) == number), None)
    if stated:
        before = re.sub(r"(?i)\s+(?:số|no\.?)\s*:?\s*$", "", one[: stated.start()])
        after = re.sub(r"^\s*(?i:ngày)\s+[\d/ ]+(?:tháng \d+ năm \d+)?", " ", one[stated.end() :])
        one = collapse_spaces(f"{before} {after}")
    one = _ISSUED_BY.sub(r"\1", one)
    one = collapse_spaces(one)
    letters = [letter for letter in one if letter.isalpha()]
    if letters and sum(letter.isupper() for letter in letters) > 0.8 * len(letters):
        one = re.sub(
            r"\b(luật|law on) (\w)", lambda m: f"{m[1].capitalize()} {m[2].upper()}", one.lower()
        )
    words = sorted((word for word, held in KIND_WORDS if held == kind), key=len, reverse=True)
    for word in words:
        if one.lower().startswith(word):
            rest = one[len(word) :].strip(" :-–")
            is_named = kind == "law" and not word.isascii()
            rest = (rest[:1].upper() if is_named else rest[:1].lower()) + rest[1:]
            return f"{word.capitalize()} {rest}".strip()
    return one[:1].upper() + one[1:]


def _first_line(text: str, head: TextHead) -> Finding[str]:
    """The first heading, else the first line that is not furniture of a head."""
    marked = re.search(r"^#{1,2}\s+([^\n]{3,300})$", text[:4000], re.MULTILINE)
    if marked:
        title = collapse_spaces(re.sub(r"\s*\{#[\w-]+\}$", "", marked[1]))
        return quoted(title, text, marked.span(1), 0.8, "title")
    for line in re.finditer(r"^[^\n]+$", head.own, re.MULTILINE):
        words = collapse_spaces(line.group()).strip("*_#| ")
        if len(words) > 5 and not _RULE.match(words) and not _FURNITURE.search(words):
            shown = words if len(words) <= 200 else words[:200].rsplit(" ", 1)[0]
            return quoted(shown, text, line.span(), 0.5, "title")
    return Finding("", "", 0, 0, 0.0, "whole_text")


def make_label(
    title: str, kind: str, number: str | None, adopted: date | None, language: Language
) -> str:
    """How it is cited: a law by name and year, other acts by kind and number, the rest by title."""
    if kind == "law" and title:
        year = (
            str(adopted.year)
            if adopted
            else (re.findall(r"/((?:19|20)\d\d)/", number or "") or [""])[0]
        )
        return title if not year or title.endswith(year) else f"{title} {year}"
    if number and kind in _WORDS:
        word = _WORDS[kind][0 if language == "vi" else 1]
        has_year = re.search(r"/(?:19|20)\d\d/", number)
        year = (
            ""
            if has_year or not adopted
            else (f" năm {adopted.year}" if language == "vi" else f" of {adopted.year}")
        )
        return f"{word} {number}{year}"
    return title
