"""The same question as people type it: without accents, with half of them, decomposed.

Each variant is a sample of its own that keeps the case it belongs to, so that the gap between ways
of asking is measured on the same questions.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant.errors import EvaluationError
from assistant.schema import EvaluationSample, Language
from assistant.text import detect_language, has_vietnamese_marks

SEED = 20260701
ORIGINAL = "as-written"


def strip_marks(text: str) -> str:
    """As typed on a keyboard without Vietnamese: "Điều" to "Dieu"."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def strip_half_of_the_marks(text: str) -> str:
    """Half of the words without marks, the same ones in every run."""
    chooser = random.Random(f"{SEED} {text}")
    return re.sub(
        r"\w+", lambda word: strip_marks(word[0]) if chooser.random() < 0.5 else word[0], text
    )


VARIANTS: Mapping[str, Callable[[str], str]] = {
    "unaccented": strip_marks,
    "half-accented": strip_half_of_the_marks,
    "nfd": lambda text: unicodedata.normalize("NFD", text),
}


def with_variants(
    samples: Sequence[EvaluationSample], names: Sequence[str]
) -> tuple[EvaluationSample, ...]:
    """The samples, each Vietnamese one with accents followed by its variants.

    Raises EvaluationError for a variant that is not known.
    """
    if unknown := sorted(set(names) - set(VARIANTS)):
        raise EvaluationError(
            f"There is no variant {', '.join(unknown)}. Known: {', '.join(VARIANTS)}."
        )
    found: list[EvaluationSample] = []
    for sample in samples:
        found.append(sample)
        if any(has_vietnamese_marks(word) for word in sample.question.split()):
            found += [_variant(sample, name) for name in names]
    return tuple(found)


def _variant(sample: EvaluationSample, name: str) -> EvaluationSample:
    kept = tuple(tag for tag in sample.tags if tag not in ("accented", "unaccented"))
    change = VARIANTS[name]
    return replace(
        sample,
        id=f"{sample.id}@{name}",
        question=change(sample.question),
        previous=change(sample.previous) if sample.previous else None,
        tags=(*kept, f"variant:{name}"),
    )


def case_of(sample: EvaluationSample) -> str:
    """What the sample is one asking of: its pair, else its id without the variant."""
    pair = next((tag for tag in sample.tags if tag.startswith("pair:")), None)
    return pair or sample.id.partition("@")[0]


def way_of(sample: EvaluationSample) -> str:
    """How the case is asked: english, accented, unaccented, half-accented or nfd."""
    variant = next((tag for tag in sample.tags if tag.startswith("variant:")), None)
    if variant:
        return variant.removeprefix("variant:")
    if asked_language(sample) == "en":
        return "english"
    for tag in ("unaccented", "half-accented"):
        if tag in sample.tags:
            return tag
    words = re.findall(r"[^\W\d_]+", sample.question)
    return "accented" if any(has_vietnamese_marks(word) for word in words) else "unaccented"


def asked_language(sample: EvaluationSample) -> Language:
    return sample.language or detect_language(sample.question)
