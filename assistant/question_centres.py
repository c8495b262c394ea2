"""The mean of questions by language, measured on the corpus itself.

Opening sentences of passages, embedded as questions, stand for questions: the mean shows the
language and the prompt, and hardly the subject. So it is measured again only when the number of
passages of a language has grown or shrunk by half since, which costs nothing as the corpus grows.
"""

from __future__ import annotations

import json
import re

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant.centre_sums import SUMS_STATE, read_sums
from assistant.centring import Centres, read_centres
from assistant.corpus_changes import CENTRE_SAMPLE
from assistant.registry import Registry

_STATE, _GROWTH = "questions_measured", 1.5


def measure_questions(registry: Registry, embeddings: Embeddings, *, anew: bool = False) -> None:
    """Measure the questions' means of the languages whose part of the corpus has moved far, or of
    all of them `anew`."""
    counts = read_sums(registry.state(SUMS_STATE)).counts
    content = None if anew else registry.state(_STATE)
    measured: dict[str, int] = json.loads(content or "{}")
    due = [
        language
        for language, count in counts.items()
        if count >= CENTRE_SAMPLE // 2 and _has_moved(measured.get(language, 0), count)
    ]
    if not due:
        return
    fresh = {}
    for language in due:
        texts = [_opening_sentence(text) for text in registry.sample_texts(language, CENTRE_SAMPLE)]
        embedded = [embeddings.embed_query(text) for text in texts]
        fresh[language] = np.asarray(embedded, dtype=np.float32).mean(axis=0)
    with registry.transaction() as connection:
        held = read_centres(registry.state_within(connection, "centres"))
        centres = Centres(held.passages, {**held.questions, **fresh})
        registry.set_state(connection, "centres", centres.to_json())
        now = {**measured, **{language: counts[language] for language in due}}
        registry.set_state(connection, _STATE, json.dumps(now))


def _has_moved(measured: int, count: int) -> bool:
    return count > measured * _GROWTH or count * _GROWTH < measured


def _opening_sentence(text: str) -> str:
    text = re.sub(r"^\W*(?:\d+\.|\w\))?\s*", "", text)
    return re.split(r"(?<=[.;:])\s", text)[0][:200]
