"""Short invented laws, and an indexer over a model that needs no weights.

For what does not depend on meaning: the registry, the lexical index and Chroma are real.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from langchain_core.embeddings import Embeddings

from assistant.build import Workspace
from assistant.damage import find_damage
from assistant.indexing import Indexer
from assistant.schema import Document

LINES = (
    "1. Cơ quan chủ trì gửi báo cáo trước ngày 15 hằng tháng.",
    "2. Bên nhận trả lời trong 05 ngày làm việc kể từ khi nhận đủ hồ sơ.",
    "3. Thông tin trao đổi chỉ dùng cho mục đích đã nêu trong yêu cầu.",
)


def make_law(number: int, note: str = "", **fields: Any) -> Document:
    """Law number/2000 with three articles; `note` stands in each fourth clause."""
    articles = [
        "\n".join((f"### Điều {n}. Nội dung số {n}\n", *LINES, f"4. Ghi chú {number}.{n}{note}.\n"))
        for n in range(1, 4)
    ]
    told = {
        "id": f"law-{number}-2000",
        "language": "vi",
        "title": f"Luật Thử nghiệm {number}",
        "label": f"Luật Thử nghiệm {number}",
        "kind": "law",
        "number": f"{number}/2000/QH10",
        "body": "# Luật\n\n" + "\n".join(articles),
        "effective_from": date(2000, 1, 1),
    }
    return Document(**(told | fields))  # type: ignore[arg-type]


LAWS = tuple(make_law(number) for number in (1, 2, 3))


class LetterEncoder(Embeddings):
    """A few numbers from the letters of a text; counts the texts it was given."""

    def __init__(self, letters: str = "aeioundt", pause_seconds: float = 0.0) -> None:
        self._letters, self._pause_seconds, self.count = letters, pause_seconds, 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.count += len(texts)
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        time.sleep(self._pause_seconds)
        vector = [1.0 + text.count(letter) for letter in self._letters]
        length = sum(x * x for x in vector) ** 0.5
        return [x / length for x in vector]


def make_indexer(workspace: Workspace, embeddings: Embeddings) -> Indexer:
    """An indexer of the workspace over other embeddings than the configured ones."""
    return Indexer(
        workspace.settings, workspace.registry, workspace.lexical, workspace.store,
        make_embeddings=lambda: embeddings, count_tokens=lambda text: len(text.split()) * 2,
        query_embeddings=embeddings,
    )


def damage(workspace: Workspace) -> list[str]:
    """What `corpus verify` would say."""
    return find_damage(workspace.registry, workspace.lexical, workspace.store)
