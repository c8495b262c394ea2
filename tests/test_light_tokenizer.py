"""The light tokenizer gives the ids that the library gives, on real and on odd text."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.build import load_shipped_documents
from assistant.embedding_weights import MAX_TOKENS, ensure_model
from assistant.embeddings import DOCUMENT_PROMPT, QUERY_PROMPT, load_tokenizer
from assistant.light_tokenizer import LightTokenizer
from assistant.text import fold

ODD = (
    "", " ", "  lead", "trail  ", "a\tb\nc\r\nd", "x" * 600, "😀 hello 😀😀", "日本語テキスト ひらがな",
    "ﬁ ½ Ⅳ ① Å", "\u200b\u00a0\u3000", "ạ̀ ở", "<s> </s> <unk>", "▁▁ a▁b", "\U000e0001 ￼ \ud7ff",
    "116/2025/QH15, điểm đ khoản 2 Điều 6", "an ninh mạng " * 400,
)


@pytest.fixture(scope="module")
def folder(models_folder: Path) -> Path:
    return ensure_model(models_folder)


@pytest.mark.parametrize("text", ODD)
def test_odd_text_gives_the_same_ids(folder: Path, text: str) -> None:
    assert LightTokenizer(folder, MAX_TOKENS).encode(text) == load_tokenizer(folder).encode(text).ids


def test_sentences_of_the_corpus_give_the_same_ids(folder: Path) -> None:
    light, full = LightTokenizer(folder, MAX_TOKENS), load_tokenizer(folder)
    lines = [line for doc in load_shipped_documents() for line in doc.body.splitlines() if line]
    assert len(lines) > 5000
    for line in lines[::23]:
        for text in (QUERY_PROMPT + line, DOCUMENT_PROMPT + fold(line)):
            assert light.encode(text) == full.encode(text).ids, text


def test_long_text_is_cut_where_the_library_cuts(folder: Path) -> None:
    ids = LightTokenizer(folder, 12).encode("an ninh mạng " * 50)
    assert len(ids) == 12
    assert ids == LightTokenizer(folder, 100).encode("an ninh mạng " * 50)[:11] + [ids[-1]]
