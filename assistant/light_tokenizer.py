"""The default model's tokenizer for one text from a cold start.

The `tokenizers` library parses 250,000 pieces of JSON for over a second before the first token. One
question has some hundred substrings, so here the pieces are a sorted array of 64-bit hashes, mapped
into memory and looked up in one search. Indexing and serving keep to the library; a test holds that
both give the same ids.

Unigram segmentation (Kudo, 2018, "Subword Regularization"): of all ways to cut a word into pieces
the one with the greatest sum of log probabilities, found by dynamic programming.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

PIECES_FILE = "pieces.npy"
RULES_FILE = "pieces.json"
# Added to the worst piece's score for a character that no piece has, as SentencePiece does.
UNKNOWN_PENALTY = -10.0
_SPACE = "\u2581"  # stands for a space in pieces

_Piece = npt.NDArray[np.void]
_PIECE_TYPE = np.dtype([("hash", "<u8"), ("id", "<u4"), ("score", "<f8")])


def write_light_tokenizer(
    folder: Path,
    pieces: Sequence[tuple[str, float]],
    specials: Mapping[str, int],
    replaced: Mapping[str, str],
) -> None:
    """Write the lookup beside the model. `specials` are the ids of bos, eos, pad and unk;
    `replaced` are the characters that normalisation treats otherwise than NFKC."""
    table = np.array(
        [(_hash(piece), number, score) for number, (piece, score) in enumerate(pieces)], _PIECE_TYPE
    )
    table.sort(order=["hash", "id"])
    np.save(folder / PIECES_FILE, table)
    rules = {
        "specials": dict(specials),
        "special_names": [pieces[number][0] for number in specials.values()],
        "replaced": dict(replaced),
        "longest": max(len(piece) for piece, _ in pieces),
        "unknown_score": min(score for _, score in pieces) + UNKNOWN_PENALTY,
    }
    (folder / RULES_FILE).write_text(json.dumps(rules), encoding="utf-8")


class LightTokenizer:
    """Token ids of a text, as the model's own tokenizer gives them."""

    def __init__(self, folder: Path, most_tokens: int) -> None:
        self._folder, self._most_tokens = folder, most_tokens
        rules = json.loads((folder / RULES_FILE).read_text(encoding="utf-8"))
        self._specials: dict[str, int] = rules["specials"]
        self._replaced = str.maketrans(rules["replaced"])
        names = "|".join(re.escape(name) for name in rules["special_names"])
        self._special_names = re.compile(f"({names})")
        self._longest: int = rules["longest"]
        self._unknown_score: float = rules["unknown_score"]

    @cached_property
    def _pieces(self) -> _Piece:
        table: _Piece = np.load(self._folder / PIECES_FILE, mmap_mode="r")
        return table

    def encode(self, text: str) -> list[int]:
        """Ids with the beginning's and the end's, at most `most_tokens` of them."""
        stretches = [stretch for stretch in self._special_names.split(text) if stretch]
        words = [word for stretch in stretches for word in self._words(stretch)]
        known = self._find({part for word in words for part in self._parts(word)})
        ids = [number for word in words for number in self._segment(word, known)]
        specials = self._specials
        return [specials["bos"], *ids[: self._most_tokens - 2], specials["eos"]]

    def _words(self, stretch: str) -> list[str]:
        """A special token's name typed by a user stands whole, as the library has it."""
        if self._special_names.fullmatch(stretch):
            return [stretch]
        replaced = unicodedata.normalize("NFKC", stretch.translate(self._replaced))
        spaced = re.sub(" {2,}", " ", replaced).replace(" ", _SPACE)
        spaced = spaced if spaced.startswith(_SPACE) else _SPACE + spaced
        return re.findall(f"{_SPACE}[^{_SPACE}]*", spaced)

    def _parts(self, word: str) -> Iterator[str]:
        for start in range(len(word)):
            for end in range(start + 1, min(start + self._longest, len(word)) + 1):
                yield word[start:end]

    def _find(self, parts: set[str]) -> dict[str, tuple[int, float]]:
        """Id and score of each part that is a piece."""
        ordered = sorted(parts)
        hashes = np.array([_hash(part) for part in ordered], dtype=np.uint64)
        places = np.searchsorted(self._pieces["hash"], hashes)
        found = {}
        for part, hashed, place in zip(ordered, hashes, places, strict=True):
            row = self._pieces[min(int(place), len(self._pieces) - 1)]
            if row["hash"] == hashed:
                found[part] = (int(row["id"]), float(row["score"]))
        return found

    def _segment(self, word: str, known: Mapping[str, tuple[int, float]]) -> list[int]:
        """The best cut of one word; characters that no piece has become unknown, runs as one."""
        unknown = self._specials["unk"]
        best: list[tuple[float, int, int] | None] = [(0.0, 0, unknown)] + [None] * len(word)
        for start in range(len(word)):
            reached = best[start]
            if reached is None:
                continue
            for end in range(start + 1, min(start + self._longest, len(word)) + 1):
                number, score = known.get(word[start:end], (unknown, None))
                if score is None and end > start + 1:
                    continue
                total = reached[0] + (self._unknown_score if score is None else score)
                held = best[end]
                if held is None or total > held[0]:
                    best[end] = (total, start, number)
        return list(_without_runs(_backtrace(best), unknown))


def _backtrace(best: Sequence[tuple[float, int, int] | None]) -> list[int]:
    numbers, at = [], len(best) - 1
    while at > 0:
        step = best[at]
        assert step is not None  # every character is reached, if only as an unknown one
        numbers.append(step[2])
        at = step[1]
    return numbers[::-1]


def _without_runs(numbers: Sequence[int], unknown: int) -> Iterator[int]:
    for place, number in enumerate(numbers):
        if number != unknown or place == 0 or numbers[place - 1] != unknown:
            yield number


def _hash(piece: str) -> int:
    digest = hashlib.blake2b(piece.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
