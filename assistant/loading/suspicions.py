"""Whether a text is language at all, and whether it speaks to a machine instead of a reader."""

from __future__ import annotations

import re

from assistant.loading.extracted import ReadingNote

_WORD = re.compile(r"[^\W\d_]+")
_INJECTION = re.compile(
    r"(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|the\s+|your\s+)*(?:previous|prior|above|earlier|preceding)"
    r"\s+(?:instructions?|prompts?|rules?|context)"
    r"|(?:bỏ qua|phớt lờ|quên)\s+(?:mọi|tất cả|toàn bộ|các|hết|những)?\s*(?:các\s+)?(?:chỉ dẫn|hướng dẫn|yêu cầu|lệnh"
    r"|chỉ thị)\s+(?:trước|ở trên|bên trên|phía trên|trên đây)"
    r"|(?:reveal|print|show|repeat)\s+(?:me\s+)?(?:your|the)\s+(?:system|hidden|initial)\s+(?:prompt|instructions?)"
    r"|you\s+are\s+now\s+(?:a|an|in)\s|bạn\s+(?:bây\s+giờ|giờ\s+đây)\s+là\s+(?:một\s+)?(?:trợ lý|mô hình|AI)\b"
    r"|<\|(?:im_start|im_end|system|endoftext)\|>|\[/?INST\]|<<SYS>>"
    r"|(?:act|behave)\s+as\s+(?:an?\s+)?(?:unrestricted|jailbroken|DAN)\b"
    r"|(?:do\s+not|don't|không\s+được)\s+(?:tell|inform|báo\s+cho|tiết\s+lộ\s+cho)\s+(?:the\s+)?(?:user|người\s+dùng)",
    re.IGNORECASE,
)
_MOST_SHOWN = 5
_SAMPLE_CHARACTERS = 50_000


def is_language(text: str) -> bool:
    """Whether most of a text is words of a human length, apart by spaces.

    Bytes read as letters give few spaces, long runs without vowels, or marks instead of letters.
    Short texts and texts in other scripts get the benefit of the doubt.
    """
    if len(text) > 3 * _SAMPLE_CHARACTERS:
        middle = (len(text) - _SAMPLE_CHARACTERS) // 2
        places = (0, middle, len(text) - _SAMPLE_CHARACTERS)
        return any(is_language(text[place : place + _SAMPLE_CHARACTERS]) for place in places)
    visible = [letter for letter in text if not letter.isspace()]
    if len(visible) < 40:
        return any(letter.isalpha() for letter in visible)
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    if letters < 0.2 * len(visible) or "\ufffd" in text and text.count("\ufffd") > 0.02 * len(visible):
        return False
    if max(map(ord, words[0])) > 0x2E80 or len(text) / max(1, text.count(" ") + text.count("\n")) < 25:
        return plausible_share(words) >= 0.5
    return False


def plausible_share(words: list[str]) -> float:
    """Share of letters in words that one could pronounce: a vowel, no long run, case as words have it."""
    good = sum(len(word) for word in words if _is_plausible(word))
    return good / max(1, sum(map(len, words)))


def _is_plausible(word: str) -> bool:
    if len(word) > 24 or (len(word) > 2 and not (word.islower() or word.isupper() or word.istitle())):
        return False
    return ord(word[0]) > 0x250 or len(word) < 4 or bool(_VOWEL.search(word))


_VOWEL = re.compile(r"[aeiouyăâêôơưà-öø-ýạ-ỹ]", re.IGNORECASE)


def find_injection(text: str) -> list[ReadingNote]:
    """A doubt for each sentence that commands the assistant. The text is kept as it is."""
    found: list[ReadingNote] = []
    for match in _INJECTION.finditer(text):
        if len(found) == _MOST_SHOWN:
            break
        quote = " ".join(text[max(0, match.start() - 20) : match.end() + 40].split())
        found.append(
            ReadingNote(
                "injection",
                "doubt",
                f"Có câu ra lệnh cho trợ lý, được giữ nguyên như văn bản thường: “{quote}”",
                f"A sentence commands the assistant; it is kept as plain text: “{quote}”",
                where=f"offset {match.start()}",
            )
        )
    return found
