"""Claims from a model's prose. The marker ends a claim, so "Điều 1." is never a sentence's end.

What models write around it is taken off: thoughts, code fences, headings, bold, links. Text that no
marker follows is a claim without a citation, which verification refuses.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.prompting import REFUSAL
from assistant.schema import Claim

_NUMBERS = r"(?:nguồn|source|sources)?\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)"
_MARKERS = re.compile(rf"(?:\s*[\[【]\s*{_NUMBERS}\s*[\]】])+", re.I)
_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.S | re.I)
_FENCE = re.compile(r"^\s*```\w*\s*$", re.M)
_HEADING = re.compile(r"^\s*#{1,6}\s*.*$", re.M)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_CLOSING = re.compile(r"\s*([.;,:!?]+)")
# A bare yes or no stands in no source: it is taken off, and the statement behind it has to stand.
_VERDICT = re.compile(r"^(\s*(?:[-*•–]\s+)?)(?:có|không|chưa|đúng|sai|yes|no|not yet)\s*[,.:;–—]\s*", re.I)
_ORDINAL = re.compile(r"^(?:[-*•–]|\d{1,2}[.)])\s+")


def clean_prose(text: str) -> str:
    """What a model says, without its thoughts and without markup that could show or load anything."""
    text = unicodedata.normalize("NFC", text)
    for pattern in (_THOUGHTS, _FENCE, _HEADING, _TAG):
        text = pattern.sub("", text)
    return _LINK.sub(r"\1", text).replace("**", "").strip()


def is_refusal(text: str) -> bool:
    """Whether the model says, and says nothing else, that the sources do not hold the answer."""
    return REFUSAL in text and not _MARKERS.search(text)


def parse_claims(text: str) -> tuple[Claim, ...]:
    """Statements with the citation numbers that stand behind them; a tail without one has none."""
    prose = clean_prose(text).replace(REFUSAL, "")
    claims: list[Claim] = []
    at = 0
    for match in _MARKERS.finditer(prose):
        words, after = prose[at : match.start()], _CLOSING.match(prose, match.end())
        at = after.end() if after else match.end()
        numbers = [int(n) for n in re.findall(r"\d+", match.group())]
        if not re.search(r"\w", words):
            # A second source given after the full stop belongs to the sentence before it.
            if claims:
                claims[-1] = _claim(claims[-1].text, [*claims[-1].citations, *numbers])
            continue
        claims.append(_claim(_ended(words, after.group(1) if after else ""), numbers))
    claims += [_claim(line, []) for line in _lines(prose[at:])]
    return tuple(claim for claim in claims if claim.text)


def _claim(text: str, numbers: list[int]) -> Claim:
    return Claim(text, tuple(dict.fromkeys(numbers)), is_worded=True)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if re.search(r"\w", line)]


def _ended(words: str, closing: str) -> str:
    """The sentence on its own lines, with a bullet as "- " and a full stop at its end."""
    lines = []
    for line in _lines(_without_verdict(words)):
        bullet = _ORDINAL.match(line)
        lines.append(f"- {line[bullet.end():]}" if bullet else line)
    text = "\n".join(lines)
    if not text:
        return ""
    return text + closing[:1] if text[-1] not in ".;:!?" else text


def _without_verdict(words: str) -> str:
    verdict = _VERDICT.match(words)
    if verdict is None:
        return words
    rest = words[verdict.end() :]
    return verdict.group(1) + rest[:1].upper() + rest[1:]


def split_sentences(text: str) -> list[str]:
    """Sentences of a claim. A lead-in that ends in a colon stays with what it leads to, and neither
    "Điều 1." nor "No. 5" ends a sentence."""
    found: list[str] = []
    for line in _lines(text):
        for piece in _pieces(line):
            if found and found[-1].endswith(":"):
                found[-1] = f"{found[-1]} {piece}"
            else:
                found.append(piece)
    return found


def _pieces(line: str) -> list[str]:
    ends = [
        match.end()
        for match in re.finditer(r"(?:(?<=[^\W\d_]{2}[.!?;])|(?<=[)\]”»\"][.!?;]))\s+", line)
        if line[match.end() : match.end() + 1].isupper()
    ]
    return [line[a:b].strip() for a, b in zip([0, *ends], [*ends, len(line)], strict=True)]
