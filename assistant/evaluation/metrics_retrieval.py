"""Was the evidence found? Ranks of the retrieved chunks against the gold provisions.

Gold is named by provision, a chunk may hold several and a provision may lie in several: so what is
counted is gold provisions, each at the first chunk that holds it, and never chunks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from assistant.evaluation.measured import NOT_APPLICABLE, Finding, Measured
from assistant.schema import Chunk, RetrievedChunk

CUT = 10
# What a chunk is worth to a gold provision by the smallest unit that both lie in. The provision
# itself is worth 1 whatever its level is.
GAINS = {"held": 1.0, "clause": 0.7, "article": 0.4, "document": 0.1}


def holds(chunk: Chunk, gold: str) -> bool:
    """Whether the chunk holds the provision, a part of it, or (for a text's id) any of the text."""
    return chunk.document_id == gold or any(
        held == gold or held.startswith(gold + "/") for held in chunk.provisions
    )


def gain(chunk: Chunk, gold: str) -> float:
    """1 for the provision itself, less for its clause, article or text, 0 for another text."""
    if holds(chunk, gold):
        return GAINS["held"]
    parts = gold.split("/")
    if chunk.document_id != parts[0]:
        return 0.0
    held = set(chunk.provisions)
    for depth in range(len(parts) - 1, 1, -1):
        if "/".join(parts[:depth]) in held:
            return GAINS["clause" if depth > 2 else "article"]
    return GAINS["document"]


def first_rank(found: Sequence[RetrievedChunk], gold: str) -> int | None:
    """The place, from 1, of the first chunk that holds the provision."""
    return next((place for place, item in enumerate(found, 1) if holds(item.chunk, gold)), None)


def recall_at(k: int) -> Callable[[Measured], Finding]:
    def recall(measured: Measured) -> Finding:
        gold = measured.sample.gold_provisions
        if not gold:
            return NOT_APPLICABLE
        ranks = {held: first_rank(measured.found, held) for held in gold}
        hits = sum(rank is not None and rank <= k for rank in ranks.values())
        why = "; ".join(f"{held} → {f'#{rank}' if rank else '–'}" for held, rank in ranks.items())
        return hits / len(gold), why

    recall.__doc__ = (
        f"Share of the gold provisions that one of the first {k} chunks holds. Recall at a cut, as "
        "trec_eval's recall; without gold provisions it does not apply."
    )
    return recall


def reciprocal_rank(measured: Measured) -> Finding:
    """One over the place of the first chunk that holds a gold provision, 0 when none of the first
    ten does. Mean reciprocal rank as of TREC-8's question answering track (Voorhees 1999);
    without gold provisions it does not apply."""
    gold = measured.sample.gold_provisions
    if not gold:
        return NOT_APPLICABLE
    ranks = [rank for held in gold if (rank := first_rank(measured.found, held))]
    best = min(ranks, default=0)
    return (1 / best if 0 < best <= CUT else 0.0), f"#{best}" if best else "–"


def graded_ndcg(measured: Measured) -> Finding:
    """Normalised discounted cumulative gain at 10 (Järvelin and Kekäläinen 2002) with graded gain:
    1 for a gold provision, 0.7 for another part of its clause, 0.4 of its article, 0.1 of its text.
    Each gold provision counts once, where gain over log2(place + 1) is highest; the ideal puts
    each article that holds gold in a place of its own, fullest first. Where gold is all or
    nothing this is trec_eval's ndcg_cut_10. Without gold provisions it does not apply."""
    gold = measured.sample.gold_provisions
    if not gold:
        return NOT_APPLICABLE
    found = measured.found[:CUT]
    best = {held: _best(found, held) for held in gold}
    value = min(1.0, sum(worth for worth, _ in best.values()) / ideal_gain(gold))
    why = "; ".join(f"{held} → {told}" for held, (_, told) in best.items())
    return value, why


def _best(found: Sequence[RetrievedChunk], gold: str) -> tuple[float, str]:
    worth, told = 0.0, "–"
    for place, item in enumerate(found, start=1):
        held = gain(item.chunk, gold)
        if held / math.log2(place + 1) > worth:
            worth, told = held / math.log2(place + 1), f"{held:g} @ #{place}"
    return worth, told


def ideal_gain(gold: Sequence[str]) -> float:
    """The highest discounted gain that these provisions allow within the cut."""
    sizes: dict[str, int] = {}
    for held in gold:
        unit = "/".join(held.split("/")[:2])
        sizes[unit] = sizes.get(unit, 0) + 1
    ordered = sorted(sizes.values(), reverse=True)[:CUT]
    return sum(size / math.log2(place + 1) for place, size in enumerate(ordered, start=1))
