"""Undoes Telex keystrokes left in the text ("luaatj" for "luật"): the keyboard was off, or slipped.

A word is read as Telex only when it is no word as it stands and its reading is a syllable that the
corpus holds; a text is touched only when at least two words are of that kind and no word is an
English function word ("how" and "law" would spell syllables).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from assistant.text import has_english_words, is_vietnamese_syllable, normalize

_LETTERS = (("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("aw", "ă"), ("ow", "ơ"), ("uw", "ư"))
_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VOWELS = "aăâeêioôơuưy"
_NEEDED = 2


def undo_telex(text: str, is_known: Callable[[str], bool]) -> str:
    """The text with Telex words decoded; the text itself when it does not look like Telex."""
    if has_english_words(text):
        return text
    readings: dict[str, str] = {}
    for word in re.findall(r"[A-Za-z]+", text):
        reading = decode_word(word.lower())
        if reading and not is_vietnamese_syllable(word) and is_known(reading):
            readings[word] = reading
    if len(readings) < _NEEDED:
        return text
    return re.sub(r"[A-Za-z]+", lambda match: readings.get(match.group(), match.group()), text)


def decode_word(word: str) -> str | None:
    """The syllable that the keystrokes spell, or None where they spell none."""
    tone = ""
    letters = list(word)
    for place in range(len(letters) - 1, 0, -1):
        if letters[place] in _TONES and any(c in _VOWELS for c in letters[:place]):
            follows = "".join(letters[place + 1 :])
            if follows and not re.fullmatch(r"[a-z]{0,2}", follows):
                continue
            tone = _TONES[letters[place]]
            del letters[place]
            break
    spelled = "".join(letters).replace("uow", "ươ").replace("uwow", "ươ")
    for keys, letter in _LETTERS:
        spelled = spelled.replace(keys, letter)
    if not tone and spelled == word:
        return None
    if not is_vietnamese_syllable(spelled):
        return None
    return normalize(_with_tone(spelled, tone))


def _with_tone(syllable: str, tone: str) -> str:
    if not tone:
        return syllable
    start = 2 if syllable.startswith(("qu", "gi")) and len(syllable) > 2 else 0
    places = [i for i, c in enumerate(syllable) if c in _VOWELS and i >= start]
    if not places:
        return syllable
    marked = [i for i in places if syllable[i] in "ăâêôơư"]
    if marked:
        place = marked[-1]
    elif len(places) > 1 and (places[-1] + 1 < len(syllable) or len(places) == 3):
        place = places[1]
    else:
        place = places[0]
    return unicodedata.normalize("NFC", syllable[: place + 1] + tone + syllable[place + 1 :])
