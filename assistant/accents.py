"""Puts accents back on Vietnamese typed without them: a syllable bigram model of the corpus itself.

The corpus knows this field's words and nothing else, so a general model would be larger and worse
here ("an ninh" is not "ăn ninh"). Syllables that carry marks are kept as typed; the rest take the
most likely path (Viterbi). Restoring hurts where the text was not Vietnamese or not unaccented:
`needs_restoring` decides that first, and the folded lexical search stands beside it in any case.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from assistant.text import accented_share, detect_language, fold, has_vietnamese_marks, normalize

_TOKEN = re.compile(r"[^\W\d_]+|[^\w\s]|\d+")
_WORD = re.compile(r"[^\W\d_]+")
START = "<s>"
# How people ask; laws hardly use these words, so the corpus cannot teach them.
ASKING = (
    "bao lâu . bao nhiêu . bao giờ . khi nào . ngày nào . năm nào . lúc nào . ở đâu . là gì . là ai ."
    " ai . cơ quan nào . bộ nào . điều nào . nước nào . như thế nào . thế nào . tại sao . vì sao ."
    " có được không . có phải không . được không . không . chưa . thì sao . còn hiệu lực không ."
    " đã có hiệu lực chưa . cho hỏi . cho tôi biết . giúp tôi . tôi muốn hỏi . xin hỏi . gồm những gì ."
    " gồm những nội dung nào . khác nhau thế nào . so sánh . mấy ngày . mấy tiếng . mấy điều . hôm nay ."
    " hiện nay . bây giờ . năm ngoái . phải làm gì . bị phạt bao nhiêu tiền . trong bao lâu . hay không"
)
ASKING_WEIGHT = 15
# Interpolation of bigram with unigram, and a floor for what was never seen.
BIGRAM_WEIGHT, FLOOR = 0.85, 1e-7
# Below this share of accented words a Vietnamese text counts as (half) unaccented: running
# Vietnamese has 0.7 to 0.9, names and loan words included.
NEEDED_SHARE = 0.45


class AccentRestorer:
    """Restores accents by a bigram model over syllables, as counted in a corpus."""

    def __init__(
        self, unigrams: Mapping[str, int], bigrams: Mapping[str, Mapping[str, int]]
    ) -> None:
        self._unigrams, self._bigrams = unigrams, bigrams
        self._total = sum(unigrams.values()) or 1
        self._follow = {left: sum(rights.values()) for left, rights in bigrams.items()}
        self._candidates: dict[str, list[str]] = defaultdict(list)
        for syllable in unigrams:
            self._candidates[fold(syllable)].append(syllable)

    def restore(self, text: str) -> str:
        """The text with accents restored where syllables carry none; case and spacing are kept."""
        words = list(_WORD.finditer(text))
        chosen = self._best_path([match.group() for match in words])
        pieces, at = [], 0
        for match, syllable in zip(words, chosen, strict=True):
            pieces += [text[at : match.start()], _in_case(match.group(), syllable)]
            at = match.end()
        return "".join(pieces) + text[at:]

    def familiarity(self, text: str) -> float:
        """Share of neighbouring syllables that are neighbours in the corpus as well, 0 to 1."""
        words = [normalize(word.lower()) for word in _WORD.findall(text)]
        pairs = list(zip(words, words[1:], strict=False))
        known = sum(right in self._bigrams.get(left, {}) for left, right in pairs)
        return known / len(pairs) if pairs else 0.0

    def knows(self, syllable: str) -> bool:
        """Whether the corpus holds this very syllable, marks and all."""
        return syllable in self._unigrams

    def _options(self, word: str) -> list[str]:
        lowered = normalize(word.lower())
        if word.isupper() and len(word) > 1:
            return [lowered]  # an abbreviation
        if has_vietnamese_marks(lowered) and lowered in self._unigrams:
            return [lowered]
        options = self._candidates.get(fold(word), [])
        if "đ" in lowered:
            options = [option for option in options if "đ" in option]
        return options or [lowered]

    def _best_path(self, words: list[str]) -> list[str]:
        paths: dict[str, tuple[float, list[str]]] = {START: (0.0, [])}
        for word in words:
            step: dict[str, tuple[float, list[str]]] = {}
            for option in self._options(word):
                score, path = max(
                    ((held + self._cost(left, option), way) for left, (held, way) in paths.items()),
                    key=lambda item: item[0],
                )
                step[option] = (score, [*path, option])
            paths = step
        return max(paths.values(), key=lambda item: item[0])[1]

    def _cost(self, left: str, right: str) -> float:
        after = self._bigrams.get(left, {}).get(right, 0) / self._follow.get(left, 1)
        alone = self._unigrams.get(right, 0) / self._total
        return math.log(BIGRAM_WEIGHT * after + (1 - BIGRAM_WEIGHT) * alone + FLOOR)

    def save(self, path: Path) -> None:
        content = {"unigrams": self._unigrams, "bigrams": self._bigrams}
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def train_restorer(texts: Iterable[str]) -> AccentRestorer:
    """Count syllables and neighbours over Vietnamese texts; punctuation ends a neighbourhood."""
    unigrams: Counter[str] = Counter()
    bigrams: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        left = START
        for token in _TOKEN.findall(normalize(text).lower()):
            if not token[0].isalpha():
                left = START
                continue
            unigrams[token] += 1
            bigrams[left][token] += 1
            left = token
    return AccentRestorer(unigrams, bigrams)


def load_restorer(path: Path) -> AccentRestorer:
    content = json.loads(path.read_text(encoding="utf-8"))
    return AccentRestorer(content["unigrams"], content["bigrams"])


def needs_restoring(text: str) -> bool:
    """Whether the text is Vietnamese typed without accents, or with only some of them."""
    return accented_share(text) < NEEDED_SHARE and detect_language(text) == "vi"


def _in_case(typed: str, syllable: str) -> str:
    if typed.isupper() and len(typed) > 1:
        return typed
    return syllable.capitalize() if typed[0].isupper() else syllable
