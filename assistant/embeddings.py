"""make_embeddings(settings): LangChain Embeddings over sentence-transformers, normalised float32.

Two roads lead to the same vectors. Indexing and serving go through sentence-transformers (bfloat16
where the processor computes in it, else float32: on a processor without int8 instructions the int8
export was 1.3 times as fast but lost 0.03 of cosine, so it is not used). A one-shot question would
wait many seconds for torch to load, so `make_query_embeddings` runs the default model's twelve
layers in numpy on the same weights: one short text needs no more.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from assistant.config import Settings
from assistant.embedding_weights import MAX_TOKENS, MODEL_NAME, ensure_model
from assistant.errors import ConfigurationError
from assistant.light_tokenizer import LightTokenizer
from assistant.text import normalize

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FloatArray = npt.NDArray[np.float32]
QUERY_PROMPT, DOCUMENT_PROMPT = "query: ", "passage: "


def is_default_model(settings: Settings) -> bool:
    return settings.embedding_model == "default"


def embedding_fingerprint(settings: Settings) -> str:
    """What an index remembers of its model; two indexes agree exactly when these strings do."""
    if is_default_model(settings):
        return MODEL_NAME
    prompts = f"{settings.embedding_query_prompt!r},{settings.embedding_document_prompt!r}"
    return f"{settings.embedding_model}|{prompts}"


def model_path(settings: Settings) -> str:
    """The sentence-transformers id or folder to load; the default model is made when absent."""
    if is_default_model(settings):
        return str(ensure_model(settings.models_folder))
    return settings.embedding_model


def make_embeddings(settings: Settings) -> Embeddings:
    """Embeddings for indexing and serving, through sentence-transformers.

    Raises ConfigurationError when the configured model cannot be loaded.
    """
    # Before torch is imported: two thread pools on few cores fight, and progress bars are ours.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    path = model_path(settings)
    import torch
    import transformers
    from langchain_huggingface import HuggingFaceEmbeddings

    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    dtype = torch.bfloat16 if has_bfloat16() else torch.float32
    encode: dict[str, Any] = {
        "batch_size": settings.embedding_batch_size,
        "normalize_embeddings": True,
    }
    try:
        model = HuggingFaceEmbeddings(
            model_name=path,
            model_kwargs={"device": "cpu", "model_kwargs": {"dtype": dtype}},
            encode_kwargs=encode | _prompt(settings.embedding_document_prompt, "document"),
            query_encode_kwargs=encode | _prompt(settings.embedding_query_prompt, "query"),
        )
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The embedding model {settings.embedding_model!r} could not be loaded ({error}). "
            "Set ASSISTANT_EMBEDDING_MODEL to a sentence-transformers folder on this machine, "
            "to an id that can be downloaded, or to 'default'."
        ) from error
    return NormalizedEmbeddings(model)


def make_query_embeddings(settings: Settings) -> Embeddings:
    """Embeddings for a single question from a cold start: no torch for the default model."""
    if is_default_model(settings):
        return LightEncoder(Path(model_path(settings)))
    return make_embeddings(settings)


def _prompt(configured: str | None, name: str) -> dict[str, str]:
    # HuggingFaceEmbeddings sends no prompt unless told; a model without prompts has empty ones.
    return {"prompt_name": name} if configured is None else {"prompt": configured}


def has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself; elsewhere it is emulated and slow."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


class NormalizedEmbeddings(Embeddings):
    """Wraps a model so that texts are NFC with settled tone marks and vectors are unit float32.

    bfloat16 vectors come back a little off unit length, which a cosine index must not see.
    """

    def __init__(self, inner: Embeddings) -> None:
        self._inner = inner

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors = self._inner.embed_documents([normalize(text) for text in texts])
        return unit_rows(np.asarray(vectors, dtype=np.float32)).tolist() if vectors else []

    def embed_query(self, text: str) -> list[float]:
        vector = np.asarray([self._inner.embed_query(normalize(text))], dtype=np.float32)
        row: list[float] = unit_rows(vector)[0].tolist()
        return row


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Each row divided by its length; shape (n, d) in and out."""
    scaled: FloatArray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return scaled


class LightEncoder(Embeddings):
    """The default model's forward pass in numpy: for one text at a time, without torch.

    Reads the same folder as sentence-transformers does. Word embeddings stay on disk; only the
    rows of the text's own tokens are read. Agrees with sentence-transformers to float rounding.
    """

    layers, heads, epsilon = 12, 12, 1e-12

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _tensors(self) -> dict[str, FloatArray]:
        from safetensors import safe_open

        with safe_open(self._folder / "model.safetensors", framework="numpy") as file:
            names = [name for name in file.keys() if "word_embeddings" not in name]
            return {name: file.get_tensor(name).astype(np.float32) for name in names}

    @cached_property
    def _tokenizer(self) -> LightTokenizer:
        return LightTokenizer(self._folder, MAX_TOKENS)

    def embed_query(self, text: str) -> list[float]:
        row: list[float] = self._encode(QUERY_PROMPT + normalize(text)).tolist()
        return row

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._encode(DOCUMENT_PROMPT + normalize(text)).tolist() for text in texts]

    def _encode(self, text: str) -> FloatArray:
        from threadpoolctl import threadpool_limits

        # One short text: a second BLAS thread costs more in waiting than it computes.
        with threadpool_limits(limits=1, user_api="blas"):
            return self._forward(text)

    def _forward(self, text: str) -> FloatArray:
        ids = self._tokenizer.encode(text)
        state = self._norm(self._input(ids), "embeddings.LayerNorm")
        for layer in range(self.layers):
            state = self._layer(state, f"encoder.layer.{layer}")
        row: FloatArray = unit_rows(state.mean(axis=0, keepdims=True))[0]
        return row

    def _input(self, ids: list[int]) -> FloatArray:
        from safetensors import safe_open

        with safe_open(self._folder / "model.safetensors", framework="numpy") as file:
            rows = file.get_slice("embeddings.word_embeddings.weight")
            words = np.concatenate([rows[i : i + 1] for i in ids]).astype(np.float32)
        positions = self._tensors["embeddings.position_embeddings.weight"][: len(ids)]
        total: FloatArray = (
            words + positions + self._tensors["embeddings.token_type_embeddings.weight"][0]
        )
        return total

    def _layer(self, state: FloatArray, name: str) -> FloatArray:
        length, width = state.shape
        query, key, value = (
            self._linear(state, f"{name}.attention.self.{part}")
            .reshape(length, self.heads, -1)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(width / self.heads)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        context = (weights @ value).transpose(1, 0, 2).reshape(length, width)
        attended = self._linear(context, f"{name}.attention.output.dense")
        state = self._norm(state + attended, f"{name}.attention.output.LayerNorm")
        inner = _gelu(self._linear(state, f"{name}.intermediate.dense"))
        return self._norm(
            state + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm"
        )

    def _linear(self, state: FloatArray, name: str) -> FloatArray:
        product: FloatArray = (
            state @ self._tensors[f"{name}.weight"].T + self._tensors[f"{name}.bias"]
        )
        return product

    def _norm(self, state: FloatArray, name: str) -> FloatArray:
        centred = state - state.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self.epsilon)
        scaled: FloatArray = centred / scale * self._tensors[f"{name}.weight"]
        return scaled + self._tensors[f"{name}.bias"]


# Of erf, for x >= 0: Abramowitz and Stegun, formula 7.1.26, absolute error below 1.5e-7, which is
# float32's own. Importing scipy for it would take longer than the whole forward pass.
_ERF = (0.3275911, (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429))


def _gelu(values: FloatArray) -> FloatArray:
    slope, coefficients = _ERF
    size = np.abs(values) / np.float32(np.sqrt(2.0))
    step = 1.0 / (1.0 + np.float32(slope) * size)
    series = np.zeros_like(step)
    for coefficient in reversed(coefficients):
        series = (series + np.float32(coefficient)) * step
    erf = np.sign(values) * (1.0 - series * np.exp(-size * size))
    result: FloatArray = (0.5 * values * (1.0 + erf)).astype(np.float32)
    return result


def load_tokenizer(folder: Path) -> Tokenizer:
    """The model's tokenizer, cutting at MAX_TOKENS."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer
