"""Takes the language out of the vectors, so that questions meet texts of the other language.

Vectors of one language share a large common part (it says "Vietnamese", or "a question"), which
makes a few passages near to everything. Subtracting half of the mean of the language, for passages
and for questions apart, lifts retrieval across languages by 3 to 5 points of R@1 on XQuAD and does
no harm within one (benchmarks/retrieval.py). Chroma keeps the plain vectors; only the candidates
are scored again, so the means may move when documents are added without touching the index.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
SHARE = 0.5
# Stand for the questions of a language that the corpus has no text in: what they share is the
# language and the form. Without them English questions over Vietnamese texts lost 4 points of R@1
# on XQuAD, and Vietnamese ones over English texts 6.
STOCK_QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "vi": (
        "Điều đó được quy định ở đâu?", "Ai chịu trách nhiệm về việc này?",
        "Việc này bắt đầu từ khi nào?", "Có bao nhiêu trường hợp như vậy?",
        "Vì sao phải làm như thế?", "Những nội dung chính gồm những gì?",
        "Cơ quan nào quyết định?", "Làm thế nào để thực hiện?",
        "Nó khác với cái trước ở điểm nào?", "Có được phép làm điều đó không?",
        "Khái niệm này nghĩa là gì?", "Kết quả ra sao?", "Họ đã thỏa thuận những gì?",
        "Tên của người đó là gì?", "Thời hạn là bao lâu?", "Trường hợp nào thì không áp dụng?",
    ),
    "en": (
        "Where is that laid down?", "Who is responsible for this?", "When did it begin?",
        "How many such cases are there?", "Why must it be done like that?",
        "What are the main contents?", "Which authority decides?", "How is it carried out?",
        "How does it differ from the earlier one?", "Is it allowed to do that?",
        "What does this term mean?", "What was the result?", "What did they agree on?",
        "What is the name of that person?", "How long is the time limit?",
        "In which cases does it not apply?",
    ),
}


@dataclass(frozen=True, slots=True)
class Centres:
    """Mean vectors by language, of passages and of questions; an absent language is not centred."""

    passages: Mapping[str, FloatArray]
    questions: Mapping[str, FloatArray]

    def similarity(
        self,
        question: FloatArray,
        question_language: str,
        passages: FloatArray,
        passage_languages: list[str],
    ) -> FloatArray:
        """Cosine of the centred question with each centred passage; shapes (d,), (n, d) to (n,)."""
        centred = _without(question[None, :], self.questions.get(question_language))[0]
        scores = np.empty(len(passages), dtype=np.float32)
        for language in set(passage_languages):
            where = np.array([held == language for held in passage_languages])
            scores[where] = _without(passages[where], self.passages.get(language)) @ centred
        return scores

    def to_json(self) -> str:
        return json.dumps(
            {
                name: {
                    language: [round(float(x), 6) for x in mean] for language, mean in means.items()
                }
                for name, means in (("passages", self.passages), ("questions", self.questions))
            }
        )


    def filled_from(self, other: Centres) -> Centres:
        """These means, and the other's for languages that have none here.

        A small corpus, or one in a single language, has too few texts to measure a mean by; the
        mean shows the model and the language, so another corpus's serves.
        """
        return Centres(
            {**other.passages, **self.passages}, {**other.questions, **self.questions}
        )


def read_centres(content: str | None) -> Centres:
    """Centres from their JSON; none when there is nothing (similarities are then plain cosines)."""
    if not content:
        return Centres({}, {})
    held = json.loads(content)
    return Centres(
        **{
            name: {language: np.asarray(mean, dtype=np.float32) for language, mean in means.items()}
            for name, means in held.items()
        }
    )


def _without(vectors: FloatArray, mean: FloatArray | None) -> FloatArray:
    if mean is None:
        return vectors
    moved = vectors - SHARE * mean
    result: FloatArray = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return result
