"""A claim's sentence beside the sentence of its source that says it: who, whether, and how many.

Names, "not" and numbers can all stand somewhere in a source and still be put together wrongly: a
clause names three ministries and what each does. So each sentence is set beside the parts of its
sources that carry most of its words, and has to agree with those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.claim_checks import NEGATION, names_in
from assistant.generation_parse import split_sentences
from assistant.schema import Citation
from assistant.stated_facts import stated_facts, supporting_facts
from assistant.text import fold, search_tokens

Weigh = Callable[[Sequence[str]], Mapping[str, float]]
# Bodies as laws name them, over folded text.
_BODY = re.compile(
    r"(?:bo|cuc|ban|uy ban|tong cuc|vien|toa|chinh phu|thu tuong|quoc hoi|hoi dong|trung tam|luc luong)\b"
    r"|ministry|government|prime minister|department|agency|committee|commission|council|court"
)
_SENTENCE_END = re.compile(r"(?<=[;.])\s+|\n+")
_SEGMENT_END = re.compile(r"(?<=[,;:])\s+")
# Of the best part's share of a sentence's words: what carries it, and what may add a number to it.
_NEARLY, _ROUGHLY, _PARTLY = 0.85, 0.75, 0.35
_FEW_WORDS = 3


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a source, with the weight of the sentence's words that it holds."""

    text: str
    share: float


def find_misalignments(
    text: str, sources: Sequence[Citation], weigh: Weigh, asked: str = ""
) -> Iterable[str]:
    """The faults of a claim beside its sources' own sentences; `asked` is the question, whose
    numbers may be repeated."""
    for sentence in split_sentences(text):
        parts = _parts(sentence, [p for s in sources for p in _SENTENCE_END.split(s.quote)], weigh)
        if not parts:
            continue
        if fault := _negation_fault(sentence, sources, weigh):
            yield fault
        if numbers := _strange_numbers(sentence, parts, sources, asked):
            yield f"the source's sentence does not give {', '.join(numbers)}"
        if _is_of_another_body(sentence, sources, weigh):
            yield "the source cited says this of another body"


def _parts(sentence: str, texts: Iterable[str], weigh: Weigh) -> list[_Part]:
    tokens = list(dict.fromkeys(search_tokens(sentence)))
    weights = weigh(tokens)
    return [
        _Part(text, sum(weights[t] for t in weights.keys() & set(search_tokens(text))))
        for text in texts
        if text.strip()
    ]


def _best(parts: Sequence[_Part], share: float) -> list[_Part]:
    top = max(part.share for part in parts)
    return [part for part in parts if part.share >= share * top]


def _negation_fault(sentence: str, sources: Sequence[Citation], weigh: Weigh) -> str:
    said = [segment for source in sources for segment in _segments(source.quote)]
    for segment in _segments(sentence):
        if NEGATION.search(segment) and (parts := _parts(segment, said, weigh)):
            if not any(NEGATION.search(part.text) for part in _best(parts, _ROUGHLY)):
                return "a “not” is put in that the source's sentence does not have"
    negated = [segment for segment in said if NEGATION.search(segment)]
    told = [sentence, *_segments(sentence)]
    for held in (set(search_tokens(text)) for text in told if not NEGATION.search(text)):
        if any(_is_held(NEGATION.sub(" ", segment), held, weigh) for segment in negated):
            return "the source's “not” is left out"
    return ""


def _is_held(segment: str, held: set[str], weigh: Weigh) -> bool:
    """Whether tokens hold nearly all of the segment, which has to say something."""
    weights = weigh([token for token in search_tokens(segment) if "_" not in token])
    share = sum(weight for token, weight in weights.items() if token in held)
    return len(weights) >= _FEW_WORDS and share >= _NEARLY * sum(weights.values())


def _segments(text: str) -> list[str]:
    return [
        segment
        for sentence in _SENTENCE_END.split(text)
        for segment in _SEGMENT_END.split(sentence)
        if re.search(r"\w", segment)
    ]


def _strange_numbers(
    sentence: str, parts: Sequence[_Part], sources: Sequence[Citation], asked: str
) -> list[str]:
    near = " . ".join(part.text for part in _best(parts, _PARTLY))
    labels = " . ".join(source.label for source in sources)
    known = supporting_facts(f"{near} . {labels} . {asked}")
    stated = (fact for fact in stated_facts(sentence) if fact.startswith("number:"))
    return sorted(fact.removeprefix("number:") for fact in stated if fact not in known)


def _is_of_another_body(sentence: str, sources: Sequence[Citation], weigh: Weigh) -> bool:
    """Whether what is said of a body is, in the source, said of another."""
    units = [unit for source in sources for unit in _units(source.quote)]
    for segment in _units(sentence):
        bodies = _bodies(segment)
        if not bodies:
            continue
        named = {token for body in bodies for token in search_tokens(body)}
        rest = " ".join(t for t in search_tokens(segment) if t not in named and "_" not in t)
        parts = _parts(rest, units, weigh) if len(rest.split()) > 1 else []
        top = max((part.share for part in parts), default=0.0)
        of_body = [part.share for part in parts if any(body in fold(part.text) for body in bodies)]
        if of_body and max(of_body) < _NEARLY * top:
            return True
    return False


def _units(text: str) -> list[str]:
    """Stretches that speak of one body: from where it is named to where the next one is."""
    found: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        is_first = True
        for segment in _SEGMENT_END.split(sentence):
            if is_first or _bodies(segment):
                found.append(segment)
            else:
                found[-1] = f"{found[-1]} {segment}"
            is_first = False
    return found


def _bodies(text: str) -> list[str]:
    return [fold(name) for name in names_in(text) if _BODY.match(fold(name))]
