"""Text as people type it: Unicode forms, tone placement, accent folding, tokens, language.

All comparison happens on one spelling: NFC, tone marks where the laws write them ("hòa", "ủy"),
which is also what embeddings need (a decomposed text costs 2.8 times the tokens). Lexical search
goes one step further and drops every mark, because half of the questions are typed without them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from assistant.schema import Language

# Tone marks sit on the first vowel of these pairs in the laws' spelling; many keyboards put them
# on the second ("hoà", "uỷ", "khoẻ"). "quý" keeps its mark: there the u belongs to the consonant.
_TONES = {"\u0300": 0, "\u0301": 1, "\u0303": 2, "\u0309": 3, "\u0323": 4}
_PAIRS = ("oa", "oe", "uy")
WORD = re.compile(r"\w+(?:[/\-.]\w+)*", re.UNICODE)

_SYLLABLE = re.compile(
    r"(?:b|ch|c|d|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|q|r|s|th|tr|t|v|x)?"
    r"(?:a|ai|ao|au|ay|e|eo|eu|i|ia|ie|ieu|iu|o|oa|oai|oao|oay|oe|oeo|oi|oo|u|ua|uao|uay|ue|ueo|ui|uo"
    r"|uoi|uou|uu|uy|uya|uye|uyu|y|ye|yeu)"
    r"(?:ch|c|m|ng|nh|n|p|t)?"
)
# Function words that tell English from unaccented Vietnamese; none is a common Vietnamese syllable.
_ENGLISH = frozenset(
    "the of and is are was were what which who whom when where why how does did do for with from by"
    " that this under between about any there be been has have its it or as at if not will would"
    " should must may can into against".split()
)
_COMMON_VIETNAMESE = frozenset(
    "cua la va cac nhung duoc khong co cho trong theo voi ve nao gi thi ai dieu khoan luat quy dinh"
    " hop tac quoc te mang bo nghi cong uoc nam ngay hien nay the bao nhieu phai".split()
)


def normalize(text: str) -> str:
    """NFC with the laws' tone placement; other characters stay as they are."""
    return place_tones(unicodedata.normalize("NFC", text))


def place_tones(text: str) -> str:
    """Move tone marks to the first vowel of open "oa", "oe", "uy" ("hoà" to "hòa")."""
    return re.sub(r"[^\W\d_]+", lambda match: _place_in_word(match.group()), text)


@lru_cache(maxsize=65536)
def _place_in_word(word: str) -> str:
    if word.isascii():
        return word
    letters = unicodedata.normalize("NFD", word)
    marks = [i for i, letter in enumerate(letters) if letter in _TONES]
    if len(marks) != 1 or marks[0] != len(letters) - 1 or len(letters) < 3:
        return word
    pair = letters[-3:-1]
    if pair.lower() not in _PAIRS or letters[:-3].lower().endswith("q"):
        return word
    return unicodedata.normalize("NFC", letters[:-2] + letters[-1] + letters[-2])


@lru_cache(maxsize=262144)
def fold(text: str) -> str:
    """Lower case without any mark: "Điều" to "dieu". Keeps the number of words, not of characters."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """Words in order, as typed; a legal number ("116/2025/QH15") is one word."""
    return WORD.findall(text)


def search_tokens(text: str) -> list[str]:
    """Tokens of the lexical index: folded syllables, then their bigrams ("an_ninh").

    A legal number gives itself whole and its parts, so that "116/2025" and "116" find it too.
    English plurals lose their s; Vietnamese has no syllable that ends in one.
    """
    singles: list[str] = []
    whole: list[str] = []
    # A decomposed text would fall apart at its marks.
    for word in words_of(unicodedata.normalize("NFC", text)):
        parts = re.findall(r"\w+", fold(word))
        if len(parts) > 1 and parts[0].isdigit():
            whole.append("_".join(parts))
            whole.extend("_".join(parts[:n]) for n in range(2, len(parts)))
        singles.extend(_singular(part) for part in parts)
    return singles + [f"{a}_{b}" for a, b in zip(singles, singles[1:], strict=False)] + whole


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    return word


def has_vietnamese_marks(word: str) -> bool:
    return fold(word) != word.lower()


def accented_share(text: str) -> float:
    """Share of alphabetic words with at least one Vietnamese mark; 0.0 for no words."""
    words = [word for word in re.findall(r"[^\W\d_]+", text)]
    return sum(map(has_vietnamese_marks, words)) / len(words) if words else 0.0


def is_vietnamese_syllable(word: str) -> bool:
    """Whether the folded word could be a Vietnamese syllable by its sound pattern."""
    return _SYLLABLE.fullmatch(fold(word)) is not None


def detect_language(text: str) -> Language:
    """vi or en. Marks decide at once; without them the sound pattern of the words does.

    A question that mixes both is Vietnamese when its frame is: names and loan words do not count.
    """
    words = [word for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text))]
    if not words:
        return "vi"
    if accented_share(text) >= 0.15:
        return "vi"
    lowered = [word.lower() for word in words]
    english = sum(word in _ENGLISH for word in lowered)
    vietnamese = sum(word in _COMMON_VIETNAMESE for word in lowered)
    shaped = sum(is_vietnamese_syllable(word) and word not in _ENGLISH for word in lowered)
    if accented_share(text) > 0 and english == 0:
        return "vi"
    return "vi" if vietnamese > english or (not english and shaped >= 0.6 * len(words)) else "en"


def has_english_words(text: str) -> bool:
    """Whether an English function word stands in the text."""
    return any(word in _ENGLISH for word in re.findall(r"[a-z]+", text.lower()))


def collapse_spaces(text: str) -> str:
    """One line, single spaces, for comparison and display of short pieces."""
    return re.sub(r"\s+", " ", text).strip()


def printable_name(name: str, longest: int = 120) -> str:
    """A file's name as it may be shown: no folders, no control or direction marks, not endless."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(letter if letter.isprintable() else "�" for letter in last).strip(" .")
    return shown[:longest] or "?"
