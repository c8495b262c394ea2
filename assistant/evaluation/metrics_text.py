"""Does the answer say what it should? Required facts, numbers and dates, overlap with a reference."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from assistant.evaluation.measured import NOT_APPLICABLE, Finding, Measured, mark
from assistant.stated_facts import stated_facts, supporting_facts
from assistant.text import detect_language, fold

# chrF2: character n-grams up to 6, recall weighs beta squared as much as precision.
_ORDER, _BETA = 6, 2


def states(folded_text: str, fact: str) -> bool:
    """Whether the folded text holds one of the fact's spellings, at the beginning of a word and
    not inside a number ("ended" is not in "amended", nor "5" in "15" or "1.5")."""
    return any(
        re.search(_spelling(fold(spelling.strip())), folded_text)
        for spelling in fact.split("|") if spelling.strip()
    )


def _spelling(folded: str) -> str:
    before = r"(?<![\w.,/])(?<!\d)" if folded[:1].isdigit() else r"(?<!\w)"
    after = r"(?![\d/])(?![.,]\d)" if folded[-1:].isdigit() else ""
    return before + r"\s+".join(re.escape(word) for word in folded.split()) + after


def required_facts(measured: Measured) -> Finding:
    """Share of the required facts that the printed answer holds in one of their spellings, marks
    and case aside. Nugget recall of TREC's question answering track (Voorhees 2003), by string. It
    applies to answerable samples with required facts; a refusal gets what it does hold."""
    facts = measured.sample.required_facts
    if not facts or measured.sample.answerable is False:
        return NOT_APPLICABLE
    text = fold(measured.text)
    found = [states(text, fact) for fact in facts]
    why = "; ".join(
        f"{mark(is_there)} {fact.split('|')[0]}"
        for fact, is_there in zip(facts, found, strict=True)
    )
    return sum(found) / len(found), why


def number_agreement(measured: Measured) -> Finding:
    """Share of the numbers, dates, legal numbers and provisions of the reference answer that the
    answer states too, however they are written. This project's own, by `stated_facts`. It applies
    where the reference states any and the sample is answerable."""
    reference = measured.sample.reference_answer
    wanted = stated_facts(reference) if reference else frozenset()
    if not wanted or measured.sample.answerable is False:
        return NOT_APPLICABLE
    # A marker "[3]" is no number that is stated.
    given = supporting_facts(re.sub(r"\[\d+\]", " ", measured.text))
    why = "; ".join(f"{mark(fact in given)} {fact}" for fact in sorted(wanted))
    return len(wanted & given) / len(wanted), why


def token_f1(measured: Measured) -> Finding:
    """F1 of the answer's words against the reference's, as a bag, case and punctuation aside
    (SQuAD, Rajpurkar et al. 2016, without dropping articles: "a" is a word in Vietnamese). It
    applies to given answers with a reference; whole provisions quoted make it low."""
    reference = measured.sample.reference_answer
    if not reference or not measured.is_answered:
        return NOT_APPLICABLE
    value = bag_f1(measured.spoken, reference)
    return value, f"{len(_words(measured.spoken))} / {len(_words(reference))}"


def bag_f1(given: str, reference: str) -> float:
    """F1 of two bags of words; 0 when nothing is shared."""
    ours, theirs = Counter(_words(given)), Counter(_words(reference))
    shared = sum((ours & theirs).values())
    if not shared:
        return 0.0
    precision, recall = shared / sum(ours.values()), shared / sum(theirs.values())
    return 2 * precision * recall / (precision + recall)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())


def character_f(measured: Measured) -> Finding:
    """chrF2 (Popović 2015) of the answer against the reference, 0 to 1, as sacrebleu computes it:
    character n-grams to 6 without spaces, recall weighing twice. It applies to given answers with
    a reference."""
    reference = measured.sample.reference_answer
    if not reference or not measured.is_answered:
        return NOT_APPLICABLE
    return chrf(measured.spoken, reference), ""


def chrf(given: str, reference: str) -> float:
    """Sentence chrF2 between 0 and 1."""
    scores = [_order_f(given, reference, order) for order in range(1, _ORDER + 1)]
    counted = [held for held in scores if held is not None]
    if not counted:
        return 0.0
    precision = sum(held[0] for held in counted) / len(counted)
    recall = sum(held[1] for held in counted) / len(counted)
    weight = _BETA**2
    total = weight * precision + recall
    return (1 + weight) * precision * recall / total if total else 0.0


def _order_f(given: str, reference: str, order: int) -> tuple[float, float] | None:
    """Precision and recall of one order; None where either text is too short for it."""
    ours, theirs = _grams(given, order), _grams(reference, order)
    if not ours or not theirs:
        return None
    shared = sum((ours & theirs).values())
    return shared / sum(ours.values()), shared / sum(theirs.values())


def _grams(text: str, order: int) -> Counter[str]:
    joined = "".join(text.split())
    return Counter(joined[at : at + order] for at in range(len(joined) - order + 1))


def language_match(measured: Measured) -> Finding:
    """1 when the answer is in the language asked for (the sample's, else the question's), both as
    the pipeline decided and in its own words; else 0. This project's own. Quotations may be in the
    law's language and do not count."""
    wanted = measured.sample.language or detect_language(measured.sample.question)
    said = measured.answer.query.language
    # The names of laws and topics may be foreign; a line of only those shows nothing.
    words = re.sub(r"\*\*.*?\*\*|“.*?”|\(.*?\)", " ", measured.own_words)
    heard = detect_language(words) if len(words.split()) >= 4 else said
    return float(wanted == said == heard), f"{wanted} → {said}, {heard}"
